import type { Check } from '../../modules/eligibility/rules/check.ts';
import { PassedBadge } from './badges.tsx';
import { Table } from './table.tsx';

const ruleWords: Readonly<Record<string, string>> = {
  privilege: 'Privilege',
  vatNumber: 'VAT number',
  ruleSet: 'Rule set',
  country: 'Country',
  accountAge: 'Account age',
  creditScore: 'Credit score',
  insuredLimit: 'Insured limit',
  minAmount: 'Smallest order',
  maxAmount: 'Largest order',
  categories: 'Product categories',
  maxDaysPastDue: 'Past due',
  maxAverageDaysLate: 'Days late on average',
  maxOpenOrders: 'Open orders',
  minOrders: 'Past orders',
  minTurnover: 'Turnover',
  groups: 'Customer group',
  customers: 'Named customers',
  terms: 'Payment terms',
  creditLimit: 'Credit limit',
  groupLimit: 'Limit of the credit group',
};

const valueWords: Readonly<Record<string, string>> = {
  by_rules: 'by the rules',
  'by_rules or granted': 'by the rules, or granted',
};

const inWords = (value: string): string => valueWords[value] ?? value;

export const ruleName = (rule: string): string => ruleWords[rule] ?? rule;

/** The reasons for a decision: what each rule requires, and what it found. */
export function ChecksTable({ checks, caption }: { checks: readonly Check[]; caption: string }) {
  return (
    <Table caption={caption} columns={['Rule', 'Required', 'Found', 'Result']}>
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
    </Table>
  );
}
