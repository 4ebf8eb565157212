import type { Day, Instant } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import type { Db } from '../../platform/postgres/client.ts';
import type { MailState } from '../mail/tables.ts';
import { type StepRow, stepColumns } from '../orders/steps.ts';
import { itemsOfLetter, type LetterItemRow } from './letters.ts';
import type { LetterTone } from './rules/dunning.ts';
import { kindOfTone, type LetterKind, tonesOfKind } from './rules/letter-kinds.ts';

/** A letter as lists show it. */
export type LetterSummary = {
  letterId: string;
  customerId: string;
  /** Null: it is about several orders. */
  orderId: string | null;
  kind: LetterKind;
  /** Null: it is no reminder, or is not composed yet. */
  tone: LetterTone | null;
  state: MailState;
  why: string | null;
  /** Null until it is composed. */
  subject: string | null;
  recipients: string[];
  attempts: number;
  lastError: string | null;
  queuedAt: Instant;
  composedAt: Instant | null;
  sentAt: Instant | null;
  payBy: Day | null;
  reference: string | null;
  approvedBy: string | null;
  approvedAt: Instant | null;
  /** The letter that was sent again. */
  copyOf: string | null;
};

/** The content is null until the letter is composed, which happens in the moment in which it leaves. */
export type LetterDetail = LetterSummary & {
  text: string | null;
  html: string | null;
  items: LetterItemRow[];
  /** The steps whose outcome is the letter's. */
  steps: StepRow[];
  /** The letters with which it was sent again, the oldest first. */
  copies: string[];
};

/** Which letters a list shows. */
export type LetterFilter = {
  readonly states?: readonly MailState[];
  readonly customerId?: string;
  readonly kind?: LetterKind;
};
/** Where a page of letters begins: after this one. */
export type LetterPlace = { readonly queuedAt: Instant; readonly letterId: string };

const columns = (
  db: Db,
) => db`mails.id as letter_id, mails.customer_id, mails.order_id, coalesce(original.kind, mails.kind) as kind,
  letters.tone, mails.state, mails.why, mails.subject, array_remove(array[mails.recipient, mails.copy_to], null) as recipients,
  mails.attempts, mails.last_error, mails.queued_at, mails.composed_at, mails.sent_at, letters.pay_by, letters.reference,
  letters.approved_by, letters.approved_at, copies.copy_of`;

const lettersAndMails = (db: Db) => db`mails left join letter_copies copies on copies.mail_id = mails.id
  left join mails original on original.id = copies.copy_of
  left join letters on letters.mail_id = coalesce(copies.copy_of, mails.id)`;

/** Letters, the newest first. */
export async function listLetters(
  db: Db,
  { states, customerId, kind }: LetterFilter,
  { after = null, limit }: { after?: LetterPlace | null; limit: number },
): Promise<LetterSummary[]> {
  const rows = await db<LetterSummary[]>`
    select ${columns(db)} from ${lettersAndMails(db)}
    where ${states === undefined ? db`true` : db`mails.state = any(${states as MailState[]})`}
      and ${customerId === undefined ? db`true` : db`mails.customer_id = ${customerId}`}
      and ${kind === undefined ? db`true` : db`coalesce(letters.tone, original.kind, mails.kind) = any(${[kind, ...tonesOfKind(kind)]})`}
      and ${after === null ? db`true` : db`(mails.queued_at, mails.id) < (${after.queuedAt}, ${after.letterId})`}
    order by mails.queued_at desc, mails.id desc limit ${limit}`;
  return rows.map(withKind);
}

/** A reminder that is composed has the kind of its tone. */
const withKind = <Row extends LetterSummary>(row: Row): Row => ({
  ...row,
  kind: row.tone === null ? row.kind : kindOfTone[row.tone],
});

/** @throws NettermsError `letter-not-found` */
export async function readLetter(db: Db, letterId: string): Promise<LetterDetail> {
  const [row] = await db<(LetterSummary & Pick<LetterDetail, 'text' | 'html'>)[]>`
    select ${columns(db)}, mails.plain as text, mails.html from ${lettersAndMails(db)} where mails.id = ${letterId}`;
  if (!row) return unknownLetter(letterId);
  const [items, steps, copies] = await Promise.all([
    itemsOfLetter(db, row.copyOf ?? letterId),
    db<StepRow[]>`
      select ${stepColumns(db)} from steps where mail_id = ${letterId} order by planned_at, order_id, key`,
    db<{ mailId: string }[]>`
      select mail_id from letter_copies where copy_of = ${letterId} order by asked_at, mail_id`,
  ]);
  return {
    ...withKind(row),
    items: [...items],
    steps: [...steps],
    copies: copies.map(({ mailId }) => mailId),
  };
}

export function unknownLetter(letterId: string): never {
  throw new NettermsError('letter-not-found', `There is no letter ${letterId}.`);
}
