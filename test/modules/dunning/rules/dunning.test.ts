import { expect, test } from 'vitest';
import {
  type DunningPolicy,
  isOverdueTone,
  isSharper,
  type LetterTone,
  minimumFor,
  needsApproval,
  payWithinOf,
  tones,
} from '../../../../src/modules/dunning/rules/dunning.ts';
import { defaultDunning } from '../../../../src/modules/settings/rules/defaults.ts';

const policy: DunningPolicy = {
  ...defaultDunning,
  levels: [
    { offset: '-P7D', tone: 'due-soon', approve: true },
    { offset: 'P5D', tone: 'overdue-1', payWithinDays: 10 },
    { offset: 'P9D', tone: 'overdue-1', payWithinDays: 3 },
    { offset: 'P18D', tone: 'overdue-2' },
    { offset: 'P30D', tone: 'final', approve: false },
  ],
  plans: {
    demo: [
      { offset: 'PT0S', tone: 'due' },
      { offset: 'PT20S', tone: 'overdue-1' },
    ],
    empty: [],
  },
};

test.each<[LetterTone, string | null, number | null]>([
  ['overdue-1', 'net30', 10],
  ['overdue-2', 'net30', 5],
  ['final', null, 7],
  ['returned', 'net30', 5],
  ['due-soon', 'net30', null],
  ['due', 'net30', null],
  ['overdue-1', 'empty', 7],
  ['overdue-1', 'constructor', 10],
  ['overdue-1', 'demo', null],
  ['overdue-2', 'demo', 5],
])('a letter %s of the plan %s gives %s business days to pay', (tone, planCode, days) => {
  expect(payWithinOf(policy, planCode, tone)).toBe(days);
});

test('only final letters are held for approval, unless their level says otherwise', () => {
  const held = (given: DunningPolicy, planCode: string | null) =>
    [...tones, 'returned' as const].filter((tone) => needsApproval(given, planCode, tone));
  expect(held(defaultDunning, 'net30')).toEqual(['final']);
  expect(held(policy, 'empty')).toEqual(['final']);
  expect(held(policy, null)).toEqual(['due-soon']);
});

test('tones are ordered; those of something overdue name a deadline', () => {
  expect(isSharper('overdue-2', 'overdue-1')).toBe(true);
  expect(isSharper('overdue-2', 'overdue-2')).toBe(false);
  expect(isSharper('due-soon', 'due')).toBe(false);
  expect([...tones, 'returned' as const].filter(isOverdueTone)).toEqual([
    'overdue-1',
    'overdue-2',
    'final',
    'returned',
  ]);
});

test('a currency has its own minimum, or none', () => {
  expect(minimumFor(defaultDunning, 'EUR')).toBe(1_000);
  expect(minimumFor(defaultDunning, 'CHF')).toBe(0);
});
