import { expect, test } from 'vitest';
import type { Plan } from '../../src/modules/orders/rules/plan.ts';
import { describe, describeTimer, type OrderState, openState, report } from '../../src/workflows/state.ts';

const next: Plan['next'] = {
  key: '1/P7D',
  kind: 'overdue',
  at: '2099-03-03T08:00:00.000Z',
  words: 'letter overdue-1 of instalment 1',
  waitsFor: null,
};

/** An open order of which the store knows. */
const openWith = (plan: Plan): OrderState =>
  Object.assign(openState({ orderId: 'o', episode: 1 }), {
    ...{ status: 'open' as const, paidInStore: 'marked' as const },
    ...{ outstanding: 122_000, outstandingText: '1,220.00 EUR', plan },
  });

test('operators read which letter comes next, and when', () => {
  const order = openWith({ sent: 0, left: 2, next });
  expect(describeTimer(order)).toBe('until the letter overdue-1 of instalment 1 is looked at');
  expect(describe(order)).toBe(
    '**open**; 0 of 2 reminders sent; next letter overdue-1 of instalment 1 on 2099-03-03 08:00 UTC; 1,220.00 EUR outstanding',
  );
});

test('they read what a letter waits for, and that the store is not notified yet', () => {
  const order = openWith({ sent: 1, left: 1, next: { ...next, waitsFor: 'hold' } });
  order.paidInStore = 'pending';
  expect(describe(order)).toBe(
    '**open**; 1 of 2 reminders sent; next letter overdue-1 of instalment 1 on 2099-03-03 08:00 UTC, waits for: hold; 1,220.00 EUR outstanding; store: pending',
  );
  expect(report(order)).toMatchObject({
    remindersSent: 1,
    nextStep: { key: '1/P7D', kind: 'overdue', at: next.at, waitsFor: 'hold' },
  });
});

test('a reservation waits for its end', () => {
  const expire = { key: 'expire', kind: 'expire', at: next.at, words: 'end of the reservation' } as const;
  const order = openWith({ sent: 0, left: 0, next: { ...expire, waitsFor: null } });
  order.status = 'reserved';
  expect(describeTimer(order)).toBe('until the end of the reservation is looked at');
});

test('once nothing is planned any more, they read that', () => {
  const order = openWith({ sent: 2, left: 0, next: null });
  expect(describeTimer(order)).toBe('until the order is looked at');
  expect(describe(order)).toBe(
    '**open**; 2 of 2 reminders sent; no further step planned; 1,220.00 EUR outstanding',
  );
  expect(report(order)).toMatchObject({ remindersSent: 2, nextStep: null });
});
