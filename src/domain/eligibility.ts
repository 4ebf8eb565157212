import { assertNever } from './errors.ts';
import { type Money, plainMoney } from './money.ts';
import { checkVatNumber } from './vat.ts';

/** `by_rules`: the policy decides. The others are an admin's word, which stands above the rules. */
export type Privilege = 'by_rules' | 'granted' | 'suspended' | 'revoked';

/** What is known of a customer when a checkout is decided; money in minor units of `currency`. */
export type Applicant = {
  readonly id: string;
  readonly country: string;
  readonly vatNumber: string | null;
  readonly groups: readonly string[];
  readonly pastOrders: number;
  readonly turnover: Money | null;
  readonly privilege: Privilege;
  /** The currency of the customer's account. */
  readonly currency: string;
  /** The customer's own limit; null takes the policy's. */
  readonly creditLimit: number | null;
  readonly exposure: number;
  readonly unapplied: number;
};

export type Rule =
  | { readonly rule: 'vatNumber' }
  | { readonly rule: 'minOrders'; readonly orders: number }
  | { readonly rule: 'minTurnover'; readonly turnover: Money }
  | { readonly rule: 'groups'; readonly anyOf: readonly string[] }
  | { readonly rule: 'customers'; readonly anyOf: readonly string[] };

/** Who may buy on terms: every rule must pass, and the credit limit must hold. */
export type EligibilityPolicy = {
  readonly rules: readonly Rule[];
  /** The limit of a customer who has none of their own. */
  readonly creditLimit: Money;
  /** How far over the limit an order may reach. */
  readonly tolerance: Money;
};

/** One reason: what was asked, what was found. `actual` and `required` may name figures of the customer. */
export type Check = {
  readonly rule: string;
  readonly passed: boolean;
  readonly actual: string;
  readonly required: string;
  readonly message: string;
};

export type Verdict = { readonly eligible: boolean; readonly checks: readonly Check[] };

/** A customer's credit, all in minor units of the account's currency. */
export type Credit = {
  readonly limit: Money;
  readonly exposure: Money;
  readonly unapplied: Money;
  readonly available: Money;
};

/** The customer's own limit, else the policy's where it is in the account's currency, else none at all. */
export function creditOf(applicant: Applicant, policy: EligibilityPolicy): Credit {
  const { currency, exposure, unapplied } = applicant;
  const ofPolicy = policy.creditLimit.currency === currency ? policy.creditLimit.amount : 0;
  const limit = applicant.creditLimit ?? ofPolicy;
  const money = (amount: number): Money => ({ amount, currency });
  return {
    limit: money(limit),
    exposure: money(exposure),
    unapplied: money(unapplied),
    available: money(limit - exposure + unapplied),
  };
}

/**
 * Decides whether the customer may buy for `amount` on terms, with a reason for each rule.
 * The amount is in the currency of the customer's account.
 */
export function decide(applicant: Applicant, policy: EligibilityPolicy, amount: Money): Verdict {
  const byRules =
    applicant.privilege === 'by_rules' ? policy.rules.map((rule) => checkRule(rule, applicant)) : [];
  const checks = [checkPrivilege(applicant), ...byRules, checkCredit(applicant, policy, amount)];
  return { eligible: checks.every((check) => check.passed), checks };
}

function checkPrivilege({ privilege }: Applicant): Check {
  const passed = privilege === 'by_rules' || privilege === 'granted';
  const message = {
    by_rules: 'The rules decide for this customer.',
    granted: 'Payment terms were granted to this customer; the rules are not asked.',
    suspended: 'Payment terms are suspended for this customer.',
    revoked: 'Payment terms were revoked for this customer.',
  }[privilege];
  return { rule: 'privilege', passed, actual: privilege, required: 'by_rules or granted', message };
}

function checkRule(rule: Rule, applicant: Applicant): Check {
  switch (rule.rule) {
    case 'vatNumber':
      return checkVat(applicant);
    case 'minOrders': {
      const passed = applicant.pastOrders >= rule.orders;
      const message = passed
        ? 'Enough past orders.'
        : `${rule.orders - applicant.pastOrders} more orders are needed.`;
      return {
        rule: rule.rule,
        passed,
        actual: `${applicant.pastOrders}`,
        required: `${rule.orders}`,
        message,
      };
    }
    case 'minTurnover':
      return checkTurnover(applicant.turnover, rule.turnover);
    case 'groups': {
      const passed = applicant.groups.some((group) => rule.anyOf.includes(group));
      const message = passed ? 'In one of the groups.' : 'In none of the groups.';
      return {
        rule: rule.rule,
        passed,
        actual: applicant.groups.join(', ') || 'none',
        required: rule.anyOf.join(' or '),
        message,
      };
    }
    case 'customers': {
      const passed = rule.anyOf.includes(applicant.id);
      const message = passed ? 'Named in the policy.' : 'Not named in the policy.';
      return {
        rule: rule.rule,
        passed,
        actual: applicant.id,
        required: 'a customer named in the policy',
        message,
      };
    }
    default:
      return assertNever(rule);
  }
}

function checkVat({ vatNumber, country }: Applicant): Check {
  const required = 'a valid VAT number';
  if (!vatNumber)
    return {
      rule: 'vatNumber',
      passed: false,
      actual: 'none',
      required,
      message: 'The customer has no VAT number.',
    };
  const { valid, normalised, detail } = checkVatNumber(vatNumber, country);
  return {
    rule: 'vatNumber',
    passed: valid,
    actual: normalised,
    required,
    message: valid ? 'The VAT number is well formed.' : `The VAT number is ${detail}.`,
  };
}

function checkTurnover(turnover: Money | null, required: Money): Check {
  const actual = turnover ?? { amount: 0, currency: required.currency };
  const passed = actual.currency === required.currency && actual.amount >= required.amount;
  const message = passed
    ? 'Enough turnover.'
    : actual.currency === required.currency
      ? `${plainMoney({ amount: required.amount - actual.amount, currency: required.currency })} more turnover is needed.`
      : `The turnover is known in ${actual.currency} only, and ${required.currency} is asked.`;
  return { rule: 'minTurnover', passed, actual: plainMoney(actual), required: plainMoney(required), message };
}

/** exposure − unapplied + amount ≤ limit + tolerance */
function checkCredit(applicant: Applicant, policy: EligibilityPolicy, amount: Money): Check {
  const { limit, exposure, unapplied, available } = creditOf(applicant, policy);
  const tolerance = policy.tolerance.currency === applicant.currency ? policy.tolerance.amount : 0;
  const required = `at most ${plainMoney({ ...limit, amount: limit.amount + tolerance })}`;
  if (amount.currency !== applicant.currency) {
    const message = `The account is kept in ${applicant.currency}, the order is in ${amount.currency}.`;
    return { rule: 'creditLimit', passed: false, actual: plainMoney(amount), required, message };
  }
  const needed = exposure.amount - unapplied.amount + amount.amount;
  const passed = needed <= limit.amount + tolerance;
  const left = Math.max(0, available.amount - amount.amount);
  const message = passed
    ? `Within the limit: ${plainMoney({ ...limit, amount: left })} stays available.`
    : `Over the limit by ${plainMoney({ ...limit, amount: needed - limit.amount - tolerance })}.`;
  return {
    rule: 'creditLimit',
    passed,
    actual: plainMoney({ ...exposure, amount: needed }),
    required,
    message,
  };
}

/** What the buyer reads: neutral, in their language, without a word about the reasons. */
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
