import { setImmediate } from 'node:timers/promises';
import type { Db } from '../../platform/postgres/client.ts';
import { merchantZone } from '../settings/tables.ts';
import { openDocuments } from './open-documents.ts';
import { resemblingLines } from './resembling-lines.ts';
import { type BankLine, type Match, match } from './rules/matching.ts';
import { numberKeysIn } from './rules/numbers.ts';
import { HIGHEST_FEE, matchReturn, type Returnable, type ReturnMatch } from './rules/returns.ts';
import { isCommon, wordsOf } from './rules/words-in-names.ts';
import { type BankLineRow, stateOf } from './tables.ts';

/** How many lines are compared before the process answers others: a few milliseconds. */
const MATCHED_AT_ONCE = 25;

/** What a bank line probably is: a payment, or the return of one. */
export type Proposal = ({ kind: 'payment' } & Match) | ({ kind: 'reversal' } & ReturnMatch);

/** What each of these lines probably is, as the orders and payments are now; only of lines that are open. */
export async function proposalsFor(
  db: Db,
  lines: readonly BankLineRow[],
): Promise<ReadonlyMap<string, Proposal>> {
  const open = lines.filter((line) => stateOf(line) === 'open');
  const [matches, returns] = await Promise.all([
    matchesFor(db, open),
    returnsFor(
      db,
      open.filter(({ direction }) => direction === 'debit'),
    ),
  ]);
  return new Map([
    ...[...matches].map(([id, found]): [string, Proposal] => [id, { kind: 'payment', ...found }]),
    ...[...returns].map(([id, found]): [string, Proposal] => [id, { kind: 'reversal', ...found }]),
  ]);
}

/** What each of these incoming lines probably pays, as the orders are now; only of lines that are open. */
export async function matchesFor(db: Db, lines: readonly BankLineRow[]): Promise<ReadonlyMap<string, Match>> {
  const open = lines.filter((line) => stateOf(line) === 'open' && line.direction === 'credit');
  if (open.length === 0) return new Map();
  const zone = await merchantZone(db);
  const [documents, words, customersByIban, resembling] = await Promise.all([
    openDocuments(db, open, zone),
    wordsOfPayers(db, open),
    customersOfIbans(db, open),
    resemblingLines(db, open),
  ]);
  const known = (line: BankLineRow) => ({
    sharedWords: words.shared,
    customersOfName: [...new Set(wordsOf(line.payer).flatMap((word) => words.customers.get(word) ?? []))],
    customersOfIban: customersByIban.get(line.payerIban ?? '') ?? [],
    resembling: resembling.get(line.id) ?? null,
  });
  const found = new Map<string, Match>();
  for (const [at, line] of open.entries()) {
    if (at % MATCHED_AT_ONCE === 0) await setImmediate();
    found.set(line.id, match(line, documents, known(line)));
  }
  return found;
}

/** Words of payers' names: those that several customers have in theirs, and whose the others are. */
type Words = { readonly shared: ReadonlySet<string>; readonly customers: ReadonlyMap<string, string> };

async function wordsOfPayers(db: Db, lines: readonly BankLine[]): Promise<Words> {
  const words = [...new Set(lines.flatMap(({ payer }) => wordsOf(payer)))];
  if (words.length === 0) return { shared: new Set(), customers: new Map() };
  const rows = await db<{ word: string; customers: string[] }[]>`
    select word, array(select id from customers where name_words @> array[word] limit 2) as customers
    from unnest(${words}::text[]) word`;
  const several = rows.filter(({ customers }) => customers.length > 1);
  const own = rows.filter(({ word, customers }) => customers.length === 1 && !isCommon(word));
  return {
    shared: new Set(several.map(({ word }) => word)),
    customers: new Map(own.map(({ word, customers }) => [word, customers[0]!])),
  };
}

