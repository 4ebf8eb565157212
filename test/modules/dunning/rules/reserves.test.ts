import { expect, test } from 'vitest';
import { type Dispute, disputedPart } from '../../../../src/modules/dunning/rules/disputes.ts';
import { type Hold, holdOn } from '../../../../src/modules/dunning/rules/holds.ts';
import { modeOf, reminderModes } from '../../../../src/modules/dunning/rules/reminder-modes.ts';

const item = { orderId: 'so-1', instalment: 1, outstanding: 10_000, currency: 'EUR' };

test('a hold lasts through its last day, and the longest one counts', () => {
  const hold = (id: string, fields: Partial<Hold> = {}): Hold => ({
    ...{ id, orderIds: null, reason: 'goods are checked', until: '2026-12-10' },
    ...fields,
  });
  const found = (today: string, ...holds: Hold[]) => holdOn(item, holds, today)?.id ?? null;
  expect(found('2026-12-10', hold('a'))).toBe('a');
  expect(found('2026-12-11', hold('a'))).toBeNull();
  expect(found('2099-01-01', hold('open', { until: null }))).toBe('open');
  expect(found('2026-12-01', hold('a'), hold('b', { until: '2026-12-20' }))).toBe('b');
  expect(found('2026-12-01', hold('open', { until: null }), hold('b', { until: '2026-12-20' }))).toBe('open');
  expect(found('2026-12-01', hold('other', { orderIds: ['so-2'] }))).toBeNull();
  expect(found('2026-12-01', hold('own', { orderIds: ['so-2', 'so-1'] }))).toBe('own');
});

test('a disputed part is taken from the earliest instalments of its order', () => {
  const dispute = (amount: number | null, fields: Partial<Dispute> = {}): Dispute => ({
    ...{ id: 'd', orderId: 'so-1', reason: 'other', amount, state: 'open' },
    ...fields,
  });
  expect(disputedPart(item, [])).toBeNull();
  expect(disputedPart(item, [dispute(null, { orderId: 'so-2' })])).toBeNull();
  expect(disputedPart(item, [dispute(null)])).toBe('all');
  expect(disputedPart(item, [dispute(4_000)])).toEqual({ amount: 4_000 });
  expect(disputedPart(item, [dispute(4_000), dispute(1_000)])).toEqual({ amount: 5_000 });
  expect(disputedPart(item, [dispute(10_000)])).toBe('all');
  expect(disputedPart(item, [dispute(12_000)])).toBe('all');
  expect(disputedPart(item, [dispute(12_000)], 10_000)).toEqual({ amount: 2_000 });
  expect(disputedPart(item, [dispute(12_000)], 12_000)).toBeNull();
  expect(disputedPart(item, [dispute(null)], 12_000)).toBe('all');
  expect(disputedPart(item, [dispute(4_000, { state: 'upheld' })])).toEqual({ amount: 4_000 });
});

test('of the modes of an order and its customer, the stricter counts', () => {
  for (const customer of reminderModes)
    for (const own of reminderModes) {
      const stricter = reminderModes.indexOf(own) > reminderModes.indexOf(customer) ? own : customer;
      expect(modeOf(item, { customer, orders: { 'so-1': own } })).toBe(stricter);
    }
  expect(modeOf(item, { customer: 'approve', orders: { 'so-2': 'never' } })).toBe('approve');
  expect(modeOf({ orderId: 'constructor' }, { customer: 'automatic', orders: {} })).toBe('automatic');
});
