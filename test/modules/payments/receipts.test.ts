import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NettermsError } from '../../../src/kernel/errors.ts';
import { adjustCredit } from '../../../src/modules/corrections/adjust-credit.ts';
import { checkout } from '../../../src/modules/ordering/checkout.ts';
import { getOrder } from '../../../src/modules/orders/tables.ts';
import { reconcileBalances } from '../../../src/modules/overview/reconcile-balances.ts';
import { allocatePayment } from '../../../src/modules/payments/allocate-payment.ts';
import { listPayments } from '../../../src/modules/payments/views.ts';
import { aLook, anOrder, eur } from '../../support/builders.ts';
import { askOf, askOfCustomer, commandsAlone, keep, receive, reverse } from '../../support/commands.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { addCustomer, openMerchant } from '../../support/merchant.ts';

const now = '2027-02-01T10:00:00.000Z';
const by = { actor: 'user:test', now };
const TERMS = ['net30', 'weekly', 'deposit'] as const;

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  await openMerchant(database.sql);
});
afterAll(() => database.drop());

/** Does it; a refusal changes nothing. */
const attempt = (act: Promise<unknown>) =>
  act.catch((error) => {
    if (!(error instanceof NettermsError)) throw error;
  });

/** A customer with three orders, and what can happen to them; `place` is a number that chooses. */
async function openBooks(id: string) {
  const { sql } = database;
  await addCustomer(sql, id);
  const orders = TERMS.map((termsCode) => ({ orderId: `${id}-${termsCode}`, termsCode }));
  for (const { orderId, termsCode } of orders)
    await checkout(sql, anOrder({ orderId, termsCode, customerId: id, total: eur(100) }), {
      ...by,
      notifiesStore: false,
    });
  const orderAt = (place: number) => orders[place % orders.length]!.orderId;
  const paymentAt = (place: number) => `${id}-p${place % 3}`;
  const ask = (orderId: string, kind: 'cancel' | 'applyCredit', body: object) =>
    attempt(keep(sql, (within) => askOf(within, orderId, kind, { body, now })));
  const work = async (orderId: string) => {
    const { episode } = await getOrder(sql, orderId);
    await commandsAlone(sql).advance(aLook(orderId, now, { episode }));
  };
  return {
    /** Every second amount is allocated at once. */
    receive: (place: number, units: number) =>
      attempt(
        keep(sql, (within) =>
          receive(
            within,
            {
              ...{ paymentId: paymentAt(place), customerId: id, amount: eur(units) },
              ...{ receivedOn: '2027-02-01', allocate: units % 2 === 0 },
            },
            { now },
          ),
        ),
      ),
    allocate: (place: number, units: number) => {
      const [orderId, paymentId] = [orderAt(units), paymentAt(place)];
      const body = {
        paymentId,
        allocations: [{ orderId, amount: eur(units) }],
        deductions: units > 1 ? [{ orderId, kind: 'bank_fee' as const, amount: eur(1) }] : [],
      };
      return attempt(keep(sql, (within) => askOfCustomer(within, allocatePayment, body, { now })));
    },
    applyCredit: (place: number, units: number) => ask(orderAt(place), 'applyCredit', eur(units)),
    cancel: (place: number) => ask(orderAt(place), 'cancel', {}),
    adjust: (place: number, units: number) => {
      const amount = eur(place % 2 ? units : -units);
      const body = { customerId: id, adjustmentId: `${id}-a${place}`, amount };
      return attempt(keep(sql, (within) => askOfCustomer(within, adjustCredit, body, { now })));
    },
    reverse: (place: number) =>
      attempt(keep(sql, (within) => reverse(within, { paymentId: paymentAt(place), now }))),
    work: (place: number) => work(orderAt(place)),
    async finish() {
      for (const { orderId } of orders) await work(orderId);
    },
    orders: () => Promise.all(orders.map(({ orderId }) => getOrder(sql, orderId))),
  };
}

const acts = ['receive', 'allocate', 'applyCredit', 'cancel', 'adjust', 'reverse', 'work'] as const;
const step = fc.record({
  act: fc.constantFrom<(typeof acts)[number]>(...acts, 'receive', 'work'),
  place: fc.nat(5),
  units: fc.integer({ min: 1, max: 120 }),
});

it('whatever happens in whatever order, every receipt is allocated, unapplied or reversed to the cent', async () => {
  const { sql } = database;
  let seed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), async (steps) => {
      const id = `any-${seed++}`;
      const books = await openBooks(id);
      for (const { act, place, units } of steps) await books[act](place, units);
      await books.finish();
      for (const payment of await listPayments(sql, { customerId: id }, { after: null, limit: 100 })) {
        const { amount, allocated, unapplied, refunded, reversed, pending } = payment;
        expect(allocated.amount + unapplied.amount + refunded.amount + reversed.amount).toBe(amount.amount);
        expect([0, amount.amount]).toContain(reversed.amount);
        expect(pending.amount).toBe(0);
        expect(unapplied.amount).toBeGreaterThanOrEqual(0);
      }
      const [account] = await sql<
        { unapplied: number }[]
      >`select unapplied from accounts where customer_id = ${id}`;
      expect(account!.unapplied).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 40 },
  );
  expect(await reconcileBalances(sql)).toEqual([]);
}, 240_000);

it('the order of receipts within what is owed does not matter', async () => {
  const units = [10, 70, 154];
  let seed = 0;
  const left = async (amounts: readonly number[]) => {
    const books = await openBooks(`order-${seed++}`);
    for (const [index, amount] of amounts.entries()) await books.receive(index, amount);
    await books.finish();
    return (await books.orders()).map(({ outstanding }) => outstanding);
  };
  const expected = await left(units);
  expect(expected).not.toContain(10_000);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(units, { minLength: units.length }), async (shuffled) => {
      expect(await left(shuffled)).toEqual(expected);
    }),
    { numRuns: 6 },
  );
}, 120_000);
