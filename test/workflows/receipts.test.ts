import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { receive as receivePayment, reverse } from '../support/commands.ts';
import { DAY, later } from '../support/instants.ts';
import { openWorld, type World } from '../support/workflow-world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
afterEach(async () => {
  expect(await reconcileBalances(world.sql)).toEqual([]);
});

const receive = async (paymentId: string, units: number) =>
  receivePayment(
    world.commands,
    { paymentId, customerId: 'rossi', amount: eur(units), receivedOn: await world.today() },
    { now: await world.clock() },
  );

it('a transfer over two orders ends both workflows; when it bounces both continue where they were, and no letter is repeated', async () => {
  const orders = [
    await world.place({ orderId: 'one', orderNumber: 'ONE' }),
    await world.place({ orderId: 'two', orderNumber: 'TWO', total: eur(100) }),
  ];
  await world.until(later(orders[0]!.plan[0]!.at, DAY / 2));
  for (const { id } of orders) await world.quiet(id);
  const before = world.mailsOf('ONE').length;
  expect(before).toBe(2); // the confirmation and the reminder before the due date
  const { children } = await receive('both', 1320);
  expect(children.map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
  for (const order of orders) expect(await world.ending(order)).toEqual({ status: 'settled' });
  await world.completeMails();
  const [receipt, ...more] = world.mailsOf('Pagamento di');
  expect(more).toEqual([]);
  for (const number of ['ONE', 'TWO']) expect(receipt!.text).toContain(`Ordine ${number}:`);

  const by = { paymentId: 'both', reason: 'the bank took it back', actor: 'user:test', fee: eur(7) };
  const { changedOrders } = await reverse(world.commands, { ...by, now: await world.clock() });
  expect(changedOrders).toEqual(['one', 'two']);
  for (const { id } of orders) await world.quiet(id);
  expect(await world.order('one')).toMatchObject({ workflowId: 'order/one/2', outstanding: eur(1227) });
  expect(await world.order('two')).toMatchObject({ workflowId: 'order/two/2', outstanding: eur(100) });
  await world.until(later(orders[0]!.plan[1]!.at, DAY / 2));
  for (const { id } of orders) await world.quiet(id);
  // The letter of the settlement, and the reminder on the due date.
  expect(world.mailsOf('ONE')).toHaveLength(before + 2);

  await receive('again', 1327);
  for (const { id } of orders) expect(await world.ending({ id, episode: 2 })).toEqual({ status: 'settled' });
});
