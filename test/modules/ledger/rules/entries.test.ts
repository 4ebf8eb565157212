import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cancellation } from '../../../../src/modules/ledger/rules/corrections.ts';
import { charge } from '../../../../src/modules/ledger/rules/debts.ts';
import {
  type Balance,
  balance,
  type Entry,
  type PartStanding,
} from '../../../../src/modules/ledger/rules/entry.ts';
import { payment, unappliedPayment } from '../../../../src/modules/ledger/rules/receipts.ts';
import { reversal } from '../../../../src/modules/ledger/rules/returned-payment.ts';

const PLACED = '2027-03-01';
const RECEIVED = '2027-03-31';
const TODAY = '2027-04-02';
const returned = { paymentId: 'bounced', returnedOn: '2027-04-05' };

/** An order's books: each action is decided on the balances that the entries before it leave. */
function books(amounts: readonly number[]) {
  const entries: Entry[] = [];
  const instalments = (): Balance[] =>
    amounts.map((amount, index) => {
      const own = entries.filter((entry) => entry.instalment === index + 1);
      return { number: index + 1, amount, outstanding: balance(own, 'receivable'), charges: 0 };
    });
  const standings = (): PartStanding[] =>
    instalments().map(({ number, amount, outstanding }) => ({
      number,
      part: 'principal',
      outstanding,
      received: amount - outstanding,
      made: 0,
    }));
  const append = (added: readonly Entry[]) => {
    entries.push(...added);
    return added;
  };
  append(charge('1042', instalments(), PLACED));
  return {
    entries,
    instalments,
    append,
    pay: (paymentId: string, amount: number) =>
      append(payment('1042', instalments(), { paymentId, amount, receivedOn: RECEIVED })),
    cancel: (commandId: string) => append(cancellation(commandId, '1042', standings(), TODAY)),
    receivable: () => balance(entries, 'receivable'),
    unapplied: () => balance(entries, 'unapplied'),
  };
}

const amount = fc.integer({ min: 1, max: 1_000_000 });
const instalmentAmounts = fc.array(amount, { minLength: 1, maxLength: 6 });
const received = fc.array(amount, { maxLength: 8 });
const sum = (amounts: readonly number[]) => amounts.reduce((total, one) => total + one, 0);
const named = (amounts: readonly number[]) => amounts.map((of, index) => [`p${index}`, of] as const);

test('a part payment leaves the rest open', () => {
  const order = books([122_000]);
  expect(order.pay('pay-1', 50_000)).toEqual([
    {
      key: 'payment/pay-1/1',
      account: 'receivable',
      kind: 'payment',
      effect: 'payment',
      amount: -50_000,
      orderId: '1042',
      instalment: 1,
      part: 'principal',
      valueOn: RECEIVED,
      cause: { kind: 'payment', id: 'pay-1' },
      paymentId: 'pay-1',
      reverses: null,
    },
  ]);
  expect([order.receivable(), order.unapplied()]).toEqual([72_000, 0]);
});

test('a payment pays the earliest instalment first', () => {
  const order = books([30_000, 70_000]);
  order.pay('pay-1', 40_000);
  expect(order.instalments().map(({ outstanding }) => outstanding)).toEqual([0, 60_000]);
});

test('interest and costs are paid before the principal, instalment by instalment', () => {
  const open: Balance[] = [
    { number: 1, amount: 100, outstanding: 140, charges: 40 },
    { number: 2, amount: 100, outstanding: 105, charges: 5 },
  ];
  const paid = payment('1042', open, { paymentId: 'p', amount: 143, receivedOn: RECEIVED });
  expect(paid.map(({ key, instalment, part, amount }) => [key, instalment, part, amount])).toEqual([
    ['payment/p/1/charges', 1, 'charges', -40],
    ['payment/p/1', 1, 'principal', -100],
    ['payment/p/2/charges', 2, 'charges', -3],
  ]);
});

test('a cancellation reverses only what is owed or was received, of each part', () => {
  const standings: PartStanding[] = [
    { number: 1, part: 'principal', outstanding: 50, received: 20, made: 0 },
    { number: 1, part: 'charges', outstanding: 5, received: 0, made: 0 },
    { number: 2, part: 'principal', outstanding: 0, received: 0, made: 0 },
  ];
  const entries = cancellation('c', '1042', standings, TODAY);
  expect(entries.map(({ key, account, amount }) => [key, account, amount])).toEqual([
    ['c/cancellation/1', 'receivable', -70],
    ['c/release/1', 'receivable', 20],
    ['c/credit/1', 'unapplied', 20],
    ['c/cancellation/1/charges', 'receivable', -5],
  ]);
});

test('an overpayment becomes credit of the customer', () => {
  const order = books([100]);
  expect(order.pay('pay-1', 130).map(({ key, account, amount }) => [key, account, amount])).toEqual([
    ['payment/pay-1/1', 'receivable', -100],
    ['payment/pay-1/unapplied', 'unapplied', 30],
  ]);
  expect(order.pay('pay-2', 50)).toEqual([
    unappliedPayment({ paymentId: 'pay-2', amount: 50, receivedOn: RECEIVED }, '1042'),
  ]);
  expect([order.receivable(), order.unapplied()]).toEqual([0, 80]);
});

