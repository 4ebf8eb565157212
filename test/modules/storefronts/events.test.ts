import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endOfDay } from '../../../src/kernel/calendar.ts';
import { checkout } from '../../../src/modules/ordering/checkout.ts';
import { moveDueDates } from '../../../src/modules/orders/move-due-dates.ts';
import { lockOrder } from '../../../src/modules/orders/tables.ts';
import { reconcileEvents } from '../../../src/modules/overview/reconcile-balances.ts';
import { timelineOf } from '../../../src/modules/overview/timeline.ts';
import { activePolicies } from '../../../src/modules/settings/tables.ts';
import {
  createEventDispatcher,
  type EventDispatcher,
} from '../../../src/modules/storefronts/event-dispatcher.ts';
import { eventsOf } from '../../../src/modules/storefronts/events.ts';
import { type NewEvent, recordEvent } from '../../../src/modules/storefronts/record-event.ts';
import { recordOverdue, unrecorded } from '../../../src/modules/storefronts/record-overdue.ts';
import { beginDelivery, endDelivery } from '../../../src/modules/storefronts/tables.ts';
import { createWebhookStorefront } from '../../../src/modules/storefronts/webhook.ts';
import { connect, inTransaction, type Sql } from '../../../src/platform/postgres/client.ts';
import { anOrder, eur } from '../../support/builders.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { letPass } from '../../support/let-pass.ts';
import { openMerchant } from '../../support/merchant.ts';

const PLACED = '2027-03-01T10:00:00.000Z';
const NOW = '2027-03-05T10:00:00.000Z';
const secret = `whsec_${Buffer.from('a key of the tests, 32 bytes long').toString('base64')}`;
const webhook = new Webhook(secret);

type Body = { type: string; timestamp: string; data: Record<string, unknown> & { sequence: number } };
type Answer = number | 'order-unknown';
type Heard = { id: string; body: string; event: Body };

let database: TestDatabase;
let store: Awaited<ReturnType<typeof startShop>>;
let clock: { now: string };
let dispatcher: EventDispatcher;
const warnings: unknown[] = [];

beforeEach(async () => {
  database = await freshDatabase();
  await openMerchant(database.sql);
  store = await startShop();
  clock = { now: NOW };
  warnings.length = 0;
  dispatcher = aDispatcher();
});
afterEach(async () => {
  await dispatcher.stop();
  await store.stop();
  await database.drop();
});

/** A shop that checks signatures; `answer` may be replaced. It can be down, and up again at the same address. */
async function startShop() {
  const heard: Heard[] = [];
  const shop = { answer: (_heard: Heard): Answer | Promise<Answer> => 204 };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const event = webhook.verify(body, request.headers as Record<string, string>) as Body;
    const one = { id: String(request.headers['webhook-id']), body, event };
    heard.push(one);
    const answer = await shop.answer(one);
    if (answer === 'order-unknown') response.writeHead(409).end('{"code":"order-unknown"}');
    else response.writeHead(answer).end();
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const down = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(shop, {
    ...{ heard, down, stop: down, up: () => listen(port), url: `http://127.0.0.1:${port}/hooks` },
    ids: () => heard.map(({ id }) => id),
  });
}

const aDispatcher = (sql: Sql = database.sql) =>
  createEventDispatcher({
    sql,
    storefront: createWebhookStorefront({ url: store.url, secret, allowPrivate: true, timeoutMs: 5_000 }),
    log: { warn: (fields, message) => warnings.push({ fields, message }) },
    now: () => clock.now,
    everyMs: 20,
  });

const place = (orderId: string, fields: Partial<Parameters<typeof anOrder>[0]> = {}) =>
  checkout(database.sql, anOrder({ orderId, total: eur(100), ...fields }), {
    ...{ now: PLACED, actor: 'key:test', notifiesStore: true },
  });

const sent = (orderId: string, letterId: string): NewEvent => ({
  ...{ id: `letter-${letterId}.sent.${orderId}`, type: 'reminder.sent', orderId, customerId: 'rossi' },
  data: { letterId, tone: 'overdue-1', instalments: [1], asked: eur(100) },
});

