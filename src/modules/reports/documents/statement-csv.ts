import { decimalOf } from '../../../kernel/money.ts';
import type { Statement } from '../rules/statement.ts';
import { csvOf } from './csv.ts';

const head = [
  'bookedOn',
  'valueOn',
  'document',
  'orderId',
  'instalment',
  'account',
  'kind',
  'debit',
  'credit',
  'balance',
  'currency',
  'entryId',
];

/** The movements of a statement between its opening and its closing balance. */
export async function statementCsv(statement: Statement): Promise<string> {
  const { from, to, opening, lines, closing, currency } = statement;
  const decimal = (amount: number) => decimalOf({ amount, currency });
  const total = (on: string, kind: string, balance: number) => [
    ...[on, null, null, null, null, null, kind, null, null],
    ...[decimal(balance), currency, null],
  ];
  return csvOf(head, [
    total(from, 'opening', opening),
    ...lines.map((line) => [
      ...[line.bookedOn, line.valueOn, line.document, line.orderId, line.instalment, line.account, line.kind],
      ...[decimal(line.debit), decimal(line.credit), decimal(line.balance), currency, line.entryId],
    ]),
    total(to, 'closing', closing),
  ]);
}
