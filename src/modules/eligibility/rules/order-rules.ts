import { type Money, plainMoney } from '../../../kernel/money.ts';
import type { Applicant, RequestedOrder } from './applicant.ts';
import type { Finding } from './check.ts';

/** Rules about the order itself; such a rule cannot choose a rule set. */
export type OrderRule =
  | { readonly rule: 'minAmount'; readonly amount: Money }
  | { readonly rule: 'maxAmount'; readonly amount: Money }
  /** None of these, or only these. An order that names no category passes the first but not the second. */
  | { readonly rule: 'categories'; readonly noneOf: readonly string[] }
  | { readonly rule: 'categories'; readonly onlyOf: readonly string[] }
  /** The insurer's limit covers the exposure and this order. */
  | { readonly rule: 'insuredLimit' };

const inOtherCurrency = (asked: Money, required: Money): string =>
  `The order is in ${asked.currency}, but the rule is in ${required.currency}.`;

export function checkMinAmount(amount: Money, asked: RequestedOrder): Finding {
  const comparable = asked.currency === amount.currency;
  const passed = comparable && asked.amount >= amount.amount;
  const short = { ...amount, amount: amount.amount - asked.amount };
  const message = passed
    ? 'The order is large enough.'
    : comparable
      ? `The order is ${plainMoney(short)} too small.`
      : inOtherCurrency(asked, amount);
  return { passed, actual: plainMoney(asked), required: `at least ${plainMoney(amount)}`, message };
}

export function checkMaxAmount(amount: Money, asked: RequestedOrder): Finding {
  const comparable = asked.currency === amount.currency;
  const passed = comparable && asked.amount <= amount.amount;
  const over = { ...amount, amount: asked.amount - amount.amount };
  const message = passed
    ? 'The order is small enough.'
    : comparable
      ? `The order is ${plainMoney(over)} too large.`
      : inOtherCurrency(asked, amount);
  return { passed, actual: plainMoney(asked), required: `at most ${plainMoney(amount)}`, message };
}

export function checkCategories(
  rule: Extract<OrderRule, { rule: 'categories' }>,
  { categories = [] }: RequestedOrder,
): Finding {
  const actual = categories.join(', ') || 'none named';
  if ('noneOf' in rule) {
    const barred = categories.filter((category) => rule.noneOf.includes(category));
    const passed = barred.length === 0;
    const message = passed ? 'None of the excluded categories.' : `Not sold on terms: ${barred.join(', ')}.`;
    return { passed, actual, required: `none of ${rule.noneOf.join(', ')}`, message };
  }
  const others = categories.filter((category) => !rule.onlyOf.includes(category));
  const passed = categories.length > 0 && others.length === 0;
  const message = passed
    ? 'Only categories that are sold on terms.'
    : others.length > 0
      ? `Not sold on terms: ${others.join(', ')}.`
      : 'The order names no categories.';
  return { passed, actual, required: `only ${rule.onlyOf.join(', ')}`, message };
}

/** exposure − unapplied + amount ≤ insured limit, which must be in the account's currency and not expired. */
export function checkInsuredLimit(applicant: Applicant, asked: RequestedOrder): Finding {
  const { exposure, unapplied, currency, today } = applicant;
  const { insuredLimit } = applicant.external;
  const needed: Money = { amount: exposure - unapplied + asked.amount, currency };
  const actual = plainMoney(needed);
  if (!insuredLimit)
    return { passed: false, actual, required: 'an insured limit', message: 'No insured limit is known.' };
  const { amount, validUntil } = insuredLimit;
  const required = `at most ${plainMoney(amount)}, insured until ${validUntil}`;
  const no = (message: string): Finding => ({ passed: false, actual, required, message });
  if (validUntil < today) return no(`The insured limit expired on ${validUntil}.`);
  if (amount.currency !== currency || asked.currency !== currency)
    return no(
      `The insured limit is in ${amount.currency}, the account in ${currency}, and the order in ${asked.currency}.`,
    );
  if (needed.amount > amount.amount)
    return no(
      `Over the insured limit by ${plainMoney({ amount: needed.amount - amount.amount, currency })}.`,
    );
  return { passed: true, actual, required, message: 'Within the insured limit.' };
}
