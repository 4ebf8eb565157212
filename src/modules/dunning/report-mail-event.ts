import type { Instant } from '../../kernel/calendar.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import { replayOrConflict } from '../../kernel/replay.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { lockCustomer } from '../customers/tables.ts';
import { customersWithAddress } from '../customers/undeliverable-addresses.ts';
import {
  findMailEvent,
  insertMailEvent,
  type MailEventRow,
  type MailEventType,
} from '../mail/mail-events.ts';
import { markUndeliverable } from '../mail/mark-address.ts';
import { findByMessageId, noteBounced } from '../mail/tables.ts';
import { recordLetterFailed } from './letter-failed.ts';
import { openLetterTask } from './letter-tasks.ts';
import { findLetter, noteLeft, noteStepsFailed } from './letters.ts';

/** What the merchant's mail provider says became of a mail. */
export type MailEvent = {
  /** Made by the caller: a repeat with the same content changes nothing. */
  readonly eventId: string;
  readonly type: MailEventType;
  readonly address: string;
  /** The Message-ID of the mail, with or without angle brackets. */
  readonly messageId: string | null;
  readonly at: Instant | null;
  readonly detail: string | null;
};

/**
 * A mail that bounced for good, or a complaint, marks the address of every customer who has it; the other events are kept
 * and change nothing, and so is one about an address that nobody has. If the mail is known, its letter has failed.
 * @throws NettermsError `conflict` if the id was used with different content
 */
export async function reportMailEvent(
  sql: Sql,
  event: MailEvent,
  { actor, now, notifiesStore }: { actor: string; now: Instant; notifiesStore: boolean },
): Promise<{ event: MailEventRow; replayed: boolean }> {
  const { eventId: id, type, address, at, detail } = event;
  const content = fingerprint(event);
  const messageId = event.messageId?.replace(/^<|>$/g, '') ?? null;
  const called = `Mail event ${id}`;
  return inTransaction(sql, async (tx) => {
    const known = replayOrConflict(await findMailEvent(tx, id), content, called);
    if (known) return { event: known, replayed: true };
    const marked: string[] = [];
    if (type === 'bounced' || type === 'complained')
      for (const customerId of await customersWithAddress(tx, address)) {
        const customer = await lockCustomer(tx, customerId);
        const mark = { address, cause: type, detail, actor, now };
        if (await markUndeliverable(tx, customer, mark)) marked.push(customerId);
        if (type === 'bounced' && messageId !== null)
          await letterBounced(tx, { customerId, messageId, detail, now, notifiesStore });
      }
    const row = { id, type, address, messageId, at, detail, marked, fingerprint: content };
    const reported = { ...row, reportedBy: actor, reportedAt: now };
    if (await insertMailEvent(tx, reported)) return { event: reported, replayed: false };
    // The same event at the same moment: the other call has marked the address.
    return { event: replayOrConflict(await findMailEvent(tx, id), content, called)!, replayed: true };
  });
}

/** The letter did not arrive: it is a task, and counts neither for the interval nor for what the customer has had. */
async function letterBounced(
  tx: Tx,
  {
    customerId,
    messageId,
    detail,
    now,
    notifiesStore,
  }: {
    customerId: string;
    messageId: string;
    detail: string | null;
    now: Instant;
    notifiesStore: boolean;
  },
): Promise<void> {
  const sent = await findByMessageId(tx, customerId, messageId);
  const mail = sent && (await noteBounced(tx, sent.id, detail));
  if (!mail) return;
  const letter = await findLetter(tx, mail.id);
  if (letter) {
    await noteLeft(tx, mail.id, null);
    await noteStepsFailed(tx, mail.id, now);
  }
  await openLetterTask(tx, mail, { outcome: 'failed', tone: letter?.tone ?? mail.kind, now });
  await recordLetterFailed(tx, mail, { now, notifiesStore });
}
