import type { Check } from '../../domain/eligibility.ts';
import { PassedBadge } from './badges.tsx';

const ruleWords: Readonly<Record<string, string>> = {
  privilege: 'Privilege',
  vatNumber: 'VAT number',
  minOrders: 'Past orders',
  minTurnover: 'Turnover',
  groups: 'Customer group',
  customers: 'Named customers',
  creditLimit: 'Credit limit',
};

const valueWords: Readonly<Record<string, string>> = {
  by_rules: 'by the rules',
  'by_rules or granted': 'by the rules, or granted',
};

const inWords = (value: string): string => valueWords[value] ?? value;

export const ruleName = (rule: string): string => ruleWords[rule] ?? rule;

/** The reasons of a decision: what each rule asks, and what it found. */
export function ChecksTable({ checks, caption }: { checks: readonly Check[]; caption: string }) {
  return (
    <table class="stacked">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">Required</th>
          <th scope="col">Found</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        {checks.map(({ rule, passed, actual, required, message }) => (
          <tr class={passed ? undefined : 'late'}>
            <th scope="row">{ruleName(rule)}</th>
            <td data-label="Required">{inWords(required)}</td>
            <td data-label="Found">{inWords(actual)}</td>
            <td data-label="Result">
              <PassedBadge passed={passed} /> <span class="note">{message}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
