import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { workflowIdOf } from '../../src/modules/orders/tables.ts';
import { reconcileBalances, reconcileFinished } from '../../src/modules/overview/reconcile-balances.ts';
import { reconcileLetters } from '../../src/modules/overview/reconcile-letters.ts';
import { timelineOf } from '../../src/modules/overview/timeline.ts';
import { MailRefused } from '../../src/platform/smtp/mailer.ts';
import { eur } from '../support/builders.ts';
import { askOf, reverse } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { DAY, later, MINUTE } from '../support/instants.ts';
import { openWorld, type World } from '../support/workflow-world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
afterEach(async () => {
  world.post.accept = async () => {};
  world.shop.answer = async () => ({ kind: 'acknowledged', status: 200 });
  for (const check of [reconcileBalances, reconcileFinished, reconcileMails])
    expect(await check(world.sql)).toEqual([]);
});

const subjects = (orderNumber: string) => world.mailsOf(orderNumber).map(({ subject }) => subject);
/** What reconcile finds of mails, whatever time was skipped. */
const reconcileMails = (db: typeof world.sql) => reconcileLetters(db, '1970-01-01T00:00:00Z');
const eventsOf = (orderId: string) => world.notified.filter((event) => event.orderId === orderId);
const exposure = async (customerId = 'rossi') =>
  (await world.sql`select exposure, unapplied from accounts where customer_id = ${customerId}`)[0];

describe('an order paid later', () => {
  it('is confirmed, reminded at each planned instant, paid in part, and settled by the last payment', async () => {
    const order = await world.placeAlone({ orderId: 'life', orderNumber: 'LIFE' });
    const [confirmation] = await world.mails('LIFE', 1);
    expect(confirmation).toMatchObject({
      to: 'amministrazione@officine-rossi.example',
      replyTo: 'crediti@forniture-bianchi.example',
    });
    expect(confirmation?.text).toContain('1.220,00');
    await world.marked('life');

    const [before, due, overdue] = order.plan;
    await world.until(later(before!.at, MINUTE));
    expect((await world.mails('LIFE', 2))[1]?.at.slice(0, 16)).toBe(before!.at.slice(0, 16));

    await world.submit('life', 'recordPayment', { payment: { paymentId: 'life-1', amount: eur(500) } });
    expect(await world.order('life')).toMatchObject({ status: 'open', outstanding: eur(720) });

    await world.until(later(due!.at, MINUTE));
    expect((await world.mails('LIFE', 3))[2]?.text).toContain('720,00');
    await world.until(later(overdue!.at, MINUTE));
    const late = (await world.mails('LIFE', 4))[3];
    expect(late?.at.slice(0, 16)).toBe(overdue!.at.slice(0, 16));
    expect(await world.order('life')).toMatchObject({
      overdue: true,
      nextStep: { at: order.plan[3]!.at, kind: 'overdue' },
    });

    const { command } = await world.submit('life', 'recordPayment', {
      payment: { paymentId: 'life-2', amount: eur(720) },
    });
    expect(command.outcome).toBe('applied');
    expect(await world.ending(order)).toEqual({ status: 'settled' });
    expect(await world.order('life')).toMatchObject({
      status: 'settled',
      outstanding: eur(0),
      nextStep: null,
    });
    expect(world.mailsOf('LIFE')).toHaveLength(5);
    expect(eventsOf('life').map(({ type, sequence }) => [type, sequence])).toEqual([
      ['order.marked_paid', 1],
      ['order.settled', 5],
    ]);
    expect(await world.events('life')).toEqual([
      ['reminder.sent', 2],
      ['reminder.sent', 3],
      ['reminder.sent', 4],
    ]);
    await world.until(later(order.plan[3]!.at, DAY));
    expect(world.mailsOf('LIFE')).toHaveLength(5);
    expect(await exposure('life')).toEqual({ exposure: 0, unapplied: 0 });
  });

  it('is cancelled: the store is notified after "paid", the customer by mail, and what was received becomes credit', async () => {
    const before = await exposure();
    const order = await world.place({ orderId: 'cancelled', orderNumber: 'CANC' });
    await world.marked('cancelled');
    await world.submit('cancelled', 'recordPayment', { payment: { paymentId: 'canc-1', amount: eur(220) } });
    await world.submit('cancelled', 'cancel', { reason: 'goods out of stock' });
    expect(await world.ending(order)).toEqual({ status: 'cancelled' });
    expect(eventsOf('cancelled').map(({ type }) => type)).toEqual(['order.marked_paid', 'order.cancelled']);
    expect(subjects('CANC')).toHaveLength(2);
    expect(await exposure()).toEqual({ exposure: before?.exposure, unapplied: before?.unapplied + 22_000 });
  });

  it('is paid before its workflow begins: the store is notified of "paid" all the same, and then of "settled"', async () => {
    const order = await world.accept({ orderId: 'early' });
    const body = { paymentId: 'early-1', ...eur(1220), receivedOn: order.placedAt.slice(0, 10) };
    await askOf(world.commands, 'early', 'recordPayment', { body, now: order.placedAt });
    expect(await world.ending(order)).toEqual({ status: 'settled' });
    expect(eventsOf('early').map(({ type, sequence }) => [type, sequence])).toEqual([
      ['order.marked_paid', 1],
      ['order.settled', 2],
    ]);
  });

  it('takes more than is owed: the rest becomes unapplied credit', async () => {
    const before = await exposure();
    const order = await world.place({ orderId: 'over', orderNumber: 'OVER' });
    await world.submit('over', 'recordPayment', { payment: { paymentId: 'over-1', amount: eur(1300) } });
    expect(await world.ending(order)).toEqual({ status: 'settled' });
    expect(await exposure()).toEqual({ exposure: before?.exposure, unapplied: before?.unapplied + 8_000 });
  });

  it('is settled by an admin for what is outstanding', async () => {
    const order = await world.place({ orderId: 'settled', orderNumber: 'SETT' });
    const { command } = await world.submit('settled', 'settle', { reason: 'paid in cash' });
    expect(command).toMatchObject({ outcome: 'applied', reason: 'paid in cash' });
    expect(await world.ending(order)).toEqual({ status: 'settled' });
    const [paid] = await world.sql`select amount from payments where order_id = 'settled'`;
    expect(paid?.amount).toBe(122_000);
  });
});

