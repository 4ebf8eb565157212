import { fingerprint } from '../src/kernel/fingerprint.ts';
import { setCreditLimit } from '../src/modules/credit/accounts.ts';
import { putCustomer } from '../src/modules/customers/tables.ts';
import type { DunningPolicy } from '../src/modules/dunning/rules/dunning.ts';
import type { Rule } from '../src/modules/eligibility/rules/rules.ts';
import {
  defaultDunning,
  defaultEligibility,
  defaultSettings,
  defaultTerms,
} from '../src/modules/settings/rules/defaults.ts';
import { activePolicies, replacePolicy } from '../src/modules/settings/tables.ts';
import type { Sql } from '../src/platform/postgres/client.ts';

/** Enough customers that orders seldom wait for each other's locks; each order goes to the next customer. */
export const CUSTOMERS = 200;
export const customerId = (index: number): string => `customer-${index % CUSTOMERS}`;

/** One hour, with one reminder at its end: an order placed an hour before an instant is reminded at that instant. */
export const WAKE_TERMS = { code: 'wake', afterMs: 3_600_000 };
/** Terms of seconds, with three reminders; for counting the events of an order's whole life. */
export const SHORT_TERMS = 'short';
/**
 * Thirty days, with one letter twenty days after them. An order placed 45 days ago is 15 days late, and its letter is
 * still to come.
 */
export const LATE_TERMS = { code: 'late', placedDaysAgo: 45 };

const TURNOVER = { amount: 100_000, currency: 'EUR' };
export const USUAL_RULES: readonly Rule[] = [
  { rule: 'vatNumber' },
  { rule: 'minOrders', orders: 3 },
  { rule: 'minTurnover', turnover: TURNOVER },
];
/** All kinds of rules; those with a period and those about open or late orders query the customer's history. */
export const TWENTY_RULES: readonly Rule[] = [
  ...USUAL_RULES,
  { rule: 'groups', anyOf: ['trade', 'wholesale'] },
  { rule: 'country', anyOf: ['IT', 'FR', 'DE'] },
  { rule: 'accountAge', days: 90 },
  { rule: 'creditScore', min: 50 },
  { rule: 'minAmount', amount: { amount: 1, currency: 'EUR' } },
  { rule: 'maxAmount', amount: { amount: 1e9, currency: 'EUR' } },
  { rule: 'insuredLimit' },
  { rule: 'categories', noneOf: ['gift-cards'] },
  { rule: 'categories', noneOf: ['spare-parts'] },
  { rule: 'maxOpenOrders', orders: 1_000_000 },
  { rule: 'maxDaysPastDue', days: 10 },
  { rule: 'maxDaysPastDue', days: 30, tolerance: { amount: 500, currency: 'EUR' } },
  { rule: 'maxAverageDaysLate', days: 15, withinDays: 365 },
  { rule: 'minOrders', orders: 1, withinDays: 3_650 },
  { rule: 'minOrders', orders: 1, withinDays: 365 },
  { rule: 'minTurnover', turnover: { amount: 1, currency: 'EUR' }, withinDays: 3_650 },
  { rule: 'minTurnover', turnover: { amount: 1, currency: 'EUR' }, withinDays: 365 },
];

/** Puts these rules in force. */
export async function setRules(sql: Sql, rules: readonly Rule[]): Promise<void> {
  const { version } = (await activePolicies(sql)).eligibility;
  const by = { baseVersion: version, actor: 'user:bench', now: new Date().toISOString() };
  await replacePolicy(sql, 'eligibility', { ...by, body: { ...defaultEligibility, rules } });
}

/** Customers who order nothing. */
export async function addOtherCustomers(sql: Sql, count: number): Promise<void> {
  await sql`
    insert into customers (id, name, email, locale, country, vat_number, groups, past_orders, turnover, turnover_currency,
                           currency, fingerprint, created_at, updated_at)
    select 'other-' || n, 'Other ' || n, 'amministrazione@other-' || n || '.example', 'it-IT', 'IT', 'IT12345670488',
           '{trade}', 5, 500000, 'EUR', 'EUR', '-', now(), now() from generate_series(0, ${count}::int - 1) n`;
  await sql`insert into accounts (customer_id, currency) select id, currency from customers where id like 'other-%'`;
  await sql`analyze customers, accounts`;
}

