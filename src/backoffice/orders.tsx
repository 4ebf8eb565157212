import { randomUUID } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { type Submission, submitCommand } from '../modules/commands/submit-command.ts';
import { findCommand } from '../modules/commands/tables.ts';
import { type CustomerName, namesOf, searchCustomers } from '../modules/customers/views.ts';
import { ledgerOf } from '../modules/ledger/tables.ts';
import type { OrderProcess } from '../modules/orders/order-workflows.ts';
import type { CommandKind } from '../modules/orders/rules/order-state.ts';
import { getOrder, unknownOrder } from '../modules/orders/tables.ts';
import { timelineOf } from '../modules/overview/timeline.ts';
import { paymentsOf } from '../modules/payments/tables.ts';
import { takePaymentBack } from '../modules/payments/take-payment-back.ts';
import { listOrders, type OrderView, readOrder } from '../modules/reports/order-views.ts';
import { receivables } from '../modules/reports/receivables.ts';
import { merchantToday, merchantZone } from '../modules/settings/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { type Failure, formStateOf, refusalOf } from './failure.ts';
import { amountField, idField, isId, optionalLine, pastDayField, readForm, reasonField } from './forms.ts';
import { type Place, readOrdersQuery } from './order-filter.ts';
import { actorOf, sendPage, visitorOf } from './page.tsx';
import type { FormState } from './pages/fields.tsx';
import { type ActionId, OrderPage } from './pages/order.tsx';
import { OrdersPage, orderUrl } from './pages/orders.tsx';

const PAGE = 25;
const CANDIDATES = 20;

