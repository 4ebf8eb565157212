import type { Money } from '../../../kernel/money.ts';
import type { Applicant, RequestedOrder } from './applicant.ts';
import type { Check } from './check.ts';
import { checkCredit, checkGroupCredit } from './credit.ts';
import { type EligibilityPolicy, type RuleSet, setFor, termsCodesOf } from './policy.ts';
import { checkRule } from './rules.ts';

/** `set`: the rule set that decided; null if none applies to this customer. */
export type Verdict = {
  readonly eligible: boolean;
  readonly checks: readonly Check[];
  readonly set: RuleSet | null;
};

/**
 * Decides whether the customer may buy the requested order on terms, with a reason for each rule.
 * The amount is in the currency of the customer's account.
 */
export function decide(applicant: Applicant, policy: EligibilityPolicy, asked: RequestedOrder): Verdict {
  const set = setFor(applicant, policy);
  const byRules =
    applicant.privilege === 'by_rules'
      ? [...checkSet(set, policy), ...(set?.rules ?? []).map((rule) => checkRule(rule, applicant, asked))]
      : [];
  const checks = [
    checkPrivilege(applicant),
    ...byRules,
    ...checkTerms(termsCodesOf(applicant, policy), asked),
    checkCredit(applicant, policy, asked),
    ...checkGroupCredit(applicant, asked),
  ];
  return { eligible: checks.every((check) => check.passed), checks, set };
}

/**
 * Decides whether an accepted order may grow: the credit and the rules about amounts are checked again, the rules about
 * the customer are not.
 * @param by what is added; the exposure already contains what was ordered before
 * @param total of the order with the addition, in minor units
 */
export function decideIncrease(
  applicant: Applicant,
  policy: EligibilityPolicy,
  by: Money,
  total: number,
): Verdict {
  const set = setFor(applicant, policy);
  const rules = applicant.privilege === 'by_rules' ? (set?.rules ?? []) : [];
  const checks = [
    checkPrivilege(applicant),
    ...rules.flatMap((rule) => {
      if (rule.rule === 'insuredLimit') return [checkRule(rule, applicant, by)];
      return rule.rule === 'maxAmount' ? [checkRule(rule, applicant, { ...by, amount: total })] : [];
    }),
    checkCredit(applicant, policy, by),
    ...checkGroupCredit(applicant, by),
  ];
  return { eligible: checks.every((check) => check.passed), checks, set };
}

/** Whether an admin's decision on the customer lets them buy on terms, with the sentence that says why not. */
export function checkPrivilege({
  privilege,
  suspendedUntil,
}: Pick<Applicant, 'privilege' | 'suspendedUntil'>): Check {
  const passed = privilege === 'by_rules' || privilege === 'granted';
  const end = suspendedUntil === null ? '' : ` until ${suspendedUntil}`;
  const message = {
    by_rules: 'The rules decide for this customer.',
    granted: 'Payment terms were granted to this customer; the rules are not checked.',
    suspended: `Payment terms are suspended for this customer${end}.`,
    revoked: 'Payment terms were revoked for this customer.',
    insolvency: 'This customer is insolvent and gets no payment terms.',
  }[privilege];
  return { rule: 'privilege', passed, actual: privilege, required: 'by_rules or granted', message };
}

function checkSet(set: RuleSet | null, policy: EligibilityPolicy): Check[] {
  if (!('sets' in policy)) return [];
  return [
    {
      rule: 'ruleSet',
      passed: set !== null,
      actual: set?.name ?? 'none',
      required: policy.sets.map(({ name }) => name).join(' or '),
      message: set
        ? `The rule set “${set.name}” decides for this customer.`
        : 'No rule set of the policy applies to this customer.',
    },
  ];
}

function checkTerms(codes: readonly string[] | null, { termsCode }: RequestedOrder): Check[] {
  if (codes === null || termsCode === undefined) return [];
  const passed = codes.includes(termsCode);
  const message = passed
    ? 'This customer may choose these terms.'
    : 'This customer may not choose these terms.';
  return [{ rule: 'terms', passed, actual: termsCode, required: codes.join(' or '), message }];
}

/** What the buyer reads: neutral, in their language, without the reasons. */
export function buyerMessage(eligible: boolean, locale: string): string {
  const italian = locale.startsWith('it');
  if (eligible)
    return italian
      ? 'Può pagare questo ordine con pagamento dilazionato.'
      : 'You can pay for this order on account.';
  return italian
    ? 'Il pagamento dilazionato non è disponibile per questo ordine. Scelga un altro metodo di pagamento.'
    : 'Payment on account is not available for this order. Please choose another payment method.';
}
