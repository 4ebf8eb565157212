import { dayAt, daysBetween } from '../../../kernel/calendar.ts';
import { checkVatNumber, isVatNumberOf } from '../../customers/rules/vat.ts';
import { isInVies } from '../../customers/rules/vat-check.ts';
import type { Applicant } from './applicant.ts';
import { counted, type Finding } from './check.ts';
import { seenOf } from './history-rules.ts';

/** A well-formed VAT number; with `register`, what VIES has said about it counts as well. */
export type VatRule = {
  readonly rule: 'vatNumber';
  /** Default: `ignore`. */
  readonly register?: 'ignore' | 'required';
  /** Whether a number passes if VIES has given no answer, or none that is still valid; default: `pass`. */
  readonly unchecked?: 'pass' | 'fail';
  /** For how many days after the day of the check an answer counts; without it, until there is a newer one. */
  readonly validForDays?: number;
};

/** Checks form and check digits and, if the rule requires it, the register's latest answer. */
export function checkVat(rule: VatRule, applicant: Applicant): Finding {
  const form = checkForm(applicant);
  return form.passed && rule.register === 'required' ? checkRegister(rule, applicant, form.actual) : form;
}

function checkForm({ vatNumber, country }: Applicant): Finding {
  const required = 'a valid VAT number';
  if (!vatNumber)
    return { passed: false, actual: 'none', required, message: 'The customer has no VAT number.' };
  const { valid, normalised, detail } = checkVatNumber(vatNumber, country);
  const message = !valid
    ? `The VAT number is ${detail}.`
    : isVatNumberOf(normalised, country)
      ? 'The VAT number is well formed.'
      : `The VAT number is well formed, but it is one of ${detail}, and the customer is in ${country}: check which of the two is right.`;
  return { passed: valid, actual: normalised, required, message };
}

/**
 * VIES's "invalid" declines a foreign customer, until there is a better answer. It never declines a domestic one: a
 * number may be valid at home but not activated for trade within the EU.
 */
function checkRegister(
  { unchecked = 'pass', validForDays }: VatRule,
  applicant: Applicant,
  number: string,
): Finding {
  const { vatCheck } = seenOf(applicant);
  const { zone, today, merchantCountry } = applicant;
  const required = `a valid VAT number, checked in VIES${unchecked === 'pass' ? ' if it was asked' : ''}`;
  const found = (passed: boolean, actual: string, message: string): Finding => ({
    passed,
    actual: `${number}, ${actual}`,
    required,
    message,
  });
  const notChecked = (actual: string, why: string): Finding =>
    found(
      unchecked === 'pass',
      actual,
      `${why}; the policy ${unchecked === 'pass' ? 'accepts this' : 'requires an answer'}.`,
    );

  if (!isInVies(number)) return notChecked('not in VIES', 'VIES has no VAT numbers of this country');
  if (!vatCheck) return notChecked('not checked', 'VIES has not been asked about this VAT number yet');
  const on = dayAt(vatCheck.checkedAt, zone);
  if (vatCheck.outcome === 'could-not-be-checked')
    return notChecked('could not be checked', `VIES could not be asked on ${on} (${vatCheck.reason})`);
  const said = `${vatCheck.outcome} in VIES on ${on}`;
  // The number says where it is at home, whatever country the store gives.
  const domestic = isVatNumberOf(number, merchantCountry);
  if (vatCheck.outcome === 'invalid' && !domestic)
    return found(false, said, `VIES said on ${on} that the VAT number is not valid.`);
  if (validForDays !== undefined && daysBetween(on, today) > validForDays)
    return notChecked(said, `VIES last answered on ${on}, more than ${counted(validForDays, 'day')} ago`);
  const message =
    vatCheck.outcome === 'valid'
      ? 'The VAT number is valid in VIES.'
      : 'VIES does not have the VAT number; it may be valid at home but not activated for trade within the EU.';
  return found(true, said, message);
}
