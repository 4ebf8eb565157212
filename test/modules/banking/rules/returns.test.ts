import { describe, expect, it } from 'vitest';
import { type Debit, matchReturn, type Returnable } from '../../../../src/modules/banking/rules/returns.ts';

const payment = (paymentId: string, amount: number, given: Partial<Returnable> = {}): Returnable => ({
  ...{
    paymentId,
    collection: null,
    customerId: 'alfa',
    customerName: 'Alfa Ricambi S.r.l.',
    amount,
    currency: 'EUR',
  },
  ...{ receivedOn: '2026-11-01', numbers: ['SO-1042', 'FT 9/2026'], payerIban: null },
  ...given,
});
const debit = (amount: number, reference: string, given: Partial<Debit> = {}): Debit => ({
  ...{
    amount,
    currency: 'EUR',
    reference,
    payer: '',
    payerIban: null,
    valueOn: '2026-11-10',
    returned: null,
    fee: null,
  },
  ...given,
});

describe('outgoing money', () => {
  const payments = [
    payment('p-1', 61_000),
    payment('p-2', 61_000, { numbers: ['SO-7'], customerId: 'beta', customerName: 'Beta' }),
  ];

  it.each([
    [61_000, 'SO-1042', null],
    [61_450, 'insoluto SO-1042', 450],
    [61_000, 'FT 9/2026', null],
  ])(
    'of %i with the text “%s” takes back the payment of what it names, with a fee of %s',
    (amount, text, fee) => {
      expect(matchReturn(debit(amount, text), payments)).toMatchObject({
        paymentId: 'p-1',
        fee,
        returnedOn: '2026-11-10',
      });
    },
  );

  it.each([
    ['another amount', debit(60_999, 'SO-1042')],
    ['far more than a fee', debit(70_000, 'SO-1042')],
    ['no number', debit(61_000, 'affitto novembre')],
    ['another currency', debit(61_000, 'SO-1042', { currency: 'USD' })],
    ['a day before the payment', debit(61_000, 'SO-1042', { valueOn: '2026-10-30' })],
  ])('takes back nothing with %s', (_, given) => {
    expect(matchReturn(given, payments)).toBeNull();
  });

  it('that the bank calls a return is found by its payer’s account or name, and is shown if nothing fits', () => {
    const known = [
      payment('p-1', 61_000, { payerIban: 'DE89370400440532013000' }),
      payment('p-3', 61_000, { customerName: 'Gamma' }),
    ];
    const returned = { returned: 'AM04' };
    expect(
      matchReturn(debit(61_000, '', { ...returned, payerIban: 'DE89370400440532013000' }), known),
    ).toMatchObject({ paymentId: 'p-1', reasons: ['iban-known', 'amount-equal', 'returned'] });
    expect(matchReturn(debit(61_000, '', { ...returned, payer: 'GAMMA' }), known)).toMatchObject({
      paymentId: 'p-3',
    });
    expect(matchReturn(debit(99_000, '', returned), known)).toMatchObject({
      paymentId: null,
      reasons: ['returned'],
    });
  });

  it('that fits several payments says so', () => {
    const twice = [payment('p-1', 61_000), payment('p-4', 61_000)];
    expect(matchReturn(debit(61_000, 'SO-1042'), twice)).toMatchObject({
      paymentId: null,
      reasons: ['several-payments'],
    });
    // The fee tells them apart.
    const other = [payment('p-1', 61_000), payment('p-5', 61_450)];
    expect(matchReturn(debit(61_450, 'SO-1042'), other)).toMatchObject({ paymentId: 'p-5', fee: null });
  });
});
