import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { addDays, businessCalendar, dayAt } from '../../../../src/kernel/calendar.ts';
import type { DunningPolicy, LetterTone } from '../../../../src/modules/dunning/rules/dunning.ts';
import {
  firstSlot,
  isInWindow,
  isPaused,
  nextSlot,
  slotOn,
} from '../../../../src/modules/dunning/rules/windows.ts';
import { defaultDunning } from '../../../../src/modules/settings/rules/defaults.ts';

/** What docs/configuration.md proposes for Italy. */
const pauses = [
  { from: '08-08', to: '08-24' },
  { from: '12-24', to: '01-06' },
];
const atOnce: DunningPolicy = { ...defaultDunning, spreadMinutes: 0 };
const inRome = (at: string) => DateTime.fromISO(at, { zone: 'Europe/Rome' }).toFormat('yyyy-MM-dd HH:mm');

describe('a customer’s slot', () => {
  it('is at the same time of the clock every day, across changes of the hour', () => {
    for (const day of ['2027-03-26', '2027-03-29', '2027-10-29', '2027-11-01'])
      expect(inRome(slotOn(day, atOnce, 'rossi'))).toBe(`${day} 10:30`);
    const [winter, summer] = ['2027-03-26', '2027-03-29'].map((day) => slotOn(day, defaultDunning, 'rossi'));
    expect(inRome(winter!).slice(11)).toBe(inRome(summer!).slice(11));
  });

  it('is its own within the spread, and the same for all that the customer owes', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 720 }), (customer, spreadMinutes) => {
        const policy = { ...defaultDunning, spreadMinutes };
        const opens = Date.parse(slotOn('2026-11-04', policy, null));
        const after = Date.parse(slotOn('2026-11-04', policy, customer)) - opens;
        expect(after).toBeGreaterThanOrEqual(0);
        expect(after).toBeLessThan(spreadMinutes * 60_000);
        expect(slotOn('2026-11-04', policy, customer)).toBe(slotOn('2026-11-04', policy, customer));
      }),
    );
    const slots = Array.from({ length: 100 }, (_, n) =>
      slotOn('2026-11-04', defaultDunning, `customer-${n}`),
    );
    expect(new Set(slots).size).toBeGreaterThan(90);
  });

  it('at an hour that the clock skips is an hour later', () => {
    const policy = { ...atOnce, sendTime: '02:30' };
    expect(inRome(slotOn('2027-03-28', policy, 'rossi'))).toBe('2027-03-28 03:30');
  });
});

