import { withAccountOf } from '../../modules/banking/accounts.ts';
import type { Documents } from '../../modules/reports/documents/documents.ts';
import { statementCsv } from '../../modules/reports/documents/statement-csv.ts';
import { type Statement, sumOf } from '../../modules/reports/rules/statement.ts';
import { readStatement } from '../../modules/reports/statement.ts';
import { activePolicies } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { statement, statementQuery } from '../schemas/statement.ts';
import { mapInTurns } from '../turns.ts';

/** What a customer owes and how the balance arose. */
export function statementEndpoints({ sql, documents }: { sql: Sql; documents: Documents }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/customers/{customerId}/statement',
      operationId: 'readStatement',
      tag: 'Customers',
      summary: 'Read a customer’s statement of account',
      scopes: ['read'],
      long: true,
      formats: ['json', 'csv', 'pdf'],
      query: statementQuery,
      answer: statement,
      handle: async ({ params: { customerId }, query, now, format }) => {
        const read = await readStatement(sql, customerId, query, now);
        const name = `statement-${customerId}-${read.to}`;
        if (format === 'csv') return { file: await statementCsv(read), name };
        if (format === 'pdf') {
          const { body } = (await activePolicies(sql)).settings;
          const { currency } = read;
          const merchant = await withAccountOf(sql, body, { customerId, currency, now });
          return { file: await documents.statementPdf(read, merchant), name };
        }
        return { body: await statementView(read) };
      },
    }),
  ];
}

async function statementView({
  customer,
  opening,
  closing,
  lines,
  openItems,
  unapplied,
  accruedInterest,
  ...period
}: Statement) {
  const { id: customerId, name, vatNumber } = customer;
  const money = (amount: number) => ({ amount, currency: period.currency });
  const late = openItems.filter(({ daysLate }) => daysLate > 0);
  return {
    customerId,
    name,
    vatNumber,
    ...period,
    openingBalance: money(opening),
    lines: await mapInTurns(lines, ({ debit, credit, balance, ...line }) => ({
      ...line,
      debit: money(debit),
      credit: money(credit),
      balance: money(balance),
    })),
    closingBalance: money(closing),
    openItems: openItems.map(({ amount, outstanding, ...item }) => ({
      ...item,
      amount: money(amount),
      outstanding: money(outstanding),
    })),
    outstanding: money(sumOf(openItems, 'outstanding')),
    overdue: money(sumOf(late, 'outstanding')),
    unapplied: money(unapplied),
    accruedInterest: accruedInterest === null ? null : money(accruedInterest),
  };
}
