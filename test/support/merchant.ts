import { fingerprint } from '../../src/kernel/fingerprint.ts';
import { type CustomerFacts, putCustomer } from '../../src/modules/customers/tables.ts';
import type { Settings } from '../../src/modules/settings/rules/settings.ts';
import { activePolicies, replacePolicy } from '../../src/modules/settings/tables.ts';
import type { NamedTerms } from '../../src/modules/terms/rules/terms.ts';
import type { Sql } from '../../src/platform/postgres/client.ts';
import { aCustomer, dunning, eligibility, settings, terms } from './builders.ts';

const NOW = '2027-01-01T00:00:00.000Z';

/** A merchant with policies and one customer, `rossi`, who qualifies with a limit of 10,000 EUR. */
export async function openMerchant(sql: Sql, given: Partial<Settings> = {}): Promise<void> {
  const by = { baseVersion: 0, actor: 'user:test', now: NOW };
  await replacePolicy(sql, 'settings', { ...by, body: { ...settings, ...given } });
  await replacePolicy(sql, 'eligibility', { ...by, body: eligibility });
  await replacePolicy(sql, 'terms', { ...by, body: terms });
  await replacePolicy(sql, 'dunning', { ...by, body: dunning });
  await addCustomer(sql, 'rossi');
}

export async function addCustomer(sql: Sql, id: string, fields: Partial<CustomerFacts> = {}): Promise<void> {
  const facts = aCustomer(fields);
  await putCustomer(sql, id, facts, { fingerprint: fingerprint(facts), currency: 'EUR', now: NOW });
}

/** Offers more terms in addition to those of `builders.ts`. */
export async function offerMore(sql: Sql, more: readonly NamedTerms[]): Promise<void> {
  const { version: baseVersion, body } = (await activePolicies(sql)).terms;
  const offered = { ...body, terms: [...body.terms, ...more] };
  await replacePolicy(sql, 'terms', { baseVersion, body: offered, actor: 'user:test', now: NOW });
}

/** Terms from the delivery: for the whole total, or for half of it. */
export const fromDelivery: readonly NamedTerms[] = [
  { code: 'delivered', label: '30 days from delivery', kind: 'net', days: 30, from: 'fulfilled' },
  {
    code: 'half',
    label: 'Half now, half after delivery',
    kind: 'instalments',
    lines: [
      { percent: '50', terms: { kind: 'net', days: 10 } },
      { remainder: true, terms: { kind: 'net', days: 30, from: 'fulfilled' } },
    ],
  },
];
