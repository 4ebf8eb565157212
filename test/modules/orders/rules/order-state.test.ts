import { expect, test } from 'vitest';
import {
  isClosed,
  mayBecome,
  type OrderStatus,
  transitions,
} from '../../../../src/modules/orders/rules/order-state.ts';

const statuses = Object.keys(transitions) as OrderStatus[];

test('an order may take these transitions and no others', () => {
  const ways = statuses.flatMap((from) =>
    statuses.filter((to) => mayBecome(from, to)).map((to) => `${from} → ${to}`),
  );
  expect(ways).toEqual([
    'reserved → open',
    'reserved → cancelled',
    'open → settled',
    'open → cancelled',
    'open → written_off',
    'settled → open',
    'written_off → open',
  ]);
});

test('reserved and open orders are not closed, all others are', () => {
  expect(statuses.filter(isClosed)).toEqual(['settled', 'cancelled', 'written_off']);
});
