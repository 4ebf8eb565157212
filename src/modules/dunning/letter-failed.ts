import type { Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import type { MailDefinition } from '../mail/definition.ts';
import type { MailRow } from '../mail/tables.ts';
import { recordEvent } from '../storefronts/record-event.ts';

/** Tells the store, once, that a letter could not be delivered. Needs the customer's lock. */
export async function recordLetterFailed(
  tx: Tx,
  { id: letterId, customerId, orderId }: Pick<MailRow, 'id' | 'customerId' | 'orderId'>,
  { kind, now }: { kind: string; now: Instant },
): Promise<void> {
  const about = { id: `letter-${letterId}.failed`, orderId, customerId };
  const event = { ...about, type: 'letter.failed', data: { letterId, kind } } as const;
  await recordEvent(tx, event, { at: now, notifiesStore: true });
}

/** The same mail; the store is told if it could not be delivered. */
export const tellingOfFailure = (definition: MailDefinition): MailDefinition => ({
  ...definition,
  async conclude(tx, mail, outcome, given) {
    await definition.conclude?.(tx, mail, outcome, given);
    if (outcome === 'failed') await recordLetterFailed(tx, mail, { kind: mail.kind, now: given.now });
  },
});