/** A merchant with the usual rules, and customers who pass them and have practically unlimited credit. */
export async function openMerchant(sql: Sql): Promise<void> {
  const now = new Date().toISOString();
  const by = { baseVersion: 0, actor: 'user:bench', now };
  await replacePolicy(sql, 'settings', {
    ...by,
    body: {
      ...defaultSettings,
      company: 'Forniture Bianchi S.p.A.',
      iban: 'IT60X0542811101000000123456',
      replyTo: 'crediti@forniture-bianchi.example',
    },
  });
  await setRules(sql, USUAL_RULES);
  await replacePolicy(sql, 'terms', {
    ...by,
    body: {
      defaultCode: 'net30',
      terms: [
        ...defaultTerms.terms,
        { code: WAKE_TERMS.code, label: 'An hour', kind: 'elapsed', duration: 'PT1H' },
        { code: SHORT_TERMS, label: 'Seconds', kind: 'elapsed', duration: 'PT6S' },
        { code: LATE_TERMS.code, label: '30 days', kind: 'net', days: 30 },
      ],
    },
  });
  await replacePolicy(sql, 'dunning', {
    ...by,
    body: {
      ...defaultDunning,
      ...windowOpenNow(),
      businessDays: false,
      plans: {
        [LATE_TERMS.code]: [{ offset: 'P20D', tone: 'overdue-1', payWithinDays: 7 }],
        [WAKE_TERMS.code]: [{ offset: 'PT0S', tone: 'due' }],
        [SHORT_TERMS]: [
          { offset: '-PT3S', tone: 'due-soon' },
          { offset: 'PT0S', tone: 'due' },
          { offset: 'PT3S', tone: 'overdue-1' },
        ],
      },
    },
  });
  for (let index = 0; index < CUSTOMERS; index++) await addCustomer(sql, index, now);
}

/** Letters may leave since an hour ago, and for seven hours to come, whatever the time of day. */
function windowOpenNow(): Pick<DunningPolicy, 'sendTime' | 'timeZone'> {
  const { timeZone } = defaultDunning;
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  return { timeZone, sendTime: format.format(Date.now() - 3_600_000) };
}

/** Customers `<prefix>-0` and so on, with the same facts as the others: each has its own letters. */
export async function addCustomersLike(sql: Sql, prefix: string, count: number): Promise<void> {
  await sql`
    insert into customers (id, name, email, locale, country, currency, vat_number, groups, past_orders, since, turnover,
                           turnover_currency, external, fingerprint, created_at, updated_at)
    select ${prefix} || '-' || n, replace(name, ' 0 ', ' ' || n || ' '), 'amministrazione@' || ${prefix} || '-' || n || '.example', locale, country,
           currency, vat_number, groups, past_orders, since, turnover, turnover_currency, external, '-', now(), now()
    from customers, generate_series(0, ${count}::int - 1) n where id = ${customerId(0)}`;
  await sql`
    insert into accounts (customer_id, currency, credit_limit)
    select id, currency, 1000000000000 from customers where id like ${`${prefix}-%`}`;
  await sql`analyze customers, accounts`;
}

async function addCustomer(sql: Sql, index: number, now: string): Promise<void> {
  const facts = {
    name: `Officine Rossi ${index} S.r.l.`,
    email: `amministrazione@officine-rossi-${index}.example`,
    locale: 'it-IT',
    country: 'IT',
    vatNumber: 'IT12345670488',
    groups: ['trade'],
    contacts: {},
    pastOrders: 5,
    since: '2015-01-01',
    external: {
      creditScore: { value: 80, validUntil: '2999-12-31' },
      insuredLimit: { amount: { amount: 1e12, currency: 'EUR' }, validUntil: '2999-12-31' },
    },
    turnover: { amount: 500_000, currency: 'EUR' },
    closedMonths: [],
    closures: [],
    accountManager: null,
  };
  const id = customerId(index);
  await putCustomer(sql, id, facts, { fingerprint: fingerprint(facts), currency: 'EUR', now });
  const limit = { amount: 1e12, currency: 'EUR' };
  await setCreditLimit(sql, id, { limit, actor: 'user:bench', reason: null, now });
}
