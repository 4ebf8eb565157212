import type { Day } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';
import type { BankLine, OpenDocument } from './rules/matching.ts';
import { digitKeysIn, numberKeysIn } from './rules/numbers.ts';
import { isPaymentReference } from './rules/payment-reference.ts';

type Row = {
  number: string;
  customerId: string;
  customerName: string;
  currency: string;
  automatic: boolean;
  orderId: string;
  amount: number;
  outstanding: number;
  dueOn: Day;
  placedOn: Day;
  collecting: boolean;
  asked?: number | null;
};

const keyOfColumn = (db: Db, column: string) =>
  db`upper(regexp_replace(${db.unsafe(column) as never}, '[^A-Za-z0-9]', '', 'g'))`;

/** The digits of a number without leading zeros, as `digitsKey` makes them. */
const digitsOfColumn = (db: Db, column: string) =>
  db`ltrim(regexp_replace(${db.unsafe(column) as never}, '[^0-9]', '', 'g'), '0')`;

/** When the earliest unpaid instalment of the order `o` is due; of a fee alone, the last one. */
const dueOn = (
  db: Db,
) => db`coalesce((select min(n.due_on) from instalments n where n.order_id = o.id and n.outstanding > 0),
  (select max(n.due_on) from instalments n where n.order_id = o.id))`;

const placedOn = (db: Db, zone: string) => db`(o.placed_at at time zone ${zone})::date`;

/** Whether the bank is collecting an instalment of the order `o`. */
const collecting = (db: Db) => db`exists (
  select 1 from bank_collections b where b.order_id = o.id and b.state in ('presented', 'credited'))`;

/** The open orders, and the invoices for open orders, that these lines may pay: found by number or by amount. */
export async function openDocuments(
  db: Db,
  lines: readonly BankLine[],
  zone: string,
): Promise<OpenDocument[]> {
  const keys = [...new Set(lines.flatMap(({ reference }) => numberKeysIn(reference)))];
  const amounts = [...new Set(lines.map(({ amount }) => amount))];
  const digits = [...new Set(lines.flatMap(({ reference }) => digitKeysIn(reference)))];
  const references = keys.filter(isPaymentReference);
  const [orders, invoices, printed] = await Promise.all([
    // Looked up one by one: with `= any`, a prepared statement soon compares each open order with each of thousands of keys.
    db<Row[]>`
      with found as materialized (
        select o.id from unnest(${keys}::text[]) k join orders o on ${keyOfColumn(db, 'o.order_number')} = k where o.status = 'open'
        union select o.id from unnest(${keys}::text[]) k join orders o on ${keyOfColumn(db, 'o.id')} = k where o.status = 'open'
        union select o.id from unnest(${digits}::text[]) k join orders o on ${digitsOfColumn(db, 'o.order_number')} = k where o.status = 'open'
        union select o.id from unnest(${amounts}::bigint[]) a join orders o on o.outstanding = a where o.status = 'open')
      select coalesce(o.order_number, o.id::text) as number, o.customer_id, c.name as customer_name, o.currency, c.privilege <> 'insolvency' as automatic,
             o.id as order_id, o.outstanding as amount, o.outstanding, ${dueOn(db)} as due_on, ${placedOn(db, zone)} as placed_on, ${collecting(db)} as collecting
      from found join orders o on o.id = found.id join customers c on c.id = o.customer_id`,
    db<Row[]>`
      select i.number, o.customer_id, c.name as customer_name, o.currency, c.privilege <> 'insolvency' as automatic, o.id as order_id,
             least(o.outstanding, p.payable) as amount, o.outstanding, ${dueOn(db)} as due_on,
             ${placedOn(db, zone)} as placed_on, ${collecting(db)} as collecting
      from (select i.id, i.number from unnest(${keys}::text[]) k join invoices i on ${keyOfColumn(db, 'i.number')} = k
            union select i.id, i.number from unnest(${digits}::text[]) k join invoices i on ${digitsOfColumn(db, 'i.number')} = k) i join invoice_parts p on p.invoice_id = i.id join orders o on o.id = p.order_id
        join customers c on c.id = o.customer_id
      where o.status = 'open' and p.payable > 0`,
    references.length === 0
      ? []
      : db<Row[]>`
      select r.reference as number, o.customer_id, c.name as customer_name, o.currency, c.privilege <> 'insolvency' as automatic, o.id as order_id,
             o.outstanding as amount, o.outstanding, ${dueOn(db)} as due_on, ${placedOn(db, zone)} as placed_on,
             ${collecting(db)} as collecting, (r.asked->>o.id)::bigint as asked
      from payment_references r join orders o on o.id = any(r.order_ids) join customers c on c.id = o.customer_id
      where r.reference = any(${references}) and o.status = 'open'`,
  ]);
  const byId = orders
    .filter(({ number, orderId }) => number !== orderId)
    .map((row) => ({ ...row, number: row.orderId }));
  return [...orders, ...byId]
    .map(documentOf)
    .concat(sharedOf('invoice', invoices), sharedOf('reference', printed));
}

const documentOf = ({
  orderId,
  amount,
  outstanding,
  dueOn,
  placedOn,
  collecting,
  ...row
}: Row): OpenDocument => ({
  kind: 'order',
  ...row,
  orders: [{ orderId, amount, outstanding, dueOn, placedOn, collecting }],
});

/** One document for each invoice or reference; there is one row for each of its orders. */
function sharedOf(kind: OpenDocument['kind'], rows: readonly Row[]): OpenDocument[] {
  const found = new Map<string, OpenDocument>();
  for (const { orderId, amount, outstanding, dueOn, placedOn, collecting, asked, ...row } of rows) {
    const key = `${row.customerId} ${row.number}`;
    const orders = [
      ...(found.get(key)?.orders ?? []),
      { orderId, amount, outstanding, dueOn, placedOn, collecting, asked: asked ?? 0 },
    ];
    found.set(key, { kind, ...row, orders });
  }
  return [...found.values()];
}
