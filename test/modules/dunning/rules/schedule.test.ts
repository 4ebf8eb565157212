import { expect, test } from 'vitest';
import { type Day, dayAt } from '../../../../src/kernel/calendar.ts';
import { deadlineOf, intervalEnds, notBefore } from '../../../../src/modules/dunning/rules/deadlines.ts';
import { type DunningPolicy, payWithinOf, type Tone } from '../../../../src/modules/dunning/rules/dunning.ts';
import { planDecisions, planReminders } from '../../../../src/modules/dunning/rules/plan.ts';
import { firstSlot } from '../../../../src/modules/dunning/rules/windows.ts';
import { defaultDunning, defaultSettings } from '../../../../src/modules/settings/rules/defaults.ts';
import { dueOnDay } from '../../../../src/modules/terms/rules/due-dates.ts';

/** What a customer who never pays gets for one instalment, by the plan, the interval and the deadlines together. */
function lifeOf(dueOn: Day, policy: DunningPolicy): string[] {
  const order = {
    termsCode: null,
    instalments: [{ number: 1, ...dueOnDay(dueOn, defaultSettings), amount: 10_000 }],
    from: '2026-08-01T00:00:00.000Z',
    country: 'IT',
    spreadKey: 'rossi',
  };
  const told: string[] = [];
  let from: Day = '2026-08-01';
  let free: Day = from;
  const later = (...days: Day[]): Day => days.sort().at(-1)!;
  for (const { at, tone } of planReminders(policy, order)) {
    const day = later(dayAt(at, policy.timeZone), from, free);
    const sentOn = dayAt(firstSlot(day, policy, 'IT', 'rossi', { tone: tone as Tone }), policy.timeZone);
    const days = payWithinOf(policy, null, tone as Tone);
    const payBy = days === null ? null : deadlineOf(sentOn, days, 'IT');
    told.push(payBy === null ? `${tone} ${sentOn}` : `${tone} ${sentOn} by ${payBy}`);
    from = payBy === null ? from : notBefore(payBy, 'IT');
    free = intervalEnds(sentOn, policy.minIntervalDays);
  }
  const [decision] = planDecisions(policy, order);
  return [...told, `decide ${later(dayAt(decision!.at, policy.timeZone), from)}`];
}

const { levels } = defaultDunning;

test('due on 30 October 2026: every letter leaves on its day, no deadline is cut short', () => {
  expect(lifeOf('2026-10-30', defaultDunning)).toEqual([
    'due-soon 2026-10-23',
    'overdue-1 2026-11-04 by 2026-11-13',
    'overdue-2 2026-11-17 by 2026-11-24',
    'final 2026-11-30 by 2026-12-10',
    'decide 2026-12-14',
  ]);
});

test('a letter on the due day moves the first one after it to the end of the interval', () => {
  const withDue = { ...defaultDunning, levels: [...levels, { offset: 'P0D', tone: 'due' } as const] };
  expect(lifeOf('2026-10-30', withDue)).toEqual([
    'due-soon 2026-10-23',
    'due 2026-10-30',
    'overdue-1 2026-11-06 by 2026-11-17',
    'overdue-2 2026-11-19 by 2026-11-26',
    'final 2026-11-30 by 2026-12-10',
    'decide 2026-12-14',
  ]);
});

test('levels at 7 and 14 days with 7 business days to pay: the second does not come before 19 November', () => {
  const policy: DunningPolicy = {
    ...defaultDunning,
    levels: [
      { offset: 'P7D', tone: 'overdue-1', payWithinDays: 7 },
      { offset: 'P14D', tone: 'overdue-2', payWithinDays: 7 },
    ],
  };
  expect(lifeOf('2026-10-30', policy)).toEqual([
    'overdue-1 2026-11-06 by 2026-11-17',
    'overdue-2 2026-11-19 by 2026-11-30',
    'decide 2026-12-02',
  ]);
});

test('over Christmas, with the pause that is proposed for Italy', () => {
  const policy = { ...defaultDunning, pauses: [{ from: '12-24', to: '01-06' }] };
  expect(lifeOf('2026-12-21', policy)).toEqual([
    'due-soon 2026-12-14',
    'overdue-1 2027-01-07 by 2027-01-18',
    'overdue-2 2027-01-20 by 2027-01-27',
    'final 2027-01-29 by 2027-02-09',
    'decide 2027-02-11',
  ]);
});
