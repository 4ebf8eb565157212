import { NettermsError } from '../../kernel/errors.ts';
import { type Db, inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import type { LineStatus } from './rules/table/words.ts';

/** Money on the bank account, in or out; `amount` and `fee` in minor units. */
export type BankLineRow = {
  id: string;
  importId: string;
  /** The merchant's own IBAN; null if the file does not say it. */
  account: string | null;
  bookedOn: string;
  valueOn: string;
  amount: number;
  currency: string;
  direction: 'credit' | 'debit';
  status: LineStatus;
  /** Why money came back, as the bank says it. */
  returned: string | null;
  reference: string;
  payer: string;
  payerIban: string | null;
  bankReference: string | null;
  fee: number | null;
  createdAt: string;
  /** The payment that it is booked as; null if it is not booked, or if that payment was reversed. */
  paymentId: string | null;
  /** How many of its payments were reversed. */
  reversedPayments: number;
  /** The payment that was reversed by it. */
  reverses: string | null;
  /** How many collections it was divided into. */
  items: number;
  /** Why a match that was certain was not booked after all. */
  leftWhy: string | null;
  ignoredAt: string | null;
  ignoredBy: string | null;
  ignoredWhy: string | null;
};
export const bankLineStates = ['open', 'booked', 'ignored', 'pending', 'reverted'] as const;
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
const items = (db: Db) =>
  db`(select count(*)::int from bank_line_items i where i.bank_line_id = bank_lines.id)`;
const columns = (db: Db) =>
  db`id, import_id, account, booked_on, value_on, amount, currency, direction, status, returned, reference, payer, payer_iban,
  bank_reference, fee, created_at, ${paymentId(db)} as payment_id, ${reversedPayments(db)} as reversed_payments,
  reverses, ${items(db)} as items, left_why, ignored_at, ignored_by, ignored_why`;

/** Whether nothing was done with a row of `bank_lines` yet: it is neither booked nor ignored. */
export const bankLineIsUntouched = (db: Db) =>
  db`(bank_lines.ignored_at is null and bank_lines.reverses is null and ${items(db)} = 0 and ${paymentId(db)} is null)`;
const bankLineIsBooked = (db: Db) =>
  db`(bank_lines.reverses is not null or ${items(db)} > 0 or ${paymentId(db)} is not null)`;

/** `booked` takes precedence over `ignored`: money that is booked cannot be ignored. */
export const stateOf = ({ paymentId, reverses, items, ignoredAt, status }: BankLineRow): BankLineState => {
  if (paymentId !== null || reverses !== null || items > 0) return 'booked';
  if (ignoredAt !== null) return 'ignored';
  return status === 'booked' ? 'open' : status;
};

/** The line, locked against booking, ignoring and updates until the transaction ends. Throws `bank-line-not-found`. */
export async function lockBankLine(tx: Tx, id: string): Promise<BankLineRow> {
  await tx`select 1 from bank_lines where id = ${id} for no key update`;
  return getBankLine(tx, id);
}

/** @throws NettermsError `bank-line-not-found` */
export async function getBankLine(db: Db, id: string): Promise<BankLineRow> {
  const [row] = await bankLinesById(db, [id]);
  if (!row) throw new NettermsError('bank-line-not-found', `There is no bank line ${id}.`);
  return row;
}

/** The lines with these ids, in no order. */
export async function bankLinesById(db: Db, ids: readonly string[]): Promise<BankLineRow[]> {
  return db<BankLineRow[]>`select ${columns(db)} from bank_lines where id = any(${ids})`;
}

/** Bank lines after `after` (the last one of the previous page), the newest first. */
export async function listBankLines(
  db: Db,
  { state, importId }: { state?: BankLineState | undefined; importId?: string | undefined },
  { after, limit }: { after: { valueOn: string; bankLineId: string } | null; limit: number },
): Promise<BankLineRow[]> {
  const isSo = {
    open: db`status = 'booked' and ${bankLineIsUntouched(db)}`,
    booked: bankLineIsBooked(db),
    ignored: db`ignored_at is not null and not ${bankLineIsBooked(db)}`,
    pending: db`status = 'pending' and ${bankLineIsUntouched(db)}`,
    reverted: db`status = 'reverted' and ${bankLineIsUntouched(db)}`,
  };
  return db<BankLineRow[]>`
    select ${columns(db)} from bank_lines
    where ${state === undefined ? db`true` : isSo[state]}
      and ${importId === undefined ? db`true` : db`import_id = ${importId}`}
      and ${after === null ? db`true` : db`(value_on, id::text) < (${after.valueOn}, ${after.bankLineId})`}
    order by value_on desc, id desc limit ${limit}`;
}

/**
 * Open incoming lines of an import's file, including those that an earlier file brought, in the sequence of the file;
 * `after` is the number of the last line of the previous batch. A line whose payment was reversed is left to a person.
 */
export async function unbookedLines(
  db: Db,
  importId: string,
  { after, limit }: { after: number; limit: number },
): Promise<(BankLineRow & { number: number })[]> {
  return db<(BankLineRow & { number: number })[]>`
    select l.number, b.* from import_lines l, lateral (
      select ${columns(db)} from bank_lines where id = l.subject and direction = 'credit' and status = 'booked' and ignored_at is null
        and not exists (select 1 from bank_line_items i where i.bank_line_id = bank_lines.id)
        and not exists (select 1 from payments p where p.payment_id = bank_lines.id)) b
    where l.import_id = ${importId} and l.outcome <> 'rejected' and l.number > ${after} order by l.number limit ${limit}`;
}

/** Notes why a line whose match was certain was not booked, for the person who decides it; null: nothing is in the way. */
export async function noteLeftWhy(db: Db, id: string, why: string | null): Promise<void> {
  await db`update bank_lines set left_why = ${why} where id = ${id} and left_why is distinct from ${why}`;
}

type Decision = { reason: string; actor: string; now: string };

/**
 * Takes a line out of the pool: it is not a customer's payment. A repeat changes nothing; audited.
 * @throws NettermsError `bank-line-not-found`, `bank-line-booked`
 */
export const ignoreBankLine = (sql: Sql, id: string, decision: Decision): Promise<BankLineRow> =>
  setIgnored(sql, id, decision, true);

/**
 * Puts an ignored line into the pool again. A repeat changes nothing; audited.
 * @throws NettermsError `bank-line-not-found`, `bank-line-booked`
 */
export const restoreBankLine = (sql: Sql, id: string, decision: Decision): Promise<BankLineRow> =>
  setIgnored(sql, id, decision, false);

function setIgnored(
  sql: Sql,
  id: string,
  { reason, actor, now }: Decision,
  ignored: boolean,
): Promise<BankLineRow> {
  return inTransaction(sql, async (tx) => {
    const line = await lockBankLine(tx, id);
    if (stateOf(line) === 'booked') alreadyBooked(line);
    if ((line.ignoredAt !== null) === ignored) return line;
    const [at, by, why] = ignored ? [now, actor, reason] : [null, null, null];
    await tx`update bank_lines set ignored_at = ${at}, ignored_by = ${by}, ignored_why = ${why} where id = ${id}`;
    await recordAudit(tx, {
      at: now,
      actor,
      action: ignored ? 'bank_line.ignored' : 'bank_line.restored',
      subject: `bank-line/${id}`,
      reason,
    });
    return getBankLine(tx, id);
  });
}

function alreadyBooked({ id, paymentId, reverses }: BankLineRow): never {
  throw new NettermsError(
    'bank-line-booked',
    paymentId !== null
      ? `Line ${id} is booked as payment ${paymentId}: reverse that payment first.`
      : reverses !== null
        ? `Line ${id} has reversed payment ${reverses}: if that was wrong, record the payment again.`
        : `Line ${id} was divided over collections: correct them at their orders.`,
  );
}

/**
 * Notes up to which day the statements of accounts were imported: the last day that the bank has booked, whenever the
 * file was uploaded. An older file changes nothing.
 */
export async function noteBookedThrough(
  tx: Tx,
  importId: string,
  bookedThrough: Readonly<Record<string, string>>,
  now: string,
): Promise<void> {
  for (const [account, day] of Object.entries(bookedThrough))
    await tx`
      insert into statement_accounts (account, booked_through, import_id, updated_at) values (${account}, ${day}, ${importId}, ${now})
      on conflict (account) do update set booked_through = excluded.booked_through, import_id = excluded.import_id, updated_at = excluded.updated_at
      where statement_accounts.booked_through < excluded.booked_through`;
}
