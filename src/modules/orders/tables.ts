import { NettermsError } from '../../kernel/errors.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { type CustomerRow, tryLockCustomer } from '../customers/tables.ts';
import type { Check } from '../eligibility/rules/check.ts';
import type { Balance } from '../ledger/rules/entry.ts';
import type { NewInstalment } from '../terms/rules/instalments.ts';
import type { Discount } from '../terms/rules/offer.ts';
import type { Regime } from '../terms/rules/regime.ts';
import type { Instalment, NamedTerms, PaymentMeans } from '../terms/rules/terms.ts';
import type { OrderStatus, PaidInStore } from './rules/order-state.ts';

/** An order as stored; amounts in minor units of `currency`. */
export type OrderRow = {
  id: string;
  customerId: string;
  status: OrderStatus;
  orderNumber: string | null;
  purchaseOrder: string | null;
  buyer: Record<string, string> | null;
  metadata: Record<string, unknown>;
  total: number;
  currency: string;
  outstanding: number;
  terms: NamedTerms;
  /** The early-payment discount that was offered. */
  discount: Discount | null;
  /** The law that limits the payment terms of its goods, if there is one. */
  regime: Regime | null;
  /** What was delivered or rendered so far; `fulfilledOn` is the day on which it was complete. */
  fulfilled: number;
  fulfilledOn: string | null;
  checks: Check[];
  eligibilityVersion: number;
  termsVersion: number;
  dunningVersion: number;
  /** The plan of the dunning policy for this order; null: the plan of the terms. */
  dunningPlan: string | null;
  fingerprint: string;
  placedAt: string;
  expiresAt: string | null;
  confirmedAt: string | null;
  closedAt: string | null;
  closeReason: string | null;
  /** How often a reversed payment has opened it again. */
  reopenings: number;
  paidInStore: PaidInStore;
  storePendingSince: string | null;
  storeSequence: number;
  episode: number;
  startedAt: string | null;
  /** When the workflow looks at the order by itself; null: only when a signal arrives. */
  nextLook: string | null;
  stuckSince: string | null;
  finishedAt: string | null;
};

/** `charges`: the interest and costs within `outstanding`. `line`: the place in the terms, from 0. */
export type InstalmentRow = Instalment & {
  orderId: string;
  outstanding: number;
  charges: number;
  moves: number;
  line: number;
  collection: PaymentMeans;
};

export const orderColumns = (
  db: Db,
) => db`orders.id, orders.customer_id, orders.status, orders.order_number, orders.purchase_order,
  orders.buyer, orders.metadata, orders.total, orders.currency, orders.outstanding, orders.terms, orders.discount, orders.checks,
  orders.eligibility_version, orders.terms_version, orders.dunning_version, orders.dunning_plan, orders.fingerprint, orders.placed_at,
  orders.expires_at, orders.confirmed_at, orders.closed_at, orders.close_reason, orders.reopenings, orders.paid_in_store,
  orders.store_pending_since, orders.store_sequence, orders.episode, orders.started_at, orders.next_look,
  orders.stuck_since, orders.finished_at, orders.regime, orders.fulfilled, orders.fulfilled_on`;

export type NewOrder = Omit<
  OrderRow,
  | 'outstanding'
  | 'fulfilled'
  | 'fulfilledOn'
  | 'closedAt'
  | 'closeReason'
  | 'reopenings'
  | 'storeSequence'
  | 'episode'
  | 'startedAt'
  | 'stuckSince'
  | 'finishedAt'
>;

