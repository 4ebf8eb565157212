import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collapse, nextUnpaid, type Step, splitDue } from '../../../../src/modules/orders/rules/steps.ts';

const step = (key: string, at: string, instalment = 1): Step => ({ key, at, kind: 'remind', instalment });
const keys = (steps: readonly Step[]) => steps.map(({ key }) => key);

const reminders = [
  step('1/P14D', '2026-12-10T08:00:00.000Z'),
  step('1/-P3D', '2026-11-23T08:00:00.000Z'),
  step('1/P0D', '2026-11-26T08:00:00.000Z'),
  step('1/P7D', '2026-12-03T08:00:00.000Z'),
];

test('a step is due from exactly its instant on', () => {
  const at = Date.parse('2026-11-26T08:00:00.000Z');
  expect(keys(splitDue(reminders, at).due)).toEqual(['1/-P3D', '1/P0D']);
  expect(keys(splitDue(reminders, at - 1).due)).toEqual(['1/-P3D']);
  expect(keys(splitDue(reminders, at).later)).toEqual(['1/P7D', '1/P14D']);
});

test('after an outage over three reminders only the newest is sent', () => {
  const { due } = splitDue(reminders, Date.parse('2026-12-03T08:00:00.000Z'));
  const { send, superseded } = collapse(due);
  expect([keys(send), keys(superseded)]).toEqual([['1/P7D'], ['1/-P3D', '1/P0D']]);
});

test('each instalment keeps its newest reminder', () => {
  const due = [
    step('1/P7D', '2026-12-03T08:00:00.000Z'),
    step('2/-P3D', '2026-12-03T08:00:00.000Z', 2),
    step('1/P14D', '2026-12-10T08:00:00.000Z'),
  ];
  const { send, superseded } = collapse(due);
  expect([keys(send), keys(superseded)]).toEqual([['2/-P3D', '1/P14D'], ['1/P7D']]);
});

test('of two steps at the same instant the later level is sent', () => {
  const at = '2026-11-30T08:00:00.000Z';
  const { due } = splitDue([step('1/P0D', at), step('1/P2D', at)], Date.parse(at));
  expect(keys(collapse(due).send)).toEqual(['1/P2D']);
});

test('a single due step is sent; without a due step there is nothing to do', () => {
  expect(collapse([reminders[0]!])).toEqual({ send: [reminders[0]], superseded: [] });
  expect(collapse([])).toEqual({ send: [], superseded: [] });
});

test('no step is lost or done twice, the plan is left as it was, and what is sent is the newest', () => {
  const plans = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 1_000 }).map((ms) => new Date(ms).toISOString()),
      instalment: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(plans, fc.integer({ min: 0, max: 1_000 }), (raw, now) => {
      const plan = raw.map(({ at, instalment }, index) => step(`s${index}`, at, instalment));
      const before = structuredClone(plan);
      const { due, later } = splitDue(plan, now);
      const { send, superseded } = collapse(due);
      expect(plan).toEqual(before);
      expect(keys([...send, ...superseded, ...later]).sort()).toEqual(keys(plan).sort());
      expect(new Set(send.map(({ instalment }) => instalment)).size).toBe(send.length);
      for (const old of superseded) {
        const newest = send.find(({ instalment }) => instalment === old.instalment);
        expect(newest!.at >= old.at).toBe(true);
      }
    }),
  );
});

test('the next step belongs to an instalment that is still unpaid', () => {
  const plan = ['1/P0D', '1/P7D', '2/-P3D', '2/P0D', '1/P14D'].map((key, day) => ({
    key,
    at: `2027-01-1${day}T08:00:00.000Z`,
    kind: 'remind' as const,
    instalment: Number(key[0]),
  }));
  const next = (first: number, paid: number[]) => nextUnpaid(plan, plan[first]!, paid)?.key;
  expect(next(0, [])).toBe('1/P0D');
  expect(next(0, [1])).toBe('2/-P3D');
  expect(next(1, [2])).toBe('1/P7D');
  expect(next(2, [2])).toBe('1/P14D');
  expect(next(0, [1, 2])).toBeUndefined();
  expect(nextUnpaid(plan, null, [])).toBeNull();
});
