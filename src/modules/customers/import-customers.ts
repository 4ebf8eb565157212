import type { Tx } from '../../platform/postgres/client.ts';
import type { ImportRow } from '../imports/tables.ts';
import { activePolicies } from '../settings/tables.ts';
import { writeFacts } from './tables.ts';

/** How many customers one statement locks and writes, in the order of their ids. */
const BATCH = 5_000;

/**
 * Writes the customers of an import, each as `putCustomer` does. Customers whose facts have not changed are left alone:
 * their rows are not even locked. A line that was applied keeps its outcome, not its content.
 */
export async function importCustomers(
  tx: Tx,
  { id }: ImportRow,
  { now, reportProgress }: { now: string; reportProgress: (lines: number) => Promise<void> },
): Promise<void> {
  const { currency } = (await activePolicies(tx)).settings.body;
  for (let done = 0, after = ''; ; ) {
    const [batch] = await tx<{ count: number; first: string | null; last: string | null }[]>`
      select count(*)::int as count, min(subject) as first, max(subject) as last
      from (select subject from import_lines where import_id = ${id} and outcome is null and subject > ${after}
            order by subject limit ${BATCH}) next`;
    if (!batch || batch.first === null || batch.last === null) return;
    await importBatch(tx, id, { first: batch.first, last: batch.last, currency, now });
    after = batch.last;
    done += batch.count;
    await reportProgress(done);
  }
}

async function importBatch(
  tx: Tx,
  id: string,
  { first, last, currency, now }: { first: string; last: string; currency: string; now: string },
): Promise<void> {
  const lines = tx`import_id = ${id} and outcome is null and subject between ${first} and ${last}`;
  const source = tx`
    select l.subject, f.name, f.email, f.locale, f.country, f."vatNumber", f."vatKey", f.groups, f.contacts, f."pastOrders",
           coalesce((f.turnover->>'amount')::bigint, 0), f.turnover->>'currency', f.since, f.external, f."closedMonths", f.closures,
           f."accountManager",
           ${currency}, l.fingerprint, ${now}::timestamptz, ${now}::timestamptz
    from (select subject, facts, fingerprint from import_lines where ${lines}) l
    left join customers c on c.id = l.subject,
    jsonb_to_record(l.facts) as f(name text, email text, locale text, country text, "vatNumber" text, "vatKey" text, groups text[],
                                  contacts jsonb, "pastOrders" int, turnover jsonb, since date, external jsonb,
                                  "closedMonths" jsonb, closures jsonb, "accountManager" jsonb)
    where c.fingerprint is distinct from l.fingerprint
    order by l.subject`;
  const written = await writeFacts(tx, source);
  // One statement per outcome, and no join: while this runs, the planner has no statistics about the table's content.
  const applied = tx`facts = null`;
  for (const [outcome, inserted] of [
    ['created', true],
    ['updated', false],
  ] as const) {
    const ids = written.filter((row) => row.inserted === inserted).map((row) => row.id);
    await tx`
      update import_lines set outcome = ${outcome}, ${applied}
      where import_id = ${id} and outcome is null and subject = any(${ids})`;
  }
  await tx`update import_lines set outcome = 'unchanged', ${applied} where ${lines}`;
}