const record = (event: NewEvent, notifiesStore = true) =>
  inTransaction(database.sql, async (tx) => {
    if (event.orderId !== null) await lockOrder(tx, event.orderId);
    await recordEvent(tx, event, { at: clock.now, notifiesStore });
  });

it('an event is told with ids, days and amounts, under its business id', async () => {
  await place('1');
  await record(sent('1', 'a'));
  await record({
    ...{ id: 'letter-b.failed', type: 'letter.failed', orderId: null, customerId: 'rossi' },
    data: { letterId: 'b', kind: 'overdue', tone: 'overdue-1' },
  });
  await dispatcher.runOnce();
  expect(store.heard.map(({ id, event }) => ({ id, event }))).toEqual(
    expect.arrayContaining([
      {
        id: 'letter-a.sent.1',
        event: {
          type: 'reminder.sent',
          timestamp: NOW,
          data: {
            ...{ orderId: '1', orderNumber: 'SO-1042', customerId: 'rossi', sequence: 1 },
            ...{ letterId: 'a', tone: 'overdue-1', instalments: [1], asked: eur(100) },
          },
        },
      },
      {
        id: 'letter-b.failed',
        event: {
          type: 'letter.failed',
          timestamp: NOW,
          data: {
            ...{ orderId: null, orderNumber: null, customerId: 'rossi', sequence: null },
            ...{ letterId: 'b', kind: 'overdue', tone: 'overdue-1' },
          },
        },
      },
    ]),
  );
  expect(store.heard).toHaveLength(2);
  const past = (await timelineOf(database.sql, '1')).filter(({ kind }) => kind.startsWith('store.'));
  expect(past).toMatchObject([
    { at: NOW, kind: 'store.acknowledged', detail: { type: 'reminder.sent', attempts: 1, lastStatus: 204 } },
  ]);
});

it('an event is recorded once, and not at all where no store is notified', async () => {
  await place('1');
  await record(sent('1', 'a'), false);
  expect(await eventsOf(database.sql, '1')).toEqual([]);
  await Promise.all([record(sent('1', 'a')), record(sent('1', 'a')), record(sent('1', 'b'))]);
  expect((await eventsOf(database.sql, '1')).map(({ sequence }) => sequence)).toEqual([1, 2]);
  const [order] = await database.sql`select store_sequence from orders where id = '1'`;
  expect(order).toEqual({ storeSequence: 2 });
});

it('two dispatchers at once tell each event once, those of one order in their sequence', async () => {
  const orders = Array.from({ length: 10 }, (_, n) => `o-${n}`);
  for (const id of orders) await place(id);
  for (const letter of ['a', 'b', 'c', 'd']) for (const id of orders) await record(sent(id, letter));
  store.answer = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return 204;
  };
  const other = connect(database.url);
  const rival = aDispatcher(other);
  dispatcher.start();
  rival.start();
  await eventually('all are told', () => store.heard.length >= 40);
  await Promise.all([dispatcher.stop(), rival.stop()]);
  await other.end();
  expect(store.heard).toHaveLength(40);
  expect(new Set(store.ids()).size).toBe(40);
  for (const id of orders)
    expect(
      store.heard.filter(({ event }) => event.data.orderId === id).map(({ event }) => event.data.sequence),
    ).toEqual([1, 2, 3, 4]);
});

