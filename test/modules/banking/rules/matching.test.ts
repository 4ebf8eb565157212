import { describe, expect, it } from 'vitest';
import { match, type OpenDocument } from '../../../../src/modules/banking/rules/matching.ts';

const document = (
  number: string,
  amount: number,
  {
    customerId = 'rossi',
    customerName = 'Officine Rossi S.r.l.',
    orderId = number,
    dueOn = '2027-03-31',
  } = {},
): OpenDocument => ({
  number,
  customerId,
  customerName,
  currency: 'EUR',
  automatic: true,
  kind: 'order',
  orders: [{ orderId, amount, outstanding: amount, dueOn, placedOn: '2027-01-01', collecting: false }],
});
const invoice = (number: string, orderId: string, amount: number, outstanding: number): OpenDocument => ({
  ...document(number, amount),
  kind: 'invoice',
  orders: [{ orderId, amount, outstanding, dueOn: '2027-03-31', placedOn: '2027-01-01', collecting: false }],
});

const documents = [
  document('SO-1042', 122_000),
  document('SO-1043', 30_000),
  document('10', 5_000),
  document('F 12/2027', 70_000, { customerId: 'bruni', customerName: 'Bruni & C. S.p.A.', orderId: 'b-1' }),
];
const line = (reference: string, amount: number, payer = '') => ({
  amount,
  currency: 'EUR',
  reference,
  payer,
  valueOn: '2027-03-01',
  returned: null,
});

