import { addDays, type Day } from '../../../kernel/calendar.ts';
import { at, dayOfMonth } from './days.ts';

/** A customer's closed month (1 to 12): what would be due in it is due on a set day of the following month. */
export type ClosedMonth = { readonly month: number; readonly moveToDay: number };
/** Days on which a customer is closed, both included: of every year ("08-09", "08-27"), or of one ("2027-08-09"). */
export type Closure = { readonly from: string; readonly to: string };

/** When a customer pays nothing. */
export type Closed = {
  readonly closedMonths: readonly ClosedMonth[];
  readonly closures: readonly Closure[];
};

/** The next day on which the customer is open: the day itself, the set day after a closed month, or the day after a closure. */
export function outOfClosures(day: Day, { closedMonths, closures }: Closed): Day {
  const date = at(day);
  const month = closedMonths.find((closed) => closed.month === date.month);
  if (month) return dayOfMonth(date.plus({ months: 1 }), month.moveToDay);
  const ends = closures.flatMap((closure) => lastDay(closure, day) ?? []);
  return ends.length > 0 ? addDays(ends.sort().at(-1)!, 1) : day;
}

/** The last day of the closure if it covers the day; a closure of every year may go over its end. */
function lastDay(closure: Closure, day: Day): Day | null {
  const { from, to } = closure;
  if (!isYearly(closure)) return from <= day && day <= to ? to : null;
  const within = day.slice(-MONTH_AND_DAY);
  if (!covers(closure, within)) return null;
  const year = at(day).year + (from > to && within >= from ? 1 : 0);
  const [month, last] = to.split('-').map(Number);
  return dayOfMonth(at(day).set({ day: 1 }).set({ year, month: month! }), last!);
}

const MONTH_AND_DAY = 'MM-DD'.length;
const isYearly = ({ from }: Closure): boolean => from.length === MONTH_AND_DAY;
/** Whether a closure of every year covers a day of the year ("08-09"). */
const covers = ({ from, to }: Closure, day: string): boolean =>
  from > to ? day >= from || day <= to : day >= from && day <= to;

const daysOfYear = Array.from({ length: 366 }, (_, days) =>
  addDays('2028-01-01', days).slice(-MONTH_AND_DAY),
);

/** Whether so little of every year stays open that nothing could ever be due: less than four weeks. */
export function hardlyEverOpen({ closedMonths, closures }: Closed): boolean {
  if (closures.length === 0) return false;
  const months = new Set(closedMonths.map(({ month }) => month));
  const yearly = closures.filter(isYearly);
  const open = daysOfYear.filter(
    (day) => !months.has(Number(day.slice(0, 2))) && !yearly.some((closure) => covers(closure, day)),
  );
  return open.length < 28;
}