it('an event whose acknowledgement was lost is told again, with the same id and bytes', async () => {
  await place('1');
  await record(sent('1', 'a'));
  // The worker is killed after the store has answered, and before the row says so.
  const doomed = connect(database.url);
  store.answer = async () => {
    await database.sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
    await doomed.end({ timeout: 0 });
    return 204;
  };
  await aDispatcher(doomed)
    .runOnce()
    .catch(() => {});
  expect((await eventsOf(database.sql, '1'))[0]).toMatchObject({ attempts: 1, deliveredAt: null });

  store.answer = () => 204;
  await database.sql`update orders set order_number = 'SO-9' where id = '1'`;
  await dispatcher.runOnce();
  expect(store.heard).toHaveLength(1);
  await letPass(database.sql, 60);
  await dispatcher.runOnce();
  expect(store.heard).toHaveLength(2);
  const [first, second] = store.heard;
  expect([second!.id, second!.body]).toEqual([first!.id, first!.body]);
  expect((await eventsOf(database.sql, '1'))[0]).toMatchObject({ attempts: 2, deliveredAt: NOW });
});

it('a late failure of an attempt that was taken over changes nothing, and a late acknowledgement stands', async () => {
  for (const id of ['1', '2', '3']) {
    await place(id);
    await record(sent(id, 'a'));
  }
  const answers: Record<string, (status: number) => void> = {};
  store.answer = ({ id }) => new Promise((resolve) => Object.assign(answers, { [id]: resolve }));
  const late = dispatcher.runOnce();
  await eventually('all are being told', () => Object.keys(answers).length === 3);
  await letPass(database.sql, 60);
  store.answer = ({ id }) => (id.endsWith('.1') ? 204 : 500);
  const rival = aDispatcher();
  await rival.runOnce();
  answers['letter-a.sent.1']!(500);
  answers['letter-a.sent.2']!(204);
  answers['letter-a.sent.3']!(503);
  await late;
  for (const id of ['1', '2'])
    expect((await eventsOf(database.sql, id))[0]).toMatchObject({
      ...{ attempts: 2, deliveredAt: NOW, lastStatus: 204, lastError: null },
    });
  expect((await eventsOf(database.sql, '3'))[0]).toMatchObject({ attempts: 2, lastStatus: 500 });
});

it('while the store is down nothing is lost, the waits grow to 15 minutes, and later events of an order wait', async () => {
  await place('1');
  await record(sent('1', 'a'));
  await record(sent('1', 'b'));
  await store.down();
  const wait = async () => {
    const [row] = await database.sql<{ seconds: number }[]>`
      select round(extract(epoch from next_try_at - now()))::int as seconds from events where id = 'letter-a.sent.1'`;
    return row!.seconds;
  };
  const waits: number[] = [];
  for (let n = 0; n < 10; n++) {
    await dispatcher.runOnce();
    waits.push(await wait());
    await letPass(database.sql, 900);
  }
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
  const [first, second] = await eventsOf(database.sql, '1');
  expect(first).toMatchObject({ attempts: 10, lastError: 'the store could not be reached: ECONNREFUSED' });
  expect(second).toMatchObject({ attempts: 0, deliveredAt: null });
  expect(warnings[0]).toMatchObject({ fields: { orderId: '1', event: 'reminder.sent', attempt: 1 } });

  await store.up();
  await dispatcher.runOnce();
  expect(store.ids()).toEqual(['letter-a.sent.1', 'letter-b.sent.1']);
});

it('an event waits for what the order’s workflow tells the store before it, unless the order continues without', async () => {
  await place('1');
  const paid = { id: 'order-1.paid', orderId: '1', type: 'order.marked_paid', now: NOW };
  await inTransaction(database.sql, (tx) => beginDelivery(tx, paid));
  await record(sent('1', 'a'));
  await dispatcher.runOnce();
  expect(store.heard).toEqual([]);
  await endDelivery(database.sql, paid.id, { status: 204, error: null, deliveredAt: NOW });
  await dispatcher.runOnce();
  expect(store.heard).toMatchObject([{ event: { data: { sequence: 2 } } }]);

  await place('2');
  const other = { ...paid, id: 'order-2.paid', orderId: '2' };
  await inTransaction(database.sql, (tx) => beginDelivery(tx, other));
  await record(sent('2', 'a'));
  await database.sql`update orders set paid_in_store = 'chased' where id = '2'`;
  await dispatcher.runOnce();
  expect(store.ids()).toEqual(['letter-a.sent.1', 'letter-a.sent.2']);
});

