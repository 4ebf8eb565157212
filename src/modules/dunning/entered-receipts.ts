import { addBusinessDays, businessCalendar, type Day, type Instant } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { type ReceiptsEntered, readReceiptsEntered } from '../banking/receipts-entered.ts';
import { activePolicies, todayBy } from '../settings/tables.ts';
import { BANK_DAYS, IMPORTED_WITHIN } from './look/customer-facts.ts';
import { isOverdueTone, type LetterTone, tones } from './rules/dunning.ts';

const overdueTones = ([...tones, 'returned'] satisfies LetterTone[]).filter(isOverdueTone);

/** How the merchant stands who enters the money received by hand. */
export type EnteredReceipts = {
  /** Null: nobody has ever said up to which day it is entered. */
  readonly stated: ReceiptsEntered | null;
  /** Statements are imported: they decide, and what was said by hand does not count. */
  readonly imported: boolean;
  /** Letters will say that somebody is late, and what was entered is too old for that. */
  readonly old: { readonly through: Day; readonly firstLetterAt: Instant | null } | null;
};

/**
 * Whether to warn of the letters that will leave up to an instant. It holds nothing back, and only warns those who have
 * said at least once up to which day the money is entered: a store that reports payments by itself never does.
 */
export async function enteredReceipts(
  db: Db,
  { until, customerId, now }: { until: Instant; customerId?: string; now: Instant },
): Promise<EnteredReceipts> {
  const [stated, policies, [row]] = await Promise.all([
    readReceiptsEntered(db),
    activePolicies(db),
    db<[{ imported: boolean; letters: boolean; firstLetterAt: Instant | null }]>`
      select exists (select 1 from statement_accounts
                     where updated_at > ${now}::timestamptz - ${IMPORTED_WITHIN}::interval) as imported,
             count(*) > 0 as letters, min(s.look_at) as first_letter_at
      from steps s join orders o on o.id = s.order_id
        join instalments i on i.order_id = s.order_id and i.number = s.instalment
      where s.state <> 'done' and s.tone = any(${overdueTones}) and o.status = 'open'
        and i.outstanding > 0 and coalesce(s.look_at, s.planned_at) <= ${until}
        and ${customerId === undefined ? db`true` : db`s.customer_id = ${customerId}`}`,
  ]);
  const { imported, letters, firstLetterAt } = row;
  const calendar = businessCalendar(policies.settings.body.country);
  const isOld =
    stated !== null && addBusinessDays(stated.through, BANK_DAYS, calendar) < todayBy(policies, now);
  return {
    ...{ stated, imported },
    old: isOld && letters && !imported ? { through: stated.through, firstLetterAt } : null,
  };
}