/** The list of orders, and one order with what can be asked of it. */
export function orderRoutes({
  sql,
  process,
  now,
  workflowUrl,
}: {
  sql: Sql;
  process: OrderProcess;
  now: () => string;
  /** The address of a workflow in Temporal's web UI. */
  workflowUrl: (workflowId: string) => string;
}): Router {
  const router = Router();

  router.get('/orders', async (req, res) => {
    const query = readOrdersQuery(req.query);
    const { customerId, candidates } = await resolveCustomer(sql, query.customer);
    const at = now();
    const { status, overdue, after } = query;
    const [found, totals, zone] = await Promise.all([
      candidates ? [] : listOrders(sql, { status, overdue, customerId }, { after, limit: PAGE + 1, now: at }),
      receivables(sql, at),
      merchantZone(sql),
    ]);
    const orders = found.slice(0, PAGE);
    const names = await namesOf(
      sql,
      orders.map((order) => order.customerId),
    );
    const next = found.length > PAGE ? placeOf(orders.at(-1)!) : null;
    const page = { query, orders, names, totals, candidates, next, zone };
    sendPage(res, <OrdersPage visitor={visitorOf(res)} {...page} />);
  });

  router.get('/orders/:orderId', (req, res) => showOrder(req, res, null));

  const reasonForm = z.object({ reason: reasonField, key: z.uuid() });
  const keyForm = z.object({ key: z.uuid() });

  router.post('/orders/:orderId/payment', async (req, res) => {
    const orderId = idOf(req);
    const [{ currency }, today] = await Promise.all([getOrder(sql, orderId), merchantToday(sql, now())]);
    const form = readForm(
      z.object({
        amount: amountField(currency),
        receivedOn: pastDayField(today),
        paymentId: idField,
        method: optionalLine(100),
        reference: optionalLine(200),
      }),
      req.body,
    );
    if (!form.ok) return refuse(req, res, 'payment', form);
    const { amount, ...given } = form.value;
    const payment = { ...given, amount: { amount, currency } };
    await submit(req, res, 'payment', {
      kind: 'recordPayment',
      content: payment,
      reason: null,
      idempotencyKey: null,
      payment,
    });
  });

  router.post('/orders/:orderId/reverse', async (req, res) => {
    const orderId = idOf(req);
    const form = readForm(z.object({ paymentId: idField, reason: reasonField }), req.body);
    if (!form.ok) return refuse(req, res, 'reverse', form);
    const by = { ...form.value, actor: actorOf(res) };
    try {
      await takePaymentBack({ sql, process, now: now() }, by);
      res.redirect(303, orderUrl(orderId));
    } catch (error) {
      await refuse(req, res, 'reverse', refusalOf(error, req.body));
    }
  });

  const withReason: readonly [ActionId, CommandKind][] = [
    ['settle', 'settle'],
    ['cancel', 'cancel'],
    ['chase', 'chase'],
  ];
  for (const [action, kind] of withReason) {
    router.post(`/orders/:orderId/${action}`, async (req, res) => {
      const form = readForm(reasonForm, req.body);
      if (!form.ok) return refuse(req, res, action, form);
      const { reason, key } = form.value;
      await submit(req, res, action, { kind, content: { reason }, reason, idempotencyKey: key });
    });
  }

  router.post('/orders/:orderId/retry-store', async (req, res) => {
    const form = readForm(keyForm, req.body);
    if (!form.ok) return refuse(req, res, 'retry-store', form);
    const { key } = form.value;
    await submit(req, res, 'retry-store', {
      kind: 'retryStore',
      content: {},
      reason: null,
      idempotencyKey: key,
    });
  });

  /** Asks it of the order, and shows the order with what became of it. */
  async function submit(
    req: Request,
    res: Response,
    action: ActionId,
    submission: Omit<Submission, 'orderId' | 'actor'>,
  ): Promise<void> {
    const orderId = idOf(req);
    try {
      const { command } = await submitCommand(
        { sql, process, now: now() },
        { ...submission, orderId, actor: actorOf(res) },
      );
      res.redirect(303, `${orderUrl(orderId)}?command=${command.id}`);
    } catch (error) {
      await refuse(req, res, action, refusalOf(error, req.body));
    }
  }

  const refuse = (req: Request, res: Response, action: ActionId, failure: Failure): Promise<void> =>
    showOrder(req, res, formStateOf(action, failure), failure.status ?? 422);

  async function showOrder(req: Request, res: Response, form: FormState | null, status = 200): Promise<void> {
    const orderId = idOf(req);
    const [order, row, ledger, timeline, payments, receivedOn, zone, command] = await Promise.all([
      readOrder(sql, orderId, now()),
      getOrder(sql, orderId),
      ledgerOf(sql, orderId),
      timelineOf(sql, orderId),
      paymentsOf(sql, orderId),
      merchantToday(sql, now()),
      merchantZone(sql),
      isId(req.query.command) ? findCommand(sql, req.query.command) : null,
    ]);
    const names = await namesOf(sql, [order.customerId]);
    const page = {
      order,
      row,
      customerName: names.get(order.customerId) ?? order.customerId,
      ledger,
      timeline,
      command: command?.orderId === orderId ? command : null,
      form,
      proposed: {
        // Two people who enter the same payment propose the same id, and it is booked once.
        paymentId: `${orderId.slice(0, 90)}-p${payments.length + 1}`,
        receivedOn,
        key: randomUUID(),
      },
      workflowUrl: workflowUrl(order.workflowId),
      zone,
    };
    sendPage(res, <OrderPage visitor={visitorOf(res)} {...page} />, status);
  }

  return router;
}

const placeOf = ({ placedAt, orderId }: OrderView): Place => ({ placedAt, orderId });

const idOf = (req: Request): string => {
  const { orderId } = req.params;
  return isId(orderId) ? orderId : unknownOrder(String(orderId));
};

/** The customer that a search means; `candidates` where it may mean several or none. */
async function resolveCustomer(
  sql: Sql,
  text: string,
): Promise<{ customerId?: string; candidates: CustomerName[] | null }> {
  if (text === '') return { candidates: null };
  const found = await searchCustomers(sql, text, CANDIDATES);
  const [first] = found;
  return first && (found.length === 1 || first.id === text)
    ? { customerId: first.id, candidates: null }
    : { candidates: found };
}