it('an event is given up after three days, at once on 410, and if the store has no such order', async () => {
  for (const id of ['old', 'gone', 'unknown']) {
    await place(id);
    await record(sent(id, 'a'));
    await record(sent(id, 'b'));
  }
  const answers: Record<string, Answer> = { old: 500, gone: 410, unknown: 'order-unknown' };
  store.answer = ({ id, event }) => (id.startsWith('letter-a') ? answers[String(event.data.orderId)]! : 204);
  await dispatcher.runOnce();
  await dispatcher.runOnce();
  expect((await eventsOf(database.sql, 'gone'))[0]).toMatchObject({ givenUpAt: NOW, lastStatus: 410 });
  expect((await eventsOf(database.sql, 'gone'))[1]).toMatchObject({ deliveredAt: NOW });
  expect((await eventsOf(database.sql, 'unknown'))[0]).toMatchObject({
    ...{ givenUpAt: NOW, lastStatus: 409, lastError: 'order-unknown' },
  });
  expect((await eventsOf(database.sql, 'old'))[0]).toMatchObject({ givenUpAt: null, lastStatus: 500 });

  await database.sql`update orders set status = 'settled', closed_at = ${NOW}, finished_at = ${NOW} where id = 'old'`;
  const late = '2027-03-08T10:30:00.001Z';
  expect(await reconcileEvents(database.sql, NOW)).toEqual([]);
  expect(await reconcileEvents(database.sql, '2027-03-05T10:00:00.001Z')).toEqual([
    { subject: 'order/old', problem: 'is finished, but its event letter-a.sent.old is pending' },
    { subject: 'order/old', problem: 'is finished, but its event letter-b.sent.old is pending' },
  ]);
  clock.now = late;
  await letPass(database.sql, 900);
  await dispatcher.runOnce();
  await dispatcher.runOnce();
  expect(
    (await eventsOf(database.sql, 'old')).map(({ givenUpAt, deliveredAt }) => [givenUpAt, deliveredAt]),
  ).toEqual([
    [late, null],
    [null, late],
  ]);
  expect(await reconcileEvents(database.sql, late)).toEqual([]);
});

const overdueIds = async () =>
  (await database.sql`select id from events where type = 'order.overdue' order by id`).map(({ id }) => id);

it('an instalment is told as overdue when its due date has passed in the merchant’s zone, on days of 23 and 25 hours too', async () => {
  for (const [orderId, day] of Object.entries({ spring: '2027-03-28', autumn: '2027-10-31' })) {
    await place(orderId);
    const dueAt = endOfDay(day, 'Europe/Rome');
    await database.sql`update instalments set due_on = ${day}, due_at = ${dueAt} where order_id = ${orderId}`;
  }
  const rows = await database.sql<{ orderId: string; dueOn: string; dueAt: string }[]>`
    select order_id, due_on, due_at from instalments order by due_at`;
  expect(rows).toEqual([
    { orderId: 'spring', dueOn: '2027-03-28', dueAt: '2027-03-28T22:00:00.000Z' },
    { orderId: 'autumn', dueOn: '2027-10-31', dueAt: '2027-10-31T23:00:00.000Z' },
  ]);
  const early = (at: string) => new Date(Date.parse(at) - 1).toISOString();
  for (const { dueAt } of rows) {
    const before = await overdueIds();
    expect(await recordOverdue(database.sql, early(dueAt), 100)).toBe(0);
    expect(await overdueIds()).toEqual(before);
    expect(await recordOverdue(database.sql, dueAt, 100)).toBe(1);
    expect(await recordOverdue(database.sql, dueAt, 100)).toBe(0);
  }
  expect(await overdueIds()).toEqual(['order-autumn.overdue.1.0', 'order-spring.overdue.1.0']);
});

