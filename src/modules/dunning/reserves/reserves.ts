import type { Day } from '../../../kernel/calendar.ts';
import type { Db } from '../../../platform/postgres/client.ts';
import type { Dispute } from '../rules/disputes.ts';
import type { Hold } from '../rules/holds.ts';
import type { PaymentPromise } from '../rules/promises.ts';
import type { ReminderMode, ReminderModes } from '../rules/reminder-modes.ts';

/** What people have said about a customer's items, and because of which they may not be reminded of. */
export type Reserves = {
  readonly holds: readonly Hold[];
  readonly promises: readonly PaymentPromise[];
  /** Of open orders: open ones, and those that were upheld and whose credit note is still to come. */
  readonly disputes: readonly Dispute[];
  readonly modes: ReminderModes;
};

/** Reads, in one statement, the holds in force on a day, the open promises, the standing disputes and the modes. */
export async function readReserves(db: Db, customerId: string, today: Day): Promise<Reserves> {
  const [row] = await db<
    [
      Omit<Reserves, 'modes'> & {
        customerMode: ReminderMode | null;
        orderModes: Record<string, ReminderMode>;
      },
    ]
  >`
    select
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'orderIds', order_ids, 'reason', reason, 'until', until)
              order by placed_at, id), '[]')
       from holds where customer_id = ${customerId} and released_at is null and (until is null or until >= ${today})) as holds,
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'byOn', by_on,
              'byAt', to_char(by_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'amount', amount, 'currency', currency,
              'orderIds', order_ids, 'madeAt', to_char(made_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
              order by made_at, id), '[]')
       from promises where customer_id = ${customerId} and state = 'open') as promises,
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'orderId', order_id, 'reason', reason, 'amount', amount,
              'state', coalesce(outcome, 'open')) order by opened_at, id), '[]')
       from disputes where customer_id = ${customerId} and (outcome is null or (outcome = 'upheld' and credit_note_id is null))
         and order_id in (select id from orders where customer_id = ${customerId} and status = 'open')) as disputes,
      (select mode from reminder_modes where subject = ${`customer/${customerId}`}) as customer_mode,
      (select coalesce(jsonb_object_agg(order_id, mode), '{}')
       from reminder_modes where customer_id = ${customerId} and order_id is not null) as order_modes`;
  const { holds, promises, disputes, customerMode, orderModes } = row;
  return { holds, promises, disputes, modes: { customer: customerMode ?? 'automatic', orders: orderModes } };
}
