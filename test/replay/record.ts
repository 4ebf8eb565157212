import { mkdirSync, writeFileSync } from 'node:fs';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createImportWorkflows } from '../../src/modules/imports/import-workflows.ts';
import { getImport, insertImport, workflowIdOfImport } from '../../src/modules/imports/tables.ts';
import { type OrderRow, workflowIdOf } from '../../src/modules/orders/tables.ts';
import { getRevocation, revocationWorkflowId } from '../../src/modules/revocation/tables.ts';
import { MailRefused } from '../../src/platform/smtp/mailer.ts';
import { aCustomer, eur } from '../support/builders.ts';
import { receive, reverse, revoke } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { DAY, later } from '../support/instants.ts';
import { addCustomer, fromDelivery, offerMore } from '../support/merchant.ts';
import { openWorld, type World } from '../support/workflow-world.ts';

/**
 * Records histories of the workflow as it is now: `npm run record-histories -- <name>`. Record a set with each
 * change of the workflow, and keep the old ones: orders that started under them are still running somewhere.
 */
const folder = new URL(`./histories/${process.env.RECORD_HISTORIES}/`, import.meta.url);

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await offerMore(world.sql, fromDelivery);
  mkdirSync(folder, { recursive: true });
});
afterAll(() => world.close());

const save = (name: string, order: Pick<OrderRow, 'id' | 'episode'>): Promise<void> =>
  saveHistory(name, workflowIdOf(order));

async function saveHistory(name: string, workflowId: string): Promise<void> {
  const history = await world.env.client.workflow.getHandle(workflowId).fetchHistory();
  writeFileSync(new URL(`${name}.json`, folder), `${withoutMachine(historyToJSON(history))}\n`);
  expect(history.events?.length).toBeGreaterThan(5);
}

/** Who recorded it, and where the code was, do not belong in a history. */
const withoutMachine = (json: string): string =>
  json.replace(/"(identity|stackTrace)": ?"(?:[^"\\]|\\.)*"/g, '"$1": "recorded"');

it('records an order that is reminded, paid in part and settled', async () => {
  const order = await world.placeAlone({ orderId: 'settled', orderNumber: 'A' });
  await world.marked('settled');
  await world.until(later(order.plan[1]!.at, DAY));
  await world.submit('settled', 'recordPayment', { payment: { paymentId: 'p1', amount: eur(500) } });
  await world.until(later(order.plan[2]!.at, DAY));
  await world.submit('settled', 'recordPayment', { payment: { paymentId: 'p2', amount: eur(720) } });
  await world.ending(order);
  await save('settled', order);
});

it('records a cancelled order, an expired reservation and an order that the store does not know', async () => {
  const cancelled = await world.place({ orderId: 'cancelled' });
  await world.marked('cancelled');
  await world.submit('cancelled', 'cancel', { reason: 'test' });
  await world.ending(cancelled);
  await save('cancelled', cancelled);

  const expired = await world.place({ orderId: 'expired', confirm: 'later' });
  await world.ending(expired);
  await save('reservation-expired', expired);

  world.shop.answer = async ({ orderId }) => {
    await world.confirmed(orderId);
    return { kind: 'order-unknown', status: 409 };
  };
  const unknown = await world.place({ orderId: 'unknown' });
  await world.ending(unknown);
  await save('unknown-to-store', unknown);
  world.shop.answer = async () => ({ kind: 'acknowledged', status: 200 });
});

it('records a confirmed reservation that an operator settles by hand, with mail that fails for days', async () => {
  const order = await world.place({ orderId: 'reserved', confirm: 'later' });
  world.post.accept = async () => {
    throw new MailRefused('451 later', { permanent: false, cause: null });
  };
  await world.submit('reserved', 'confirm');
  await world.until(later(order.placedAt, 4 * DAY));
  world.post.accept = async () => {};
  await world.env.client.workflow.getHandle(workflowIdOf(order)).cancel();
  await world.until(later(order.placedAt, 5 * DAY));
  await world.env.client.workflow.getHandle(workflowIdOf(order)).signal('settle');
  await world.ending(order);
  await save('reserved-confirmed-settled-by-hand', order);
  await saveHistory('letter-given-up', 'letter/confirmation:reserved');
});

