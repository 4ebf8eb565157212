import { z } from 'zod';
import { dayAt } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import { invalid } from '../../kernel/invalid.ts';
import { type Money, plainMoney } from '../../kernel/money.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { afterCharges } from '../interest/late-charges.ts';
import { kindOfDeduction } from '../ledger/rules/deductions.ts';
import { afterwards, distribute, outstandingOf } from '../ledger/rules/entry.ts';
import { isClosed } from '../orders/rules/order-state.ts';
import { instalmentsOfOrders, type OrderRow, orderColumns } from '../orders/tables.ts';
import type { ActivePolicies } from '../settings/tables.ts';
import { reservedCredit } from './credit-sources.ts';
import { discountLeft } from './early-discount.ts';
import type { AllocateBody, AllocationPart } from './rules/allocations.ts';
import {
  amountIn,
  type DeductionKind,
  deductionKinds,
  type OpenOrder,
  owedOf,
  shareOut,
} from './rules/receipts.ts';
import type { PaymentRow } from './tables.ts';

const amountSchema = z.object({ amount: z.int(), currency: z.string() });

/** How a payment is to be allocated. Without allocations, the oldest due is paid first. */
export const allocationRequest = z.object({
  allocations: z
    .array(z.object({ orderId: z.string(), instalment: z.int().optional(), amount: amountSchema }))
    .nullable(),
  deductions: z.array(z.object({ orderId: z.string(), kind: z.enum(deductionKinds), amount: amountSchema })),
});
export type AllocationRequest = z.infer<typeof allocationRequest>;

/** The allocation to one order, as its command will contain it. */
export type PlannedAllocation = { order: OrderRow; body: AllocateBody };

type Known = { order: OrderRow; open: OpenOrder };

/**
 * Decides what each order gets of a payment. Needs the customer's lock.
 * @param available what may be allocated of the payment, in minor units
 * @param dated the payment must not be older than the orders that it is allocated to
 * @throws NettermsError `validation`, `currency-mismatch`, `order-closed`, `order-not-confirmed`,
 *   `instalment-not-found`, `allocation-exceeds-outstanding`, `allocation-exceeds-payment`, `deduction-over-tolerance`
 */
export async function planAllocations(
  tx: Tx,
  payment: PaymentRow,
  request: AllocationRequest,
  { available, dated, policies }: { available: number; dated: boolean; policies: ActivePolicies },
): Promise<PlannedAllocation[]> {
  const { receipts } = policies;
  const { currency } = payment;
  const money = (amount: number) => plainMoney({ amount, currency });
  requireCurrency(request, payment);
  const known = await knownOrders(tx, payment, request, policies);
  requireDistinct(request);
  for (const [list, lines] of [
    ['allocations', request.allocations ?? []],
    ['deductions', request.deductions],
  ] as const)
    for (const [index, { orderId }] of lines.entries())
      requireOpen(known.get(orderId), orderId, payment, { pointer: `/${list}/${index}/orderId`, dated });

  for (const kind of deductionKinds) {
    const limit = receipts.body.deductions[kind];
    const asked = sumOf(request.deductions.filter((deduction) => deduction.kind === kind));
    if (asked === 0 || limit === null) continue;
    const had = await deductedBefore(tx, payment.paymentId, kind);
    if (asked + had > amountIn(limit, currency))
      throw new NettermsError(
        'deduction-over-tolerance',
        `${money(asked + had)} of ${kind} would be deducted, and the receipts policy allows at most ${money(amountIn(limit, currency))} for one receipt: leave the rest open, or change the policy.`,
        { kind },
      );
  }

  const parts = request.allocations
    ? givenParts(request.allocations)
    : await oldestFirst(tx, payment, request, { known, available });
  const plans = [...parts].map(([orderId, of]): PlannedAllocation => {
    const { order } = known.get(orderId)!;
    const deductions = request.deductions
      .filter((deduction) => deduction.orderId === orderId)
      .map(({ kind, amount }) => ({ kind, amount: amount.amount }));
    const amount = of.reduce((sum, part) => sum + part.amount, 0);
    return { order, body: { paymentId: payment.paymentId, amount, parts: of, deductions } };
  });
  for (const { order, body } of plans) requireOwed(known.get(order.id)!.open, body, money);
  for (const [index, { orderId }] of request.deductions.entries())
    if (!parts.has(orderId))
      invalid(
        `/deductions/${index}/orderId`,
        `No part of the payment goes to order ${orderId}: allocate a part to it as well.`,
      );
  const total = plans.reduce((sum, { body }) => sum + body.amount, 0);
  if (total > available)
    throw new NettermsError(
      'allocation-exceeds-payment',
      `The allocations add up to ${money(total)}, but only ${money(available)} of payment ${payment.paymentId} can be allocated: allocate less.`,
    );
  return plans;
}