describe('a reservation', () => {
  it('holds credit and sends nothing until it is confirmed', async () => {
    const before = await exposure();
    const order = await world.place({ orderId: 'reserved', orderNumber: 'RESV', confirm: 'later' });
    expect(await exposure()).toEqual({ ...before, exposure: before?.exposure + 122_000 });
    await world.until(later(order.placedAt, 20 * 60 * MINUTE));
    expect(world.mailsOf('RESV')).toEqual([]);
    expect(eventsOf('reserved')).toEqual([]);

    await world.submit('reserved', 'confirm');
    expect(await world.order('reserved')).toMatchObject({ status: 'open', outstanding: eur(1220) });
    await world.mails('RESV', 1);
    await world.until(later(order.placedAt, 2 * DAY));
    expect(await world.order('reserved')).toMatchObject({ status: 'open', nextStep: { kind: 'remind' } });
    await world.submit('reserved', 'cancel', { reason: 'test over' });
    await world.ending(order);
  });

  it('that is not confirmed expires, releases the credit and sends no mail', async () => {
    const before = await exposure();
    const order = await world.place({ orderId: 'expired', orderNumber: 'EXPI', confirm: 'later' });
    expect(await world.ending(order)).toEqual({ status: 'cancelled' });
    const { closedAt, closeReason } = await world.order('expired');
    expect(closeReason).toBe('not confirmed in time');
    expect(Date.parse(closedAt!) - Date.parse(order.expiresAt!)).toBeLessThan(MINUTE);
    expect(await exposure()).toEqual(before);
    expect(world.mailsOf('EXPI')).toEqual([]);
  });
});