it('records an order that is still running after an outage over three reminders', async () => {
  const order = await world.placeAlone({
    orderId: 'running',
    placedAt: later(await world.clock(), -40 * DAY),
  });
  await world.marked('running');
  await world.morning();
  await eventually('the reminder', async () =>
    Object.values(await world.outcomes('running')).includes('sent'),
  );
  await save('running-after-outage', order);
});

it('records an order with a deposit and two instalments, each paid in its time', async () => {
  const order = await world.placeAlone({ orderId: 'deposit', termsCode: 'deposit' });
  await world.marked('deposit');
  const pay = (paymentId: string, amount: number) =>
    world.submit('deposit', 'recordPayment', { payment: { paymentId, amount: eur(amount) } });
  const after = (key: string) => world.until(later(order.plan.find((step) => step.key === key)!.at, DAY / 2));
  await pay('d1', 366);
  await after('2/P0D');
  await pay('d2', 366);
  await after('3/P7D');
  await pay('d3', 488);
  await world.ending(order);
  await save('deposit-and-two', order);
});

it('records reminders of two instalments that come due at the same moment, after a payment that is reversed', async () => {
  const order = await world.placeAlone({ orderId: 'weekly', termsCode: 'weekly' });
  await world.marked('weekly');
  await world.submit('weekly', 'recordPayment', { payment: { paymentId: 'w1', amount: eur(610) } });
  const by = { paymentId: 'w1', reason: 'returned', actor: 'user:test' };
  await reverse(world.commands, { ...by, now: await world.clock() });
  await world.until(later(order.plan.find(({ key }) => key === '2/P0D')!.at, DAY));
  await world.submit('weekly', 'settle');
  await world.ending(order);
  await save('two-at-once', order);
});

it('records an import of a file that is applied at its second attempt', async () => {
  const facts = aCustomer();
  const lines = async function* () {
    yield [{ number: 1, subject: 'imported', facts, fingerprint: 'f', raw: null, errors: null }];
  };
  const given = {
    id: 'file',
    kind: 'customers',
    onRejected: 'skip',
    fingerprint: 'f',
    actor: 'key:test',
  } as const;
  const { row } = await insertImport(world.sql, given, lines(), await world.clock());
  await world.sql`alter table customers rename to away`;
  await createImportWorkflows({ client: world.env.client, log: { warn() {}, info() {} } }).ensureRunning(row);
  await eventually(
    'it has been tried',
    async () => (await getImport(world.sql, 'file')).state === 'applying',
  );
  await world.sql`alter table away rename to customers`;
  await world.env.client.workflow.getHandle(workflowIdOfImport('file')).result();
  await saveHistory('import', workflowIdOfImport('file'));
});

it('records a revocation that demands two open orders and a reservation, and what becomes of them', async () => {
  await addCustomer(world.sql, 'revoked');
  const order = await world.place({ orderId: 'demanded', customerId: 'revoked' });
  const paid = await world.place({ orderId: 'demanded-paid', customerId: 'revoked' });
  const reserved = await world.place({ orderId: 'demanded-not', customerId: 'revoked', confirm: 'later' });
  await Promise.all([world.marked('demanded'), world.marked('demanded-paid')]);
  await Promise.all([world.quiet('demanded'), world.quiet('demanded-paid')]);
  await revoke(
    world.commands,
    { customerId: 'revoked', revocationId: 'revoked', openOrders: 'demand' },
    { now: await world.clock() },
  );
  await world.revocationWorkflows.ensureRunning(await getRevocation(world.sql, 'revoked'));
  const workflowId = revocationWorkflowId('revoked');
  await world.env.client.workflow.getHandle(workflowId).result();
  await saveHistory('revocation', workflowId);
  await world.ending(reserved);
  await save('reservation-cancelled-by-demand', reserved);
  await world.submit('demanded-paid', 'settle');
  await world.ending(paid);
  await save('demanded-and-paid', paid);
  await world.until(later(await world.clock(), 20 * DAY));
  await world.submit('demanded', 'settle');
  await world.ending(order);
  await save('demanded-reminded-settled', order);
});

