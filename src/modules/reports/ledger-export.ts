import type { Day } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { type LedgerRow, ledgerColumns } from '../ledger/tables.ts';

/** An entry with all that is needed to rebuild every balance from the entries alone; `amount` in minor units. */
export type ExportedEntry = LedgerRow & {
  bookedOn: Day;
  customerName: string;
  vatNumber: string | null;
  orderNumber: string | null;
};

type Period = { start: string | null; end: string; zone: string };

const PAGE = 250;
/** An entry of a transaction in progress is never further than this from the newest one. */
const NEAR = 20_000;

/**
 * The ledger from one instant (or its beginning) to another, page by page in the sequence of its entries, as it was at
 * one moment, whatever is booked while it is read. Holds no connection between the pages.
 */
export async function* exportLedger(db: Db, period: Period): AsyncIterable<ExportedEntry[]> {
  const { first, last, unseen } = await extentOf(db, period);
  const { start, end, zone } = period;
  for (let after = first - 1; after < last; ) {
    const page = await db<ExportedEntry[]>`
      select ${ledgerColumns(db)}, (l.booked_at at time zone ${zone})::date as booked_on, c.name as customer_name, c.vat_number,
             o.order_number
      from ledger l
        join customers c on c.id = l.customer_id
        left join orders o on o.id = l.order_id
      where l.id > ${after} and l.id <= ${last} and l.id <> all(${unseen}::bigint[])
        and ${start === null ? db`true` : db`l.booked_at >= ${start}`} and l.booked_at < ${end}
      order by l.id limit ${PAGE}`;
    if (page.length === 0) return;
    yield page;
    after = page.at(-1)!.id;
  }
}

/**
 * The period's first and last entry, and the ids between them that are not seen now: of transactions in progress, which
 * this export leaves out to its end, so that it has no half of one; and of those that were rolled back.
 */
async function extentOf(db: Db, { start, end }: Period) {
  const [extent] = await db<{ first: number; last: number; unseen: number[] }[]>`
    with extent as (
      select min(id) as first, max(id) as last from ledger
      where ${start === null ? db`true` : db`booked_at >= ${start}`} and booked_at < ${end}
    )
    select coalesce(first, 1) as first, coalesce(last, 0) as last,
           array(select id from generate_series(greatest(first, last - ${NEAR}::int), last) id
                 except select id from ledger where id between last - ${NEAR}::int and last) as unseen
    from extent`;
  return extent!;
}