test('a cancelled order owes nothing, and what was received on it is credit', () => {
  const order = books([100, 200]);
  order.pay('pay-1', 150);
  expect(order.cancel('c1').map(({ key, account, amount }) => [key, account, amount])).toEqual([
    ['c1/cancellation/1', 'receivable', -100],
    ['c1/release/1', 'receivable', 100],
    ['c1/credit/1', 'unapplied', 100],
    ['c1/cancellation/2', 'receivable', -200],
    ['c1/release/2', 'receivable', 50],
    ['c1/credit/2', 'unapplied', 50],
  ]);
  expect([order.receivable(), order.unapplied()]).toEqual([0, 150]);
});

test('a reversed payment is owed again; each entry is reversed by one that names it', () => {
  const order = books([100]);
  const booked = order.pay('pay-1', 130).map((entry, index) => ({ ...entry, id: index + 7 }));
  expect(reversal(returned, booked)).toEqual([
    {
      key: 'payment/bounced/reversal/7',
      account: 'receivable',
      kind: 'reversal',
      effect: 'payment',
      amount: 100,
      orderId: '1042',
      instalment: 1,
      part: 'principal',
      valueOn: '2027-04-05',
      cause: { kind: 'payment', id: 'bounced' },
      paymentId: 'pay-1',
      reverses: 7,
    },
    {
      key: 'payment/bounced/reversal/8',
      account: 'unapplied',
      kind: 'reversal',
      effect: 'payment',
      amount: -30,
      orderId: '1042',
      instalment: null,
      part: 'principal',
      valueOn: '2027-04-05',
      cause: { kind: 'payment', id: 'bounced' },
      paymentId: 'pay-1',
      reverses: 8,
    },
  ]);
});

test('the charge is the sum of the instalments', () => {
  fc.assert(
    fc.property(instalmentAmounts, (amounts) => {
      expect(books(amounts).receivable()).toBe(sum(amounts));
    }),
  );
});

test('payments in any order leave the same balances, and no cent is lost', () => {
  fc.assert(
    fc.property(
      instalmentAmounts,
      received.chain((payments) =>
        fc.tuple(
          fc.constant(named(payments)),
          fc.shuffledSubarray(named(payments), { minLength: payments.length }),
        ),
      ),
      (amounts, [payments, shuffled]) => {
        const [one, other] = [books(amounts), books(amounts)];
        for (const [id, of] of payments) one.pay(id, of);
        for (const [id, of] of shuffled) other.pay(id, of);
        expect(other.instalments()).toEqual(one.instalments());
        expect(other.unapplied()).toBe(one.unapplied());
        const paid = sum(payments.map(([, of]) => of));
        expect(one.receivable()).toBe(Math.max(0, sum(amounts) - paid));
        expect(one.unapplied()).toBe(Math.max(0, paid - sum(amounts)));
      },
    ),
  );
});

test('no instalment is ever below zero or above its amount, and earlier ones are paid before later ones', () => {
  fc.assert(
    fc.property(instalmentAmounts, received, (amounts, payments) => {
      const order = books(amounts);
      for (const [id, of] of named(payments)) {
        order.pay(id, of);
        const open = order.instalments();
        for (const { outstanding, amount } of open) {
          expect(outstanding).toBeGreaterThanOrEqual(0);
          expect(outstanding).toBeLessThanOrEqual(amount);
        }
        const first = open.findIndex(({ outstanding }) => outstanding > 0);
        for (const { outstanding, amount } of open.slice(first + 1))
          if (first >= 0) expect(outstanding).toBe(amount);
      }
    }),
  );
});

test('after a cancellation nothing is owed on any instalment, and everything that was received is credit', () => {
  fc.assert(
    fc.property(instalmentAmounts, received, (amounts, payments) => {
      const order = books(amounts);
      for (const [id, of] of named(payments)) order.pay(id, of);
      order.cancel('c');
      for (const { outstanding } of order.instalments()) expect(outstanding).toBe(0);
      expect(order.unapplied()).toBe(sum(payments));
    }),
  );
});

test('reversing a payment restores both accounts to what they were', () => {
  fc.assert(
    fc.property(instalmentAmounts, received, amount, (amounts, payments, bounced) => {
      const order = books(amounts);
      for (const [id, of] of named(payments)) order.pay(id, of);
      const before = [order.instalments(), order.unapplied()];
      const booked = order.pay('bounced', bounced).map((entry, index) => ({ ...entry, id: index + 1 }));
      order.append(reversal(returned, booked));
      expect([order.instalments(), order.unapplied()]).toEqual(before);
    }),
  );
});

test('no two entries share a key, and none is zero', () => {
  fc.assert(
    fc.property(instalmentAmounts, received, (amounts, payments) => {
      const order = books(amounts);
      const paid = named(payments).flatMap(([id, of]) => order.pay(id, of));
      order.cancel('c1');
      order.append(
        reversal(
          returned,
          paid.map((entry, index) => ({ ...entry, id: index + 1 })),
        ),
      );
      expect(new Set(order.entries.map(({ key }) => key)).size).toBe(order.entries.length);
      expect(order.entries.every((entry) => entry.amount !== 0)).toBe(true);
    }),
  );
});

test('the same action decided twice on the same balances has the same keys', () => {
  const open: Balance[] = [{ number: 1, amount: 100, outstanding: 60, charges: 10 }];
  const standings: PartStanding[] = [
    { number: 1, part: 'principal', outstanding: 50, received: 50, made: 0 },
  ];
  expect(payment('1042', open, { paymentId: 'p', amount: 70, receivedOn: RECEIVED })).toEqual(
    payment('1042', open, { paymentId: 'p', amount: 70, receivedOn: RECEIVED }),
  );
  expect(cancellation('c', '1042', standings, TODAY)).toEqual(cancellation('c', '1042', standings, TODAY));
});