describe('faults', () => {
  it('of three reminders that came due while nothing ran, only the newest is sent', async () => {
    const placedAt = later(await world.clock(), -40 * DAY);
    const order = await world.placeAlone({ orderId: 'outage', orderNumber: 'OUTA', placedAt });
    await world.morning();
    await world.mails('OUTA', 2);
    await eventually('it is noted', async () => (await world.outcomes('outage'))['1/P7D']);
    expect(await world.outcomes('outage')).toEqual({
      '1/-P3D': 'superseded',
      '1/P0D': 'superseded',
      '1/P7D': 'sent',
    });
    // The next one is sharper: it waits until the deadline that this one has named is over.
    await world.until(later(order.plan[3]!.at, MINUTE));
    expect(world.mailsOf('OUTA')).toHaveLength(2);
    const waiting = (await world.steps('outage')).find(({ key }) => key === '1/P14D');
    expect(waiting).toMatchObject({ state: 'waiting', waitsFor: 'deadline' });
    await world.until(later(waiting!.lookAt!, MINUTE));
    await world.mails('OUTA', 3);
    await world.submit('outage', 'settle');
    await world.ending(order);
    expect(world.mailsOf('OUTA')).toHaveLength(4);
  });

  it('mail that cannot be sent for three days is shown as failed, and the order continues', async () => {
    world.post.accept = async () => {
      throw new MailRefused('the mail server cannot be reached', { permanent: false, cause: null });
    };
    const order = await world.placeAlone({ orderId: 'no-post', orderNumber: 'NOPO' });
    await world.until(later(order.placedAt, 3 * DAY + 60 * MINUTE));
    const failed = async () =>
      (await world.sql`select state, attempts, last_error from mails where id = 'confirmation:no-post'`)[0];
    await eventually('the mail is given up', async () => (await failed())?.state === 'failed');
    expect(await failed()).toMatchObject({ lastError: 'the mail server cannot be reached' });
    world.post.accept = async () => {};
    await world.until(later(order.plan[0]!.at, MINUTE));
    await world.mails('NOPO', 1);
    await world.submit('no-post', 'settle');
    expect(await world.ending(order)).toEqual({ status: 'settled' });
  });

  it('a settlement while a reminder is still being tried stops the reminder', async () => {
    const order = await world.placeAlone({ orderId: 'stopped', orderNumber: 'STOP' });
    await world.mails('STOP', 1);
    world.post.accept = async ({ subject, messageId }) => {
      if (messageId === undefined || subject === '') return;
      throw new MailRefused('421 try again later', { permanent: false, cause: null });
    };
    await world.until(later(order.plan[0]!.at, 5 * MINUTE));
    await eventually(
      'it is tried',
      async () => (await world.sql`select 1 from mails where id = 'reminder:stopped:1' and attempts > 1`)[0],
    );
    world.post.accept = async () => {};
    await world.submit('stopped', 'settle');
    await world.ending(order);
    const reminder = async () =>
      (await world.sql`select state from mails where id = 'reminder:stopped:1'`)[0]?.state;
    await world.until(later(await world.clock(), 60 * MINUTE));
    await eventually('the reminder is withdrawn', async () => (await reminder()) === 'withdrawn');
    expect(world.mailsOf('STOP')).toHaveLength(2);
  });

  it('no reminder is sent before the store has marked the order paid; then only the newest', async () => {
    world.shop.answer = async () => {
      throw new Error('the store is down');
    };
    const order = await world.placeAlone({ orderId: 'slow-store', orderNumber: 'SLOW', termsCode: 'demo' });
    await world.until(later(order.placedAt, 2 * MINUTE));
    await eventually(
      'the store was tried',
      async () =>
        (await world.sql`select 1 from webhook_deliveries where order_id = 'slow-store' and attempts > 2`)[0],
    );
    expect(world.mailsOf('SLOW')).toHaveLength(1);
    world.shop.answer = async () => ({ kind: 'acknowledged', status: 200 });
    await world.until(later(order.placedAt, 30 * MINUTE));
    await world.mails('SLOW', 2);
    await eventually('it is noted', async () => (await world.outcomes('slow-store'))['1/PT40S']);
    expect(Object.values(await world.outcomes('slow-store')).sort()).toEqual([
      'sent',
      'superseded',
      'superseded',
      'superseded',
    ]);
    await world.submit('slow-store', 'settle');
    await world.ending(order);
  });

  it('a store that is down for a week waits for a person: the merchant continues without it', async () => {
    world.shop.answer = async () => {
      throw new Error('the store is down');
    };
    const order = await world.placeAlone({ orderId: 'dead-store', orderNumber: 'DEAD', termsCode: 'demo' });
    await world.until(later(order.placedAt, 60 * MINUTE));
    expect((await world.order('dead-store')).storeStatus).toBe('problem');
    await world.until(later(order.placedAt, 7 * DAY + 60 * MINUTE));
    await eventually(
      'it is given up',
      async () => (await world.order('dead-store')).storeStatus === 'failed',
    );
    expect(world.mailsOf('DEAD')).toHaveLength(1);

    expect((await world.submit('dead-store', 'chase', { reason: 'the goods left' })).command.outcome).toBe(
      'applied',
    );
    await world.mails('DEAD', 2);
    await expect(world.submit('dead-store', 'retryStore')).rejects.toMatchObject({
      code: 'store-not-waiting',
    });
    world.shop.answer = async () => ({ kind: 'acknowledged', status: 200 });
    await world.submit('dead-store', 'settle');
    expect(await world.ending(order)).toEqual({ status: 'settled' });
  });

  it('an order that the store does not know is cancelled and releases its credit', async () => {
    const before = await exposure();
    world.shop.answer = async ({ orderId }) => {
      await world.confirmed(orderId);
      return { kind: 'order-unknown', status: 409 };
    };
    const order = await world.place({ orderId: 'unknown', orderNumber: 'UNKN' });
    expect(await world.ending(order)).toEqual({ status: 'cancelled' });
    expect(await world.order('unknown')).toMatchObject({ closeReason: 'the store does not know the order' });
    expect(await exposure()).toEqual(before);
  });

  it('a terminated workflow is followed by a new episode, which books a payment once and sends no letter twice', async () => {
    const order = await world.placeAlone({ orderId: 'killed', orderNumber: 'KILL' });
    await world.mails('KILL', 1);
    await world.until(later(order.plan[0]!.at, MINUTE));
    await world.mails('KILL', 2);
    await eventually('it is noted', async () => (await world.outcomes('killed'))['1/-P3D']);
    await world.env.client.workflow.getHandle(workflowIdOf(order)).terminate('by an operator');

    const { command } = await world.submit('killed', 'recordPayment', {
      payment: { paymentId: 'kill-1', amount: eur(220) },
    });
    expect(command.outcome).toBe('applied');
    expect(await world.order('killed')).toMatchObject({
      outstanding: eur(1000),
      workflowId: 'order/killed/2',
    });
    await world.until(later(order.plan[1]!.at, MINUTE));
    expect((await world.mails('KILL', 3))[2]?.text).toContain('1.000,00');
    await world.submit('killed', 'settle');
    expect(await world.ending({ id: 'killed', episode: 2 })).toEqual({ status: 'settled' });
    expect(world.mailsOf('KILL')).toHaveLength(4);
  });
});

