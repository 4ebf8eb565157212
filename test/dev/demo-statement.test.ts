import { expect, it } from 'vitest';
import { statementOf } from '../../src/dev/demo/statement.ts';
import { readStatementFile } from '../../src/modules/banking/statement-file.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const account = {
  company: 'Torchio & Figli S.r.l.',
  iban: 'IT60X0542811101000000123456',
  timeZone: 'Europe/Rome',
};

it.each(['2026-12-05', '2027-02-01', '2027-03-31'])(
  'the file that the demo imports is read without a question on %s',
  async (day) => {
    const now = `${day}T12:00:00.000Z`;
    const file = statementOf(
      account,
      [
        { avere: eur(30_000), text: 'Bonifico – saldo FA-1042' },
        { dare: eur(30_500), text: 'Insoluto addebito diretto FC-1042' },
        { avere: eur(122_050), text: 'Bonifico saldo FB-1042', pending: true },
      ],
      new Date(now),
    );
    const given = { mapping: {}, currency: null, account: null, separator: null, sheet: null, accounts: {} };
    const { analysis, rows } = await readStatementFile(file, {
      ...{ ...given, merchantCurrency: 'EUR', zone: account.timeZone, now },
    });
    expect(analysis).toMatchObject({ questions: [], encoding: 'windows-1252', account: account.iban });
    expect(analysis.counts).toMatchObject({ credits: 1, debits: 0, returns: 1, pending: 1, rejected: {} });
    const [first] = rows.flatMap((row) => ('line' in row ? [row.line] : []));
    expect(first).toMatchObject({ valueOn: day, amount: 30_000, reference: 'Bonifico – saldo FA-1042' });
  },
);
