import type { Applicant, Seen } from '../../../../src/modules/eligibility/rules/applicant.ts';
import type { RuleSet, SimplePolicy } from '../../../../src/modules/eligibility/rules/policy.ts';
import type { Rule } from '../../../../src/modules/eligibility/rules/rules.ts';

/** Euro, in cents. */
export const eur = (amount: number) => ({ amount, currency: 'EUR' });

export const anApplicant = (over: Partial<Applicant> = {}): Applicant => ({
  id: 'acme',
  zone: 'Europe/Rome',
  today: '2027-03-01',
  merchantCountry: 'IT',
  country: 'IT',
  vatNumber: 'IT12345670488',
  groups: ['wholesale'],
  since: null,
  knownSince: '2026-12-31T23:00:00.000Z',
  pastOrders: 3,
  turnover: eur(100_000),
  external: {},
  privilege: 'by_rules',
  suspendedUntil: null,
  ownTerms: null,
  currency: 'EUR',
  creditLimit: null,
  tolerance: null,
  raisedLimit: null,
  group: null,
  exposure: 0,
  unapplied: 0,
  seen: null,
  ...over,
});

/** What Netterms has seen of a customer: nothing, except what is given. */
export const seen = (over: Partial<Seen>): Partial<Applicant> => ({
  seen: { openOrders: 0, overdue: [], placed: [], late: [], vatCheck: null, ...over },
});

export const aPolicy = (rules: readonly Rule[] = [], over: Partial<SimplePolicy> = {}): SimplePolicy => ({
  rules,
  creditLimit: eur(1_000_000),
  tolerance: eur(0),
  ...over,
});

export const aSet = (name: string, over: Partial<RuleSet> = {}): RuleSet => ({
  name,
  when: [],
  ...aPolicy(),
  ...over,
});
