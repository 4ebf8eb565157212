import { expect, test } from 'vitest';
import {
  type PrincipalEntries,
  principalMovements,
} from '../../../../src/modules/interest/rules/principal.ts';

const entries = (day: string, given: Partial<PrincipalEntries>): PrincipalEntries => ({
  instalment: 1,
  day,
  owed: 0,
  received: 0,
  made: 0,
  lowered: 0,
  ...given,
});
const charged = entries('2025-12-01', { owed: 1_220 });
const noted = entries('2026-01-10', { made: 220 });
const paid = entries('2026-02-10', { owed: -1_220, received: 1_220 });

test('what a credit note turned into credit lowers the principal from its own day on, never below zero', () => {
  expect(principalMovements([charged, noted, paid]).get(1)).toEqual([
    { on: '2025-12-01', principal: 1_220 },
    { on: '2026-01-10', principal: 1_000 },
    { on: '2026-02-10', principal: 0 },
  ]);
});

test('credit that was spent before its payment came back does not lower the principal, the latest first', () => {
  const reversed = { ...paid, owed: 0, received: 0 };
  expect(principalMovements([charged, noted, reversed]).get(1)?.at(-1)?.principal).toBe(1_220);
  const second = entries('2026-01-20', { made: 100 });
  const partly = entries('2026-02-10', { owed: -250, received: 250 });
  expect(principalMovements([charged, noted, second, partly]).get(1)).toEqual([
    { on: '2025-12-01', principal: 1_220 },
    { on: '2026-01-10', principal: 1_000 },
    { on: '2026-01-20', principal: 970 },
    { on: '2026-02-10', principal: 720 },
  ]);
});

test('each instalment moves independently', () => {
  const other = { ...charged, instalment: 2, owed: 500 };
  expect([...principalMovements([charged, noted, paid, other]).keys()]).toEqual([1, 2]);
  expect(principalMovements([charged, other]).get(2)).toEqual([{ on: '2025-12-01', principal: 500 }]);
});

test('a credit note of a later day than the payment, booked before it, leaves nothing owed in between', () => {
  const early = entries('2026-01-10', { owed: -220, lowered: 220 });
  const before = entries('2025-12-20', { owed: -1_000, received: 1_000 });
  expect(principalMovements([charged, before, early], [{ day: '2025-12-20', amount: 220 }]).get(1)).toEqual([
    { on: '2025-12-01', principal: 1_220 },
    { on: '2025-12-20', principal: 220 },
    { on: '2025-12-20', principal: 0 },
    { on: '2026-01-10', principal: 0 },
    { on: '2026-01-10', principal: 0 },
  ]);
});