describe('a bank line', () => {
  it.each([
    ['SO-1042', 122_000, 'certain', ['SO-1042']],
    ['bonifico saldo so 1042 grazie', 122_000, 'certain', ['SO-1042']],
    ['SO1042 e SO1043', 152_000, 'certain', ['SO-1042', 'SO-1043']],
    ['SO-1042', 100_000, 'likely', ['SO-1042']],
    ['F12/2027', 70_000, 'certain', ['b-1']],
    ['SO-10421', 122_000, 'none', []],
  ])('“%s” of %i is %s', (reference, amount, certainty, orders) => {
    const found = match(line(reference, amount), documents);
    expect([found.certainty, found.allocations.map(({ orderId }) => orderId)]).toEqual([certainty, orders]);
  });

  it('names each number that stands alone, and none that is only a piece of another', () => {
    const orders = [
      document('1001', 10_000),
      document('10012', 5_000),
      document('SO-1001', 7_000, { orderId: 'so' }),
    ];
    const certain = (...orderIds: string[]) => ({
      certainty: 'certain',
      allocations: orderIds.map((orderId) => expect.objectContaining({ orderId })),
    });
    expect(match(line('saldo 1001 e 10012', 15_000), orders)).toMatchObject(certain('1001', '10012'));
    expect(match(line('saldo SO-1001', 7_000), orders)).toMatchObject(certain('so'));
    expect(match(line('saldo SO-1001 e 1001', 17_000), orders)).toMatchObject(certain('1001', 'so'));
  });

  it('does not name an order by a short number if payer and amount are others', () => {
    const orders = [
      document('2026', 50_000),
      document('SO-7', 48_812, { customerId: 'alfa', customerName: 'Alfa Ricambi S.r.l.' }),
    ];
    const payer = 'ALFA RICAMBI SRL';
    expect(match(line('Saldo ns. ordine del 12/11/2026', 48_812, payer), orders)).toMatchObject({
      certainty: 'likely',
      customerId: 'alfa',
    });
    expect(match(line('saldo novembre 2026 SO-7', 48_812, payer), orders)).toMatchObject({
      certainty: 'certain',
      customerId: 'alfa',
    });
    expect(match(line('ordine 2026', 20_000, 'OFFICINE ROSSI'), orders).customerId).toBe('rossi');
    expect(match(line('ordine 2026', 50_000, 'ROSSI MARIO E FIGLI'), orders).certainty).toBe('certain');
  });

  it('pays the earliest due of the orders it names first', () => {
    const orders = [
      document('J-201', 50_000, { dueOn: '2027-04-30' }),
      document('J-202', 50_000, { dueOn: '2027-01-31' }),
    ];
    expect(match(line('acconto J-201 e J-202', 60_000), orders).allocations).toEqual([
      { orderId: 'J-202', amount: 50_000 },
      { orderId: 'J-201', amount: 10_000 },
    ]);
  });

  it('is not of a customer only because of a common word', () => {
    const studio = [document('SO-5', 30_000, { customerName: 'Studio Verdi' })];
    expect(match(line('', 30_000, 'STUDIO BIANCHI'), studio).certainty).toBe('none');
    expect(match(line('', 30_000, 'VERDI LUIGI STUDIO LEGALE'), studio).certainty).toBe('likely');
  });

  it('is never certain if the numbers belong to two customers or another currency', () => {
    expect(match(line('SO-1042 F12/2027', 192_000), documents)).toMatchObject({
      certainty: 'none',
      customerId: null,
      reasons: ['number-named', 'several-customers'],
    });
    expect(match({ ...line('SO-1042', 122_000), currency: 'USD' }, documents).certainty).toBe('none');
    const twice = [...documents, document('SO-1042', 122_000, { customerId: 'bruni', orderId: 'b-2' })];
    expect(match(line('SO-1042', 122_000), twice).certainty).toBe('none');
  });

  it('of an insolvent customer is left to a person', () => {
    const held = documents.map((one) => ({ ...one, automatic: false }));
    expect(match(line('SO-1042', 122_000), held)).toMatchObject({
      certainty: 'likely',
      reasons: ['number-named', 'amount-equal', 'not-automatic'],
    });
  });

  it('without a number is likely only by a unique amount and the payer’s name', () => {
    expect(match(line('', 30_000, 'OFFICINE ROSSI SRL'), documents)).toMatchObject({
      certainty: 'likely',
      customerId: 'rossi',
      reasons: ['amount-equal', 'payer-named'],
    });
    expect(match(line('', 30_000, 'Bruni e C spa'), documents).certainty).toBe('none');
    expect(match(line('', 30_001, 'OFFICINE ROSSI SRL'), documents).certainty).toBe('none');
  });

  it.each([
    ['FT 201 e FT 202', 10_000, 10_000, 'certain', 10_000],
    ['FT 201', 6_000, 10_000, 'certain', 6_000],
    ['FT 201 ordine SO-9', 6_000, 10_000, 'certain', 6_000],
    ['FT 201, 202 e 203', 10_000, 10_000, 'certain', 10_000],
    ['FT 201 e FT 202', 4_500, 4_500, 'certain', 4_500],
    ['FT 201 e FT 202', 6_000, 10_000, 'likely', 6_000],
  ])('“%s” of %i, for an order with %i open, is %s', (reference, amount, outstanding, certainty, paid) => {
    const part = (number: string, payable: number) =>
      invoice(number, 'o-9', Math.min(payable, outstanding), outstanding);
    const parts = [part('201', 6_000), part('202', 4_000), part('203', 1_000)];
    const order = document('SO-9', outstanding, { orderId: 'o-9' });
    expect(match(line(reference, amount), [order, ...parts])).toMatchObject({
      certainty,
      allocations: [{ orderId: 'o-9', amount: paid }],
    });
  });

  it('never gives an order more than its outstanding amount, nor all orders more than came in', () => {
    const { allocations } = match(line('SO-1042 SO-1043', 140_000), documents);
    expect(allocations).toEqual([
      { orderId: 'SO-1042', amount: 122_000 },
      { orderId: 'SO-1043', amount: 18_000 },
    ]);
    expect(match(line('SO-1043', 90_000), documents).allocations).toEqual([
      { orderId: 'SO-1043', amount: 30_000 },
    ]);
  });
});