/** Inserts an order with its instalments; returns false, and writes nothing, if the id already exists. */
export async function insertOrder(
  db: Db,
  order: NewOrder,
  instalments: readonly NewInstalment[],
): Promise<boolean> {
  const row = {
    id: order.id,
    customer_id: order.customerId,
    status: order.status,
    order_number: order.orderNumber,
    purchase_order: order.purchaseOrder,
    buyer: order.buyer && db.json(order.buyer),
    metadata: db.json(order.metadata as never),
    total: order.total,
    currency: order.currency,
    terms: db.json(order.terms as never),
    discount: order.discount && db.json(order.discount),
    regime: order.regime && db.json(order.regime),
    checks: db.json(order.checks as never),
    eligibility_version: order.eligibilityVersion,
    terms_version: order.termsVersion,
    dunning_version: order.dunningVersion,
    dunning_plan: order.dunningPlan,
    fingerprint: order.fingerprint,
    placed_at: order.placedAt,
    expires_at: order.expiresAt,
    confirmed_at: order.confirmedAt,
    paid_in_store: order.paidInStore,
    store_pending_since: order.storePendingSince,
    next_look: order.nextLook,
  };
  const inserted = await db`insert into orders ${db(row as never)} on conflict (id) do nothing returning id`;
  if (inserted.length === 0) return false;
  const lines = instalments.map(({ number, dueOn, dueAt, amount, line, collection }) => ({
    order_id: order.id,
    number,
    due_on: dueOn,
    due_at: dueAt,
    amount,
    line,
    collection,
  }));
  await db`insert into instalments ${db(lines)}`;
  return true;
}

export async function findOrder(db: Db, id: string): Promise<OrderRow | null> {
  const [row] = await db<OrderRow[]>`select ${orderColumns(db)} from orders where id = ${id}`;
  return row ?? null;
}

/** @throws NettermsError `order-not-found` */
export async function getOrder(db: Db, id: string): Promise<OrderRow> {
  return (await findOrder(db, id)) ?? unknownOrder(id);
}

/** The orders' instalments; within each order, the earliest due first. */
export async function instalmentsOfOrders(db: Db, orderIds: readonly string[]): Promise<InstalmentRow[]> {
  return db<InstalmentRow[]>`
    select order_id, number, due_on, due_at, amount, outstanding, charges, moves, line, collection from instalments
    where order_id = any(${orderIds as string[]}) order by order_id, due_at nulls last, due_on, number`;
}

export type LockedOrder = { order: OrderRow; customer: CustomerRow };

/**
 * Locks an order's customer, then the order: always in this sequence.
 * @throws NettermsError `order-not-found`
 */
export async function lockOrder(db: Db, id: string): Promise<LockedOrder> {
  // Sent together, and run one after the other.
  const [customer, [order]] = await Promise.all([
    tryLockCustomer(db, db`(select customer_id from orders where id = ${id})`, { wait: true }),
    db<OrderRow[]>`select ${orderColumns(db)} from orders where id = ${id} for no key update`,
  ]);
  return customer && order ? { order, customer } : unknownOrder(id);
}

/** Locks orders in the sequence of their ids; needs the lock of their customer. */
export async function lockOrders(db: Db, ids: readonly string[]): Promise<OrderRow[]> {
  return db<OrderRow[]>`
    select ${orderColumns(db)} from orders where id = any(${ids as string[]}) order by id for no key update`;
}

export function unknownOrder(id: string): never {
  throw new NettermsError('order-not-found', `There is no order ${id}.`);
}

/** The only place that makes the id of an order's workflow. */
export const workflowIdOf = ({ id, episode }: Pick<OrderRow, 'id' | 'episode'>): string =>
  `order/${id}/${episode}`;

/** An order's instalments as the ledger sees them, the earliest due first. */
export async function balancesOf(db: Db, orderId: string): Promise<Balance[]> {
  return db<
    Balance[]
  >`select number, amount, outstanding, charges from instalments where order_id = ${orderId} order by due_at nulls last, due_on, number`;
}

/** The earliest due date of what is unpaid, and the numbers of the paid instalments; a reservation has none. */
export function unpaidOf(
  { status }: Pick<OrderRow, 'status'>,
  instalments: readonly InstalmentRow[],
): { dueAt: string | null; paid: number[] } {
  const isPaid = ({ outstanding }: InstalmentRow) => status !== 'reserved' && outstanding <= 0;
  return {
    dueAt: instalments.find((line) => !isPaid(line))?.dueAt ?? null,
    paid: instalments
      .filter(isPaid)
      .map(({ number }) => number)
      .sort((a, b) => a - b),
  };
}
