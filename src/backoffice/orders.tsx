import { randomUUID } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Commands } from '../modules/commands/commands.ts';
import type { OrderCommand } from '../modules/commands/definition.ts';
import type { AskingOrder } from '../modules/commands/submit.ts';
import { findCommand, type OrderCommandRow } from '../modules/commands/tables.ts';
import { type CustomerName, namesOf, searchCustomers } from '../modules/customers/views.ts';
import { ledgerOf } from '../modules/ledger/tables.ts';
import { cancel } from '../modules/ordering/cancel.ts';
import { getOrder, unknownOrder } from '../modules/orders/tables.ts';
import { timelineOf } from '../modules/overview/timeline.ts';
import { recordPayment } from '../modules/payments/record-payment.ts';
import { reversePayment } from '../modules/payments/reverse-payment.ts';
import { settle } from '../modules/payments/settle.ts';
import { paymentsOf } from '../modules/payments/tables.ts';
import { listOrders, type OrderView, readOrder } from '../modules/reports/order-views.ts';
import { receivables } from '../modules/reports/receivables.ts';
import { merchantToday, merchantZone } from '../modules/settings/tables.ts';
import { continueWithoutStore, retryStore } from '../modules/storefronts/retry-store.ts';
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

/** The list of orders, and the page of one order with its actions. */
export function orderRoutes({
  sql,
  commands,
  now,
  workflowUrl,
}: {
  sql: Sql;
  commands: Commands;
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
    const body = { ...form.value, currency };
    await submit(req, res, 'payment', recordPayment, {
      ...{ body, content: body, reason: null, idempotencyKey: null },
    });
  });

  router.post('/orders/:orderId/reverse', async (req, res) => {
    const orderId = idOf(req);
    const form = readForm(z.object({ paymentId: idField, reason: reasonField }), req.body);
    if (!form.ok) return refuse(req, res, 'reverse', form);
    const { paymentId, reason } = form.value;
    const body = { paymentId };
    const by = { actor: actorOf(res), reason, idempotencyKey: null, now: now() };
    try {
      await commands.askCustomer(reversePayment, { body, content: body, ...by });
      res.redirect(303, orderUrl(orderId));
    } catch (error) {
      await refuse(req, res, 'reverse', refusalOf(error, req.body));
    }
  });

  const withReason: readonly [ActionId, OrderCommand<object>, object][] = [
    ['settle', settle as OrderCommand<object>, {}],
    ['cancel', cancel as OrderCommand<object>, { everything: true }],
    ['chase', continueWithoutStore as OrderCommand<object>, {}],
  ];
  for (const [action, definition, body] of withReason) {
    router.post(`/orders/:orderId/${action}`, async (req, res) => {
      const form = readForm(reasonForm, req.body);
      if (!form.ok) return refuse(req, res, action, form);
      const { reason, key } = form.value;
      await submit(req, res, action, definition, {
        ...{ body, content: { reason }, reason, idempotencyKey: key },
      });
    });
  }

  router.post('/orders/:orderId/retry-store', async (req, res) => {
    const form = readForm(keyForm, req.body);
    if (!form.ok) return refuse(req, res, 'retry-store', form);
    const { key } = form.value;
    await submit(req, res, 'retry-store', retryStore, {
      ...{ body: {}, content: {}, reason: null, idempotencyKey: key },
    });
  });

  /** Sends the command to the order, and shows the order with the outcome. */
  async function submit<Body, Facts>(
    req: Request,
    res: Response,
    action: ActionId,
    definition: OrderCommand<Body, Facts>,
    given: Omit<AskingOrder<Body>, 'orderId' | 'actor' | 'now'>,
  ): Promise<void> {
    const orderId = idOf(req);
    try {
      const by = { orderId, actor: actorOf(res), now: now() };
      const { command } = await commands.askOrder(definition, { ...given, ...by });
      res.redirect(303, `${orderUrl(orderId)}${command ? `?command=${command.id}` : ''}`);
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
      command: command?.orderId === orderId ? (command as OrderCommandRow) : null,
      form,
      proposed: {
        // Two people who enter the same payment get the same proposed id, so that it is booked once.
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

/** The customer that a search finds; `candidates` if it finds several or none. */
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
