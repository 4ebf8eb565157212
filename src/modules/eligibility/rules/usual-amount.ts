import { type Money, minorDigits } from '../../../kernel/money.ts';
import type { Applicant } from './applicant.ts';
import { creditOf } from './credit.ts';
import type { EligibilityPolicy } from './policy.ts';

/** The order that is checked where none is named: of all the credit that is available, else of one unit. */
export function usualAmount(applicant: Applicant, policy: EligibilityPolicy): Money {
  const { currency } = applicant;
  const available = creditOf(applicant, policy).available.amount;
  return { amount: available > 0 ? available : 10 ** minorDigits(currency), currency };
}
