import { z } from 'zod';
import type { Day } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import { invalid } from '../../kernel/invalid.ts';
import { type Money, plainMoney } from '../../kernel/money.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { refuseCommands } from '../commands/apply.ts';
import { customerCommand, type Situation } from '../commands/definition.ts';
import { reread } from '../credit/accounts.ts';
import { balance, type Entry } from '../ledger/rules/entry.ts';
import { type Returned, returnFee, reversal, withdrawal } from '../ledger/rules/returned-payment.ts';
import { type Booking, book, notReversed } from '../ledger/tables.ts';
import { reopenOrder } from '../orders/life-cycle.ts';
import { mayBecome } from '../orders/rules/order-state.ts';
import { getOrder, instalmentsOfOrders, lockOrders, type OrderRow } from '../orders/tables.ts';
import { creditWithoutPayment, unappliedOf } from './credit-sources.ts';
import { reinstateDebt } from './reinstate-debt.ts';
import { byDueDate } from './rules/receipts.ts';
import { findPayment, type PaymentRow, unknownPayment } from './tables.ts';
import { ordersOfPayment } from './views.ts';

type Reversal = {
  reason: string;
  actor: string;
  /** The bank's day; today if not given. */
  returnedOn?: Day | undefined;
  /** The fee that the customer is charged: an amount, or the one in the receipts policy. */
  fee?: Money | 'policy' | undefined;
};

/**
 * Reverses a payment as a whole, with all that it paid and all deductions: by reversing entries, never by an edit.
 * The reversals and the fee count on the day of the return; for late interest and the early-payment discount it was
 * never received. An order that it had settled, or whose rest was written off, is open again, with a new episode: what
 * was forgiven with it is owed again, what credit notes and invoices took off is not, as far as their credit is still
 * held. Credit that it had become is reversed, also where it has paid other orders. Its allocations that still wait are
 * refused. If a fee is asked for, it is charged on the earliest due instalment of its open orders.
 * Refused with `payment-not-found`; `payment-not-booked` while its command still waits for the order's workflow;
 * `credit-used` if credit that it had become is no longer there; `validation` for a fee that no open order can take,
 * `currency-mismatch` for one in another currency.
 */
export const reversePayment = customerCommand({
  kind: 'reversePayment',
  permission: 'accounting',
  body: z.object({
    paymentId: z.string(),
    fee: z.union([z.literal('policy'), z.object({ amount: z.int(), currency: z.string() })]).optional(),
    /** The bank's day; today if not given. */
    returnedOn: z.string().optional(),
  }),
  customerOf: async (tx, { paymentId }) =>
    ((await findPayment(tx, paymentId)) ?? unknownPayment(paymentId)).customerId,
  businessId: ({ paymentId }) => ({
    id: `reversal ${paymentId}`,
    called: `The reversal of payment ${paymentId}`,
  }),
  alreadyDone: (tx, _, { paymentId }) => isReversed(tx, paymentId),

  async apply(tx, state, { paymentId, fee, returnedOn }, { command: { actor, reason } }) {
    await reverse(tx, state, paymentId, { reason: reason ?? '', actor, fee, returnedOn });
  },

  changedOrders: (tx, { paymentId }) => ordersOfPayment(tx, paymentId),

  consequences: ['bankCollections'],
});

/** Whether a payment was reversed. Throws `payment-not-booked` if it is not booked yet. */
async function isReversed(tx: Tx, paymentId: string): Promise<boolean> {
  const [row] = await tx<{ booked: boolean; standing: boolean }[]>`
    select count(*) > 0 as booked,
           coalesce(bool_or(kind = 'payment' and not exists (select 1 from ledger r where r.reverses = l.id)), false) as standing
    from ledger l where payment_id = ${paymentId}`;
  if (row!.booked) return !row!.standing;
  throw new NettermsError(
    'payment-not-booked',
    `Payment ${paymentId} is kept, but not booked yet: reverse it once it is booked.`,
  );
}

/**
 * Reverses a payment; one that is reversed already stays as it is. Needs the lock of its customer.
 * @returns the orders that the payment was for, and those that are open again
 * @throws NettermsError `payment-not-booked`, `credit-used`, `validation`, `currency-mismatch`
 */
