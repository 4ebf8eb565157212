import type { Fragment, Tx } from '../../platform/postgres/client.ts';
import type { ImportRow } from '../imports/tables.ts';
import { bookedPayments } from './matches.ts';
import { matchReturn } from './rules/returns.ts';
import type { StatementLine } from './rules/statement-line.ts';
import { bankLineIsUntouched, noteBookedThrough } from './tables.ts';

/** Outgoing lines that are compared with payments at a time. */
const BATCH = 500;
/** How many days the bank's own reference of a line is not used again. */
const SAME_REFERENCE_DAYS = 10;
/** How many days later than its announcement a pending line may be booked. */
const PENDING_DAYS = 10;

const facts = (tx: Tx) => tx`lateral (
  select account, "bookedOn" as booked_on, "valueOn" as value_on, amount, currency, direction, status, returned, reference,
         payer, "payerIban" as payer_iban, "bankReference" as bank_reference, fee
  from jsonb_to_record(l.facts) as r(account text, "bookedOn" date, "valueOn" date, amount bigint, currency text, direction text,
    status text, returned text, reference text, payer text, "payerIban" text, "bankReference" text, fee bigint)) f`;
const columns = (tx: Tx) =>
  tx`account, booked_on, value_on, amount, currency, direction, status, returned, reference, payer, payer_iban, bank_reference, fee`;

/**
 * Puts the lines of a bank's file into the pool. Those that an earlier file contained are the same lines: what is booked
 * or ignored is left as it is, and open ones take what was read this time. A pending line becomes the booked one.
 * Outgoing money is left out, except for what takes back a payment.
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
  await leaveOutDebits(tx, id);
  await knownByReference(tx, id);
  await knownByContent(tx, id, { alike: tx`, payer`, agree: tx`sent.payer = known.payer` });
  await knownByContent(tx, id, { alike: tx``, agree: tx`'' in (sent.payer, known.payer)` });
  await knownAsPending(tx, id);
  await tx`
    insert into bank_lines (id, import_id, ${columns(tx)}, created_at)
    select l.subject, ${id}, f.*, ${now} from import_lines l, ${facts(tx)}
    where l.import_id = ${id} and l.outcome is null
    order by l.number on conflict (id) do nothing`;
  const updated = await updateOpenLines(tx, id);
  await tx`
    update import_lines l set facts = null, outcome = case
        when b.id = any(${updated}) then 'updated' when b.import_id = ${id} then 'created' else 'unchanged' end
    from bank_lines b where l.import_id = ${id} and l.outcome is null and b.id = l.subject`;
  await noteBookedThrough(tx, id, options.statement?.bookedThrough ?? {}, now);
}

/** Outgoing money is not kept, unless the bank calls it a return, or it has the number and the amount of a payment. */
async function leaveOutDebits(tx: Tx, id: string): Promise<void> {
  for (let after = 0; ; ) {
    const debits = await tx<{ number: number; facts: StatementLine }[]>`
      select number, facts from import_lines
      where import_id = ${id} and outcome is null and number > ${after} and facts->>'direction' = 'debit'
      order by number limit ${BATCH}`;
    if (debits.length === 0) return;
    after = debits.at(-1)!.number;
    const payments = await bookedPayments(
      tx,
      debits.map(({ facts }) => facts),
    );
    const left = debits
      .filter(({ facts }) => matchReturn(facts, payments) === null)
      .map(({ number }) => number);
    await tx`update import_lines set outcome = 'debit', facts = null where import_id = ${id} and number = any(${left})`;
  }
}

/** The lines of the file that no line has the id of, and the lines that are not in the file. */
const sent = (tx: Tx, id: string) => tx`
  select l.number as position, f.* from import_lines l, ${facts(tx)}
  where l.import_id = ${id} and l.outcome is null and not exists (select 1 from bank_lines b where b.id = l.subject)`;
const others = (tx: Tx, id: string) => tx`
  select b.* from bank_lines b
  where not exists (select 1 from import_lines l where l.import_id = ${id} and l.outcome is null and l.subject = b.id)`;

