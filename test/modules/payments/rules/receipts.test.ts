import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { businessCalendar } from '../../../../src/kernel/calendar.ts';
import {
  bankCollectionStates,
  finalOn,
  nextStates,
} from '../../../../src/modules/bank-collections/rules/bank-collection.ts';
import { reduction } from '../../../../src/modules/ledger/rules/deductions.ts';
import {
  afterwards,
  type Balance,
  balance,
  outstandingOf,
} from '../../../../src/modules/ledger/rules/entry.ts';
import { allocation } from '../../../../src/modules/ledger/rules/receipts.ts';
import {
  type AllocationPart,
  allocatedShares,
  startingWith,
} from '../../../../src/modules/payments/rules/allocations.ts';
import { type OpenOrder, owedOf, shareOut } from '../../../../src/modules/payments/rules/receipts.ts';

const line = (number: number, outstanding: number, charges = 0): Balance => ({
  number,
  amount: outstanding,
  outstanding,
  charges,
});
const order = (
  orderId: string,
  lines: [dueAt: string | null, outstanding: number, dueOn?: string][],
): OpenOrder => ({
  orderId,
  placedOn: '2027-01-01',
  placedAt: '2027-01-01T09:00:00.000Z',
  balances: lines.map(([dueAt, outstanding, dueOn = (dueAt ?? APRIL).slice(0, 10)], index) => ({
    ...line(index + 1, outstanding),
    dueOn,
    dueAt,
  })),
});
const MARCH = '2027-03-01T00:00:00.000Z';
const APRIL = '2027-04-01T00:00:00.000Z';

describe('money without an allocation', () => {
  it('goes to the oldest due first, over all orders; a provisional due date comes last', () => {
    const orders = [
      order('provisional', [[null, 50]]),
      order('april', [[APRIL, 50]]),
      order('both', [
        [MARCH, 50],
        [APRIL, 50],
      ]),
    ];
    const shared = (amount: number) => Object.fromEntries(shareOut(orders, amount, owedOf));
    expect(shared(60)).toEqual({ both: 50, april: 10 });
    expect(shared(120)).toEqual({ both: 70, april: 50 });
    expect(shared(999)).toEqual({ both: 100, april: 50, provisional: 50 });
  });

  it('pays what is due on the Sunday before what is due on the Monday, although both are late from the same moment', () => {
    const monday = order('monday', [[MARCH, 50]]);
    const sunday = order('sunday', [[MARCH, 50, '2027-02-28']]);
    expect([...shareOut([monday, sunday], 50, owedOf)]).toEqual([['sunday', 50]]);
  });

  it('does not pay what a deduction or a discount will take off an order', () => {
    const orders = [order('a', [[MARCH, 100]]), order('b', [[APRIL, 100]])];
    const asked = (given: OpenOrder) => (given.orderId === 'a' ? 98 : 100);
    expect(Object.fromEntries(shareOut(orders, 150, asked))).toEqual({ a: 98, b: 52 });
  });
});

describe('an allocation', () => {
  it('that names an instalment pays that one first, its costs first of all, then the others', () => {
    const balances = [line(1, 100, 10), line(2, 100, 5)];
    expect(allocatedShares(balances, [{ instalment: 2, amount: 50 }, { amount: 30 }])).toEqual([
      { number: 2, part: 'charges', amount: 5 },
      { number: 2, part: 'principal', amount: 45 },
      { number: 1, part: 'charges', amount: 10 },
      { number: 1, part: 'principal', amount: 20 },
    ]);
    expect(startingWith(balances, 2).map(({ number }) => number)).toEqual([2, 1]);
  });

  it('moves credit to the order: the credit falls by as much as what is owed', () => {
    const shares = allocatedShares([line(1, 100)], [{ amount: 60 }]);
    const entries = allocation('c', 'o', shares, { paymentId: 'p', valueOn: '2027-03-31' });
    expect(entries.map(({ key, account, amount, paymentId }) => [key, account, amount, paymentId])).toEqual([
      ['c/payment/p/allocation/receivable/1', 'receivable', -60, 'p'],
      ['c/payment/p/allocation/unapplied/1', 'unapplied', -60, 'p'],
    ]);
  });
});

