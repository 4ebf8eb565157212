import { NettermsError } from '../../kernel/errors.ts';
import { type Db, inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { openDocuments } from './open-documents.ts';
import { type Match, match } from './rules/matching.ts';

/** Money on the bank account; `amount` in minor units. */
export type BankLineRow = {
  id: string;
  importId: string;
  valueOn: string;
  amount: number;
  currency: string;
  reference: string;
  payer: string;
  createdAt: string;
  /** The payment that it is booked as; null if it is not booked, or if that payment was reversed. */
  paymentId: string | null;
  /** How many of its payments were reversed. */
  reversedPayments: number;
  ignoredAt: string | null;
  ignoredBy: string | null;
  ignoredWhy: string | null;
};
export const bankLineStates = ['open', 'booked', 'ignored'] as const;
export type BankLineState = (typeof bankLineStates)[number];

/** The first payment has the line's id; a later one also has the number of payments that were reversed before it. */
export const paymentIdOf = (lineId: string, reversedPayments: number): string =>
  reversedPayments === 0 ? lineId : `${lineId}:${reversedPayments}`;

const isReversed = (db: Db) => db`exists (
  select 1 from ledger l join ledger r on r.reverses = l.id where l.payment_id = p.payment_id and l.kind = 'payment')`;
/** The payments of a row of `bank_lines`, in sequence: a reversed one may be followed by another. */
const bookings = (db: Db) => db`
  with recursive bookings as (
    select 1 as next, p.payment_id, ${isReversed(db)} as back from payments p where p.payment_id = bank_lines.id::text
    union all
    select b.next + 1, p.payment_id, ${isReversed(db)} from bookings b join payments p on p.payment_id = bank_lines.id || ':' || b.next
    where b.back)`;
const paymentId = (db: Db) => db`(${bookings(db)} select payment_id from bookings where not back)`;
const reversedPayments = (db: Db) => db`(${bookings(db)} select count(*)::int from bookings where back)`;
const columns = (db: Db) =>
  db`id, import_id, value_on, amount, currency, reference, payer, created_at, ${paymentId(db)} as payment_id,
  ${reversedPayments(db)} as reversed_payments, ignored_at, ignored_by, ignored_why`;

/** Whether a row of `bank_lines` is open, in the sense of `stateOf`. */
export const bankLineIsOpen = (db: Db) => db`(bank_lines.ignored_at is null and ${paymentId(db)} is null)`;

/** `booked` takes precedence over `ignored`: money that is booked cannot be ignored. */
export const stateOf = ({ paymentId, ignoredAt }: BankLineRow): BankLineState =>
  paymentId !== null ? 'booked' : ignoredAt === null ? 'open' : 'ignored';

/** The line, locked against booking, ignoring and updates until the transaction ends. Throws `bank-line-not-found`. */
export async function lockBankLine(tx: Tx, id: string): Promise<BankLineRow> {
  await tx`select 1 from bank_lines where id = ${id} for no key update`;
  return getBankLine(tx, id);
}

/** @throws NettermsError `bank-line-not-found` */
export async function getBankLine(db: Db, id: string): Promise<BankLineRow> {
  const [row] = await db<BankLineRow[]>`select ${columns(db)} from bank_lines where id = ${id}`;
  if (!row) throw new NettermsError('bank-line-not-found', `There is no bank line ${id}.`);
  return row;
}

/** Bank lines after `after` (the last one of the previous page), the newest first. */
export async function listBankLines(
  db: Db,
  { state, importId }: { state?: BankLineState | undefined; importId?: string | undefined },
  { after, limit }: { after: { valueOn: string; bankLineId: string } | null; limit: number },
): Promise<BankLineRow[]> {
  const isSo = {
    open: bankLineIsOpen(db),
    booked: db`${paymentId(db)} is not null`,
    ignored: db`ignored_at is not null and ${paymentId(db)} is null`,
  };
  return db<BankLineRow[]>`
    select ${columns(db)} from bank_lines
    where ${state === undefined ? db`true` : isSo[state]}
      and ${importId === undefined ? db`true` : db`import_id = ${importId}`}
      and ${after === null ? db`true` : db`(value_on, id::text) < (${after.valueOn}, ${after.bankLineId})`}
    order by value_on desc, id desc limit ${limit}`;
}

/** What each of these lines probably pays, as the orders are now. */
export async function matchesFor(db: Db, lines: readonly BankLineRow[]): Promise<ReadonlyMap<string, Match>> {
  const open = lines.filter((line) => stateOf(line) === 'open');
  if (open.length === 0) return new Map();
  const documents = await openDocuments(db, open);
  return new Map(open.map((line) => [line.id, match(line, documents)]));
}

/**
 * Open lines of an import's file, including those that an earlier file brought, in the sequence of the file; `after` is
 * the number of the last line of the previous batch. A line whose payment was reversed is left to a person.
 */
export async function unbookedLines(
  db: Db,
  importId: string,
  { after, limit }: { after: number; limit: number },
): Promise<(BankLineRow & { number: number })[]> {
  return db<(BankLineRow & { number: number })[]>`
    select l.number, b.* from import_lines l, lateral (
      select ${columns(db)} from bank_lines where id = l.subject and ignored_at is null
        and not exists (select 1 from payments p where p.payment_id = bank_lines.id)) b
    where l.import_id = ${importId} and l.outcome <> 'rejected' and l.number > ${after} order by l.number limit ${limit}`;
}

/**
 * Takes a line out of the pool: it is not a customer's payment. A repeat changes nothing; audited.
 * @throws NettermsError `bank-line-not-found`, `bank-line-booked`
 */
export async function ignoreBankLine(
  sql: Sql,
  id: string,
  { reason, actor, now }: { reason: string; actor: string; now: string },
): Promise<BankLineRow> {
  return inTransaction(sql, async (tx) => {
    const line = await lockBankLine(tx, id);
    if (line.paymentId !== null)
      throw new NettermsError(
        'bank-line-booked',
        `Line ${id} is booked as payment ${line.paymentId}: reverse that payment first.`,
      );
    if (line.ignoredAt !== null) return line;
    await tx`update bank_lines set ignored_at = ${now}, ignored_by = ${actor}, ignored_why = ${reason} where id = ${id}`;
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'bank_line.ignored',
      subject: `bank-line/${id}`,
      reason,
    });
    return getBankLine(tx, id);
  });
}