/** The customers whose payments came from these lines' IBANs before: learned from what was booked and not reversed. */
async function customersOfIbans(
  db: Db,
  lines: readonly BankLineRow[],
): Promise<ReadonlyMap<string, string[]>> {
  const ibans = [...new Set(lines.flatMap(({ payerIban }) => payerIban ?? []))];
  if (ibans.length === 0) return new Map();
  const rows = await db<{ iban: string; customers: string[] }[]>`
    select i.iban, array_agg(distinct p.customer_id) as customers
    from unnest(${ibans}::text[]) i (iban), lateral (
      select b.id from bank_lines b where b.payer_iban = i.iban order by b.value_on desc limit 50) b, payments p
    where (p.payment_id = b.id or p.payment_id like b.id || ':%') and not exists (
      select 1 from ledger l join ledger r on r.reverses = l.id where l.payment_id = p.payment_id and l.kind = 'payment')
    group by i.iban`;
  return new Map(rows.map(({ iban, customers }) => [iban, customers]));
}

/** Which payment each of these outgoing lines takes back. A line that the bank does not call a return may have none. */
export async function returnsFor(
  db: Db,
  lines: readonly BankLineRow[],
): Promise<ReadonlyMap<string, ReturnMatch>> {
  if (lines.length === 0) return new Map();
  const payments = await returnables(db, lines);
  return new Map(
    lines.flatMap((line) => {
      const found = matchReturn(line, payments);
      return found === null ? [] : [[line.id, found] as const];
    }),
  );
}

type DebitLine = Pick<BankLineRow, 'amount' | 'currency' | 'reference' | 'payerIban' | 'returned'>;

/** What these lines may take back: what they name, and payments of the amount if the bank calls them returns. */
export async function returnables(db: Db, lines: readonly DebitLine[]): Promise<Returnable[]> {
  const keys = [...new Set(lines.flatMap(({ reference }) => numberKeysIn(reference)))];
  const returns = lines.filter(({ returned }) => returned !== null);
  const amounts = returns.map(({ amount }) => amount);
  const key = (column: string) =>
    db`upper(regexp_replace(${db.unsafe(column) as never}, '[^A-Za-z0-9]', '', 'g'))`;
  const rows = await db<
    (Omit<Returnable, 'collection'> & { orderId: string | null; instalment: number | null })[]
  >`
    with named as (
      select o.id from unnest(${keys}::text[]) k join orders o on ${key('o.order_number')} = k
      union select o.id from unnest(${keys}::text[]) k join orders o on ${key('o.id')} = k
      union select p.order_id from unnest(${keys}::text[]) k join invoices i on ${key('i.number')} = k join invoice_parts p on p.invoice_id = i.id),
    found as (
      select distinct l.payment_id from ledger l where l.order_id in (select id from named) and l.payment_id is not null
      union (select p.payment_id from unnest(${amounts}::bigint[]) a join payments p on p.amount between a - ${HIGHEST_FEE} and a
             order by p.received_on desc limit 2000))
    select p.payment_id, null as order_id, null::int as instalment, p.customer_id, c.name as customer_name, p.amount, p.currency, p.received_on, b.payer_iban,
           (select coalesce(array_agg(distinct n), '{}') from ledger l join orders o on o.id = l.order_id
              left join invoice_parts ip on ip.order_id = o.id left join invoices i on i.id = ip.invoice_id,
              unnest(array[o.id::text, o.order_number, i.number]) n
            where l.payment_id = p.payment_id and n is not null) as numbers
    from found f join payments p using (payment_id) join customers c on c.id = p.customer_id
      left join bank_lines b on b.id::text = split_part(p.payment_id, ':', 1)
    where exists (select 1 from ledger l where l.payment_id = p.payment_id and l.kind = 'payment'
                  and not exists (select 1 from ledger r where r.reverses = l.id))
    union all
    select null, b.order_id, b.instalment, o.customer_id, c.name, n.amount, o.currency, b.state_on, null,
           (select array_agg(distinct x) from unnest(array[o.id::text, o.order_number] || array(
              select i.number from invoice_parts ip join invoices i on i.id = ip.invoice_id where ip.order_id = o.id)) x where x is not null)
    from bank_collections b join orders o on o.id = b.order_id join customers c on c.id = o.customer_id
      join instalments n on n.order_id = b.order_id and n.number = b.instalment
    where b.state in ('presented', 'credited') and (o.id in (select id from named)
      or exists (select 1 from unnest(${amounts}::bigint[]) a where n.amount between a - ${HIGHEST_FEE} and a))
`;
  return rows.map(({ orderId, instalment, ...row }) => ({
    ...row,
    collection: orderId === null ? null : { orderId, instalment: instalment! },
  }));
}