const lines = fc.array(
  fc
    .record({ outstanding: fc.nat(1_000), of: fc.nat(1_000) })
    .map(({ outstanding, of }) => ({ outstanding, charges: Math.min(outstanding, of) })),
  { minLength: 1, maxLength: 5 },
);
const numbered = (given: { outstanding: number; charges: number }[]): Balance[] =>
  given.map(({ outstanding, charges }, index) => line(index + 1, outstanding, charges));

test('whatever the parts, credit and what is owed fall by the same amount, no part below zero, each part once', () => {
  const part: fc.Arbitrary<AllocationPart> = fc
    .record({
      instalment: fc.option(fc.integer({ min: 1, max: 6 })),
      amount: fc.integer({ min: 1, max: 1_500 }),
    })
    .map(({ instalment, amount }) => (instalment === null ? { amount } : { instalment, amount }));
  fc.assert(
    fc.property(lines, fc.array(part, { maxLength: 5 }), fc.nat(500), (given, parts, deducted) => {
      const balances = numbered(given);
      const shares = allocatedShares(balances, parts);
      const left = afterwards(balances, shares);
      const less = allocatedShares(left, deducted > 0 ? [{ amount: deducted }] : []);
      const entries = [
        ...allocation('c', 'o', shares, { paymentId: 'p', valueOn: '2027-03-31' }),
        ...reduction('c/deduction', 'o', 'rounding', less, {
          paymentId: 'p',
          cause: { kind: 'payment', id: 'p' },
          valueOn: '2027-03-31',
        }),
      ];
      expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
      const paid = shares.reduce((sum, { amount }) => sum + amount, 0);
      expect(balance(entries, 'unapplied') + paid).toBe(0);
      const end = afterwards(left, less);
      expect(outstandingOf(balances) + balance(entries, 'receivable')).toBe(outstandingOf(end));
      for (const { outstanding, charges } of end) {
        expect(charges).toBeGreaterThanOrEqual(0);
        expect(outstanding).toBeGreaterThanOrEqual(charges);
      }
    }),
  );
});

test('automatic allocation loses no cent, and gives no order more than it owes', () => {
  const due = fc.option(fc.constantFrom(MARCH, APRIL));
  const orders = fc.array(fc.array(fc.tuple(due, fc.nat(500)), { minLength: 1, maxLength: 4 }), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(orders, fc.nat(5_000), (given, amount) => {
      const all = given.map((of, index) => order(`o${index}`, of));
      const shares = shareOut(all, amount, owedOf);
      for (const [orderId, share] of shares) {
        expect(share).toBeGreaterThan(0);
        expect(share).toBeLessThanOrEqual(owedOf(all.find((one) => one.orderId === orderId)!));
      }
      const owed = all.reduce((sum, one) => sum + owedOf(one), 0);
      expect([...shares.values()].reduce((sum, share) => sum + share, 0)).toBe(Math.min(amount, owed));
    }),
  );
});

describe('a collection', () => {
  it('is final some bank days after the due date; weekends and holidays do not count', () => {
    const italy = businessCalendar('IT');
    expect(finalOn('2027-03-31', 5, italy)).toBe('2027-04-07');
    expect(finalOn('2027-03-25', 2, italy)).toBe('2027-03-30'); // over Easter Monday
    expect(finalOn('2027-03-27', 0, italy)).toBe('2027-03-30'); // a Saturday
  });

  it('can be returned unpaid from any state at the bank, and be presented again', () => {
    for (const state of ['presented', 'credited', 'paid'] as const)
      expect(nextStates(state)).toContain('unpaid');
    expect(nextStates('unpaid')).toContain('presented');
    for (const state of bankCollectionStates) expect(nextStates(state)).not.toContain(state);
    expect(nextStates(null)).not.toContain('paid');
  });
});
