import { createHash } from 'node:crypto';
import {
  addDays,
  businessCalendar,
  type Day,
  dayAt,
  type Instant,
  timeOn,
} from '../../../kernel/calendar.ts';
import { type Closed, outOfClosures } from '../../terms/rules/closures.ts';
import { type DunningPolicy, isOverdueTone, type LetterTone } from './dunning.ts';

/*
 * When letters may leave. Each customer has one slot a day, so that everything of a customer comes due together; a letter
 * that missed its slot may still leave in that day's window.
 */

type SendTimes = Pick<DunningPolicy, 'sendTime' | 'timeZone' | 'spreadMinutes'>;
type SendDays = Pick<DunningPolicy, 'businessDays' | 'pauses'>;

/**
 * What a letter is about: pauses hold back only letters about something overdue, which is assumed if no tone is given.
 * `closed` is when the customer is closed; without it the customer never is.
 */
export type About = { readonly tone?: LetterTone; readonly closed?: Closed };

const HOUR_MINUTES = 60;
const WINDOW_MINUTES = 8 * HOUR_MINUTES;

/** The customer's place in the send window that begins on that day, whatever day it is; null is the first place. */
export function slotOn(day: Day, policy: SendTimes, customerId: string | null): Instant {
  const share = customerId === null ? 0 : shareOf(customerId);
  const spreadMs = Math.floor(share * policy.spreadMinutes * 60) * 1000;
  return new Date(opensAt(day, policy) + spreadMs).toISOString();
}

/** The customer's first slot on that day or later, on a day on which such a letter may leave. */
export function firstSlot(
  from: Day,
  policy: SendTimes & SendDays,
  country: string,
  customerId: string,
  about: About = {},
): Instant {
  return slotOn(sendDayFrom(from, policy, country, about), policy, customerId);
}

/**
 * The customer's first slot after an instant, on a day on which such a letter may leave.
 * @param country the merchant's, whose public holidays count (ISO 3166-1 alpha-2)
 */
export function nextSlot(
  after: Instant,
  policy: SendTimes & SendDays,
  country: string,
  customerId: string,
  about: About = {},
): Instant {
  // A spread may run past midnight: the slot of the day before may still come.
  let day = addDays(dayAt(after, policy.timeZone), -1);
  while (Date.parse(slotOn(day, policy, customerId)) <= Date.parse(after)) day = addDays(day, 1);
  return firstSlot(day, policy, country, customerId, about);
}

/**
 * The customer's first slot on that day or later that is still to come: a day of the merchant may begin after the slot of
 * that day in the time zone of the letters.
 */
export function slotFrom(
  day: Day,
  now: Instant,
  policy: SendTimes & SendDays,
  country: string,
  customerId: string,
  about: About = {},
): Instant {
  const first = firstSlot(day, policy, country, customerId, about);
  return Date.parse(first) > Date.parse(now) ? first : nextSlot(now, policy, country, customerId, about);
}

/**
 * Whether such a letter may leave now: for eight hours from the send time of a day on which it may leave, longer if the
 * spread is, past midnight if it must be.
 */
export function isInWindow(
  now: Instant,
  policy: SendTimes & SendDays,
  country: string,
  about: About = {},
): boolean {
  const minutes = Math.max(WINDOW_MINUTES, policy.spreadMinutes + HOUR_MINUTES);
  const today = dayAt(now, policy.timeZone);
  return [addDays(today, -1), today].some((day) => {
    const since = Date.parse(now) - opensAt(day, policy);
    return since >= 0 && since < minutes * 60_000 && isSendDay(day, policy, country, about);
  });
}

/** Whether no letter about something overdue leaves on that day: a pause of the merchant, or the customer is closed. */
export function isPaused(
  day: Day,
  { pauses }: Pick<DunningPolicy, 'pauses'>,
  closed: Closed = open,
): boolean {
  const { closedMonths, closures } = closed;
  return outOfClosures(day, { closedMonths, closures: [...pauses, ...closures] }) !== day;
}

const open: Closed = { closedMonths: [], closures: [] };

const isWorked = (day: Day, { businessDays }: SendDays, country: string): boolean =>
  !businessDays || businessCalendar(country).isBusinessDay(day);

function isSendDay(day: Day, policy: SendDays, country: string, { tone, closed }: About): boolean {
  const waitsForPauses = tone === undefined || isOverdueTone(tone);
  return isWorked(day, policy, country) && !(waitsForPauses && isPaused(day, policy, closed));
}

/** That day or the next on which such a letter may leave; if pauses leave none within a year, they do not count. */
function sendDayFrom(from: Day, policy: SendDays, country: string, about: About): Day {
  let worked: Day | null = null;
  for (let more = 0, day = from; more <= 365; more++, day = addDays(day, 1)) {
    if (isSendDay(day, policy, country, about)) return day;
    if (worked === null && isWorked(day, policy, country)) worked = day;
  }
  return worked!;
}

/** Milliseconds since the epoch. */
const opensAt = (day: Day, { sendTime, timeZone }: SendTimes): number =>
  Date.parse(timeOn(day, sendTime, timeZone));

/** From 0 to below 1, the same for a customer always. */
const shareOf = (customerId: string): number =>
  createHash('sha256').update(customerId).digest().readUInt32BE() / 2 ** 32;