/** Recognises lines by the bank's own reference, with the same amount: whatever else a later file says of them. */
async function knownByReference(tx: Tx, id: string): Promise<void> {
  await tx`
    with sent as (
      select *, row_number() over (partition by bank_reference, amount, currency, direction order by position) as place
      from (${sent(tx, id)}) s where bank_reference is not null),
    known as (
      select *, row_number() over (partition by bank_reference, amount, currency, direction order by created_at, id) as place
      from (${others(tx, id)}) k where bank_reference in (select bank_reference from sent))
    update import_lines l set subject = known.id
    from sent join known using (bank_reference, amount, currency, direction, place)
    where l.import_id = ${id} and l.number = sent.position
      and (sent.account is null or known.account is null or sent.account = known.account)
      and abs(sent.value_on - known.value_on) <= ${SAME_REFERENCE_DAYS}`;
}

/**
 * Recognises lines by their content if they look different in this file than in an earlier one, because its balances or
 * its columns changed; equal lines are matched one to one. `agree` compares the payers: a reading may lack the payer.
 */
async function knownByContent(
  tx: Tx,
  id: string,
  { alike, agree }: { alike: Fragment; agree: Fragment },
): Promise<void> {
  const place = tx`row_number() over (partition by value_on, amount, currency, direction, reference ${alike} order by position)`;
  await tx`
    with sent as (select *, ${place} as place from (${sent(tx, id)}) s),
    known as (
      select *, ${place} as place from (
        select k.*, k.id as position from (${others(tx, id)}) k where value_on in (select value_on from sent)) k)
    update import_lines l set subject = known.position
    from sent join known using (value_on, amount, currency, direction, reference, place)
    where ${agree} and l.import_id = ${id} and l.number = sent.position`;
}

/**
 * A line that was pending is booked some days later, with another day and often another text. Lines that can be no such
 * pair at all are left out before the earliest are paired with the earliest.
 */
async function knownAsPending(tx: Tx, id: string): Promise<void> {
  const fits = tx`s.amount = k.amount and s.currency = k.currency and s.direction = k.direction
    and (s.account is null or k.account is null or s.account = k.account)
    and s.value_on - k.value_on between -2 and ${PENDING_DAYS}`;
  const place = (position: Fragment) =>
    tx`row_number() over (partition by amount, currency, direction order by value_on, ${position}) as place`;
  await tx`
    with sent as (${sent(tx, id)}),
    known as (select * from (${others(tx, id)}) b where status = 'pending' and ignored_at is null),
    booked as (select *, ${place(tx`position`)} from sent s where exists (select 1 from known k where ${fits})),
    announced as (select *, ${place(tx`id`)} from known k where exists (select 1 from sent s where ${fits}))
    update import_lines l set subject = k.id
    from booked s join announced k using (amount, currency, direction, place)
    where ${fits} and l.import_id = ${id} and l.number = s.position`;
}

/**
 * Updates open lines that were read differently before: so a wrong mapping can be corrected. What was booked by the bank
 * does not become pending again by an older file. A line whose status changes is from then on a line of this file: it is
 * compared with those of the others. Returns their ids.
 */
async function updateOpenLines(tx: Tx, id: string): Promise<string[]> {
  // Locked first, so that a line that is booked at this very moment is seen as booked.
  const other = await tx<{ id: string }[]>`
    select b.id from bank_lines b join import_lines l on l.subject = b.id, ${facts(tx)}
    where l.import_id = ${id} and l.outcome is null
      and (b.account, b.booked_on, b.value_on, b.amount, b.currency, b.direction, b.status, b.returned, b.reference, b.payer, b.payer_iban, b.bank_reference, b.fee)
        is distinct from (f.account, f.booked_on, f.value_on, f.amount, f.currency, f.direction, f.status, f.returned, f.reference, f.payer, f.payer_iban, f.bank_reference, f.fee)
    order by b.id for no key update of b`;
  const ids = other.map((line) => line.id);
  if (ids.length === 0) return [];
  const updated = await tx<{ id: string }[]>`
    update bank_lines set account = coalesce(f.account, bank_lines.account), booked_on = f.booked_on, value_on = f.value_on, amount = f.amount,
      currency = f.currency, direction = f.direction, status = f.status, returned = f.returned, reference = f.reference, payer = f.payer,
      payer_iban = f.payer_iban, bank_reference = f.bank_reference, fee = f.fee,
      import_id = case when bank_lines.status = f.status then bank_lines.import_id else ${id} end
    from import_lines l, ${facts(tx)}
    where l.import_id = ${id} and l.outcome is null and l.subject = bank_lines.id and bank_lines.id = any(${ids})
      and ${bankLineIsUntouched(tx)} and not (bank_lines.status = 'booked' and f.status = 'pending')
    returning bank_lines.id`;
  return updated.map((line) => line.id);
}
