import { dayAt, daysBetween } from '../../../kernel/calendar.ts';
import { checkVatNumber } from '../../customers/rules/vat.ts';
import { isInVies } from '../../customers/rules/vat-check.ts';
import type { Applicant } from './applicant.ts';
import { counted, type Finding } from './check.ts';
import { seenOf } from './history-rules.ts';

/** A VAT number of the right form; with `register` it is compared with what VIES has said of it as well. */
export type VatRule = {
  readonly rule: 'vatNumber';
  /** `ignore` if not given. */
  readonly register?: 'ignore' | 'required';
  /** Whether a number on which VIES has no (or no longer a) word passes; `pass` if not given. */
  readonly unchecked?: 'pass' | 'fail';
  /** For how many days after the day of the check an answer counts; without it until there is a newer one. */
  readonly validForDays?: number;
};

/** Form and check digits, and where the rule asks for it the register's word, as it was last heard. */
export function checkVat(rule: VatRule, applicant: Applicant): Finding {
  const form = checkForm(applicant);
  return form.passed && rule.register === 'required' ? checkRegister(rule, applicant, form.actual) : form;
}

function checkForm({ vatNumber, country }: Applicant): Finding {
  const required = 'a valid VAT number';
  if (!vatNumber)
    return { passed: false, actual: 'none', required, message: 'The customer has no VAT number.' };
  const { valid, normalised, detail } = checkVatNumber(vatNumber, country);
  const message = valid ? 'The VAT number is well formed.' : `The VAT number is ${detail}.`;
  return { passed: valid, actual: normalised, required, message };
}

/**
 * VIES's "invalid" declines a foreign customer, and does so until there is a better answer. A domestic one it never
 * declines: a number may be good at home and not activated for trade within the EU.
 */
function checkRegister(
  { unchecked = 'pass', validForDays }: VatRule,
  applicant: Applicant,
  number: string,
): Finding {
  const { vatCheck } = seenOf(applicant);
  const { zone, today, country, merchantCountry } = applicant;
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
      `${why}, ${unchecked === 'pass' ? 'which passes' : 'and the policy asks for its answer'}.`,
    );

  if (!isInVies(number)) return notChecked('not in VIES', 'VIES has no VAT numbers of this country');
  if (!vatCheck) return notChecked('not checked', 'VIES was not asked about this VAT number yet');
  const on = dayAt(vatCheck.checkedAt, zone);
  if (vatCheck.outcome === 'could-not-be-checked')
    return notChecked('could not be checked', `VIES could not be asked on ${on} (${vatCheck.reason})`);
  const said = `${vatCheck.outcome} in VIES on ${on}`;
  const domestic = country === merchantCountry;
  if (vatCheck.outcome === 'invalid' && !domestic)
    return found(false, said, `VIES said on ${on} that the VAT number is not valid.`);
  if (validForDays !== undefined && daysBetween(on, today) > validForDays)
    return notChecked(said, `VIES was last heard on ${on}, more than ${counted(validForDays, 'day')} ago`);
  const message =
    vatCheck.outcome === 'valid'
      ? 'The VAT number is valid in VIES.'
      : 'VIES does not have the VAT number; at home it may be good and not activated for trade within the EU.';
  return found(true, said, message);
}
