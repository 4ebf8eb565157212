import { setCreditLimit } from '../src/db/accounts.ts';
import type { Sql } from '../src/db/client.ts';
import { putCustomer } from '../src/db/customers.ts';
import { replacePolicy } from '../src/db/policies.ts';
import { defaultDunning, defaultEligibility, defaultSettings, defaultTerms } from '../src/domain/defaults.ts';
import { fingerprint } from '../src/domain/fingerprint.ts';

/** So many that their locks are seldom met; every order goes to the next one. */
export const CUSTOMERS = 200;
export const customerId = (index: number): string => `customer-${index % CUSTOMERS}`;

/** An hour, with one reminder at its end: an order placed as of an hour before an instant is reminded at that instant. */
export const WAKE_TERMS = { code: 'wake', afterMs: 3_600_000 };
/** Seconds, with three reminders; for counting the events of a whole life. */
export const SHORT_TERMS = 'short';

/** A merchant with the usual rules, and customers who pass them and have credit without end. */
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
  const turnover = { amount: 100_000, currency: 'EUR' };
  const rules = [
    { rule: 'vatNumber' },
    { rule: 'minOrders', orders: 3 },
    { rule: 'minTurnover', turnover },
  ] as const;
  await replacePolicy(sql, 'eligibility', { ...by, body: { ...defaultEligibility, rules } });
  await replacePolicy(sql, 'terms', {
    ...by,
    body: {
      defaultCode: 'net30',
      terms: [
        ...defaultTerms.terms,
        { code: WAKE_TERMS.code, label: 'An hour', kind: 'elapsed', duration: 'PT1H' },
        { code: SHORT_TERMS, label: 'Seconds', kind: 'elapsed', duration: 'PT6S' },
      ],
    },
  });
  await replacePolicy(sql, 'dunning', {
    ...by,
    body: {
      ...defaultDunning,
      plans: {
        [WAKE_TERMS.code]: [{ offset: 'PT0S', template: 'on-due' }],
        [SHORT_TERMS]: [
          { offset: '-PT3S', template: 'before-due' },
          { offset: 'PT0S', template: 'on-due' },
          { offset: 'PT3S', template: 'overdue-1' },
        ],
      },
    },
  });
  for (let index = 0; index < CUSTOMERS; index++) await addCustomer(sql, index, now);
}

async function addCustomer(sql: Sql, index: number, now: string): Promise<void> {
  const facts = {
    name: `Officine Rossi ${index} S.r.l.`,
    email: `amministrazione@officine-rossi-${index}.example`,
    locale: 'it-IT',
    country: 'IT',
    vatNumber: 'IT12345670488',
    groups: [],
    contacts: {},
    pastOrders: 5,
    since: null,
    external: {},
    turnover: { amount: 500_000, currency: 'EUR' },
    closedMonths: [],
    accountManager: null,
  };
  const id = customerId(index);
  await putCustomer(sql, id, facts, { fingerprint: fingerprint(facts), currency: 'EUR', now });
  const limit = { amount: 1e12, currency: 'EUR' };
  await setCreditLimit(sql, id, { limit, actor: 'user:bench', reason: null, now });
}
