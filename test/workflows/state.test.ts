import { expect, test } from 'vitest';
import type { Step } from '../../src/modules/orders/rules/steps.ts';
import { describe, describeTimer, openState } from '../../src/workflows/state.ts';

const step = (instalment: number, at: string, template: string): Step => ({
  key: `${instalment}/P7D`,
  at,
  kind: 'overdue',
  instalment,
  template,
});
const first = step(1, '2099-03-03T08:00:00.000Z', 'overdue-1');
const second = step(2, '2099-04-03T08:00:00.000Z', 'before-due');

test('operators read which letter comes next, and when', () => {
  const order = openState({ orderId: 'o', episode: 1, plan: [first, second], planVersion: 1 });
  order.status = 'open';
  order.paidInStore = 'marked';
  order.outstandingText = '1,220.00 EUR';
  expect(describeTimer(order, first)).toBe('until the letter overdue-1 of instalment 1');
  expect(describe(order)).toBe(
    '**open**; 0 of 2 reminders sent; next letter overdue-1 of instalment 1 on 2099-03-03 08:00 UTC; 1,220.00 EUR outstanding',
  );
});

test('for a paid instalment they read that nothing is sent, and what comes instead', () => {
  const order = openState({ orderId: 'o', episode: 1, plan: [first, second], planVersion: 1 });
  order.status = 'open';
  order.paid = [1];
  expect(describeTimer(order, first)).toBe(
    'until the letter overdue-1 of instalment 1 is skipped, because that instalment is paid',
  );
  expect(describe(order)).toContain('next letter before-due of instalment 2 on 2099-04-03 08:00 UTC');
});

test('a reservation waits for its expiry, and a step without a letter is named by its key', () => {
  const expire: Step = { key: 'expire', at: first.at, kind: 'expire', instalment: 0 };
  const order = openState({ orderId: 'o', episode: 1, plan: [expire], planVersion: 1 });
  expect(describeTimer(order, expire)).toBe('until the expiry of the reservation');
  expect(describeTimer(order, { ...first, template: undefined })).toBe('until the overdue 1/P7D');
});
