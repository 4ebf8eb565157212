import type { Money } from '../../kernel/money.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { deductionOf, type ReductionKind } from '../ledger/rules/deductions.ts';
import type { DeductionKind } from './rules/receipts.ts';
import { type PaymentRow, paymentColumns, unknownPayment } from './tables.ts';

/** A payment as people read it: what was received is allocated, unapplied, refunded, reversed, or not booked yet. */
export type PaymentView = {
  paymentId: string;
  customerId: string;
  /** The order that it was recorded on; null for a payment of the customer, for any number of orders. */
  orderId: string | null;
  amount: Money;
  receivedOn: string;
  method: string | null;
  reference: string | null;
  actor: string;
  createdAt: string;
  allocated: Money;
  /** What was deducted with it from what orders owe: fees, roundings, discounts. */
  deducted: Money;
  /** Credit that is left of it, including what is pending. */
  unapplied: Money;
  /** What waiting commands will take of it, or book of it. */
  pending: Money;
  refunded: Money;
  reversed: Money;
  /** In the sequence in which they were asked for. */
  allocations: { orderId: string; amount: Money; deductions: { kind: DeductionKind; amount: Money }[] }[];
  /** The commands that allocate it to orders, and their outcomes. */
  commands: {
    commandId: string;
    orderId: string;
    amount: Money;
    outcome: 'applied' | 'refused' | null;
    refusal: string | null;
  }[];
};

type Sums = PaymentRow & {
  allocated: number;
  deducted: number;
  unapplied: number;
  refunded: number;
  reversed: number;
  waits: boolean;
};

/** Sums over the entries `l`; a reversing entry counts with the kind that it reverses. */
const sums = (db: Db) => db`
  coalesce(-sum(l.amount) filter (where l.account = 'receivable' and l.effect in ('payment', 'allocation')), 0)::bigint as allocated,
  coalesce(-sum(l.amount) filter (where l.effect in ('early_payment_discount', 'tolerance', 'rounding', 'bank_fee', 'withholding')), 0)::bigint as deducted,
  coalesce(sum(l.amount) filter (where l.account = 'unapplied'), 0)::bigint as unapplied,
  coalesce(-sum(l.amount) filter (where l.account = 'unapplied' and l.effect = 'refund'), 0)::bigint as refunded,
  coalesce(sum(case l.account when 'receivable' then l.amount else -l.amount end) filter (where l.kind = 'reversal' and l.effect = 'payment'), 0)::bigint as reversed`;

type PaymentFilter = { customerId?: string | undefined; unapplied?: boolean | undefined };

/** Payments after `after` (the last one of the previous page), the newest first. */
export async function listPayments(
  db: Db,
  { customerId, unapplied }: PaymentFilter,
  { after, limit }: { after: { createdAt: string; paymentId: string } | null; limit: number },
): Promise<PaymentView[]> {
  const left = db`(select coalesce(sum(amount), 0) from ledger where payment_id = p.payment_id and account = 'unapplied')`;
  const rows = await db<{ paymentId: string }[]>`
    select p.payment_id from payments p
    where ${customerId === undefined ? db`true` : db`p.customer_id = ${customerId}`}
      and ${unapplied === undefined ? db`true` : unapplied ? db`${left} > 0` : db`${left} <= 0`}
      and ${after === null ? db`true` : db`(p.created_at, p.payment_id) < (${after.createdAt}, ${after.paymentId})`}
    order by p.created_at desc, p.payment_id desc limit ${limit}`;
  const ids = rows.map(({ paymentId }) => paymentId);
  const views = await viewsOf(db, ids);
  return views.sort((a, b) => ids.indexOf(a.paymentId) - ids.indexOf(b.paymentId));
}

/** @throws NettermsError `payment-not-found` */
export async function readPayment(db: Db, paymentId: string): Promise<PaymentView> {
  return (await viewsOf(db, [paymentId]))[0] ?? unknownPayment(paymentId);
}

