import { describe, expect, it } from 'vitest';
import { readStatementFile, type StatementOptions } from '../../../../src/modules/banking/statement-file.ts';
import { shapes } from './shapes.ts';

const options: StatementOptions = {
  mapping: {},
  currency: null,
  account: null,
  separator: null,
  merchantCurrency: 'EUR',
  accounts: {},
  now: '2026-11-26T12:00:00.000Z',
  zone: 'Europe/Rome',
};

const bytesOf = (text: string, encoding: string): Buffer =>
  encoding === 'utf-16le'
    ? Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
    : encoding === 'utf-8-bom'
      ? Buffer.from(`\ufeff${text}`)
      : Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'latin1');

describe('a file of a bank', () => {
  it.each(shapes)('$bank: is read without being asked', async (shape) => {
    const file = bytesOf(shape.text, shape.encoding ?? 'utf-8');
    const { analysis, rows } = await readStatementFile(file, options);
    const lines = rows.flatMap((row) => ('line' in row ? [row.line] : []));
    const booked = lines.filter(({ status }) => status === 'booked');
    const credits = booked.filter(({ direction }) => direction === 'credit');
    const said = JSON.stringify({
      ...analysis,
      reasons: 0,
      rows: rows.map((row) => ('line' in row ? row.line : row)),
    });
    expect(analysis.questions, said).toEqual([]);
    expect(analysis.counts.rejected, said).toEqual({});
    expect(
      credits.map(({ valueOn, amount }) => [valueOn, amount]),
      said,
    ).toEqual(shape.credits);
    expect(analysis.counts.debits, said).toBe(shape.debits ?? 0);
    expect(analysis.counts.pending, said).toBe(shape.pending ?? 0);
    const [first] = credits;
    expect(first!.currency, said).toBe(shape.currency ?? 'EUR');
    expect(`${first!.reference} ${first!.payer}`.replaceAll(' ', ''), said).toContain('FT-88572');
    if (shape.payer) expect(first!.payer, said).toBe(shape.payer);
    if (shape.payerIban) expect(first!.payerIban, said).toBe(shape.payerIban);
    if (shape.account) expect(first!.account, said).toBe(shape.account);
  });
});