function requireCurrency({ allocations, deductions }: AllocationRequest, payment: PaymentRow): void {
  const other = [...(allocations ?? []), ...deductions].find(
    ({ amount }) => amount.currency !== payment.currency,
  );
  if (!other) return;
  throw new NettermsError(
    'currency-mismatch',
    `Payment ${payment.paymentId} is in ${payment.currency}: give the amount for order ${other.orderId} in ${payment.currency}, not in ${other.amount.currency}.`,
  );
}

/** Throws `validation` if two lines are for the same thing. */
function requireDistinct({ allocations, deductions }: AllocationRequest): void {
  const names = (list: string, keys: readonly string[]) => {
    const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index);
    if (twice >= 0)
      invalid(`/${list}/${twice}`, 'An earlier line is for the same: send one line with the sum.');
  };
  names(
    'allocations',
    (allocations ?? []).map(({ orderId, instalment }) => `${orderId} ${instalment}`),
  );
  names(
    'deductions',
    deductions.map(({ orderId, kind }) => `${orderId} ${kind}`),
  );
}

/**
 * The orders that the request names and, without allocations, all open ones. Their balances include what is charged if
 * the payment is late; what is promised to them is taken off.
 */
async function knownOrders(
  tx: Tx,
  { customerId, currency, receivedOn }: PaymentRow,
  { allocations, deductions }: AllocationRequest,
  policies: ActivePolicies,
): Promise<Map<string, Known>> {
  const ids = [...(allocations ?? []), ...deductions].map(({ orderId }) => orderId);
  const orders = await tx<OrderRow[]>`
    select ${orderColumns(tx)} from orders where id = any(${ids})
      ${allocations ? tx`` : tx`or (customer_id = ${customerId} and currency = ${currency} and status = 'open')`}`;
  const [instalments, promised] = await Promise.all([
    instalmentsOfOrders(
      tx,
      orders.map(({ id }) => id),
    ),
    reservedCredit(tx, customerId, currency),
  ]);
  return new Map(
    await Promise.all(
      orders.map(async (order): Promise<[string, Known]> => {
        const lines = instalments.filter(({ orderId }) => orderId === order.id);
        const own =
          order.status === 'open'
            ? await afterCharges(tx, order, { until: receivedOn, policies }, lines)
            : lines;
        const taken = promised.reduce(
          (sum, { orderId, reduces }) => (orderId === order.id ? sum + reduces : sum),
          0,
        );
        const open: OpenOrder = {
          orderId: order.id,
          placedOn: dayAt(order.placedAt, policies.settings.body.timeZone),
          placedAt: order.placedAt,
          balances: afterwards(own, distribute(own, taken)),
        };
        return [order.id, { order, open }];
      }),
    ),
  );
}

function requireOpen(
  known: Known | undefined,
  orderId: string,
  { customerId, currency, receivedOn, paymentId }: PaymentRow,
  { pointer, dated }: { pointer: string; dated: boolean },
): void {
  const { order, open } = known ?? invalid(pointer, `There is no order ${orderId}.`);
  if (order.customerId !== customerId)
    invalid(pointer, `Order ${orderId} belongs to another customer than ${customerId}.`);
  if (order.currency !== currency)
    throw new NettermsError(
      'currency-mismatch',
      `Order ${orderId} is in ${order.currency}: payment ${paymentId} in ${currency} cannot be booked on it.`,
    );
  if (order.status === 'reserved')
    throw new NettermsError('order-not-confirmed', `Order ${orderId} is only reserved: confirm it first.`);
  if (isClosed(order.status))
    throw new NettermsError(
      'order-closed',
      `Order ${orderId} is already ${order.status}: nothing can be allocated to it. Nothing was booked.`,
      { orderStatus: order.status },
    );
  if (dated && receivedOn < open.placedOn)
    invalid(
      pointer,
      `Order ${orderId} was placed on ${open.placedOn}, after the payment was received on ${receivedOn}: check the day, or book the payment with "allocate": "none" and allocate it afterwards.`,
    );
}

