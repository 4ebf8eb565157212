import { type Money, minorDigits } from '../../../kernel/money.ts';
import type { Applicant } from './applicant.ts';
import { creditOf } from './credit.ts';
import type { EligibilityPolicy } from './policy.ts';

/** The amount of the order that is checked if none is given: all available credit, else one unit of the currency. */
export function usualAmount(applicant: Applicant, policy: EligibilityPolicy): Money {
  const { currency } = applicant;
  const available = creditOf(applicant, policy).available.amount;
  return { amount: available > 0 ? available : 10 ** minorDigits(currency), currency };
}
