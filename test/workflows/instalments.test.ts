import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { workflowIdOf } from '../../src/modules/orders/tables.ts';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { MailRefused } from '../../src/platform/smtp/mailer.ts';
import { eur } from '../support/builders.ts';
import { reverse } from '../support/commands.ts';
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
  expect(await reconcileBalances(world.sql)).toEqual([]);
});

type Order = Awaited<ReturnType<World['place']>>;
const pay = (orderId: string, paymentId: string, amount: number) =>
  world.submit(orderId, 'recordPayment', { payment: { paymentId, amount: eur(amount) } });
const stepAt = (order: Order, key: string) => order.plan.find((step) => step.key === key)!.at;
/** Lets time pass until the step, and waits for its outcome. */
async function reach(order: Order, key: string): Promise<string> {
  await world.until(later(stepAt(order, key), MINUTE));
  return eventually(`the outcome of ${key}`, async () => (await world.outcomes(order.id))[key]);
}
const lastMail = (orderNumber: string) => world.mailsOf(orderNumber).at(-1)!;
const line = (text: string) => text.replace(/\s+/g, ' ');

it('a deposit and two instalments: each has its own reminders until it is paid, and the last payment settles the order', async () => {
  const order = await world.placeAlone({ orderId: 'deposit', orderNumber: 'DEPO', termsCode: 'deposit' });
  await world.marked('deposit');
  expect((await world.order('deposit')).instalments.map(({ amount }) => amount)).toEqual([
    eur(366),
    eur(366),
    eur(488),
  ]);
  await eventually('the confirmation', () => world.mailsOf('DEPO').length === 1);
  const confirmation = line(lastMail('DEPO').text);
  expect(confirmation).toContain('previsto in 3 rate: la prossima, di 366,00 €');
  expect(confirmation).toMatch(/Rata 3, scadenza [^:]+: 488,00 €/);

  // The deposit is paid at once, with a part of the second instalment: no reminder of the first follows.
  await pay('deposit', 'dep-1', 466);
  expect((await world.order('deposit')).nextStep?.key).toBe('2/-P3D');
  const report = await world.env.client.workflow
    .getHandle(workflowIdOf(order))
    .query<{ nextStep: object }>('status');
  expect(report.nextStep).toMatchObject({ key: '2/-P3D' });
  expect(await reach(order, '1/P7D')).toBe('paid');
  expect(await reach(order, '1/P14D')).toBe('paid');
  expect(world.mailsOf('DEPO')).toHaveLength(1);

  expect(await reach(order, '2/-P3D')).toBe('sent');
  const second = line(lastMail('DEPO').text);
  expect(second).toContain('scade l’importo di 266,00 €');
  expect(second).toMatch(
    /rata 2 di 3 Scadenza: \S+ Importo: 366,00 € Ricevuto: -100,00 € Da saldare: 266,00 €/,
  );
  expect(second).not.toMatch(/rata [13] di 3/);

  await pay('deposit', 'dep-2', 266);
  expect((await world.order('deposit')).nextStep?.key).toBe('3/-P3D');
  for (const key of ['2/P0D', '2/P7D', '2/P14D']) expect(await reach(order, key)).toBe('paid');
  for (const key of ['3/-P3D', '3/P0D', '3/P7D']) expect(await reach(order, key)).toBe('sent');
  expect(await world.order('deposit')).toMatchObject({ overdue: true, outstanding: eur(488) });
  expect(world.mailsOf('DEPO')).toHaveLength(5);

  await pay('deposit', 'dep-3', 488);
  expect(await world.ending(order)).toEqual({ status: 'settled' });
  expect(world.mailsOf('DEPO')).toHaveLength(6);
  expect((await world.order('deposit')).instalments.map(({ outstanding }) => outstanding.amount)).toEqual([
    0, 0, 0,
  ]);
});

it('reminders of two instalments on one day leave in one letter, however often it is tried', async () => {
  const order = await world.placeAlone({ orderId: 'weekly', orderNumber: 'WEEK', termsCode: 'weekly' });
  await world.marked('weekly');
  for (const key of ['1/-P3D', '1/P0D', '2/-P3D']) expect(await reach(order, key)).toBe('sent');

  world.post.accept = async () => {
    throw new MailRefused('451 later', { permanent: false, cause: null });
  };
  expect(stepAt(order, '1/P7D')).toBe(stepAt(order, '2/P0D'));
  await world.until(later(stepAt(order, '2/P0D'), 10 * MINUTE));
  await eventually(
    'it is tried',
    async () =>
      (
        await world.sql`select 1 from mails where customer_id = 'weekly' and state = 'queued' and attempts > 1`
      )[0],
  );
  const before = world.mailsOf('WEEK').length;
  world.post.accept = async () => {};
  await world.until(later(stepAt(order, '2/P0D'), 5 * 60 * MINUTE));
  await eventually('both are sent', async () => {
    const known = await world.outcomes('weekly');
    return known['1/P7D'] === 'sent' && known['2/P0D'] === 'sent';
  });
  const asked = world.mailsOf('WEEK').slice(before);
  expect(asked).toHaveLength(1);
  const text = line(asked[0]!.text);
  expect(text).toMatch(/Non ancora pervenuto: 610,00 €.* rata 1 di 2 .*Totale da saldare: 610,00 €/);
  expect(text).toMatch(/Prossime scadenze.* rata 2 di 2 .*Importo: 610,00 €/);
  await world.submit('weekly', 'settle');
  expect(await world.ending(order)).toEqual({ status: 'settled' });
});

it('after an outage the newest reminder of each unpaid instalment is sent, the others are noted as skipped', async () => {
  const now = await world.clock();
  const placedAt = later(now, -65 * DAY);
  const order = await world.placeAlone({
    orderId: 'outage',
    orderNumber: 'OUTA',
    termsCode: 'deposit',
    placedAt,
  });
  const missed = order.plan.filter(({ at }) => at <= now).map(({ key }) => key);
  expect(missed).toEqual(expect.arrayContaining(['1/P7D', '1/P14D', '2/-P3D', '2/P14D', '3/-P3D', '3/P0D']));
  await world.morning();
  const known = await eventually('all are noted', async () => {
    const noted = await world.outcomes('outage');
    return Object.keys(noted).length === missed.length && noted;
  });
  // "Due today" would be wrong on a later day: the next level says what is so then.
  const newest = { '1/P14D': 'sent', '2/P14D': 'sent', '3/P0D': 'due-is-over' };
  const others = missed.filter((key) => !Object.hasOwn(newest, key));
  expect(known).toEqual({ ...Object.fromEntries(others.map((key) => [key, 'superseded'])), ...newest });
  expect(world.mailsOf('OUTA').filter(({ subject }) => subject.startsWith('Pagamento non'))).toHaveLength(1);
  await world.submit('outage', 'settle');
  await world.ending(order);
});

it('the reversal of a payment brings back the reminders of its instalment', async () => {
  const order = await world.placeAlone({ orderId: 'back', orderNumber: 'BACK', termsCode: 'weekly' });
  await world.marked('back');
  await pay('back', 'back-1', 610);
  expect((await world.order('back')).nextStep?.key).toBe('2/-P3D');
  const by = { paymentId: 'back-1', reason: 'the bank took it back', actor: 'user:test' };
  await reverse(world.commands, { ...by, now: await world.clock() });
  await eventually('it looks again', async () => (await world.order('back')).nextStep?.key === '1/-P3D');
  expect(await reach(order, '1/-P3D')).toBe('sent');
  await world.submit('back', 'settle');
  await world.ending(order);
});
