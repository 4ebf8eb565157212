import { daysLate } from '../../kernel/calendar.ts';
import type { Money } from '../../kernel/money.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { invoicesOfOrders, type OrderInvoice } from '../invoicing/tables.ts';
import type { OrderStatus, PaidInStore } from '../orders/rules/order-state.ts';
import { type Plan, planOf } from '../orders/rules/plan.ts';
import { type StepRow, stepsOf } from '../orders/steps.ts';
import {
  getOrder,
  type InstalmentRow,
  instalmentsOfOrders,
  type OrderRow,
  orderColumns,
  workflowIdOf,
} from '../orders/tables.ts';
import { discountsOf } from '../payments/early-discount.ts';
import { merchantZone } from '../settings/tables.ts';
import type { Discount } from '../terms/rules/offer.ts';
import type { Regime } from '../terms/rules/regime.ts';
import type { PaymentMeans, Terms } from '../terms/rules/terms.ts';
import { labelFor } from '../terms/rules/terms.ts';

/** `problem`: the store could not be notified for half an hour. `failed`: all attempts failed, a person must decide. */
export type StoreStatus = PaidInStore | 'problem';

/** An order as people read it, at a moment. */
export type OrderView = {
  orderId: string;
  customerId: string;
  status: OrderStatus;
  orderNumber: string | null;
  purchaseOrder: string | null;
  buyer: Record<string, string> | null;
  metadata: Record<string, unknown>;
  terms: Terms & { code: string; label: string };
  total: Money;
  outstanding: Money;
  overdue: boolean;
  /** Of the earliest unpaid instalment, in calendar days of the merchant's zone. */
  daysLate: number;
  instalments: {
    number: number;
    dueOn: string;
    dueAt: string | null;
    /** The due date counts from something that has not happened yet. */
    provisional: boolean;
    collection: PaymentMeans;
    amount: Money;
    outstanding: Money;
    charges: Money;
  }[];
  discount: Discount | null;
  /** The earliest first. */
  invoices: InvoiceOfOrder[];
  regime: Regime | null;
  fulfilment: { amount: Money; complete: boolean; completedOn: string | null };
  nextStep: Omit<NonNullable<Plan['next']>, 'words'> | null;
  paidInStore: boolean;
  storeStatus: StoreStatus;
  placedAt: string;
  expiresAt: string | null;
  confirmedAt: string | null;
  closedAt: string | null;
  closeReason: string | null;
  /** Since when the workflow has been running without progress. */
  stuckSince: string | null;
  policyVersions: { eligibility: number; terms: number; dunning: number };
  workflowId: string;
};

/** An invoice as an order shows it. */
export type InvoiceOfOrder = Omit<OrderInvoice, 'orderId' | 'amount' | 'payable' | 'shared'> & {
  amount: Money;
  payable: Money;
};

const STORE_PROBLEM_MS = 30 * 60_000;