export async function reverse(
  tx: Tx,
  state: Situation,
  paymentId: string,
  given: Reversal,
): Promise<{ orderIds: string[]; reopened: string[] }> {
  const { reason, actor } = given;
  const { now, policies } = state;
  const payment = (await findPayment(tx, paymentId)) ?? unknownPayment(paymentId);
  const { customerId, currency } = payment;
  const orderIds = await ordersOfPayment(tx, paymentId);
  if (await isReversed(tx, paymentId)) return { orderIds, reopened: [] };
  const orders = await lockOrders(tx, orderIds);
  const booked = await bookedWithPayment(tx, paymentId, orders);
  await refuseWaiting(tx, paymentId, { actor, now });

  const { returnedOn = state.today } = given;
  const returned: Returned = { paymentId, returnedOn };
  const booking: Booking = { customerId, currency, commandId: null, actor, now };
  const taken = reversal(returned, booked);
  const cancelled = new Set(orders.filter(({ status }) => status === 'cancelled').map(({ id }) => id));
  const entries = [
    ...taken,
    ...withdrawal(
      returned,
      taken.filter(({ orderId }) => orderId !== null && cancelled.has(orderId)),
    ),
  ];
  requireCredit(payment, entries, {
    held: (await reread(tx, customerId, currency)).unapplied,
    left: await unappliedOf(tx, paymentId),
    ofNone: await creditWithoutPayment(tx, customerId, currency),
  });
  await book(tx, entries, booking);
  const paid = new Set(taken.flatMap(({ account, orderId }) => (account === 'receivable' ? [orderId] : [])));
  for (const order of orders)
    if (paid.has(order.id)) await reinstateDebt(tx, order, { returned, booking, policies });
  const audited = { at: now, actor, action: 'payment.reversed' as const, reason, detail: { paymentId } };
  await recordAudit(tx, { ...audited, subject: `customer/${customerId}` });
  const reopened: string[] = [];
  for (const order of orders) {
    await recordAudit(tx, { ...audited, subject: `order/${order.id}` });
    if (!paid.has(order.id) || !mayBecome(order.status, 'open')) continue;
    if ((await getOrder(tx, order.id)).outstanding <= 0) continue;
    await reopen(tx, order, { reason, actor, now });
    reopened.push(order.id);
  }
  const fee = given.fee === 'policy' ? policies.receipts.body.returnFee : given.fee;
  if (fee && !(given.fee === 'policy' && fee.currency !== currency))
    await chargeFee(tx, { payment, orderIds, booking, returned }, { fee, byPolicy: given.fee === 'policy' });
  return { orderIds, reopened };
}

/** What it paid and what was deducted with it; deductions from a cancelled order were cancelled with its charge. */
async function bookedWithPayment(
  tx: Tx,
  paymentId: string,
  orders: readonly OrderRow[],
): Promise<(Entry & { id: number })[]> {
  const cancelled = orders.filter(({ status }) => status === 'cancelled').map(({ id }) => id);
  return notReversed(
    tx,
    tx`l.payment_id = ${paymentId} and (l.kind in ('payment', 'allocation')
      or (l.kind in ('early_payment_discount', 'tolerance', 'rounding', 'bank_fee', 'withholding') and l.order_id <> all(${cancelled})))`,
  );
}

/** Refuses the allocations of the payment that are not applied yet. */
async function refuseWaiting(tx: Tx, paymentId: string, by: { actor: string; now: string }): Promise<void> {
  const waiting = await tx<{ id: string }[]>`
    select id from commands where kind = 'allocate' and body->>'paymentId' = ${paymentId} and outcome is null`;
  await refuseCommands(
    tx,
    waiting.map(({ id }) => id),
    { code: 'payment-reversed' },
    by,
  );
}

/**
 * Credit that was refunded cannot be reversed, nor what a cancelled order had left, once that has paid another order.
 * @param held the customer's credit; `left` is the part from this payment, `ofNone` the part that comes from no payment
 */
function requireCredit(
  { paymentId, currency }: PaymentRow,
  entries: readonly Entry[],
  { held, left, ofNone }: { held: number; left: number; ofNone: number },
): void {
  const change = balance(entries, 'unapplied');
  const own = balance(
    entries.filter((given) => given.paymentId === paymentId),
    'unapplied',
  );
  const other = change - own;
  const missing = Math.max(-held - change, -left - own, other < 0 ? -ofNone - other : 0, 0);
  if (missing === 0) return;
  const money = (amount: number) => plainMoney({ amount, currency });
  throw new NettermsError(
    'credit-used',
    `Payment ${paymentId} had become ${money(-change)} of credit, and only ${money(Math.max(-change - missing, 0))} of it is still held: the rest was refunded or has paid other orders. Reverse that first.`,
  );
}

/** Charges the fee on the earliest unpaid instalment of the payment's open orders. */
async function chargeFee(
  tx: Tx,
  {
    payment,
    orderIds,
    booking,
    returned,
  }: { payment: PaymentRow; orderIds: string[]; booking: Booking; returned: Returned },
  { fee, byPolicy }: { fee: Money; byPolicy: boolean },
): Promise<void> {
  const { paymentId, currency } = payment;
  if (fee.currency !== currency)
    throw new NettermsError(
      'currency-mismatch',
      `Payment ${paymentId} is in ${currency}: give the fee in ${currency}, not in ${fee.currency}.`,
    );
  const open = await tx<{ id: string }[]>`
    select id from orders where id = any(${orderIds}) and status = 'open'`;
  const unpaid = (
    await instalmentsOfOrders(
      tx,
      open.map(({ id }) => id),
    )
  ).filter(({ outstanding }) => outstanding > 0);
  const [oldest] = unpaid.sort(byDueDate);
  if (!oldest) {
    if (byPolicy) return;
    return invalid('/fee', 'No open order can take the fee: reverse the payment without a fee.');
  }
  const { orderId, number } = oldest;
  const cause = { kind: 'payment', id: paymentId } as const;
  const { returnedOn } = returned;
  const entry = returnFee(orderId, { number, amount: fee.amount, paymentId, cause, returnedOn });
  await book(tx, [entry], booking);
}

/** Opens the order again. Steps that have no outcome yet continue; no letter is repeated. */
async function reopen(
  tx: Tx,
  order: OrderRow,
  { reason, actor, now }: { reason: string; actor: string; now: string },
): Promise<void> {
  const episode = await reopenOrder(tx, order);
  await recordAudit(tx, {
    at: now,
    actor,
    action: 'order.reopened',
    subject: `order/${order.id}`,
    reason,
    detail: { episode },
  });
}
