import { describe, expect, it } from 'vitest';
import { type Comparable, resembles } from '../../../../src/modules/banking/rules/resemblance.ts';

const line = (given: Partial<Comparable> = {}): Comparable => ({
  ...{
    importId: 'one',
    account: null,
    valueOn: '2026-11-20',
    amount: 61_700,
    currency: 'EUR',
    direction: 'credit',
  },
  ...{ reference: 'Anzahlung SO-1042', payer: 'ALFA RICAMBI SRL', payerIban: null, bankReference: null },
  ...given,
});
const later = (given: Partial<Comparable> = {}) => line({ importId: 'two', ...given });

describe('two lines of different files', () => {
  it.each<[string, Partial<Comparable>]>([
    ['the same again', {}],
    ['another day', { valueOn: '2026-11-21' }],
    ['a longer text', { reference: 'SEPA Anzahlung SO-1042 TRN 998877 Alfa Ricambi' }],
    ['a text without the number', { reference: 'Umsatz' }],
    ['no payer', { payer: '' }],
    ['a longer name', { payer: 'Alfa Ricambi S.r.l. Via Roma' }],
  ])('may be the same money with %s', (_, given) => {
    expect(resembles(line(), later(given))).toBe(true);
    expect(resembles(later(given), line())).toBe(true);
  });

  it.each<[string, Partial<Comparable>]>([
    ['another amount', { amount: 61_701 }],
    ['another currency', { currency: 'USD' }],
    ['the other direction', { direction: 'debit' }],
    ['another number', { reference: 'Anzahlung SO-1043' }],
    ['another payer', { payer: 'Beta Utensili', reference: 'SO-1042' }],
    ['two weeks later', { valueOn: '2026-12-04' }],
  ])('are not the same money with %s', (_, given) => {
    expect(resembles(line(), later(given))).toBe(false);
  });

  it('on two accounts, or from two accounts, are two payments; and so are two lines of one file', () => {
    const on = (account: string) => ({ account });
    expect(resembles(line(on('A')), later(on('B')))).toBe(false);
    expect(resembles(line({ payerIban: 'A' }), later({ payerIban: 'B' }))).toBe(false);
    expect(resembles(line(), line())).toBe(false);
    const monthly = (number: number) => ({ reference: `FT. ${number} del 12/11/2026` });
    expect(resembles(line(monthly(15)), later(monthly(16)))).toBe(false);
  });
});
