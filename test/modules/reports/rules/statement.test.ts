import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimalOf, formatAmount, plainMoney } from '../../../../src/kernel/money.ts';
import { ageingOf } from '../../../../src/modules/reports/rules/ageing.ts';
import { daysSalesOutstanding } from '../../../../src/modules/reports/rules/dso.ts';
import {
  type StatementEntry,
  statementLines,
  sumOf,
} from '../../../../src/modules/reports/rules/statement.ts';

const anEntry = (fields: Partial<StatementEntry>): StatementEntry => ({
  entryId: 1,
  bookedAt: '2027-02-01T10:00:00.000Z',
  bookedOn: '2027-02-01',
  valueOn: '2027-03-01',
  document: 'SO-1',
  orderId: '1',
  instalment: 1,
  account: 'receivable',
  kind: 'charge',
  amount: 100,
  ...fields,
});

it('what is owed is a debit, what is paid or held as credit a credit, and the balance runs', () => {
  const lines = statementLines(50, [
    anEntry({ amount: 1_000 }),
    anEntry({ amount: -400, kind: 'payment' }),
    anEntry({ amount: 700, kind: 'payment', account: 'unapplied' }),
    anEntry({ amount: -100, kind: 'allocation', account: 'unapplied' }),
  ]);
  expect(lines.map(({ debit, credit, balance }) => [debit, credit, balance])).toEqual([
    [1_000, 0, 1_050],
    [0, 400, 650],
    [0, 700, -50],
    [100, 0, 50],
  ]);
});

it('the closing balance is the opening balance plus the debits less the credits', () => {
  const entries = fc.array(
    fc
      .tuple(
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.constantFrom('receivable' as const, 'unapplied' as const),
      )
      .map(([amount, account]) => anEntry({ amount, account })),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), entries, (opening, given) => {
      const lines = statementLines(opening, given);
      expect(lines.at(-1)!.balance).toBe(opening + sumOf(lines, 'debit') - sumOf(lines, 'credit'));
      expect(lines.every(({ debit, credit }) => debit >= 0 && credit >= 0 && debit * credit === 0)).toBe(
        true,
      );
    }),
  );
});

it('an ageing adds up to its total', () => {
  const open = [
    { bucket: 0, amount: 5 },
    { bucket: 1, amount: 7 },
    { bucket: 1, amount: -2 },
    { bucket: 4, amount: 100 },
  ];
  expect(ageingOf(open)).toEqual({ notDue: 5, '1-30': 5, '31-60': 0, '61-90': 0, over90: 100, total: 110 });
});

it('the days sales outstanding are receivables divided by sales, times the days, and unknown without sales', () => {
  expect(daysSalesOutstanding({ receivables: 50_000, sales: 150_000, days: 90 })).toBe(30);
  expect(daysSalesOutstanding({ receivables: 10_000, sales: 30_001, days: 91 })).toBe(30.3);
  expect(daysSalesOutstanding({ receivables: 10_000, sales: 0, days: 90 })).toBeNull();
  expect(daysSalesOutstanding({ receivables: 10_000, sales: -5, days: 90 })).toBeNull();
});

it.each([
  [-122_005, 'EUR', '-1220.05', '-1.220,05', '-1,220.05 EUR'],
  [5, 'EUR', '0.05', '0,05', '0.05 EUR'],
  [1_234_567, 'JPY', '1234567', '1.234.567', '1,234,567 JPY'],
  [1_234_567, 'KWD', '1234.567', '1.234,567', '1,234.567 KWD'],
  [12_345_678, 'CLF', '1234.5678', '1.234,5678', '1,234.5678 CLF'],
])(
  '%d minor units of %s are %s, in a column %s, and in a message %s',
  (amount, currency, decimal, column, plain) => {
    expect(decimalOf({ amount, currency })).toBe(decimal);
    expect(formatAmount({ amount, currency }, 'it-IT')).toBe(column);
    expect(plainMoney({ amount, currency })).toBe(plain);
  },
);
