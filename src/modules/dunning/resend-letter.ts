import { dayAt, type Instant } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import {
  isDeliverable,
  letterAddresses,
  recipientOf,
  reminderAddresses,
} from '../customers/rules/contacts.ts';
import { lockCustomer } from '../customers/tables.ts';
import { undeliverableAddresses } from '../customers/undeliverable-addresses.ts';
import type { MailDefinition } from '../mail/definition.ts';
import { findMail, lockMail, type MailRow, type MailState, queueCopy } from '../mail/tables.ts';
import { getCopy, insertCopy, nextCopyId, paidSince } from './letter-copies.ts';
import { closeTasksOfLetter, openLetterTask } from './letter-tasks.ts';
import { unknownLetter } from './letter-views.ts';
import { findLetter, noteLeft } from './letters.ts';

/** The states of a letter that left, or was meant to, and has its content. */
const hasLeft: readonly MailState[] = ['sent', 'sent_maybe_twice', 'unknown', 'failed'];

/**
 * Sends a letter again as it was: a mail of its own with its own Message-ID, which the sender takes. Audited; each call
 * is another mail.
 * @param to null: to where such a letter goes now; a buyer's copy goes with it
 * @param confirm sends it although something was paid or disputed since, or is collected by now
 * @returns the new letter's id
 * @throws NettermsError `letter-not-found`, `letter-not-sent`, `paid-since`, `address-undeliverable`
 */
export async function resendLetter(
  sql: Sql,
  letterId: string,
  { to, confirm, actor, now }: { to: string | null; confirm: boolean; actor: string; now: Instant },
): Promise<string> {
  const known = (await findMail(sql, letterId)) ?? unknownLetter(letterId);
  return inTransaction(sql, async (tx) => {
    const customer = await lockCustomer(tx, known.customerId);
    const customerId = customer.id;
    const asked = (await lockMail(tx, letterId))!;
    // A copy says what its letter says, and is counted with it.
    const original =
      asked.kind === 'copy' ? (await findMail(tx, (await getCopy(tx, letterId)).copyOf))! : asked;
    if (!hasLeft.includes(asked.state) || original.html === null)
      throw new NettermsError(
        'letter-not-sent',
        `Letter ${letterId} is ${asked.state}: only a letter that was sent can be sent again.`,
        { state: asked.state },
      );
    if (!confirm && (await paidSince(tx, original)))
      throw new NettermsError(
        'paid-since',
        `Less is to be asked than letter ${letterId} says, because of money, a dispute or a bank collection. Send a new letter, or confirm that it is to be sent again as it was.`,
      );
    const undeliverable = await undeliverableAddresses(tx, customerId);
    const addresses = original.kind === 'reminder' ? reminderAddresses(customer) : letterAddresses(customer);
    const recipient = to ?? recipientOf(addresses, undeliverable);
    if (!isDeliverable(recipient, undeliverable))
      throw new NettermsError(
        'address-undeliverable',
        'Nothing arrives at the address: name another one, correct the customer’s contacts, or lift the mark.',
      );
    const mailId = await nextCopyId(tx, original.id);
    const copyTo = to === null ? original.copyTo : null;
    await queueCopy(tx, { id: mailId, of: original, recipient, copyTo, now });
    await insertCopy(tx, {
      ...{ mailId, copyOf: original.id, confirmed: confirm, askedBy: actor, askedAt: now },
    });
    await recordAudit(tx, {
      ...{ at: now, actor, action: 'letter.resent', subject: `customer/${customerId}` },
      detail: { letterId: original.id, copyId: mailId },
    });
    return mailId;
  });
}

/** A letter that is sent again has the content of the first. Once it has arrived, the letter counts as received. */
export const letterCopy: MailDefinition = {
  async compose(tx, mail) {
    const { locale, recipient, copyTo, replyTo, subject, html, plain } = mail;
    if (!(await stillSaysSo(tx, mail))) return { withdraw: 'less is to be asked by now' };
    return {
      ...{ locale: locale!, recipient: recipient!, copyTo, replyTo },
      ...{ subject: subject!, html: html!, plain: plain! },
    };
  },
  stillHolds: (tx, mail) => stillSaysSo(tx, mail),
  async conclude(tx, mail, outcome, { policies, now }) {
    const original = (await findMail(tx, (await getCopy(tx, mail.id)).copyOf))!;
    const letter = await findLetter(tx, original.id);
    if (outcome !== 'sent' && outcome !== 'sent_maybe_twice')
      return openLetterTask(tx, mail, { outcome, tone: letter?.tone ?? original.kind, now });
    await closeTasksOfLetter(tx, mail.customerId, original.id, now);
    if (letter === null || letter.leftOn !== null) return;
    await noteLeft(tx, original.id, dayAt(now, policies.settings.body.timeZone));
  },
};

async function stillSaysSo(tx: Tx, { id }: Pick<MailRow, 'id'>): Promise<boolean> {
  const { copyOf, confirmed } = await getCopy(tx, id);
  return confirmed || !(await paidSince(tx, (await findMail(tx, copyOf))!));
}
