import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIdOf } from '../../src/modules/orders/tables.ts';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { MailRefused } from '../../src/platform/smtp/mailer.ts';
import { eur } from '../support/builders.ts';
import { askOf, keep } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { DAY, later, MINUTE } from '../support/instants.ts';
import { fromDelivery, offerMore } from '../support/merchant.ts';
import { openWorld, type World } from '../support/workflow-world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await offerMore(world.sql, fromDelivery);
});
afterAll(async () => {
  expect(await reconcileBalances(world.sql)).toEqual([]);
  await world.close();
});

const fulfil = async (orderId: string, fields: object = {}) => {
  const fulfilledOn = await world.today();
  const body = { fulfilmentId: null, amount: null, fulfilledOn, final: false, ...fields };
  return (await world.submit(orderId, 'fulfil', { body })).command;
};
const amend = async (orderId: string, units: number) =>
  (await world.submit(orderId, 'amend', { body: { total: eur(units).amount } })).command;

it('an order that is settled while sixty payments wait takes them all before its workflow ends', async () => {
  const order = await world.place({ orderId: 'many', orderNumber: 'MANY' });
  await world.marked('many');
  await world.quiet('many');
  const now = await world.clock();
  await keep(world.sql, async (within) => {
    for (let n = 1; n <= 60; n++) {
      const body = { paymentId: `many-${n}`, ...eur(1_220), receivedOn: now.slice(0, 10) };
      await askOf(within, 'many', 'recordPayment', { body, now });
    }
  });
  await world.env.client.workflow.getHandle(workflowIdOf(order)).signal('lookAgain', {});
  expect(await world.ending(order)).toEqual({ status: 'settled' });
  expect(
    await world.sql`select outcome, count(*)::int from commands where order_id = 'many' group by 1`,
  ).toEqual([{ outcome: 'applied', count: 60 }]);
});

// Before a delivery is reported: from then on reminders wait for it.
describe('another total', () => {
  it('is used by a reminder that was refused and is tried again', async () => {
    const order = await world.placeAlone({ orderId: 'flight', orderNumber: 'FLIGHT' });
    await world.marked('flight');
    await world.confirmed('flight');
    world.post.accept = async () => {
      throw new MailRefused('451 later', { permanent: false, cause: null });
    };
    await world.until(later(order.plan[0]!.at, MINUTE));
    await eventually('the reminder is refused', async () => {
      const [mail] =
        await world.sql`select 1 from mails where id = 'reminder:flight:1' and state = 'queued' and attempts > 0`;
      return mail;
    });
    expect((await amend('flight', 1_000)).outcome).toBe('applied');
    world.post.accept = async () => {};
    await world.until(later(order.plan[0]!.at, DAY));
    const sent = await world.mails('FLIGHT', 2);
    expect(sent[1]!.text).toMatch(/1\.000,00/);
    expect(sent[1]!.text).not.toMatch(/1\.220,00/);

    expect((await amend('flight', 1_500)).outcome).toBe('applied');
    await world.until(later(order.plan[1]!.at, DAY));
    expect((await world.mails('FLIGHT', 3))[2]!.text).toMatch(/1\.500,00/);
    await world.submit('flight', 'recordPayment', { payment: { paymentId: 'flight-1', amount: eur(900) } });
    await amend('flight', 900);
    expect(await world.ending(order)).toEqual({ status: 'settled' });
    expect(await world.order('flight')).toMatchObject({ status: 'settled', total: eur(900) });
  });

  it('that exceeds the credit leaves the order as it was', async () => {
    const order = await world.placeAlone({ orderId: 'over', orderNumber: 'OVER' });
    await world.marked('over');
    await expect(amend('over', 1_000_000)).rejects.toMatchObject({ code: 'not-eligible' });
    expect(await world.order('over')).toMatchObject({ total: eur(1_220), outstanding: eur(1_220) });
    await world.until(later(order.plan[0]!.at, MINUTE));
    await world.mails('OVER', 2);
    await world.submit('over', 'settle', { reason: 'paid' });
    expect(await world.ending(order)).toEqual({ status: 'settled' });
  });
});

describe('an order that is due from its delivery on', () => {
  it('is not reminded while the due date is provisional, and by the plan once it is fulfilled', async () => {
    const order = await world.placeAlone({ orderId: 'waits', orderNumber: 'WAITS', termsCode: 'delivered' });
    await world.marked('waits');
    const [confirmation] = await world.mails('WAITS', 1);
    expect(confirmation!.text).toMatch(/provvisoria/);
    await world.until(later(order.placedAt, 90 * DAY));
    expect(world.mailsOf('WAITS')).toHaveLength(1);
    expect(await world.order('waits')).toMatchObject({ overdue: false, nextStep: null });

    await fulfil('waits', { amount: eur(220).amount });
    await world.until(later(order.placedAt, 120 * DAY));
    expect(world.mailsOf('WAITS')).toHaveLength(1);

    expect((await fulfil('waits')).outcome).toBe('applied');
    const { instalments, nextStep, fulfilment } = await world.order('waits');
    const [due] = instalments;
    const fulfilledAt = Date.parse(`${fulfilment.completedOn}T00:00:00Z`);
    expect(Date.parse(`${due!.dueOn}T00:00:00Z`) - fulfilledAt).toBe(30 * DAY);
    expect(nextStep).toMatchObject({ key: '1/-P3D', kind: 'remind' });

    await world.until(later(nextStep!.at, MINUTE));
    const sent = await world.mails('WAITS', 2);
    expect(sent[1]!.at.slice(0, 10) < due!.dueOn).toBe(true);
    expect(sent[1]!.text).not.toMatch(/provvisoria/);
    await world.until(later(due!.dueAt!, 11 * DAY));
    await world.mails('WAITS', 4);
    await world.submit('waits', 'settle', { reason: 'paid' });
    expect(await world.ending(order)).toEqual({ status: 'settled' });
  });

  it('has reminders of the part that is already due, and of the other in its time', async () => {
    const order = await world.placeAlone({ orderId: 'half', orderNumber: 'HALF', termsCode: 'half' });
    await world.marked('half');
    // The last one waits for the deadline of the one before.
    await world.until(later(order.placedAt, 35 * DAY));
    const steps = async () => Object.keys(await world.outcomes('half'));
    await eventually('the first part is chased', async () => (await steps()).length === 4);
    expect(await steps()).toEqual(['1/-P3D', '1/P0D', '1/P7D', '1/P14D']);
    await fulfil('half');
    const { instalments } = await world.order('half');
    await world.until(later(instalments[1]!.dueAt!, 25 * DAY));
    await eventually('the second part is chased', async () => (await steps()).length === 8);
    await world.submit('half', 'settle', { reason: 'paid' });
    expect(await world.ending(order)).toEqual({ status: 'settled' });
  });

  it('asks for what was delivered if the rest will never come', async () => {
    const order = await world.placeAlone({ orderId: 'final', orderNumber: 'FINAL', termsCode: 'delivered' });
    await world.marked('final');
    await fulfil('final', { amount: eur(800).amount, final: true });
    const { nextStep } = await world.order('final');
    await world.until(later(nextStep!.at, MINUTE));
    const sent = await world.mails('FINAL', 2);
    expect(sent[1]!.text).toMatch(/800,00/);
    expect(sent[1]!.text).not.toMatch(/1\.220,00/);
    await world.submit('final', 'recordPayment', { payment: { paymentId: 'final-1', amount: eur(800) } });
    expect(await world.ending(order)).toEqual({ status: 'settled' });
  });
});
