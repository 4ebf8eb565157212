import type { Tx } from './client.ts';
import type { ImportRow } from './imports.ts';

/** Puts the lines of a bank's file into the pool; those that stood in an earlier file already are left as they are. */
export async function importBankLines(tx: Tx, { id }: ImportRow, { now }: { now: string }): Promise<void> {
  await tx`
    insert into bank_lines (id, import_id, value_on, amount, currency, reference, payer, created_at)
    select l.subject, ${id}, f."valueOn", f.amount, f.currency, f.reference, f.payer, ${now}
    from import_lines l, jsonb_to_record(l.facts) as f("valueOn" date, amount bigint, currency text, reference text, payer text)
    where l.import_id = ${id} and l.outcome is null
    order by l.number on conflict (id) do nothing`;
  await tx`
    update import_lines set facts = null, outcome = case when exists (
        select 1 from bank_lines b where b.id = import_lines.subject and b.import_id = ${id}) then 'created' else 'unchanged' end
    where import_id = ${id} and outcome is null`;
}
