import { Duration } from 'luxon';
import type { Money } from '../../../kernel/money.ts';

/** The tones of levels, from the mildest to the sharpest. */
export const tones = ['due-soon', 'due', 'overdue-1', 'overdue-2', 'final'] as const;
export type Tone = (typeof tones)[number];

/** The tones of letters. `returned` asks for what a bank collection did not bring, and belongs to no level. */
export const letterTones = [...tones, 'returned'] as const;
export type LetterTone = (typeof letterTones)[number];

/**
 * A reminder: when it is planned, and its tone. `offset` is an ISO 8601 duration, counted from the due date ("-P7D",
 * "P0D", "P18D"); with a time part ("PT20S") it is exact and counts from the instant `dueAt`.
 */
export type Level = {
  readonly offset: string;
  readonly tone: Tone;
  /** The deadline that a letter about something overdue names, in business days after it leaves. */
  readonly payWithinDays?: number;
  /** Whether a person approves each letter before it leaves. Default: only those of the tone `final`. */
  readonly approve?: boolean;
};

/** Days of every year, both included: "08-08" to "08-24"; from December to January it goes over New Year. */
export type Pause = { readonly from: string; readonly to: string };

export type DunningPolicy = {
  readonly levels: readonly Level[];
  /** Other levels, by the code of the order's terms. */
  readonly plans: Readonly<Record<string, readonly Level[]>>;
  /** From when on letters leave, "10:30" in `timeZone`. */
  readonly sendTime: string;
  readonly timeZone: string;
  /** Minutes after `sendTime` over which the customers' letters are spread; 0 sends all at once. */
  readonly spreadMinutes: number;
  /**
   * Letters leave on business days only; a reminder is moved off weekends and holidays: before the due date to the day
   * before, else to the next one.
   */
  readonly businessDays: boolean;
  /** Days from one letter to a customer to the next one. */
  readonly minIntervalDays: number;
  /** How many letters a customer gets within 30 days, at most. */
  readonly maxIn30Days: number;
  /** For each currency the total below which no letter is written; in other currencies every amount is written for. */
  readonly minimumAmounts: readonly Money[];
  /** `off` is the test mode: no letter leaves, and none of those is sent later. */
  readonly letters: 'on' | 'off';
  /** When no letter about something overdue leaves. */
  readonly pauses: readonly Pause[];
};

/** Whether the tone is for something overdue: such letters name a new deadline, and wait for the end of pauses. */
export const isOverdueTone = (tone: LetterTone): boolean => tone !== 'due-soon' && tone !== 'due';

/** Whether `one` is sharper than `other`. */
export const isSharper = (one: Tone, other: Tone): boolean => tones.indexOf(one) > tones.indexOf(other);

/**
 * The levels of an order.
 * @param planCode the plan that the rule set named, or else the code of the order's terms
 */
export function levelsOf(policy: DunningPolicy, planCode: string | null): readonly Level[] {
  const own = planCode !== null && Object.hasOwn(policy.plans, planCode);
  return (own && policy.plans[planCode]) || policy.levels;
}

/** Business days to pay where no level says otherwise; null: the letter names no new deadline. */
const usualDays = {
  'due-soon': null,
  due: null,
  'overdue-1': 7,
  'overdue-2': 5,
  final: 7,
  returned: 5,
} as const satisfies Record<LetterTone, number | null>;

/**
 * The business days that a letter of this tone gives to pay, by the first level with that tone. Null if it names no new
 * deadline, so that nothing has to wait for it: before the due date, and where the level's offset is exact.
 */
export function payWithinOf(policy: DunningPolicy, planCode: string | null, tone: LetterTone): number | null {
  const usual = usualDays[tone];
  const level = levelsOf(policy, planCode).find((candidate) => candidate.tone === tone);
  if (usual === null || !level) return usual;
  return isExact(level.offset) ? null : (level.payWithinDays ?? usual);
}

/** Whether a person approves a letter of this tone before it leaves, by the first level with that tone. */
export function needsApproval(policy: DunningPolicy, planCode: string | null, tone: LetterTone): boolean {
  const level = levelsOf(policy, planCode).find((candidate) => candidate.tone === tone);
  return level?.approve ?? tone === 'final';
}

/** The total below which no letter is written, in minor units of the currency; 0 if every amount is written for. */
export function minimumFor(policy: DunningPolicy, currency: string): number {
  return policy.minimumAmounts.find((minimum) => minimum.currency === currency)?.amount ?? 0;
}

/** Whether an offset counts to the second: no send time, spread, business day or interval applies to it. */
export const isExact = (offset: string): boolean => offset.includes('T');
export const isOnTheDay = (offset: string): boolean =>
  !isExact(offset) && Duration.fromISO(offset).toMillis() === 0;
export const isAfter = (offset: string): boolean => Duration.fromISO(offset).toMillis() > 0;