/** The orders that a payment was or will be booked on, by id. */
export async function ordersOfPayment(db: Db, paymentId: string): Promise<string[]> {
  const rows = await db<{ orderId: string }[]>`
    select order_id from ledger where payment_id = ${paymentId} and order_id is not null
    union select order_id from commands where kind = 'allocate' and body->>'paymentId' = ${paymentId} and outcome is null
    union select order_id from payments where payment_id = ${paymentId} and order_id is not null order by 1`;
  return rows.map(({ orderId }) => orderId);
}

async function viewsOf(db: Db, ids: readonly string[]): Promise<PaymentView[]> {
  const of = ids as string[];
  const [payments, lines, commands] = await Promise.all([
    db<Sums[]>`
      select ${paymentColumns(db)}, ${sums(db)}, (c.id is not null and c.outcome is null) as waits
      from payments left join commands c on c.id = payments.command_id
        left join ledger l on l.payment_id = payments.payment_id
      where payments.payment_id = any(${of}) group by payments.payment_id, c.id`,
    db<{ paymentId: string; orderId: string; effect: ReductionKind | null; amount: number }[]>`
      select payment_id, order_id, case when effect not in ('payment', 'allocation') then effect::text end as effect,
             -sum(amount)::bigint as amount
      from ledger
      where payment_id = any(${of}) and account = 'receivable' and effect in (
        'payment', 'allocation', 'early_payment_discount', 'tolerance', 'rounding', 'bank_fee', 'withholding')
      group by 1, 2, 3 having sum(amount) <> 0 order by min(id)`,
    db<
      {
        id: string;
        orderId: string;
        paymentId: string;
        amount: number;
        outcome: never;
        refusal: string | null;
      }[]
    >`
      select id, order_id, body->>'paymentId' as payment_id, (body->>'amount')::bigint as amount, outcome, refusal
      from commands where kind = 'allocate' and body->>'paymentId' = any(${of}) order by position`,
  ]);
  return payments.map((payment) => {
    const money = (amount: number): Money => ({ amount, currency: payment.currency });
    const ownLines = lines.filter(({ paymentId }) => paymentId === payment.paymentId);
    const ownCommands = commands.filter(({ paymentId }) => paymentId === payment.paymentId);
    const orderIds = new Set([...ownCommands, ...ownLines].map((given) => given.orderId));
    const waiting = ownCommands.reduce((sum, { outcome, amount }) => (outcome ? sum : sum + amount), 0);
    const { paymentId, customerId, orderId, receivedOn, method, reference, actor, createdAt } = payment;
    return {
      ...{ paymentId, customerId, orderId, amount: money(payment.amount), receivedOn, method, reference },
      ...{ actor, createdAt },
      allocated: money(payment.allocated),
      deducted: money(payment.deducted),
      unapplied: money(payment.unapplied),
      pending: money(payment.waits ? payment.amount : waiting),
      refunded: money(payment.refunded),
      reversed: money(payment.reversed),
      allocations: [...orderIds].flatMap((orderId) => {
        const ofOrder = ownLines.filter((line) => line.orderId === orderId);
        if (ofOrder.length === 0) return [];
        const taken = ofOrder.find(({ effect }) => effect === null)?.amount ?? 0;
        const deducted = new Map<DeductionKind, number>();
        for (const { effect, amount } of ofOrder) {
          if (effect === null) continue;
          const kind = deductionOf[effect];
          deducted.set(kind, (deducted.get(kind) ?? 0) + amount);
        }
        const deductions = [...deducted].map(([kind, amount]) => ({ kind, amount: money(amount) }));
        return [{ orderId, amount: money(taken), deductions }];
      }),
      commands: ownCommands.map(({ id, orderId, amount, outcome, refusal }) => ({
        ...{ commandId: id, orderId, amount: money(amount), outcome, refusal },
      })),
    };
  });
}