/** What was already deducted with this payment, and what waiting commands will deduct. */
async function deductedBefore(tx: Tx, paymentId: string, kind: DeductionKind): Promise<number> {
  const [row] = await tx<{ amount: number }[]>`
    select ((select coalesce(-sum(amount), 0) from ledger
             where payment_id = ${paymentId} and kind = ${kindOfDeduction[kind]} and cause_kind = 'payment')
          + (select coalesce(sum((d->>'amount')::bigint), 0) from commands c, jsonb_array_elements(c.body->'deductions') d
             where c.kind = 'allocate' and c.body->>'paymentId' = ${paymentId} and c.outcome is null and d->>'kind' = ${kind}))::bigint as amount`;
  return row!.amount;
}

function givenParts(
  allocations: NonNullable<AllocationRequest['allocations']>,
): Map<string, AllocationPart[]> {
  const parts = new Map<string, AllocationPart[]>();
  // Those that name an instalment come first: the others take what is left.
  const named = [...allocations].sort(
    (a, b) => Number(a.instalment === undefined) - Number(b.instalment === undefined),
  );
  for (const { orderId, instalment, amount } of named)
    parts.set(orderId, [
      ...(parts.get(orderId) ?? []),
      { ...(instalment === undefined ? {} : { instalment }), amount: amount.amount },
    ]);
  return parts;
}

/** Orders placed after the money came get none of it. A discount that can still be earned lowers what is asked. */
async function oldestFirst(
  tx: Tx,
  payment: PaymentRow,
  { deductions }: AllocationRequest,
  { known, available }: { known: ReadonlyMap<string, Known>; available: number },
): Promise<Map<string, AllocationPart[]>> {
  const asked = new Map<string, number>();
  const orders: OpenOrder[] = [];
  for (const { order, open } of known.values()) {
    if (open.placedOn > payment.receivedOn) continue;
    const deducted = sumOf(deductions.filter(({ orderId }) => orderId === order.id));
    const early = order.discount !== null && payment.receivedOn <= order.discount.until;
    const discount = early ? (await discountLeft(tx, order)).amount : 0;
    asked.set(order.id, owedOf(open) - deducted - discount);
    orders.push(open);
  }
  const shares = shareOut(orders, available, ({ orderId }) => asked.get(orderId)!);
  return new Map([...shares].map(([orderId, amount]) => [orderId, [{ amount }]]));
}

function requireOwed(
  { orderId, balances }: OpenOrder,
  body: AllocateBody,
  money: (amount: number) => string,
): void {
  for (const { instalment, amount } of body.parts) {
    if (instalment === undefined) continue;
    const line = balances.find(({ number }) => number === instalment);
    if (!line)
      throw new NettermsError('instalment-not-found', `Order ${orderId} has no instalment ${instalment}.`);
    if (amount > line.outstanding)
      throw new NettermsError(
        'allocation-exceeds-outstanding',
        `${money(amount)} would be allocated to instalment ${instalment} of order ${orderId}, but only ${money(Math.max(line.outstanding, 0))} of it is open and not promised: allocate less, and the rest stays credit.`,
      );
  }
  const asked = body.amount + body.deductions.reduce((sum, { amount }) => sum + amount, 0);
  const owed = Math.max(outstandingOf(balances), 0);
  if (asked > owed)
    throw new NettermsError(
      'allocation-exceeds-outstanding',
      `${money(asked)} would be allocated to order ${orderId} and deducted from it, but only ${money(owed)} of it is open and not promised: allocate less, and the rest stays credit.`,
    );
}

const sumOf = (lines: readonly { amount: Money }[]): number =>
  lines.reduce((sum, { amount }) => sum + amount.amount, 0);
