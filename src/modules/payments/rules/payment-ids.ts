import type { Refusal } from '../../commands/rules/refusal.ts';

/** The prefix of the ids of payments that a settlement books; other payments may not use it. */
export const SETTLEMENT_PAYMENT = 'settle:';

/** Why a caller may not use an id for a payment; null if they may. */
export const reservedId = (paymentId: string): Refusal | null =>
  paymentId.startsWith(SETTLEMENT_PAYMENT)
    ? {
        code: 'conflict',
        detail: `Payment ids that begin with "${SETTLEMENT_PAYMENT}" are reserved for settlements: use another id.`,
      }
    : null;