/** `now` in ISO 8601; `zone` is the merchant's; `discount` is the current one. */
export function viewOf(
  order: OrderRow,
  instalments: readonly InstalmentRow[],
  {
    now,
    zone,
    invoices,
    discount,
    steps,
  }: {
    now: string;
    zone: string;
    invoices: readonly OrderInvoice[];
    discount: Discount | null;
    steps: readonly StepRow[];
  },
): OrderView {
  const money = (amount: number): Money => ({ amount, currency: order.currency });
  const unpaid = instalments.find(({ outstanding }) => outstanding > 0);
  const time = Date.parse(now);
  const paid = instalments.filter((line) => line.outstanding <= 0).map(({ number }) => number);
  const { next } = planOf(order, steps, paid);
  return {
    orderId: order.id,
    customerId: order.customerId,
    status: order.status,
    orderNumber: order.orderNumber,
    purchaseOrder: order.purchaseOrder,
    buyer: order.buyer,
    metadata: order.metadata,
    terms: { ...order.terms, label: labelFor(order.terms.label, 'en') },
    total: money(order.total),
    outstanding: money(order.outstanding),
    overdue:
      order.status === 'open' &&
      unpaid !== undefined &&
      unpaid.dueAt !== null &&
      Date.parse(unpaid.dueAt) <= time,
    daysLate: order.status === 'open' && unpaid ? daysLate(unpaid.dueAt, time, zone) : 0,
    instalments: instalments.map((line) => ({
      number: line.number,
      dueOn: line.dueOn,
      dueAt: line.dueAt,
      provisional: line.dueAt === null,
      collection: line.collection,
      amount: money(line.amount),
      outstanding: money(line.outstanding),
      charges: money(line.charges),
    })),
    discount,
    invoices: invoices.map(({ orderId, amount, payable, shared, ...invoice }) => ({
      ...invoice,
      amount: money(amount),
      payable: money(payable),
    })),
    regime: order.regime,
    fulfilment: {
      amount: money(order.fulfilled),
      complete: order.fulfilledOn !== null,
      completedOn: order.fulfilledOn,
    },
    nextStep: next && { key: next.key, kind: next.kind, at: next.at, waitsFor: next.waitsFor },
    paidInStore: order.paidInStore === 'marked',
    storeStatus: storeStatus(order, time),
    placedAt: order.placedAt,
    expiresAt: order.expiresAt,
    confirmedAt: order.confirmedAt,
    closedAt: order.closedAt,
    closeReason: order.closeReason,
    stuckSince: order.stuckSince,
    policyVersions: {
      eligibility: order.eligibilityVersion,
      terms: order.termsVersion,
      dunning: order.dunningVersion,
    },
    workflowId: workflowIdOf(order),
  };
}

function storeStatus({ paidInStore, storePendingSince, status }: OrderRow, now: number): StoreStatus {
  const late = storePendingSince !== null && now - Date.parse(storePendingSince) > STORE_PROBLEM_MS;
  return paidInStore === 'pending' && status === 'open' && late ? 'problem' : paidInStore;
}

/** @throws NettermsError `order-not-found` */
export async function readOrder(db: Db, id: string, now: string): Promise<OrderView> {
  const [order, instalments, invoices, zone, steps] = await Promise.all([
    getOrder(db, id),
    instalmentsOfOrders(db, [id]),
    invoicesOfOrders(db, [id]),
    merchantZone(db),
    stepsOf(db, [id]),
  ]);
  const discount = (await discountsOf(db, [order])).get(id) ?? null;
  return viewOf(order, instalments, { now, zone, invoices, discount, steps });
}

export type OrderFilter = { status?: OrderStatus; customerId?: string; overdue?: boolean };

/** Orders after `after` (the last one of the previous page), the newest first. */
export async function listOrders(
  db: Db,
  { status, customerId, overdue }: OrderFilter,
  { after, limit, now }: { after: { placedAt: string; orderId: string } | null; limit: number; now: string },
): Promise<OrderView[]> {
  const late = db`exists (select 1 from instalments where order_id = orders.id and outstanding > 0 and due_at <= ${now}) and status = 'open'`;
  const orders = await db<OrderRow[]>`
    select ${orderColumns(db)} from orders
    where ${status === undefined ? db`true` : db`status = ${status}`}
      and ${customerId === undefined ? db`true` : db`customer_id = ${customerId}`}
      and ${overdue === undefined ? db`true` : overdue ? db`(${late})` : db`not (${late})`}
      and ${after === null ? db`true` : db`(placed_at, id::text) < (${after.placedAt}, ${after.orderId})`}
    order by placed_at desc, id desc limit ${limit}`;
  const ids = orders.map(({ id }) => id);
  const [discounts, instalments, invoices, zone, steps] = await Promise.all([
    discountsOf(db, orders),
    instalmentsOfOrders(db, ids),
    invoicesOfOrders(db, ids),
    merchantZone(db),
    stepsOf(db, ids),
  ]);
  return orders.map((order) =>
    viewOf(
      order,
      instalments.filter(({ orderId }) => orderId === order.id),
      {
        now,
        zone,
        invoices: invoices.filter(({ orderId }) => orderId === order.id),
        discount: discounts.get(order.id) ?? null,
        steps: steps.filter(({ orderId }) => orderId === order.id),
      },
    ),
  );
}