describe('the next slot', () => {
  const open: Partial<DunningPolicy> = {};
  it.each([
    ['2026-11-04T21:00:00Z', '2026-11-05', 'a hold is released at 22:00', open],
    ['2026-11-04T09:29:59Z', '2026-11-04', 'a second before it', open],
    ['2026-11-04T09:30:00Z', '2026-11-05', 'at it', open],
    ['2026-11-06T21:00:00Z', '2026-11-09', 'a Friday evening', open],
    [
      '2026-11-06T21:00:00Z',
      '2026-11-07',
      'a Friday evening, letters leave on all days',
      { businessDays: false },
    ],
    ['2027-03-26T21:00:00Z', '2027-03-30', 'over Easter Monday', open],
    ['2028-08-14T21:00:00Z', '2028-08-16', 'over Ferragosto', open],
    ['2026-12-23T21:00:00Z', '2026-12-24', 'Christmas Eve is a business day', open],
    ['2026-12-23T21:00:00Z', '2027-01-07', 'a pause over New Year', { pauses }],
    ['2026-12-31T23:30:00Z', '2027-01-07', 'within that pause, in the new year', { pauses }],
    ['2027-08-07T21:00:00Z', '2027-08-25', 'a pause in August', { pauses }],
    ['2027-02-26T21:00:00Z', '2027-03-01', 'the end of a month', open],
  ])('after %s is on %s: %s', (after, day, _why, policy) => {
    expect(inRome(nextSlot(after, { ...atOnce, ...policy }, 'IT', 'rossi'))).toBe(`${day} 10:30`);
  });

  it('is after a spread that runs past midnight', () => {
    const policy = { ...defaultDunning, sendTime: '23:30', spreadMinutes: 720 };
    const late = Array.from({ length: 50 }, (_, n) => `customer-${n}`).find(
      (customer) => slotOn('2026-11-04', policy, customer) > '2026-11-05T03:00:00Z',
    )!;
    expect(nextSlot('2026-11-05T01:00:00Z', policy, 'IT', late)).toBe(slotOn('2026-11-04', policy, late));
  });

  it('waits for the end of pauses only if something is overdue', () => {
    const policy = { ...atOnce, pauses };
    const slot = (tone: LetterTone) =>
      inRome(nextSlot('2027-08-09T21:00:00Z', policy, 'IT', 'rossi', { tone }));
    for (const tone of ['due-soon', 'due'] as const) expect(slot(tone)).toBe('2027-08-10 10:30');
    for (const tone of ['overdue-1', 'final', 'returned'] as const)
      expect(slot(tone)).toBe('2027-08-25 10:30');
  });

  it('waits until the customer is open again', () => {
    const closed = {
      closedMonths: [{ month: 8, moveToDay: 10 }],
      closures: [{ from: '2027-09-01', to: '2027-09-03' }],
    };
    expect(inRome(nextSlot('2027-07-30T21:00:00Z', atOnce, 'IT', 'rossi', { closed }))).toBe(
      '2027-09-06 10:30',
    );
  });

  it('comes even if pauses and closed months leave no day open', () => {
    const closedMonths = Array.from({ length: 12 }, (_, index) => ({ month: index + 1, moveToDay: 1 }));
    const about = { closed: { closedMonths, closures: [] } };
    expect(inRome(nextSlot('2026-11-04T21:00:00Z', atOnce, 'IT', 'rossi', about))).toBe('2026-11-05 10:30');
  });

  it('is the customer’s own, later, in an open window, on a day that is allowed, and none is skipped', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3 * 365 * 24 * 60 }),
        fc.string(),
        fc.integer({ min: 0, max: 720 }),
        fc.constantFrom('00:00', '10:30', '23:59'),
        fc.constantFrom('Europe/Rome', 'America/New_York', 'Asia/Tokyo'),
        (minutes, customer, spreadMinutes, sendTime, timeZone) => {
          const policy = { ...defaultDunning, spreadMinutes, sendTime, timeZone, pauses };
          const after = new Date(Date.UTC(2026, 0, 1) + minutes * 60_000).toISOString();
          const slot = nextSlot(after, policy, 'IT', customer);
          expect(Date.parse(slot)).toBeGreaterThan(Date.parse(after));
          expect(isInWindow(slot, policy, 'IT')).toBe(true);
          const first = addDays(dayAt(after, timeZone), -1);
          const days = Array.from({ length: 40 }, (_, more) => addDays(first, more)).filter(
            (day) => businessCalendar('IT').isBusinessDay(day) && !isPaused(day, policy),
          );
          const slots = days.map((day) => slotOn(day, policy, customer)).filter((at) => at > after);
          expect(slot).toBe(slots[0]);
        },
      ),
    );
  });
});

it('the first slot is on the day itself, if it is allowed', () => {
  expect(inRome(firstSlot('2026-11-19', atOnce, 'IT', 'rossi'))).toBe('2026-11-19 10:30');
  expect(inRome(firstSlot('2026-11-21', atOnce, 'IT', 'rossi'))).toBe('2026-11-23 10:30');
});

describe('the window', () => {
  it.each([
    ['2026-11-04T09:29:59Z', false, 'before the send time'],
    ['2026-11-04T09:30:00Z', true, 'at the send time'],
    ['2026-11-04T17:29:59Z', true, 'nearly eight hours later'],
    ['2026-11-04T17:30:00Z', false, 'eight hours later'],
    ['2026-11-07T10:00:00Z', false, 'on a Saturday'],
    ['2027-03-29T10:00:00Z', false, 'on Easter Monday'],
    ['2026-12-28T10:00:00Z', true, 'between the years'],
  ])('at %s is open: %s, %s', (now, isOpen) => {
    expect(isInWindow(now, defaultDunning, 'IT')).toBe(isOpen);
  });

  it('is closed in a pause, but for what is not yet overdue', () => {
    const policy = { ...defaultDunning, pauses };
    const at = '2026-12-28T10:00:00Z';
    expect(isInWindow(at, policy, 'IT')).toBe(false);
    expect(isInWindow(at, policy, 'IT', { tone: 'overdue-1' })).toBe(false);
    expect(isInWindow(at, policy, 'IT', { tone: 'due-soon' })).toBe(true);
  });

  it('is closed while the customer is', () => {
    const closed = { closedMonths: [{ month: 11, moveToDay: 10 }], closures: [] };
    expect(isInWindow('2026-11-04T10:00:00Z', defaultDunning, 'IT', { closed })).toBe(false);
  });

  it('belongs to the day on which it begins', () => {
    const policy = { ...defaultDunning, sendTime: '22:00' };
    expect(isInWindow('2026-11-07T01:00:00Z', policy, 'IT')).toBe(true); // Friday’s, at 02:00 on Saturday
    expect(isInWindow('2026-11-09T01:00:00Z', policy, 'IT')).toBe(false); // Sunday’s
  });
});
