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

const PAGE = 1_000;

/**
 * The ledger from one instant (or its beginning) to another, page by page in the sequence of its entries, as it was at
 * one moment. Holds a connection until it is read to the end or abandoned.
 */
export function exportLedger(
  db: Db,
  { start, end, zone }: { start: string | null; end: string; zone: string },
): AsyncIterable<ExportedEntry[]> {
  return db<ExportedEntry[]>`
    select ${ledgerColumns(db)}, (l.booked_at at time zone ${zone})::date as booked_on, c.name as customer_name, c.vat_number,
           o.order_number
    from ledger l
      join customers c on c.id = l.customer_id
      left join orders o on o.id = l.order_id
    where ${start === null ? db`true` : db`l.booked_at >= ${start}`} and l.booked_at < ${end}
    order by l.id`.cursor(PAGE) as AsyncIterable<ExportedEntry[]>;
}
