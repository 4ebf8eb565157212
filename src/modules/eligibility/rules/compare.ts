import type { Applicant, RequestedOrder } from './applicant.ts';
import { creditOf } from './credit.ts';
import { decide, type Verdict } from './decide.ts';
import { type EligibilityPolicy, termsCodesOf } from './policy.ts';
import { isOfOrder, type Rule } from './rules.ts';

/**
 * How a customer stands under a policy; the limit in minor units of the account's currency; `terms` null: all terms.
 */
export type Outlook = {
  readonly verdict: Verdict;
  readonly limit: number;
  readonly terms: readonly string[] | null;
};

export const changes = ['gains', 'loses', 'limitRaised', 'limitLowered', 'termsChanged'] as const;
export type Change = (typeof changes)[number];

/** How a customer stands under a policy with this order; without an order, with the smallest possible one. */
export function outlook(
  applicant: Applicant,
  policy: EligibilityPolicy,
  asked: RequestedOrder | null,
): Outlook {
  return {
    verdict: decide(applicant, policy, asked ?? { amount: 1, currency: applicant.currency }),
    limit: creditOf(applicant, policy).limit.amount,
    terms: termsCodesOf(applicant, policy),
  };
}

/** The policy without the rules about what is ordered, to judge customers without an order. */
export function withoutOrderRules(policy: EligibilityPolicy): EligibilityPolicy {
  const kept = (rules: readonly Rule[]): Rule[] =>
    rules.filter((rule) => !isOfOrder(rule) || rule.rule === 'insuredLimit');
  return 'sets' in policy
    ? { sets: policy.sets.map((set) => ({ ...set, rules: kept(set.rules) })) }
    : { ...policy, rules: kept(policy.rules) };
}

/** What the customer gains or loses, only the most important; limit and terms count if both policies accept. */
export function changeOf(before: Outlook, after: Outlook): Change | null {
  if (before.verdict.eligible !== after.verdict.eligible) return after.verdict.eligible ? 'gains' : 'loses';
  if (!after.verdict.eligible) return null;
  if (before.limit !== after.limit) return after.limit > before.limit ? 'limitRaised' : 'limitLowered';
  return JSON.stringify(before.terms) === JSON.stringify(after.terms) ? null : 'termsChanged';
}