describe('what is pending when an order is finished', () => {
  /** An order that is cancelled in its second episode, before the store has acknowledged that it counts as paid. */
  async function cancelledUnheard(orderId: string): Promise<void> {
    world.shop.answer = async () => {
      throw new Error('the store is down');
    };
    const order = await world.place({ orderId });
    await eventually('the store is tried', async () => {
      const [tried] =
        await world.sql`select 1 from webhook_deliveries where order_id = ${orderId} and last_error is not null`;
      return tried;
    });
    // Time would not be skipped any more if the workflow were terminated in the middle of an attempt.
    await world.quiet(orderId);
    await world.env.client.workflow.getHandle(workflowIdOf(order)).terminate('by an operator');
    world.shop.answer = async () => ({ kind: 'acknowledged', status: 200 });
    await world.submit(orderId, 'cancel', { reason: 'goods out of stock' });
    await world.ending({ id: orderId, episode: 2 });
  }

  it('is given up: the timeline says that the store did not acknowledge', async () => {
    await cancelledUnheard('unheard');
    const told = (await timelineOf(world.sql, 'unheard')).filter(({ kind }) => kind.startsWith('store.'));
    expect(told.map(({ kind, detail }) => [kind, detail.type])).toEqual([
      ['store.acknowledged', 'order.cancelled'],
      ['store.unacknowledged', 'order.marked_paid'],
    ]);
  });

  it('is found by reconcile if it is not given up', async () => {
    await cancelledUnheard('missed');
    await world.sql`update webhook_deliveries set given_up_at = null where order_id = 'missed'`;
    expect(await reconcileFinished(world.sql)).toEqual([
      { subject: 'order/missed', problem: 'is finished, but its webhook order-missed.paid is pending' },
    ]);
    await world.sql`update webhook_deliveries set given_up_at = now() where order_id = 'missed'`;
  });
});

