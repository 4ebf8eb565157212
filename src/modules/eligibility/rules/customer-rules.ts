import { dayAt, daysBetween } from '../../../kernel/calendar.ts';
import type { Applicant } from './applicant.ts';
import { counted, type Finding } from './check.ts';
import type { VatRule } from './vat-rule.ts';

/** Rules about who the customer is. */
export type CustomerRule =
  | VatRule
  | { readonly rule: 'groups'; readonly anyOf: readonly string[] }
  | { readonly rule: 'customers'; readonly anyOf: readonly string[] }
  | { readonly rule: 'country'; readonly anyOf: readonly string[] }
  /** Days since the day that the store gives, else since Netterms first heard of the customer. */
  | { readonly rule: 'accountAge'; readonly days: number }
  | { readonly rule: 'creditScore'; readonly min: number };

export function checkGroups(anyOf: readonly string[], { groups }: Applicant): Finding {
  const passed = groups.some((group) => anyOf.includes(group));
  const message = passed ? 'In one of the groups.' : 'In none of the groups.';
  return { passed, actual: groups.join(', ') || 'none', required: anyOf.join(' or '), message };
}

export function checkCustomers(anyOf: readonly string[], { id }: Applicant): Finding {
  const passed = anyOf.includes(id);
  const message = passed ? 'Named in the policy.' : 'Not named in the policy.';
  return { passed, actual: id, required: 'a customer named in the policy', message };
}

export function checkCountry(anyOf: readonly string[], { country }: Applicant): Finding {
  const passed = anyOf.includes(country);
  const message = passed ? 'From one of the countries.' : 'From none of the countries.';
  return { passed, actual: country, required: anyOf.join(' or '), message };
}

export function checkAccountAge(days: number, applicant: Applicant): Finding {
  const { since, knownSince, zone, today } = applicant;
  const from = since ?? dayAt(knownSince, zone);
  const age = Math.max(0, daysBetween(from, today));
  const passed = age >= days;
  const whose =
    since === null
      ? ' The store has not said since when it has known the customer, so the customer’s first day in Netterms counts.'
      : '';
  const message = passed ? 'Known for long enough.' : `${counted(days - age, 'more day')} must pass.${whose}`;
  const actual = `${counted(age, 'day')}, since ${from}`;
  return { passed, actual, required: counted(days, 'day'), message };
}

/** An expired score does not count. */
export function checkCreditScore(min: number, { external: { creditScore }, today }: Applicant): Finding {
  const required = `at least ${min}`;
  if (!creditScore) return { passed: false, actual: 'none', required, message: 'No credit score is known.' };
  const { value, validUntil } = creditScore;
  const actual = `${value}, valid until ${validUntil}`;
  if (validUntil < today)
    return { passed: false, actual, required, message: `The credit score expired on ${validUntil}.` };
  const passed = value >= min;
  const message = passed ? 'The credit score is high enough.' : `The credit score is ${min - value} too low.`;
  return { passed, actual, required, message };
}