it('records an order that is paid by a part of a transfer and then by credit, and continues when the transfer bounces', async () => {
  const order = await world.placeAlone({ orderId: 'receipt' });
  await world.marked('receipt');
  const by = async () => ({ now: await world.clock() });
  const amount = eur(1000);
  const receipt = { customerId: 'receipt', receivedOn: await world.today() };
  await receive(
    world.commands,
    {
      ...{ ...receipt, paymentId: 'r1', amount, allocate: false },
      allocations: [{ orderId: 'receipt', amount }],
    },
    await by(),
  );
  await receive(
    world.commands,
    { ...receipt, paymentId: 'r2', amount: eur(220), allocate: false },
    await by(),
  );
  await world.submit('receipt', 'applyCredit', { body: eur(220) });
  await world.ending(order);
  await save('receipts', order);
  await reverse(world.commands, { paymentId: 'r1', fee: eur(7), ...(await by()) });
  await world.quiet('receipt');
  await world.until(later(order.plan[1]!.at, DAY));
  await world.submit('receipt', 'settle');
  await world.ending({ id: 'receipt', episode: 2 });
  await save('bounced', { id: 'receipt', episode: 2 });
});

it('records orders that are fulfilled in parts, given another total and extended while they run', async () => {
  const fulfil = async (orderId: string, amount: number | null, final = false) =>
    world.submit(orderId, 'fulfil', {
      body: { fulfilmentId: null, amount, fulfilledOn: await world.today(), final },
    });
  const delivered = await world.placeAlone({ orderId: 'delivered', termsCode: 'delivered' });
  await world.marked('delivered');
  await world.until(later(delivered.placedAt, 50 * DAY));
  await fulfil('delivered', eur(500).amount);
  await fulfil('delivered', eur(500).amount, true);
  const { instalments } = await world.order('delivered');
  await world.until(later(instalments[0]!.dueAt!, DAY / 2));
  await world.submit('delivered', 'extend', {
    body: { dueOn: later(instalments[0]!.dueAt!, 20 * DAY).slice(0, 10) },
  });
  await world.submit('delivered', 'amend', { body: { total: eur(800).amount } });
  await world.until(later(instalments[0]!.dueAt!, 30 * DAY));
  await world.submit('delivered', 'recordPayment', { payment: { paymentId: 'f1', amount: eur(800) } });
  await world.ending(delivered);
  await save('fulfilled-amended-extended', delivered);

  const reserved = await world.placeAlone({ orderId: 'amended', termsCode: 'half', confirm: 'later' });
  await world.submit('amended', 'amend', { body: { total: eur(400).amount } });
  await world.submit('amended', 'confirm');
  await world.marked('amended');
  await world.submit('amended', 'recordPayment', { payment: { paymentId: 'a1', amount: eur(300) } });
  await world.submit('amended', 'amend', { body: { total: eur(300).amount } });
  await world.ending(reserved);
  await save('reserved-amended-settled', reserved);

  const waiting = await world.placeAlone({ orderId: 'waiting', termsCode: 'half' });
  await world.marked('waiting');
  await world.until(later(waiting.placedAt, 30 * DAY));
  await save('running-provisional', waiting);
});

it('records an order that is put on an instalment plan, written off in part, and paid', async () => {
  const order = await world.placeAlone({ orderId: 'corrected' });
  await world.marked('corrected');
  await world.until(later((await world.order('corrected')).instalments[0]!.dueAt!, 2 * DAY));
  const owed = (await world.order('corrected')).outstanding.amount;
  const dueOn = async (days: number) => later(await world.clock(), days * DAY).slice(0, 10);
  const parts = [eur(300).amount, owed - eur(300).amount];
  const instalments = [
    { dueOn: await dueOn(20), amount: parts[0] },
    { dueOn: await dueOn(40), amount: parts[1] },
  ];
  await world.submit('corrected', 'reschedule', { body: { of: 'overdue', instalments } });
  await world.until(later(await world.clock(), 25 * DAY));
  await world.submit('corrected', 'writeOff', { body: { amount: eur(20).amount } });
  await world.submit('corrected', 'recordPayment', { payment: { paymentId: 'c1', amount: eur(1200) } });
  await world.ending(order);
  await save('planned-written-off-paid', order);
});
