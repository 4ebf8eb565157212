import type { Day } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { type AsOf, openParts } from './open-parts.ts';

/** What is open, by the week in which it is due; amounts in minor units. Weeks without a due date are left out. */
export type ExpectedCash = {
  overdue: number;
  /** ISO 8601: `2027-W09` begins on the Monday. */
  weeks: { week: string; from: Day; to: Day; amount: number }[];
  /** Of parts whose due date is provisional. */
  provisional: number;
};

export async function expectedCash(db: Db, at: AsOf): Promise<ExpectedCash> {
  const rows = await db<
    { state: 'overdue' | 'due' | 'provisional'; week: string; from: Day; to: Day; amount: number }[]
  >`
    select state, to_char(monday, 'IYYY-"W"IW') as week, monday as from, monday + 6 as to, amount
    from (select case when provisional then 'provisional' when days_late > 0 then 'overdue' else 'due' end as state,
                 case when not provisional and days_late = 0 then date_trunc('week', greatest(due_on, ${at.asOf})::timestamp)::date end as monday,
                 sum(amount)::bigint as amount
          from (${openParts(db, at)}) part group by 1, 2) due
    order by monday`;
  const amountOf = (wanted: string) => rows.find(({ state }) => state === wanted)?.amount ?? 0;
  return {
    overdue: amountOf('overdue'),
    weeks: rows.filter(({ state }) => state === 'due').map(({ state: _, ...week }) => week),
    provisional: amountOf('provisional'),
  };
}
