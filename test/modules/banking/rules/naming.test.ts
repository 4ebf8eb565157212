import { describe, expect, it } from 'vitest';
import { match, type OpenDocument } from '../../../../src/modules/banking/rules/matching.ts';

/*
 * What a text names, as payers write it: found by trying texts that name a number and were not recognised, and texts in
 * which something else was taken for a number.
 */

const document = (
  number: string,
  amount: number,
  customerId = 'alfa',
  customerName = 'Alfa Ricambi S.r.l.',
): OpenDocument => ({
  ...{ kind: 'invoice', number, customerId, customerName, currency: 'EUR', automatic: true },
  orders: [
    {
      orderId: number,
      amount,
      outstanding: amount,
      dueOn: '2026-12-31',
      placedOn: '2026-01-01',
      collecting: false,
    },
  ],
});
const line = (reference: string, amount: number, payer = '') => ({
  ...{ amount, currency: 'EUR', reference, payer, valueOn: '2026-11-20', returned: null },
});
const known = { sharedWords: new Set<string>(), customersOfIban: [], resembling: null };
const named = (
  text: string,
  documents: readonly OpenDocument[],
  amount: number,
  payer = '',
  customersOfName: string[] = [],
) => {
  const { certainty, allocations } = match(line(text, amount, payer), documents, {
    ...known,
    customersOfName,
  });
  return `${certainty} ${allocations.map(({ orderId }) => orderId).join(' ')}`.trim();
};

describe('a text names', () => {
  it.each([
    ['FT-88572', 'saldo fattura 88572'],
    ['FT-88572', 'FATT. N. 88572'],
    ['FT-88572', 'FT N. 88572'],
    ['FT-88572', 'Ft nr 88572'],
    ['FT-88572', 'rif88572'],
    ['FT-88572', 'FT88572SALDO'],
    ['FT-88572', 'Saldo FT 88572 del 12/11/2026'],
    ['FT 15/2026', 'FT N. 15 DEL 12/11/2026'],
    ['FT 15/2026', 'Fattura nr. 15 del 12.11.2026'],
    ['FT 15/2026', 'fattura 15/26'],
    ['FT 15/2026', 'ft 15-26'],
    ['FT 15/2026', 'FATTURA N° 15/2026'],
    ['FT 15/2026', 'FT. 15 DEL 12 NOVEMBRE 2026'],
    ['FT 15/2026', 'FATT. 0015/2026'],
    ['15/2026', 'FT 15/26'],
    ['15/2026', 'Rg.Nr. 15 vom 12.11.2026'],
    ['SO-1042', 'ordine 1042'],
    ['SO-1042', 'ORD. N. 1042'],
    ['RE-2026-0815', 'Rechnung 2026-0815'],
    ['RE-2026-0815', 'Re.Nr.: 2026-0815'],
    ['88572/2026', 'FT88572/2026'],
  ])('%s: “%s”', (number, text) => {
    expect(named(text, [document(number, 45_000)], 45_000)).toBe(`certain ${number}`);
  });

  it('both of two numbers of one kind', () => {
    const both = [document('SO-1042', 45_000), document('SO-1043', 5_000)];
    for (const text of ['SO-1042/1043', 'SO 1042 e 1043', 'SO1042+1043', 'SO-1042, SO-1043'])
      expect(named(text, both, 50_000)).toBe('certain SO-1042 SO-1043');
  });
});

describe('no number is', () => {
  it.each([
    ['20121', 'SALDO ALFA VIA ROMA 1 20121 MILANO'],
    ['88572', 'saldo 88572'],
  ])('%s in “%s”, if the payer is another customer: a person decides', (number, text) => {
    const other = document(number, 45_000, 'beta', 'Beta Utensili');
    expect(named(text, [other], 45_000, 'ALFA RICAMBI', ['alfa'])).toBe(`likely ${number}`);
    expect(named(text, [other], 45_000, 'Beta Utensili', ['beta'])).toBe(`certain ${number}`);
  });

  it.each([
    ['12345', '123 45 pezzi'],
    ['28111010', 'IBAN IT60 X054 2811 1010 0000 0123 456'],
    ['122000', 'Pagamento 1.220,00'],
    ['1220', 'Pagamento EUR 1.220,00'],
    ['1220', 'EUR 1220'],
    ['2026', 'canone novembre 2026'],
    ['2026', 'anno 2026'],
    ['2026', 'rata 11/2026'],
    ['2011', '20 novembre 2026'],
  ])('%s in “%s”', (number, text) => {
    expect(named(text, [document(number, 45_000)], 45_000)).toBe('none');
  });

  it('what another customer’s short number would be, beside a number that the amount fits', () => {
    const documents = [
      document('SO-1042', 45_000),
      document('2026', 9_900, 'beta', 'Beta'),
      document('1220', 9_900, 'gamma', 'Gamma'),
    ];
    for (const text of [
      'SO-1042 di novembre 2026',
      'SO-1042 2026',
      'SO-1042 rata 11/2026',
      'SO-1042 1220',
      'SO-1042 euro 1.220,00',
    ])
      expect(named(text, documents, 45_000)).toBe('certain SO-1042');
  });
});

it.each([
  'ANTICIPO SU FATTURE SBF FT-88572',
  'RIBA SALVO BUON FINE FT-88572',
  'RIMBORSO FT-88572',
  'STORNO ADDEBITO INSOLUTO FT-88572',
])('money of the bank’s own is not booked by itself: “%s”', (text) => {
  expect(named(text, [document('FT-88572', 45_000)], 45_000)).toBe('likely FT-88572');
});

it('the digits of a number name it only for its customer, or with its amount', () => {
  const documents = [document('FT-88572', 45_000)];
  expect(named('fattura 88572', documents, 30_000, 'BETA')).toBe('none');
  expect(named('fattura 88572', documents, 30_000, 'ALFA RICAMBI')).toBe('likely FT-88572');
  expect(named('88572', documents, 45_000)).toBe('none');
});
