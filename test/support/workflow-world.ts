import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { inject } from 'vitest';
import { createActivities } from '../../src/activities/activities.ts';
import { dayAt } from '../../src/kernel/calendar.ts';
import type { Money } from '../../src/kernel/money.ts';
import { createRenderer } from '../../src/modules/dunning/letters/render.ts';
import { isInWindow, nextSlot } from '../../src/modules/dunning/rules/windows.ts';
import { createMailWorkflows } from '../../src/modules/mail/mail-workflows.ts';
import { createSender } from '../../src/modules/mail/sender.ts';
import { findMail } from '../../src/modules/mail/tables.ts';
import { tryAgain } from '../../src/modules/mail/try-again.ts';
import { type CheckoutRequest, checkout } from '../../src/modules/ordering/checkout.ts';
import { createOrderWorkflows } from '../../src/modules/orders/order-workflows.ts';
import type { OrderCommandKind } from '../../src/modules/orders/rules/order-state.ts';
import { type StepRow, stepsOf } from '../../src/modules/orders/steps.ts';
import { type OrderRow, workflowIdOf } from '../../src/modules/orders/tables.ts';
import { type OrderView, readOrder } from '../../src/modules/reports/order-views.ts';
import { createRevocationWorkflows } from '../../src/modules/revocation/revocation-workflows.ts';
import type { LifeEvent, StoreAnswer } from '../../src/modules/storefronts/storefront.ts';
import type { Mail, Mailer } from '../../src/platform/smtp/mailer.ts';
import { searchAttributeTypes } from '../../src/platform/temporal/search-attributes.ts';
import { createWorkers } from '../../src/platform/temporal/workers.ts';
import { commandsFor, mailDefinitionsOf } from '../../src/registry.ts';
import type { Ending } from '../../src/workflows/messages.ts';
import { anOrder, dunning, settings } from './builders.ts';
import { askOf } from './commands.ts';
import { freshDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { letPass } from './let-pass.ts';
import { addCustomer, openMerchant } from './merchant.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

/** When each world begins, whatever the machine's date: a Tuesday morning, or the instant of TEST_WORLD_BEGINS. */
const BEGINS = process.env.TEST_WORLD_BEGINS ?? '2040-03-06T09:00:00.000Z';

/** A merchant in a world whose time can be skipped: real workflow, ledger and letters; mail server and store are ours. */
export async function openWorld() {
  const env = await startSkipping();
  await env.sleep(Math.max(0, Date.parse(BEGINS) - (await env.currentTimeMs())));
  const [database, renderer] = await Promise.all([freshDatabase(), createRenderer()]);
  const { sql } = database;
  // What is due on a Saturday may be paid on the Monday, so that every order has all its reminders on any due day.
  await openMerchant(sql, { saturdays: 'closed' });
  await env.client.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: searchAttributeTypes,
  });

  const sent: (Mail & { at: string })[] = [];
  const notified: LifeEvent[] = [];
  /** What the mail server does with a mail; tests replace it. */
  const post = { accept: async (_mail: Mail): Promise<void> => {} };
  /** What the store answers; tests replace it. */
  const shop = {
    answer: async (_event: LifeEvent): Promise<StoreAnswer> => ({ kind: 'acknowledged', status: 200 }),
  };
  const mailer: Mailer = {
    async send(mail) {
      await post.accept(mail);
      sent.push({ ...mail, at: await clock() });
    },
    close() {},
  };
  const storefront = {
    async notify(event: LifeEvent) {
      const answer = await shop.answer(event);
      notified.push(event);
      return answer;
    },
  };
  const clock = async () => new Date(await env.currentTimeMs()).toISOString();
  const log = { warn() {}, info() {} };
  const orderWorkflows = createOrderWorkflows({ sql, client: env.client, log });
  const revocationWorkflows = createRevocationWorkflows({ client: env.client, log });
  const commands = commandsFor({ sql, orderWorkflows, notifiesStore: true });
  const definitions = mailDefinitionsOf(renderer, { notifiesStore: true });
  const mailWorkflows = createMailWorkflows({ client: env.client, log });
  const sender = createSender({
    ...{
      sql,
      mailer,
      definitions,
      log,
      from: 'Netterms <terms@merchant.example>',
      retry: mailWorkflows.retry,
    },
    ...{ perSecond: 1_000, atOnce: 5, now: () => BEGINS, everyMs: 3_600_000 },
  });
  const workers = await createWorkers({
    connection: env.nativeConnection,
    namespace: 'default',
    activities: createActivities({
      sql,
      storefront,
      commands,
      // No time is skipped while a mail is on its way.
      nudge: (now) => sender.drain(now),
      tryMailAgain: async (mailId, now) => {
        await tryAgain(sql, definitions, { mailId, now });
        await sender.drain(now);
        return (await findMail(sql, mailId))!.state;
      },
    }),
    workflowBundle: { codePath: inject('workflowBundle') },
    maxCachedWorkflows: 50,
  });
  const ended = workers.run();

  const activitiesOf = async (id: string) => {
    const [order] = await sql<(Pick<OrderRow, 'id' | 'episode' | 'startedAt'> & { begun: boolean })[]>`
      select id, episode, started_at,
        confirmed_at is null or exists (select 1 from mails where order_id = orders.id and (attempts > 0 or state <> 'queued')) as begun
      from orders where id = ${id}`;
    if (!order?.startedAt || !order.begun) return null;
    const handle = env.client.workflow.getHandle(workflowIdOf(order));
    await handle.query('status').catch(() => {}); // answered when the workflow has handed out its activities
    const { raw } = await handle.describe();
    return raw.pendingActivities ?? [];
  };
  /**
   * Waits until no activity of the order is under way; those that wait for their next try may stay. The skipping
   * server fails a workflow that cancels an activity in the very moment in which it completes; the real one does not.
   */
  const quiet = (id: string) =>
    eventually(`the activities of ${id} are done`, async () =>
      (await activitiesOf(id))?.every(({ attempt, lastFailure }) => (attempt ?? 1) > 1 && lastFailure),
    );

  const mailsOf = (text: string) =>
    sent.filter((mail) => mail.subject.includes(text) || mail.text.includes(text));

  async function accepted(fields: Partial<CheckoutRequest> & { orderId: string }) {
    const by = { now: await clock(), actor: 'key:test', notifiesStore: true };
    const result = await checkout(sql, anOrder(fields), by);
    if (result.kind !== 'accepted') throw new Error('declined');
    return result;
  }

  /** Places an order at the world's present and starts its workflow. */
  async function place(fields: Partial<CheckoutRequest> & { orderId: string }): Promise<PlacedOrder> {
    const result = await accepted(fields);
    orderWorkflows.startSoon(result.order, result.instalments[0]?.dueAt ?? null);
    await quiet(fields.orderId);
    return placed(result);
  }

  return {
    /** Waits until the confirmation is no longer queued. */
    confirmed: (id: string) => eventually(`the confirmation of ${id} is sent`, () => activitiesOf(id)),
    quiet,
    post,
    shop,
    env,
    sql,
    sent,
    notified,
    clock,
    /** The merchant's day at the world's present. */
    today: async () => dayAt(await clock(), settings.timeZone),
    commands,
    revocationWorkflows,

    /** An order that was accepted, and whose workflow does not run yet. */
    async accept(fields: Partial<CheckoutRequest> & { orderId: string }): Promise<PlacedOrder> {
      return placed(await accepted(fields));
    },
    place,
    /** The same for a customer of its own: letters are about this order alone, and no credit is held. */
    async placeAlone(fields: Partial<CheckoutRequest> & { orderId: string }): Promise<PlacedOrder> {
      await addCustomer(sql, fields.orderId);
      return place({ customerId: fields.orderId, ...fields });
    },
    /** Asks an order at the world's present; a payment counts as received today. */
    async submit(
      orderId: string,
      kind: OrderCommandKind,
      {
        reason,
        payment,
        body = {},
      }: { reason?: string; payment?: { paymentId: string; amount: Money }; body?: object } = {},
    ) {
      await quiet(orderId);
      const now = await clock();
      const receivedOn = dayAt(now, settings.timeZone);
      const given = payment ? { paymentId: payment.paymentId, ...payment.amount, receivedOn } : body;
      const { command, ...asked } = await askOf(commands, orderId, kind, {
        body: given,
        now,
        ...(reason === undefined ? {} : { reason }),
      });
      return { ...asked, command: command! };
    },
    /** Lets time pass, until that instant. */
    async until(instant: string): Promise<void> {
      await env.sleep(Math.max(0, Date.parse(instant) - (await env.currentTimeMs())));
    },
    /** Lets time pass until letters may leave again: to the next morning of a working day, unless they may leave now. */
    async morning(): Promise<void> {
      const now = await clock();
      if (isInWindow(now, dunning, settings.country)) return;
      const slot = nextSlot(now, dunning, settings.country, 'rossi');
      await env.sleep(Date.parse(slot) - Date.parse(now) + 60_000);
    },
    /**
     * Waits until the order's workflow has ended; lets time pass only if it does not end by itself, since steps of
     * other orders would come due in the meantime.
     */
    async ending(order: Pick<OrderRow, 'id' | 'episode'>): Promise<Ending> {
      const of = ({ workflow }: Client) => workflow.getHandle(workflowIdOf(order)).result();
      const byItself = await Promise.race([
        of(new Client({ connection: env.connection })),
        sleep(5_000, null),
      ]);
      return byItself ?? of(env.client);
    },
    async order(id: string): Promise<OrderView> {
      return readOrder(sql, id, await clock());
    },
    /** Waits until the store has marked the order paid. */
    marked: (id: string) =>
      eventually(`the store marks ${id}`, async () => (await readOrder(sql, id, await clock())).paidInStore),
    mailsOf,
    /** Waits until that many mails contain the text. Returns all mails that do by then. */
    mails: (text: string, count: number) =>
      eventually(`${count} mails that name ${text}`, () => mailsOf(text).length >= count && mailsOf(text)),
    /** Lets the claims of attempts with an unknown outcome expire: their mails are sent again. */
    async repeatInDoubt(): Promise<void> {
      await letPass(sql, 91);
      await sender.drain(await clock());
    },
    /** Lets the seconds pass for which a mail waits whose content is still being booked. */
    async completeMails(): Promise<void> {
      await letPass(sql, 4);
      await sender.drain(await clock());
    },
    /** The order's steps, in order of time. */
    steps: (id: string): Promise<StepRow[]> => stepsOf(sql, [id]),
    /** The events of an order that wait for the store, in sequence: the type and its place among all events. */
    async events(id: string): Promise<[string, number][]> {
      const rows = await sql<{ type: string; sequence: number }[]>`
        select type, sequence from events where order_id = ${id} order by sequence`;
      return rows.map(({ type, sequence }) => [type, sequence]);
    },
    /** What became of each step of the order's plan so far: the reason if there is one, otherwise the outcome. */
    async outcomes(id: string): Promise<Record<string, string>> {
      const done = (await stepsOf(sql, [id])).filter(({ outcome }) => outcome !== null);
      return Object.fromEntries(done.map(({ key, outcome, reason }) => [key, reason ?? outcome!]));
    },
    async close(): Promise<void> {
      workers.shutdown();
      await ended;
      await sender.stop();
      await env.teardown();
      await database.drop();
    },
  };
}

/** An order with its planned reminders. */
export type PlacedOrder = OrderRow & { plan: StepRow[] };
const placed = ({ order, steps }: { order: OrderRow; steps: StepRow[] }): PlacedOrder => ({
  ...order,
  plan: steps.filter(({ tone }) => tone !== null),
});

export type World = Awaited<ReturnType<typeof openWorld>>;

/** The SDK gives the server five seconds to start, which is too short on a busy machine: the start is tried again. */
export async function startSkipping(triesLeft = 5): Promise<TestWorkflowEnvironment> {
  const server = { executable: { type: 'existing-path', path: inject('testServerPath') } } as const;
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({ server });
  } catch (error) {
    if (triesLeft === 0) throw error;
    return startSkipping(triesLeft - 1);
  }
}
