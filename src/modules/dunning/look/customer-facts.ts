import { addBusinessDays, businessCalendar, type Day, type Instant } from '../../../kernel/calendar.ts';
import type { Db, Fragment, Tx } from '../../../platform/postgres/client.ts';
import type { Undeliverable } from '../../customers/rules/contacts.ts';
import type { ActivePolicies } from '../../settings/tables.ts';

/** Tasks about what letters to one customer wait for, and which a look closes. */
const guardTaskKinds = ['not-invoiced', 'not-delivered', 'credit-held'] as const;
type GuardTaskKind = (typeof guardTaskKinds)[number];

/** What decides on all letters to a customer; amounts in minor units. */
export type CustomerFacts = {
  /** The days on which letters to the customer were received, or may have been. */
  readonly lettersOn: readonly Day[];
  /** The open tasks about what letters wait for. */
  readonly guardTasks: readonly { readonly kind: GuardTaskKind; readonly orderId: string | null }[];
  /** How many letters to the customer were begun so far. */
  readonly letters: number;
  /** Money received and not allocated, and since when, by currency. */
  readonly credit: readonly { readonly amount: number; readonly currency: string; readonly since: Day }[];
  /** The merchant issues invoices here. */
  readonly invoices: boolean;
  /** The store reports deliveries. */
  readonly deliveries: boolean;
  /** The last day that is booked on the account that lags most, of those imported lately; null: none is imported. */
  readonly bookedThrough: Day | null;
  /** Whether that is too long ago to say that somebody is late. */
  readonly bankDataOld: boolean;
  /** The customer's addresses at which nothing arrives. */
  readonly undeliverable: Undeliverable;
};

/** An account counts as imported for so long after its last import. */
export const IMPORTED_WITHIN = '60 days';
/** What was used in this time is used still. */
const USED_WITHIN = '90 days';
/** Statements must cover the day before the last bank day. */
export const BANK_DAYS = 2;

/** What the merchant and the store have used lately. */
export type Use = Pick<CustomerFacts, 'invoices' | 'deliveries'>;

export async function readUse(db: Db, now: Instant): Promise<Use> {
  const [row] = await db<[Use]>`select ${usedLately(db, now)}`;
  return row;
}

const usedLately = (db: Db, now: Instant): Fragment => db`
  exists (select 1 from invoices where created_at > ${now}::timestamptz - ${USED_WITHIN}::interval) as invoices,
  exists (select 1 from fulfilments f join commands c on c.id = f.command_id
          where c.created_at > ${now}::timestamptz - ${USED_WITHIN}::interval) as deliveries`;

export async function readCustomerFacts(
  tx: Tx,
  customerId: string,
  { policies, today, now }: { policies: ActivePolicies; today: Day; now: Instant },
): Promise<CustomerFacts> {
  const [row] = await tx<
    [Omit<CustomerFacts, 'bankDataOld' | 'undeliverable'> & { undeliverable: string[] }]
  >`
    select
      array(select address from undeliverable_addresses where customer_id = ${customerId}) as undeliverable,
      array(select left_on::text from letters where customer_id = ${customerId} and left_on > ${today}::date - 31
            order by left_on) as letters_on,
      (select coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'orderId', order_id)), '[]') from tasks
       where customer_id = ${customerId} and state = 'open' and kind = any(${[...guardTaskKinds]})) as guard_tasks,
      (select count(*)::int from letters where customer_id = ${customerId}) as letters,
      (select coalesce(jsonb_agg(jsonb_build_object('amount', a.unapplied, 'currency', a.currency, 'since',
              (select max(l.value_on) from ledger l where l.customer_id = a.customer_id and l.currency = a.currency
                 and l.account = 'unapplied' and l.amount > 0)) order by a.currency), '[]')
       from accounts a where a.customer_id = ${customerId} and a.unapplied > 0) as credit,
      ${usedLately(tx, now)},
      (select min(booked_through) from statement_accounts
       where updated_at > ${now}::timestamptz - ${IMPORTED_WITHIN}::interval) as booked_through`;
  const { bookedThrough } = row;
  const calendar = businessCalendar(policies.settings.body.country);
  const covered = bookedThrough && addBusinessDays(bookedThrough, BANK_DAYS, calendar);
  return {
    ...row,
    undeliverable: new Set(row.undeliverable),
    bankDataOld: covered !== null && covered < today,
  };
}