it('an extended instalment is overdue again at its new due date, a paid one is not, however many sweep at once', async () => {
  await place('1', { termsCode: 'weekly' });
  await place('paid');
  await database.sql`update instalments set outstanding = 0 where order_id = 'paid'`;
  await database.sql`update orders set outstanding = 0, status = 'settled', closed_at = ${NOW} where id = 'paid'`;
  const sweep = (now: string) => Promise.all([1, 2, 3].map(() => recordOverdue(database.sql, now, 100)));
  await sweep('2027-04-01T10:00:00.000Z');
  expect(await overdueIds()).toEqual(['order-1.overdue.1.0']);

  const now = '2027-04-02T10:00:00.000Z';
  await inTransaction(database.sql, async (tx) => {
    await lockOrder(tx, '1');
    const move = { number: 1, dueOn: '2027-04-20', dueAt: '2027-04-20T22:00:00.000Z' };
    await moveDueDates(tx, '1', [move], { from: now, policies: await activePolicies(tx) });
  });
  await sweep('2027-04-08T10:00:00.000Z');
  expect(await overdueIds()).toEqual(['order-1.overdue.1.0', 'order-1.overdue.2.0']);
  await sweep('2027-04-21T10:00:00.000Z');
  expect(await overdueIds()).toEqual(['order-1.overdue.1.0', 'order-1.overdue.1.1', 'order-1.overdue.2.0']);
  expect((await eventsOf(database.sql, '1')).map(({ sequence, data }) => [sequence, data])).toEqual([
    [1, { orderNumber: 'SO-1042', instalment: 1, dueOn: '2027-03-31', outstanding: eur(50) }],
    [2, { orderNumber: 'SO-1042', instalment: 2, dueOn: '2027-04-07', outstanding: eur(50) }],
    [3, { orderNumber: 'SO-1042', instalment: 1, dueOn: '2027-04-20', outstanding: eur(50) }],
  ]);
});

it('the dispatcher looks for what is overdue each minute, and tells it', async () => {
  await place('1');
  clock.now = '2027-03-31T21:59:59.000Z';
  await dispatcher.runOnce();
  clock.now = '2027-03-31T22:00:10.000Z';
  await dispatcher.runOnce();
  expect(store.heard).toEqual([]);
  clock.now = '2027-03-31T22:00:59.000Z';
  await dispatcher.runOnce();
  expect(store.heard).toMatchObject([
    {
      id: 'order-1.overdue.1.0',
      event: {
        type: 'order.overdue',
        timestamp: clock.now,
        data: { orderId: '1', sequence: 1, instalment: 1, dueOn: '2027-03-31', outstanding: eur(100) },
      },
    },
  ]);
});

it('of 100,000 open instalments the sweep reads those that are overdue, by an index', async () => {
  await place('o');
  const { sql } = database;
  const copied = await sql<{ name: string }[]>`
    select column_name as name from information_schema.columns
    where table_name = 'orders' and column_name not in ('id', 'placed_at') and is_generated = 'NEVER'`;
  const list = copied.reduce((all, { name }) => sql`${all}, ${sql(name)}`, sql`placed_at`);
  await sql`insert into orders (id, ${list})
    select 'many-' || n, ${list} from orders, generate_series(1, 100000) n where id = 'o'`;
  // Of a year of due dates, a hundredth is in the past.
  await sql`insert into instalments (order_id, number, line, due_on, due_at, amount, outstanding)
    select 'many-' || n, 1, 0, '2027-04-01', ${NOW}::timestamptz + (n - 1000) * interval '5 minutes', 10000, 10000
    from generate_series(1, 100000) n`;
  await sql`analyze orders, instalments, events`;

  expect(await recordOverdue(sql, NOW, 2_000)).toBe(1_000);
  await sql`analyze events`;
  expect(await recordOverdue(sql, NOW, 2_000)).toBe(0);
  const explained = await sql`explain ${unrecorded(sql, NOW, 500)}`;
  const plan = explained.flatMap((row) => Object.values(row)).join('\n');
  expect(plan).toContain('instalments_open');
  expect(plan).not.toMatch(/Seq Scan on (instalments|orders)/);
});
