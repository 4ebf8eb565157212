import type { Fragment, Sql, Tx } from '../../platform/postgres/client.ts';
import type { ImportRow } from '../imports/tables.ts';
import { returnables } from './matches.ts';
import { matchReturn } from './rules/returns.ts';
import type { StatementLine } from './rules/statement-line.ts';
import { bankLineIsUntouched, noteBookedThrough } from './tables.ts';

/** Outgoing lines that are compared with payments at a time. */
const BATCH = 500;
/** How many days the bank's own reference of a line is not used again. */
const SAME_REFERENCE_DAYS = 10;
/** How many days later than its announcement a pending line may be booked. */
const PENDING_DAYS = 10;

const columns = (tx: Tx) =>
  tx`account, booked_on, value_on, amount, currency, direction, status, returned, reference, payer, payer_iban, bank_reference, fee`;

/**
 * Outgoing money is not kept, unless the bank calls it a return, or it has the number and the amount of a payment. Each
 * batch is noted for itself, before the lines are put into the pool.
 */
export async function leaveOutDebits(sql: Sql, { id }: Pick<ImportRow, 'id'>): Promise<void> {
  for (let after = 0; ; ) {
    const debits = await sql<{ number: number; facts: StatementLine }[]>`
      select number, facts from import_lines
      where import_id = ${id} and outcome is null and number > ${after} and facts->>'direction' = 'debit'
      order by number limit ${BATCH}`;
    if (debits.length === 0) return;
    after = debits.at(-1)!.number;
    const payments = await returnables(
      sql,
      debits.map(({ facts }) => facts),
    );
    const left = debits
      .filter(({ facts }) => matchReturn(facts, payments) === null)
      .map(({ number }) => number);
    await sql`
      update import_lines set outcome = 'debit', facts = null
      where import_id = ${id} and number = any(${left}) and outcome is null`;
  }
}

/**
 * Puts the lines of a bank's file into the pool. Those that an earlier file contained are the same lines: what is booked
 * or ignored is left as it is, and open ones take what was read this time. A pending line becomes the booked one.
 * Outgoing money that takes back no payment was left out before.
 */
export async function importBankLines(
  tx: Tx,
  { id, options }: ImportRow,
  { now }: { now: string },
): Promise<void> {
  // One file at a time: two that overlap must see each other's lines.
  await tx`select pg_advisory_xact_lock(hashtextextended('bank-lines', 0))`;
  // The planner assumes that the file has only a few lines, and would compare every line with every other.
  await tx`set local enable_nestloop = off`;
  await readSentLines(tx, id);
  await knownByReference(tx);
  await knownByContent(tx, { alike: tx`, payer`, agree: tx`sent.payer = known.payer` });
  await knownByContent(tx, { alike: tx``, agree: tx`'' in (sent.payer, known.payer)` });
  await knownAsPending(tx, 'pending');
  await knownAsPending(tx, 'booked');
  await tx`
    insert into bank_lines (id, import_id, ${columns(tx)}, created_at)
    select subject, ${id}, ${columns(tx)}, ${now} from sent_lines order by subject on conflict (id) do nothing`;
  const updated = await updateOpenLines(tx, id);
  await tx`
    update import_lines l set subject = s.subject, facts = null, outcome = case
        when b.id = any(${updated}) then 'updated' when b.import_id = ${id} then 'created' else 'unchanged' end
    from sent_lines s join bank_lines b on b.id = s.subject where l.import_id = ${id} and l.number = s.position`;
  await noteBookedThrough(tx, id, options.statement?.bookedThrough ?? {}, now);
}

/** The lines that wait, as a table of this transaction: their facts are taken apart once. */
async function readSentLines(tx: Tx, id: string): Promise<void> {
  await tx`
    create temporary table sent_lines on commit drop as
    select l.number as position, l.subject, r.account, r."bookedOn" as booked_on, r."valueOn" as value_on, r.amount, r.currency,
           r.direction, r.status, r.returned, r.reference, r.payer, r."payerIban" as payer_iban,
           r."bankReference" as bank_reference, r.fee
    from import_lines l, jsonb_to_record(l.facts) as r(account text, "bookedOn" date, "valueOn" date, amount bigint, currency text,
      direction text, status text, returned text, reference text, payer text, "payerIban" text, "bankReference" text, fee bigint)
    where l.import_id = ${id} and l.outcome is null`;
  await tx`set local default_statistics_target = 10`;
  await tx`analyze sent_lines`;
}

/** The lines of the file that no line has the id of, and the lines that are not in the file. */
const sent = (tx: Tx) => tx`
  select s.* from sent_lines s where not exists (select 1 from bank_lines b where b.id = s.subject)`;
const others = (tx: Tx) => tx`
  select b.* from bank_lines b where not exists (select 1 from sent_lines s where s.subject = b.id)`;

