import type { Refusal } from '../../commands/rules/refusal.ts';

/** How the ids of payments begin that a settlement books; nobody else's may. */
export const SETTLEMENT_PAYMENT = 'settle:';

/** Why a caller may not use an id for a payment; null if they may. */
export const reservedId = (paymentId: string): Refusal | null =>
  paymentId.startsWith(SETTLEMENT_PAYMENT)
    ? {
        code: 'conflict',
        detail: `Payment ids that begin with "${SETTLEMENT_PAYMENT}" are kept for settlements: use another.`,
      }
    : null;
