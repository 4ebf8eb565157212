import type { Money } from '../../../kernel/money.ts';
import type { TermsPolicy } from '../../terms/rules/terms.ts';
import type { Applicant } from './applicant.ts';
import { type Condition, meets, type Rule } from './rules.ts';

/** What an accepted customer gets. */
type Grant = {
  /** The limit of a customer without their own limit. */
  readonly creditLimit: Money;
  /** How far an order may exceed the limit. */
  readonly tolerance: Money;
};

/** Rules for some of the customers, and what they get. */
export type RuleSet = Grant & {
  readonly name: string;
  /** The set decides on customers who meet all of these; if empty, on everybody. */
  readonly when: readonly Condition[];
  /** Every rule must pass. */
  readonly rules: readonly Rule[];
  /** The codes of the terms that may be chosen, the usual one first; without it, all terms that the merchant offers. */
  readonly terms?: readonly string[];
  /** The plan of the dunning policy for their orders, instead of the one of the terms. */
  readonly dunning?: string;
};

/** One set for everybody, or several: the first one whose conditions a customer meets decides. */
export type SimplePolicy = Grant & { readonly rules: readonly Rule[] };
export type EligibilityPolicy = SimplePolicy | { readonly sets: readonly RuleSet[] };

const setsOf = (policy: EligibilityPolicy): readonly RuleSet[] =>
  'sets' in policy ? policy.sets : [{ name: 'all', when: [], ...policy }];

/** The set that decides on the customer; null if none applies to them. */
export const setFor = (applicant: Applicant, policy: EligibilityPolicy): RuleSet | null =>
  setsOf(policy).find(({ when }) => when.every((condition) => meets(applicant, condition))) ?? null;

/** The conditions that choose the set. */
export const conditionsOf = (policy: EligibilityPolicy): Condition[] =>
  setsOf(policy).flatMap(({ when }) => when);

/** All rules and conditions that the policy may check. */
export const rulesOf = (policy: EligibilityPolicy): Rule[] =>
  setsOf(policy).flatMap(({ when, rules }) => [...when, ...rules]);

/** The codes of the terms that the customer may choose, the usual one first: their own, else the set's; null: all. */
export const termsCodesOf = (applicant: Applicant, policy: EligibilityPolicy): readonly string[] | null =>
  applicant.ownTerms ?? setFor(applicant, policy)?.terms ?? null;

/** The terms that are offered if only these codes may be chosen; a code that no longer exists is left out. */
export function offeredTerms(policy: TermsPolicy, codes: readonly string[] | null): TermsPolicy {
  if (codes === null) return policy;
  const terms = codes.flatMap((code) => policy.terms.find((candidate) => candidate.code === code) ?? []);
  return { terms, defaultCode: terms[0]?.code ?? policy.defaultCode };
}