describe('a mail that nobody sends', () => {
  const found = {
    subject: 'customer/rossi',
    problem: 'its mail confirmation:unsent is sending, and nobody sends it',
  };

  it('is found by reconcile an hour after its attempt should have ended', async () => {
    const order = await world.place({ orderId: 'unsent' });
    await world.submit('unsent', 'settle');
    await world.ending(order);
    const since = (minutes: number) => world.sql`
      update mails set state = 'sending', claim = 'c', claimed_until = now() - ${minutes} * interval '1 minute'
      where id = 'confirmation:unsent'`;
    await since(59);
    expect(await reconcileMails(world.sql)).toEqual([]);
    await since(61);
    expect(await reconcileMails(world.sql)).toEqual([found]);
    await world.sql`
      update mails set state = 'queued', claim = null, try_at = now() - interval '61 minutes' where id = 'confirmation:unsent'`;
    expect(await reconcileMails(world.sql)).toEqual([
      { ...found, problem: 'its mail confirmation:unsent is queued, and nobody sends it' },
    ]);
    await world.sql`update mails set state = 'sent' where id = 'confirmation:unsent'`;
  });
});

describe('an operator in Temporal', () => {
  it('settles by a signal sent by hand', async () => {
    const order = await world.place({ orderId: 'by-hand', orderNumber: 'HAND' });
    await world.env.client.workflow.getHandle(workflowIdOf(order)).signal('settle');
    expect(await world.ending(order)).toEqual({ status: 'settled' });
    const [command] = await world.sql`select actor, outcome from commands where order_id = 'by-hand'`;
    expect(command).toEqual({ actor: 'temporal', outcome: 'applied' });
  });

  it('cancels the run while nothing is paid and the store was not notified', async () => {
    const order = await world.place({ orderId: 'ui-cancel', orderNumber: 'UICA', confirm: 'later' });
    await world.env.client.workflow.getHandle(workflowIdOf(order)).cancel();
    expect(await world.ending(order)).toEqual({ status: 'cancelled' });
  });

  it('cannot cancel the run after the store was notified: that is noted, and the run continues', async () => {
    const order = await world.placeAlone({ orderId: 'ui-late', orderNumber: 'UILA' });
    await world.marked('ui-late');
    const handle = world.env.client.workflow.getHandle(workflowIdOf(order));
    await handle.cancel();
    const noted = async () =>
      (await world.sql`select outcome, refusal from commands where order_id = 'ui-late'`)[0];
    expect(await eventually('it is noted', noted)).toEqual({
      outcome: 'refused',
      refusal: 'cancel-too-late',
    });
    await world.until(later(order.plan[0]!.at, MINUTE));
    await world.mails('UILA', 2);
    await world.submit('ui-late', 'settle');
    expect(await world.ending(order)).toEqual({ status: 'settled' });
  });

  it('reads the status of a running order', async () => {
    const order = await world.placeAlone({ orderId: 'queried', orderNumber: 'QUER' });
    await world.marked('queried');
    const report = await world.env.client.workflow.getHandle(workflowIdOf(order)).query('status');
    expect(report).toMatchObject({
      status: 'open',
      outstanding: eur(1220),
      remindersSent: 0,
      nextStep: { key: '1/-P3D', at: order.plan[0]!.at },
    });
    await world.submit('queried', 'settle');
    await world.ending(order);
  });
});

it('a payment that is reversed after the settlement opens the order again; the second settlement has its own letter', async () => {
  const order = await world.placeAlone({ orderId: 'bounced', orderNumber: 'BOUN' });
  await world.submit('bounced', 'recordPayment', { payment: { paymentId: 'boun-1', amount: eur(1220) } });
  await world.ending(order);
  const by = { paymentId: 'boun-1', reason: 'the bank took it back', actor: 'user:test' };
  await reverse(world.commands, { ...by, now: await world.clock() });
  await world.quiet('bounced');
  expect(await world.order('bounced')).toMatchObject({
    status: 'open',
    outstanding: eur(1220),
    workflowId: 'order/bounced/2',
  });
  await world.until(later(order.plan[0]!.at, MINUTE));
  await world.mails('BOUN', 3);
  await world.submit('bounced', 'recordPayment', { payment: { paymentId: 'boun-2', amount: eur(1220) } });
  expect(await world.ending({ id: 'bounced', episode: 2 })).toEqual({ status: 'settled' });
  expect(world.mailsOf('BOUN')).toHaveLength(4);
  expect(eventsOf('bounced').map(({ type }) => type)).toEqual([
    'order.marked_paid',
    'order.settled',
    'order.settled',
  ]);
});