/** Recognises lines by the bank's own reference, with the same amount: whatever else a later file says of them. */
async function knownByReference(tx: Tx): Promise<void> {
  await tx`
    with sent as (
      select *, row_number() over (partition by bank_reference, amount, currency, direction order by position) as place
      from (${sent(tx)}) s where bank_reference is not null),
    known as (
      select *, row_number() over (partition by bank_reference, amount, currency, direction order by created_at, id) as place
      from (${others(tx)}) k where bank_reference in (select bank_reference from sent))
    update sent_lines l set subject = known.id
    from sent join known using (bank_reference, amount, currency, direction, place)
    where l.position = sent.position
      and (sent.account is null or known.account is null or sent.account = known.account)
      and abs(sent.value_on - known.value_on) <= ${SAME_REFERENCE_DAYS}`;
}

/**
 * Recognises lines by their content if they look different in this file than in an earlier one, because its balances or
 * its columns changed; equal lines are matched one to one. `agree` compares the payers: a reading may lack the payer.
 */
async function knownByContent(tx: Tx, { alike, agree }: { alike: Fragment; agree: Fragment }): Promise<void> {
  const place = tx`row_number() over (partition by value_on, amount, currency, direction, reference ${alike} order by position)`;
  await tx`
    with sent as (select *, ${place} as place from (${sent(tx)}) s),
    known as (
      select *, ${place} as place from (
        select k.*, k.id as position from (${others(tx)}) k where value_on in (select value_on from sent)) k)
    update sent_lines l set subject = known.position
    from sent join known using (value_on, amount, currency, direction, reference, place)
    where ${agree} and l.position = sent.position`;
}

/**
 * A line that was pending is booked some days later, with another day and often another text; in an older file it is
 * still pending, and is the booked line. Lines that can be no such pair at all are left out before the earliest are
 * paired with the earliest.
 */
async function knownAsPending(tx: Tx, known: 'pending' | 'booked'): Promise<void> {
  const later = known === 'pending' ? tx`s.value_on - k.value_on` : tx`k.value_on - s.value_on`;
  // Without its text, an announcement would disappear behind any booked line of its amount.
  const alike = tx`strpos(k.reference, s.reference) > 0 and (s.payer = k.payer or '' in (s.payer, k.payer))`;
  const fits = tx`s.amount = k.amount and s.currency = k.currency and s.direction = k.direction
    and (s.account is null or k.account is null or s.account = k.account) and ${later} between -2 and ${PENDING_DAYS}
    and ${known === 'pending' ? tx`true` : alike}`;
  const place = (position: Fragment) =>
    tx`row_number() over (partition by amount, currency, direction order by value_on, ${position}) as place`;
  await tx`
    with sent as (select * from (${sent(tx)}) s where ${known === 'pending' ? tx`true` : tx`status = 'pending'`}),
    known as (
      select * from (${others(tx)}) b where status = ${known} and ignored_at is null
        and value_on between (select min(value_on) from sent) - ${PENDING_DAYS}::int and (select max(value_on) from sent) + ${PENDING_DAYS}::int),
    later as (select *, ${place(tx`position`)} from sent s where exists (select 1 from known k where ${fits})),
    earlier as (select *, ${place(tx`id`)} from known k where exists (select 1 from sent s where ${fits}))
    update sent_lines l set subject = k.id
    from later s join earlier k using (amount, currency, direction, place)
    where ${fits} and l.position = s.position`;
}

/**
 * Updates open lines that were read differently before: so a wrong mapping can be corrected. What was booked by the bank
 * does not become pending again by an older file. A line whose status changes is from then on a line of this file: it is
 * compared with those of the others. Returns their ids.
 */
async function updateOpenLines(tx: Tx, id: string): Promise<string[]> {
  // Locked first, so that a line that is booked at this very moment is seen as booked.
  const other = await tx<{ id: string }[]>`
    select b.id from bank_lines b join sent_lines f on f.subject = b.id
    where (b.account, b.booked_on, b.value_on, b.amount, b.currency, b.direction, b.status, b.returned, b.reference, b.payer, b.payer_iban, b.bank_reference, b.fee)
        is distinct from (f.account, f.booked_on, f.value_on, f.amount, f.currency, f.direction, f.status, f.returned, f.reference, f.payer, f.payer_iban, f.bank_reference, f.fee)
    order by b.id for no key update of b`;
  const ids = other.map((line) => line.id);
  if (ids.length === 0) return [];
  const updated = await tx<{ id: string }[]>`
    update bank_lines set account = coalesce(f.account, bank_lines.account), booked_on = f.booked_on, value_on = f.value_on, amount = f.amount,
      currency = f.currency, direction = f.direction, status = f.status, returned = f.returned, reference = f.reference, payer = f.payer,
      payer_iban = f.payer_iban, bank_reference = f.bank_reference, fee = f.fee,
      import_id = case when bank_lines.status = f.status then bank_lines.import_id else ${id} end
    from sent_lines f
    where f.subject = bank_lines.id and bank_lines.id = any(${ids})
      and ${bankLineIsUntouched(tx)} and not (bank_lines.status = 'booked' and f.status = 'pending')
    returning bank_lines.id`;
  return updated.map((line) => line.id);
}
