import { describe, expect, it, test } from 'vitest';
import { isToLookAt, planOf } from '../../../../src/modules/orders/rules/plan.ts';
import { type PlannedStep, stepInWords } from '../../../../src/modules/orders/rules/steps.ts';

type Step = Parameters<typeof planOf>[1][number];

const AT = '2026-12-03T08:00:00.000Z';
const step = (key: string, fields: Partial<Step> = {}): Step => ({
  ...{ key, at: AT, lookAt: AT, kind: 'overdue', instalment: Number(key[0]), level: 1, tone: 'overdue-1' },
  ...{ exact: false, state: 'planned', waitsFor: null, outcome: null, ...fields },
});
const done = (key: string, outcome: 'sent' | 'skipped') =>
  step(key, { state: 'done', lookAt: null, outcome });
const decide = (key: string, fields: Partial<Step> = {}) =>
  step(key, { kind: 'decide', tone: null, ...fields });

const open = { status: 'open', expiresAt: null } as const;

describe('what is left of the plan of an order', () => {
  it('counts the letters that were sent and those that are left, but neither skipped ones nor tasks', () => {
    const steps = [
      done('1/-P3D', 'skipped'),
      done('1/P0D', 'sent'),
      step('1/P7D', { state: 'in_letter', lookAt: null }),
      step('1/P14D'),
      decide('1/decide'),
    ];
    expect(planOf(open, steps, [])).toMatchObject({ sent: 1, left: 2 });
  });

  it('names the next letter of an instalment that is not paid', () => {
    const steps = [step('1/P7D'), step('2/-P3D'), step('1/P14D'), step('2/P0D')];
    const next = (from: number, paid: number[]) => planOf(open, steps.slice(from), paid).next?.key;
    expect(next(0, [])).toBe('1/P7D');
    expect(next(0, [1])).toBe('2/-P3D');
    expect(next(1, [2])).toBe('1/P14D');
    expect(next(2, [2])).toBe('1/P14D');
    expect(next(0, [1, 2])).toBeUndefined();
  });

  it('names the decision of a person when no letter is left (M17), and nothing once it is paid', () => {
    const over = [done('1/P7D', 'sent'), decide('1/decide')];
    expect(planOf(open, over, []).next).toMatchObject({
      ...{ kind: 'decide', words: 'task of instalment 1: a person decides' },
    });
    expect(planOf(open, over, [1]).next).toBeNull();
    expect(planOf(open, [decide('1/decide'), step('2/P7D')], []).next?.key).toBe('2/P7D');
  });

  it('says what the next letter waits for: its cause, or the mail server', () => {
    const waiting = step('1/P7D', { state: 'waiting', waitsFor: 'hold', lookAt: null });
    expect(planOf(open, [waiting], []).next).toEqual({
      key: '1/P7D',
      kind: 'overdue',
      at: AT,
      words: 'letter overdue-1 of instalment 1',
      waitsFor: 'hold',
    });
    const written = step('1/P7D', { state: 'in_letter', lookAt: null });
    expect(planOf(open, [written], []).next?.waitsFor).toBe('the mail server');
    const held = { ...written, waitsFor: 'approval' };
    expect(planOf(open, [held], []).next?.waitsFor).toBe('approval');
  });

  it('of a reservation is its end, and of a closed order nothing', () => {
    const reserved = { status: 'reserved', expiresAt: AT } as const;
    expect(planOf(reserved, [step('1/P7D')], []).next).toMatchObject({ kind: 'expire', at: AT });
    expect(planOf({ status: 'reserved', expiresAt: null }, [], []).next).toBeNull();
    expect(planOf({ status: 'settled', expiresAt: null }, [step('1/P7D')], []).next).toBeNull();
  });
});

describe('a step is looked at', () => {
  const marked = { paidInStore: 'marked' } as const;
  const before = '2026-12-03T07:59:59.999Z';

  it('from exactly its instant on', () => {
    expect([before, AT].map((now) => isToLookAt(step('1/P7D'), marked, now))).toEqual([false, true]);
    const waiting = step('1/P7D', { state: 'waiting', waitsFor: 'hold' });
    expect([before, AT].map((now) => isToLookAt(waiting, marked, now))).toEqual([false, true]);
  });

  it('not while it waits for an event, is in a letter, or is done', () => {
    const waiting = step('1/P7D', { state: 'waiting', waitsFor: 'hold', lookAt: null });
    const written = step('1/P7D', { state: 'in_letter', lookAt: null });
    for (const one of [waiting, written, done('1/P7D', 'sent')])
      expect(isToLookAt(one, marked, AT)).toBe(false);
  });

  it('if it waits for the store, as soon as the store has the order or a person continues without it', () => {
    const waiting = step('1/P7D', { state: 'waiting', waitsFor: 'store', lookAt: null });
    const looked = (['pending', 'failed', 'marked', 'chased'] as const).map((paidInStore) =>
      isToLookAt(waiting, { paidInStore }, before),
    );
    expect(looked).toEqual([false, false, true, true]);
  });
});

test('people read what a step does', () => {
  const words = (fields: Partial<PlannedStep>) => stepInWords({ ...step('2/x'), ...fields });
  expect(words({ tone: 'due-soon' })).toBe('letter due-soon of instalment 2');
  expect(words({ kind: 'returned', tone: 'returned' })).toBe('letter returned of instalment 2');
  expect(words({ kind: 'decide', tone: null })).toBe('task of instalment 2: a person decides');
});
