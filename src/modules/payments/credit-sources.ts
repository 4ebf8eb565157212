import type { Day } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';

/** Credit reserved by a command that waits for its order's workflow; minor units. */
export type ReservedCredit = {
  commandId: string;
  orderId: string;
  /** The payment that it takes from; null: the customer's credit as a whole. */
  paymentId: string | null;
  /** What it takes of the credit that is held; a payment that is not booked yet takes none. */
  amount: number;
  /** By how much it reduces what is owed on the order. */
  reduces: number;
};

/** What waiting commands will take of a customer's credit and of what is owed, in one currency. */
export async function reservedCredit(
  db: Db,
  customerId: string,
  currency: string,
): Promise<ReservedCredit[]> {
  return db<ReservedCredit[]>`
    select c.id as command_id, c.order_id, c.body->>'paymentId' as payment_id,
           case c.kind when 'recordPayment' then 0 else (c.body->>'amount')::bigint end as amount,
           case c.kind when 'recordPayment' then p.amount else (c.body->>'amount')::bigint end
             + (select coalesce(sum((d->>'amount')::bigint), 0) from jsonb_array_elements(coalesce(c.body->'deductions', '[]')) d)::bigint as reduces
    from commands c join orders o on o.id = c.order_id left join payments p on p.payment_id = c.body->>'paymentId'
    where c.outcome is null and c.kind in ('recordPayment', 'allocate', 'applyCredit')
      and o.customer_id = ${customerId} and o.currency = ${currency}
    order by c.position`;
}

/** Credit that may be used: what is left of a payment, or (null) credit that comes from no payment. Minor units. */
export type CreditSource = { amount: number } & (
  | { paymentId: string; receivedOn: Day }
  | { paymentId: null; receivedOn: null }
);

/** The credit in the ledger that comes from one payment, in minor units. */
export async function unappliedOf(db: Db, paymentId: string): Promise<number> {
  const [row] = await db<{ amount: number }[]>`
    select coalesce(sum(amount), 0)::bigint as amount from ledger where payment_id = ${paymentId} and account = 'unapplied'`;
  return row!.amount;
}

/** The customer's credit in the ledger that comes from no payment, in minor units. */
export async function creditWithoutPayment(db: Db, customerId: string, currency: string): Promise<number> {
  const [row] = await db<{ amount: number }[]>`
    select coalesce(sum(amount), 0)::bigint as amount from ledger
    where customer_id = ${customerId} and currency = ${currency} and account = 'unapplied' and payment_id is null`;
  return row!.amount;
}

/** The part of one payment that is not allocated, as far as that credit is still there. */
export async function leftOfPayment(db: Db, paymentId: string): Promise<number> {
  const [row] = await db<{ amount: number }[]>`
    select least(a.unapplied, (select coalesce(sum(amount), 0) from ledger where payment_id = p.payment_id and account = 'unapplied'))::bigint as amount
    from payments p join accounts a on a.customer_id = p.customer_id and a.currency = p.currency where p.payment_id = ${paymentId}`;
  return row?.amount ?? 0;
}

/**
 * The credit that a customer may use in a currency, less what is promised: first credit that comes from no payment,
 * then what is left of payments, the oldest first. Exact under the customer's lock.
 * @param before a command: its own promise does not count, nor do later promises of the credit as a whole
 */
export async function creditSources(
  db: Db,
  customerId: string,
  currency: string,
  { before = null }: { before?: string | null } = {},
): Promise<CreditSource[]> {
  const [[account], payments, waiting] = await Promise.all([
    db<{ unapplied: number }[]>`
      select unapplied from accounts where customer_id = ${customerId} and currency = ${currency}`,
    db<{ paymentId: string; receivedOn: Day; amount: number }[]>`
      select p.payment_id, p.received_on, sum(l.amount)::bigint as amount
      from payments p join ledger l on l.payment_id = p.payment_id and l.account = 'unapplied'
      where p.customer_id = ${customerId} and p.currency = ${currency}
      group by p.payment_id having sum(l.amount) > 0 order by p.received_on, p.created_at, p.payment_id`,
    reservedCredit(db, customerId, currency),
  ]);
  const place = waiting.findIndex(({ commandId }) => commandId === before);
  const others = waiting.filter(
    ({ paymentId }, index) => index !== place && (paymentId !== null || place < 0 || index < place),
  );
  const promised = (of: string | null) =>
    others.reduce((sum, { paymentId, amount }) => (paymentId === of ? sum + amount : sum), 0);
  const ofPayments = payments.reduce((sum, { amount }) => sum + amount, 0);
  const sources = [
    { paymentId: null, receivedOn: null, amount: (account?.unapplied ?? 0) - ofPayments },
    ...payments.map((payment) => ({ ...payment, amount: payment.amount - promised(payment.paymentId) })),
  ];
  return withoutSpent(sources, promised(null));
}

/** Takes off what was promised or spent of the credit as a whole, from the first sources first. */
function withoutSpent(sources: readonly CreditSource[], spent: number): CreditSource[] {
  let left = spent + sources.reduce((sum, { amount }) => sum + Math.max(-amount, 0), 0);
  return sources.flatMap((source) => {
    const taken = Math.min(left, Math.max(source.amount, 0));
    left -= taken;
    return source.amount > taken ? [{ ...source, amount: source.amount - taken }] : [];
  });
}

/** The sources that an amount is taken from; null if they hold less. */
export function draw(sources: readonly CreditSource[], amount: number): CreditSource[] | null {
  let left = amount;
  const drawn = sources.flatMap((source) => {
    const taken = Math.min(left, source.amount);
    left -= taken;
    return taken === 0 ? [] : [{ ...source, amount: taken }];
  });
  return left === 0 ? drawn : null;
}
