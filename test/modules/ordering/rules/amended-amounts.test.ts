import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AmendedLine, amendedAmounts } from '../../../../src/modules/ordering/rules/amended-amounts.ts';
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
