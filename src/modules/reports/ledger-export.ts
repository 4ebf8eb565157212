import type { Day } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { refundOf, valueOn } from '../corrections/refund-credit.ts';
import type { LedgerRow } from '../ledger/tables.ts';

/** An entry with all that is needed to rebuild every balance from the entries alone; `amount` in minor units. */
export type ExportedEntry = LedgerRow & {
  bookedOn: Day;
  /** The day on which the money was received, or paid out as a refund. */
  valueOn: Day | null;
  customerName: string;
  vatNumber: string | null;
  orderNumber: string | null;
};

const PAGE = 1_000;

/**
 * The ledger from one instant (or its beginning) to another, page by page in the order of its entries, all of one
 * moment. Holds a connection until it has been read or left.
 */
export function exportLedger(
  db: Db,
  { start, end, zone }: { start: string | null; end: string; zone: string },
): AsyncIterable<ExportedEntry[]> {
  return db<ExportedEntry[]>`
    select l.id, l.entry_key, l.booked_at, (l.booked_at at time zone ${zone})::date as booked_on,
           ${valueOn(db)} as value_on, l.customer_id, c.name as customer_name, c.vat_number, l.order_id, o.order_number,
           l.instalment, l.account, l.kind, l.part, l.label, l.amount, l.currency, l.payment_id, l.reverses, l.command_id, l.actor
    from ledger l
      join customers c on c.id = l.customer_id
      left join orders o on o.id = l.order_id
      left join payments p on p.payment_id = l.payment_id
      ${refundOf(db)}
    where ${start === null ? db`true` : db`l.booked_at >= ${start}`} and l.booked_at < ${end}
    order by l.id`.cursor(PAGE) as AsyncIterable<ExportedEntry[]>;
}
