import type { Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import type { MailDefinition } from '../mail/definition.ts';
import type { MailRow } from '../mail/tables.ts';
import { type NewEvent, recordEvent } from '../storefronts/record-event.ts';
import { findLetter, itemsOfLetter } from './letters.ts';
import { kindOfTone } from './rules/letter-kinds.ts';

/** Tells the store, once, that a letter could not be delivered, or came back. Needs the customer's lock. */
export async function recordLetterFailed(
  tx: Tx,
  { id: letterId, customerId, orderId, kind }: Pick<MailRow, 'id' | 'customerId' | 'orderId' | 'kind'>,
  { now, notifiesStore }: { now: Instant; notifiesStore: boolean },
): Promise<void> {
  // The store has heard of the letter of which this is a copy.
  if (!notifiesStore || kind === 'copy') return;
  const [letter, items] = await Promise.all([findLetter(tx, letterId), itemsOfLetter(tx, letterId)]);
  const tone = letter?.tone ?? null;
  const orderIds = new Set(items.map((item) => item.orderId));
  const event: NewEvent = {
    ...{ id: `letter-${letterId}.failed`, type: 'letter.failed', customerId },
    orderId: orderIds.size === 1 ? [...orderIds][0]! : orderId,
    data: { letterId, kind: tone === null ? kind : kindOfTone[tone], tone },
  };
  await recordEvent(tx, event, { at: now, notifiesStore });
}

/** A kind of mail whose failure is reported to the store. */
export const reportingFailure = (
  definition: MailDefinition,
  { notifiesStore }: { notifiesStore: boolean },
): MailDefinition => ({
  ...definition,
  async conclude(tx, mail, outcome, given) {
    await definition.conclude?.(tx, mail, outcome, given);
    if (outcome === 'failed') await recordLetterFailed(tx, mail, { now: given.now, notifiesStore });
  },
});
