import type { Fragment, Tx } from '../../platform/postgres/client.ts';
import type { ImportRow } from '../imports/tables.ts';
import { bankLineIsOpen } from './tables.ts';

const facts = (tx: Tx) => tx`lateral (
  select "valueOn" as value_on, amount, currency, reference, payer
  from jsonb_to_record(l.facts) as r("valueOn" date, amount bigint, currency text, reference text, payer text)) f`;

/**
 * Puts the lines of a bank's file into the pool. Those that an earlier file contained are the same lines: booked or
 * ignored ones are left as they are, and open ones take what was read this time.
 */
export async function importBankLines(tx: Tx, { id }: ImportRow, { now }: { now: string }): Promise<void> {
  // One file at a time: two that overlap must see each other's lines.
  await tx`select pg_advisory_xact_lock(hashtextextended('bank-lines', 0))`;
  // The planner assumes that the file has only a few lines, and would compare every line with every other.
  await tx`set local enable_nestloop = off`;
  await matchKnownLines(tx, id, { alike: tx`, payer`, agree: tx`sent.payer = known.payer` });
  await matchKnownLines(tx, id, { alike: tx``, agree: tx`'' in (sent.payer, known.payer)` });
  await tx`
    insert into bank_lines (id, import_id, value_on, amount, currency, reference, payer, created_at)
    select l.subject, ${id}, f.*, ${now} from import_lines l, ${facts(tx)}
    where l.import_id = ${id} and l.outcome is null
    order by l.number on conflict (id) do nothing`;
  const updated = await updateOpenLines(tx, id);
  await tx`
    update import_lines l set facts = null, outcome = case
        when b.import_id = ${id} then 'created' when b.id = any(${updated}) then 'updated' else 'unchanged' end
    from bank_lines b where l.import_id = ${id} and l.outcome is null and b.id = l.subject`;
}

/**
 * Recognises lines by their content if they look different in this file than in an earlier one, because its balances or
 * its columns changed; equal lines are matched one to one. `agree` compares the payers: a reading may lack the payer.
 */
async function matchKnownLines(
  tx: Tx,
  id: string,
  { alike, agree }: { alike: Fragment; agree: Fragment },
): Promise<void> {
  const place = tx`row_number() over (partition by value_on, amount, currency, reference ${alike} order by position)`;
  await tx`
    with sent as (
      select *, ${place} as place from (
        select l.number as position, f.* from import_lines l, ${facts(tx)}
        where l.import_id = ${id} and l.outcome is null and not exists (select 1 from bank_lines b where b.id = l.subject)) s),
    known as (
      select *, ${place} as place from (
        select b.id as position, b.value_on, b.amount, b.currency, b.reference, b.payer from bank_lines b
        where b.value_on in (select value_on from sent)
          and not exists (select 1 from import_lines l where l.import_id = ${id} and l.outcome is null and l.subject = b.id)) k)
    update import_lines l set subject = known.position
    from sent join known using (value_on, amount, currency, reference, place)
    where ${agree} and l.import_id = ${id} and l.number = sent.position`;
}

/** Updates open lines that were read differently before: so a wrong mapping can be corrected. Returns their ids. */
async function updateOpenLines(tx: Tx, id: string): Promise<string[]> {
  // Locked first, so that a line that is booked at this very moment is seen as booked.
  const other = await tx<{ id: string }[]>`
    select b.id from bank_lines b join import_lines l on l.subject = b.id, ${facts(tx)}
    where l.import_id = ${id} and l.outcome is null
      and (b.value_on, b.amount, b.currency, b.reference, b.payer) is distinct from (f.value_on, f.amount, f.currency, f.reference, f.payer)
    order by b.id for no key update of b`;
  const ids = other.map((line) => line.id);
  if (ids.length === 0) return [];
  const updated = await tx<{ id: string }[]>`
    update bank_lines set value_on = f.value_on, amount = f.amount, currency = f.currency, reference = f.reference, payer = f.payer
    from import_lines l, ${facts(tx)}
    where l.import_id = ${id} and l.outcome is null and l.subject = bank_lines.id and bank_lines.id = any(${ids}) and ${bankLineIsOpen(tx)}
    returning bank_lines.id`;
  return updated.map((line) => line.id);
}
