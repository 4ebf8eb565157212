import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AmendedLine,
  amendedAmounts,
  withPartsForIncrease,
} from '../../../../src/modules/ordering/rules/amended-amounts.ts';
import { PLANNED_LINE } from '../../../../src/modules/terms/rules/instalment-plan.ts';
import type { Terms } from '../../../../src/modules/terms/rules/terms.ts';

const thirds: Terms = {
  kind: 'instalments',
  lines: [
    { percent: '30', terms: { kind: 'net', days: 0 } },
    { percent: '30', terms: { kind: 'net', days: 30 } },
    { remainder: true, terms: { kind: 'net', days: 60 } },
  ],
};
const lines = (
  amounts: readonly number[],
  forgiven: readonly number[] = [],
  planned = false,
): AmendedLine[] =>
  amounts.map((amount, index) => ({
    number: index + 1,
    line: planned ? PLANNED_LINE : index,
    amount,
    forgiven: forgiven[index] ?? 0,
  }));
const amended = (...given: Parameters<typeof amendedAmounts>) => [...amendedAmounts(...given).values()];

describe('the instalments of an order with another total', () => {
  it('take the shares that the terms give them', () => {
    expect(amended(thirds, lines([300, 300, 400]), 500)).toEqual([150, 150, 200]);
    expect(amended(thirds, lines([300, 300, 400]), 2_000)).toEqual([600, 600, 800]);
  });

  it('keep an agreed plan: an increase goes to the last one, a decrease comes off the last ones', () => {
    expect(amended(thirds, lines([300, 300, 400], [], true), 1_100)).toEqual([300, 300, 500]);
    expect(amended(thirds, lines([300, 300, 400], [], true), 550)).toEqual([300, 250, 0]);
  });

  it('are never less than what was forgiven of them', () => {
    expect(amended(thirds, lines([300, 300, 400], [250, 0, 0]), 500)).toEqual([250, 150, 100]);
    expect(amended(thirds, lines([300, 300, 400], [0, 0, 150], true), 450)).toEqual([300, 0, 150]);
  });

  it('sum to the total exactly, whatever was forgiven', () => {
    const part = fc.record({ amount: fc.nat({ max: 500 }), forgiven: fc.nat({ max: 500 }) });
    fc.assert(
      fc.property(
        fc.tuple(part, part, part),
        fc.nat({ max: 2_000 }),
        fc.boolean(),
        (parts, more, planned) => {
          const forgiven = parts.map((given) => Math.min(given.forgiven, given.amount));
          const total = forgiven.reduce((sum, amount) => sum + amount, 0) + more + 1;
          const given = lines(
            parts.map(({ amount }) => amount),
            forgiven,
            planned,
          );
          const found = amended(thirds, given, total);
          expect(found.reduce((sum, amount) => sum + amount, 0)).toBe(total);
          expect(found.every((amount, index) => amount >= forgiven[index]!)).toBe(true);
        },
      ),
    );
  });
});

describe('what is added after the delivery', () => {
  const net30: Terms = { kind: 'net', days: 30, from: 'fulfilled' };
  const half: Terms = {
    kind: 'instalments',
    lines: [
      { percent: '50', terms: { kind: 'net', days: 10 } },
      { remainder: true, terms: { kind: 'net', days: 30, from: 'fulfilled' } },
    ],
  };
  const dated = (amounts: readonly number[], isDated = true) =>
    lines(amounts).map((given) => ({ ...given, dueAt: isDated ? '2027-04-01T22:00:00.000Z' : null }));
  const increased = (terms: Terms, given: ReturnType<typeof dated>, total: number) => {
    const all = withPartsForIncrease(terms, given, total);
    const amounts = amendedAmounts(terms, all, total);
    return all.map(({ number, line }) => [number, line, amounts.get(number)]);
  };

  it('is a part of its own of the same line; what was delivered keeps its amount', () => {
    expect(increased(net30, dated([1_000]), 1_300)).toEqual([
      [1, 0, 1_000],
      [2, 0, 300],
    ]);
  });

  it('goes to the line itself where that still waits, or counts from the order', () => {
    expect(increased(net30, dated([1_000], false), 1_300)).toEqual([[1, 0, 1_300]]);
    expect(increased(half, dated([500, 500]), 1_300)).toEqual([
      [1, 0, 650],
      [2, 1, 500],
      [3, 1, 150],
    ]);
  });

  it('is taken off again first', () => {
    const [first, second] = dated([1_000, 300]);
    const two = [first!, { ...second!, line: 0, dueAt: null }];
    expect(increased(net30, two, 1_100)).toEqual([
      [1, 0, 1_000],
      [2, 0, 100],
    ]);
    expect(increased(net30, two, 900)).toEqual([
      [1, 0, 900],
      [2, 0, 0],
    ]);
  });

  it('goes to the last instalment of an agreed plan', () => {
    const plan = lines([500, 500], [], true).map((given) => ({
      ...given,
      dueAt: '2027-04-01T22:00:00.000Z',
    }));
    expect(increased(net30, plan, 1_300)).toEqual([
      [1, PLANNED_LINE, 500],
      [2, PLANNED_LINE, 800],
    ]);
  });
});
