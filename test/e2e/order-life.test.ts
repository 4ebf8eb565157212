import { afterAll, beforeAll, expect, it } from 'vitest';
import { dunning, settings, terms } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { openMerchant } from '../support/merchant.ts';
import { type RealSystem, startRealSystem } from '../support/real-system.ts';

let system: RealSystem;
beforeAll(async () => {
  system = await startRealSystem();
  await openMerchant(system.sql);
  await offerBlink();
}, 120_000);
afterAll(() => system.stop());

const euros = (units: number) => ({ amount: units * 100, currency: 'EUR' });

/** Offers terms of ten seconds, with three reminders. */
async function offerBlink(): Promise<void> {
  const { call } = system;
  await call(
    '/policies/terms',
    {
      baseVersion: 1,
      policy: {
        ...terms,
        terms: [
          ...terms.terms,
          {
            code: 'blink',
            label: { en: 'In a blink', it: 'In un attimo' },
            kind: 'elapsed',
            duration: 'PT10S',
          },
        ],
      },
    },
    { method: 'PUT' },
  );
  const plans = {
    blink: [
      { offset: '-PT6S', tone: 'due-soon' },
      { offset: 'PT0S', tone: 'due' },
      { offset: 'PT4S', tone: 'overdue-1' },
    ],
  };
  const changed = await call(
    '/policies/dunning',
    { baseVersion: 1, policy: { ...dunning, plans } },
    { method: 'PUT' },
  );
  expect(changed).toMatchObject({ status: 200, body: { version: 2 } });
}

it('takes an order from the storefront to settlement, with every letter in the customer’s mailbox', async () => {
  const { call, postOffice, store } = system;
  const eligibility = await call('/customers/rossi/eligibility?amount=122000&currency=EUR');
  expect(eligibility.body).toMatchObject({ eligible: true });
  expect(eligibility.body.offers.map((offer: { termsCode: string }) => offer.termsCode)).toContain('blink');

  const placed = await call('/orders', {
    orderId: 'life',
    customerId: 'rossi',
    total: euros(1220),
    orderNumber: 'SO-77',
    termsCode: 'blink',
  });
  expect(placed).toMatchObject({
    status: 201,
    body: { status: 'open', outstanding: euros(1220), workflowId: 'order/life/1' },
  });

  const letters = () => postOffice.mails.filter(({ text }) => text?.includes('SO-77'));
  await eventually('confirmation and three reminders', () => letters().length === 4, 40_000);
  // That it is overdue is told within a minute: perhaps not before it is paid.
  const heard = () =>
    store.heard.filter(
      ({ type, data }) => data.orderId === 'life' && /^order\.(marked_paid|settled)$/.test(type),
    );
  await eventually(
    'the store hears of three reminders',
    () =>
      store.heard.filter(({ type, data }) => data.orderId === 'life' && type === 'reminder.sent').length ===
      3,
  );
  expect(heard().map(({ type }) => type)).toEqual(['order.marked_paid']);
  expect((await call('/orders/life')).body).toMatchObject({
    overdue: true,
    paidInStore: true,
    nextStep: { kind: 'decide' },
  });

  const part = await call('/orders/life/payments', {
    paymentId: 'bank-1',
    amount: euros(500),
    method: 'transfer',
    reference: 'SO-77',
  });
  expect(part).toMatchObject({ status: 200, body: { status: 'open', outstanding: euros(720) } });
  const rest = await call('/orders/life/payments', { paymentId: 'bank-2', amount: euros(720) });
  expect(rest).toMatchObject({ status: 200, body: { status: 'settled', outstanding: euros(0) } });
  await eventually('the last letter', () => letters().length === 5);

  const first = letters()[0]!;
  expect(first.to).toMatchObject({ text: 'amministrazione@officine-rossi.example' });
  expect(first.replyTo?.text).toBe(settings.replyTo);
  expect(first.headers.get('auto-submitted')).toBe('auto-generated');
  expect(first.html).toContain('1.220,00');
  expect(new Set(letters().map(({ messageId }) => messageId)).size).toBe(5);

  const handle = system.client.workflow.getHandle('order/life/1');
  expect(await handle.result()).toEqual({ status: 'settled' });
  await eventually('the store hears it', () => heard().length === 2);
  const ledger = (await call('/orders/life/ledger')).body.items;
  expect(ledger.map(({ kind }: { kind: string }) => kind)).toEqual(['charge', 'payment', 'payment']);
  expect(await system.reconcile()).toEqual([]);
});

it('sends only the newest reminder when the worker was down over three of them', async () => {
  const { call, postOffice } = system;
  const letters = () => postOffice.mails.filter(({ text }) => text?.includes('SO-78'));
  await call('/orders', {
    orderId: 'outage',
    customerId: 'rossi',
    total: euros(100),
    orderNumber: 'SO-78',
    termsCode: 'blink',
  });
  await eventually('the confirmation', () => letters().length === 1);
  await eventually('the store marks it', async () => (await call('/orders/outage')).body.paidInStore);
  await system.killWorker();

  const plan = await system.sql<{ at: string }[]>`
    select planned_at as at from steps where order_id = 'outage' and tone is not null order by planned_at`;
  expect(plan).toHaveLength(3);
  await eventually('the last reminder’s instant has passed', () => Date.now() > Date.parse(plan[2]!.at));
  await system.startWorker();
  await eventually('a reminder', () => letters().length === 2, 60_000);
  const outcomes = async () =>
    (await call('/orders/outage/timeline')).body.items
      .filter(({ kind }: { kind: string }) => kind === 'step.skipped')
      .map(({ detail }: { detail: { step: string } }) => detail.step);
  expect(await outcomes()).toEqual(expect.arrayContaining(['1/-PT6S', '1/PT0S']));
  await call('/orders/outage/settle', { reason: 'paid in cash' });
  await eventually('the last letter', () => letters().length === 3);
  expect(letters()[1]?.subject).toMatch(/non ancora pervenuto/i);
});
