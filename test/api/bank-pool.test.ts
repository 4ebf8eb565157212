import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { bankFiles } from './bank-file.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;
let bank: ReturnType<typeof bankFiles>;
beforeAll(async () => {
  api = await openApi();
  bank = bankFiles(api);
  await addCustomer(api.sql, 'alfa', { name: 'Alfa Ricambi S.r.l.' });
  await addCustomer(api.sql, 'beta', { name: 'Beta Utensili S.p.A.' });
});
afterAll(() => api.close());
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const place = async (orderId: string, units: number, orderNumber: string, customerId = 'alfa') => {
  const placed = await api.call('/orders', { orderId, orderNumber, customerId, total: eur(units) });
  expect([placed.status, placed.body.detail]).toEqual([201, undefined]);
};
const order = async (id: string) => (await api.call(`/orders/${id}`)).body;
const HEADER = 'Buchungstag;Valutadatum;Verwendungszweck;Auftraggeber;Betrag;Info';
const line = (
  booked: string,
  value: string,
  text: string,
  amount: string,
  info = 'Umsatz gebucht',
  payer = 'ALFA RICAMBI',
) => `${booked};${value};${text};${payer};${amount};${info}`;

describe('the same money', () => {
  it('that is pending first is never booked; booked a day later, it is one line (B3)', async () => {
    await place('p-1', 1_234, 'SO-82001');
    const first = await bank.imported([
      HEADER,
      line('26.02.2027', '26.02.2027', 'Anzahlung SO-82001', '617,00', 'Umsatz vorgemerkt'),
    ]);
    expect(first.statement.counts).toMatchObject({ credits: 0, pending: 1 });
    const [pending] = await bank.linesOf(first.importId, 'pending');
    expect(pending).toMatchObject({
      state: 'pending',
      proposal: null,
      why: expect.stringContaining('not booked it yet'),
    });
    expect(await bank.confirm(pending.bankLineId, { customerId: 'alfa' })).toMatchObject({
      status: 409,
      body: { code: 'bank-line-pending' },
    });

    const second = await bank.imported([
      HEADER,
      line('01.03.2027', '01.03.2027', 'Anzahlung SO-82001 von Alfa Ricambi', '617,00'),
    ]);
    expect(second).toMatchObject({ created: 0, updated: 1 });
    expect(await bank.read(pending.bankLineId)).toMatchObject({
      state: 'open',
      valueOn: '2027-03-01',
      reference: 'Anzahlung SO-82001 von Alfa Ricambi',
    });
    expect((await bank.confirm(pending.bankLineId)).status).toBe(200);
    expect((await order('p-1')).outstanding).toEqual(eur(617));
    // An older file does not make it pending again.
    await bank.imported([
      HEADER,
      line('26.02.2027', '26.02.2027', 'Anzahlung SO-82001', '617,00', 'vorgemerkt'),
    ]);
    expect((await order('p-1')).outstanding).toEqual(eur(617));
    expect(await bank.read(pending.bankLineId)).toMatchObject({ state: 'booked' });
  });

  it('that resembles a booked line waits for a person, beside it, and can be confirmed or ignored (B3)', async () => {
    await place('r-1', 1_234, 'SO-82011');
    const once = await bank.imported([HEADER, line('01.03.2027', '01.03.2027', 'SO-82011', '617,00')], {
      orderIds: ['r-1'],
    });
    const [first] = await bank.linesOf(once.importId, 'open');
    await bank.confirm(first.bankLineId, {
      customerId: 'alfa',
      allocations: [{ orderId: 'r-1', amount: eur(617) }],
    });
    const twice = await bank.imported(
      [HEADER, line('01.03.2027', '01.03.2027', 'SO-82011 Anzahlung per Überweisung', '617,00')],
      { orderIds: ['r-1'] },
    );
    expect(twice).toMatchObject({ created: 1 });
    expect(await order('r-1')).toMatchObject({ status: 'open', outstanding: eur(617) });
    const [second] = await bank.linesOf(twice.importId, 'open');
    expect(second).toMatchObject({
      proposal: {
        certainty: 'likely',
        resembles: first.bankLineId,
        reasons: expect.arrayContaining(['number-named', 'amount-equal', 'resembles-another']),
      },
      why: expect.stringContaining('compare the two'),
    });
    expect((await bank.confirm(second.bankLineId)).status).toBe(200);
    expect((await order('r-1')).status).toBe('settled');
  });

  it('is known by the bank’s own reference, whatever else a later file says of it', async () => {
    await place('k-1', 700, 'SO-82021');
    const file = (value: string, text: string) => [
      'Date,Description,Amount,Currency,Transaction ID',
      `${value},${text},700.00,EUR,TX-82021-A`,
    ];
    await bank.imported(file('2027-02-28', 'acconto senza numero'));
    const again = await bank.imported(file('2027-03-01', 'SO-82021 altro testo'), { orderIds: ['k-1'] });
    expect(again).toMatchObject({ created: 0, updated: 1 });
    expect((await order('k-1')).status).toBe('settled');
    expect(await bank.imported(file('2027-03-01', 'ancora un testo'))).toMatchObject({
      created: 0,
      unchanged: 1,
    });
  });

  it('twice in one file, or with another number, payer or account, is not the same', async () => {
    for (const n of [1, 2, 3, 4]) await place(`d-${n}`, 50, `SO-8203${n}`, n === 4 ? 'beta' : 'alfa');
    await bank.imported(
      [
        HEADER,
        line('01.03.2027', '01.03.2027', 'SO-82031', '50,00'),
        line('01.03.2027', '01.03.2027', 'SO-82032', '50,00'),
      ],
      { orderIds: ['d-1', 'd-2'] },
    );
    await bank.imported(
      [
        HEADER,
        line('01.03.2027', '01.03.2027', 'SO-82033', '50,00'),
        line('01.03.2027', '01.03.2027', 'SO-82034', '50,00', 'Umsatz gebucht', 'BETA UTENSILI'),
      ],
      { orderIds: ['d-3', 'd-4'] },
    );
    for (const n of [1, 2, 3, 4]) expect((await order(`d-${n}`)).status).toBe('settled');
  });
});

describe('a line', () => {
  it('that was ignored by mistake is restored, and can be booked (B9)', async () => {
    await place('g-1', 80, 'SO-82101');
    const done = await bank.imported([HEADER, line('01.03.2027', '01.03.2027', 'SO-82101', '80,00')], {
      query: { book: 'none' },
    });
    const [{ bankLineId: id }] = await bank.linesOf(done.importId, 'open');
    await bank.ignore(id);
    expect(await bank.read(id)).toMatchObject({
      state: 'ignored',
      why: expect.stringContaining('Restore it'),
    });
    const refused = await bank.confirm(id);
    expect(refused).toMatchObject({ status: 409, body: { code: 'bank-line-ignored' } });
    expect((await bank.restore(id)).body).toMatchObject({
      state: 'open',
      ignored: null,
      proposal: { certainty: 'certain' },
    });
    expect((await bank.restore(id)).status).toBe(200);
    expect((await bank.confirm(id)).status).toBe(200);
    expect((await order('g-1')).status).toBe('settled');
    expect(await bank.restore(id)).toMatchObject({ status: 409, body: { code: 'bank-line-booked' } });
    expect((await bank.read(id)).why).toContain('reverse the payment');
  });

  it('older than its order says so; confirmed as proposed it is credit, and can be allocated (B9)', async () => {
    await place('o-1', 90, 'SO-82111');
    const done = await bank.imported([HEADER, line('26.02.2027', '26.02.2027', 'SO-82111', '90,00')], {
      orderIds: ['o-1'],
    });
    const [found] = await bank.linesOf(done.importId, 'open');
    expect(found).toMatchObject({
      proposal: {
        certainty: 'likely',
        customerId: 'alfa',
        allocations: [],
        otherwise: 'none',
        reasons: ['number-named', 'amount-equal', 'before-order'],
      },
      why: expect.stringContaining('before the order'),
    });
    expect(await bank.confirm(found.bankLineId)).toMatchObject({ status: 200, body: { unapplied: eur(90) } });
    expect((await order('o-1')).status).toBe('open');
    await api.working(
      api.call(
        `/payments/${found.bankLineId}/allocations`,
        { allocations: [{ orderId: 'o-1', amount: eur(90) }] },
        { as: 'accounting' },
      ),
    );
    expect((await order('o-1')).status).toBe('settled');
  });

  it('whose order was paid meanwhile says why it was not booked (B9)', async () => {
    await place('w-1', 70, 'SO-82121');
    const done = await bank.imported(
      [
        HEADER,
        line('01.03.2027', '01.03.2027', 'SO-82121', '70,00'),
        line('01.03.2027', '01.03.2027', 'SO-82121', '70,00'),
      ],
      { orderIds: ['w-1'] },
    );
    const [left, ...more] = await bank.linesOf(done.importId, 'open');
    expect(more).toEqual([]);
    expect(left.why).toMatch(/open order|Not booked without a person/);
  });

  it('of a payer that the bank calls reverted has nothing to book', async () => {
    const done = await bank.imported([
      HEADER,
      line('01.03.2027', '01.03.2027', 'SO-1', '33,00', 'storniert'),
    ]);
    const [found] = await bank.linesOf(done.importId, 'reverted');
    expect(await bank.confirm(found.bankLineId, { customerId: 'alfa' })).toMatchObject({
      status: 409,
      body: { code: 'bank-line-reverted' },
    });
  });

  it('names its customer by a word that only this customer has (B10)', async () => {
    await addCustomer(api.sql, 'neri', { name: 'Ferramenta Neri' });
    await addCustomer(api.sql, 'verdi', { name: 'Ferramenta Verdi' });
    await place('n-1', 61, 'SO-82131', 'neri');
    const proposals = async (payer: string, day: string) => {
      const done = await bank.imported([
        HEADER,
        line(day, day, 'pagamento', '61,00', 'Umsatz gebucht', payer),
      ]);
      return (await bank.linesOf(done.importId, 'open'))[0].proposal;
    };
    expect(await proposals('FERRAMENTA GIALLI', '01.03.2027')).toMatchObject({ certainty: 'none' });
    expect(await proposals('NERI FERRAMENTA SRL', '28.02.2027')).toMatchObject({
      certainty: 'likely',
      customerId: 'neri',
    });
  });

  it.each([
    ['FT. 15 del 12/01/2027', '15'],
    ['saldo FT. 16 del 12/01/2027', 'FT 16/2027'],
    ['pag. FATT. 17 DEL 12.01.27', '17/27'],
    ['FT88572/2027', '88572/2027'],
    ['RF18 5390 0754 7034', '539007547034'],
  ])('names an invoice as “%s” (B10)', async (text, number) => {
    const orderId = `inv-${number.replace(/\W/g, '')}`;
    await place(orderId, 45, `SO-${orderId}`);
    const orders = [{ orderId, amount: eur(45) }];
    const put = await api.call(
      `/invoices/${orderId}`,
      { number, issuedOn: '2027-03-01', total: eur(45), orders },
      { as: 'accounting', method: 'PUT' },
    );
    expect(put.status).toBeLessThan(300);
    await api.work(orderId);
    await bank.imported([HEADER, line('01.03.2027', '01.03.2027', text, '45,00')], { orderIds: [orderId] });
    expect((await order(orderId)).status).toBe('settled');
  });
});

describe('money that comes back', () => {
  const paid = async (orderId: string, units: number, orderNumber: string) => {
    await place(orderId, units, orderNumber);
    const done = await bank.imported([HEADER, line('01.03.2027', '01.03.2027', orderNumber, `${units},00`)], {
      orderIds: [orderId],
    });
    expect((await order(orderId)).status).toBe('settled');
    return (await bank.linesOf(done.importId, 'booked'))[0].paymentId as string;
  };

  it('as a negative line that names a settled order reverses its payment, on its day and with its fee (B8)', async () => {
    const paymentId = await paid('b-1', 610, 'SO-82201');
    const done = await bank.imported([
      HEADER,
      line('01.03.2027', '01.03.2027', 'INSOLUTO RIBA SO-82201', '-614,50'),
      line('01.03.2027', '01.03.2027', 'Miete', '-610,00'),
    ]);
    expect(done.statement.counts).toMatchObject({ returns: 1, debits: 1, rejected: {} });
    const lines = await bank.list(`importId=${done.importId}`);
    expect(lines).toMatchObject([
      {
        state: 'open',
        direction: 'debit',
        reversal: { paymentId, customerId: 'alfa', fee: eur(4.5), returnedOn: '2027-03-01' },
        proposal: null,
      },
    ]);
    const id = lines[0].bankLineId;
    expect(await bank.confirm(id, { customerId: 'alfa' })).toMatchObject({
      status: 422,
      body: { code: 'validation' },
    });
    expect(await bank.confirm(id)).toMatchObject({ status: 200, body: { paymentId, reversed: eur(610) } });
    expect(await order('b-1')).toMatchObject({ status: 'open', outstanding: eur(614.5) });
    expect(await bank.read(id)).toMatchObject({ state: 'booked', reverses: paymentId });
    expect((await bank.confirm(id)).headers.get('idempotent-replayed')).toBe('true');
    const entries =
      await api.sql`select kind, value_on::text as on from ledger where order_id = 'b-1' and kind in ('reversal', 'return_fee')`;
    expect(new Set(entries.map(({ on }) => on))).toEqual(new Set(['2027-03-01']));
  });

  it('without the word but with number and amount of a payment is proposed too; by a person also without the fee', async () => {
    const paymentId = await paid('b-2', 620, 'SO-82202');
    const done = await bank.imported([HEADER, line('01.03.2027', '01.03.2027', 'SO-82202', '-620,00')]);
    const [found] = await bank.list(`importId=${done.importId}`);
    expect(found.reversal).toMatchObject({ paymentId, fee: null });
    await bank.confirm(found.bankLineId, { reverses: paymentId, fee: 'none' });
    expect(await order('b-2')).toMatchObject({ status: 'open', outstanding: eur(620) });
  });

  it('that fits no payment waits with the reason, and can be ignored or named', async () => {
    const paymentId = await paid('b-3', 630, 'SO-82203');
    const done = await bank.imported([
      HEADER,
      line('01.03.2027', '01.03.2027', 'Rücklastschrift ohne Nummer', '-999,00', 'Umsatz gebucht', ''),
    ]);
    const [found] = await bank.list(`importId=${done.importId}`);
    expect(found).toMatchObject({ returned: 'said by its text', reversal: { paymentId: null } });
    expect(await bank.confirm(found.bankLineId)).toMatchObject({
      status: 422,
      body: { code: 'nothing-proposed' },
    });
    expect((await bank.confirm(found.bankLineId, { reverses: paymentId, fee: eur(10) })).status).toBe(200);
    expect(await order('b-3')).toMatchObject({ outstanding: eur(640) });
  });

  it('for several collections, or credited for them, is divided by a person and remembered (B12)', async () => {
    const collection = (orderId: string, state: string) =>
      api.call(
        `/orders/${orderId}/instalments/1/collection`,
        { state, method: 'riba' },
        { as: 'accounting' },
      );
    for (const [n, units] of [
      [1, 100],
      [2, 200],
      [3, 300],
    ] as const) {
      await place(`c-${n}`, units, `SO-8230${n}`);
      expect((await collection(`c-${n}`, 'presented')).status).toBe(200);
    }
    const credited = await bank.imported([
      HEADER,
      line('01.03.2027', '01.03.2027', 'ACCREDITO RIBA SBF DISTINTA 77', '600,00', 'Umsatz gebucht', ''),
    ]);
    const [into] = await bank.linesOf(credited.importId, 'open');
    const all = [1, 2, 3].map((n) => ({ orderId: `c-${n}`, instalment: 1 }));
    expect(await bank.confirm(into.bankLineId, { collections: all.slice(1) })).toMatchObject({
      status: 422,
      body: { code: 'validation' },
    });
    expect((await bank.confirm(into.bankLineId, { collections: all })).body).toMatchObject({
      state: 'booked',
      why: 'Divided over 3 collections. If one is wrong, correct it at its order.',
    });
    expect((await bank.confirm(into.bankLineId, { collections: all })).status).toBe(200);
    expect(await bank.confirm(into.bankLineId, { collections: all.slice(0, 1) })).toMatchObject({
      status: 409,
    });

    const back = await bank.imported([
      HEADER,
      line('01.03.2027', '01.03.2027', 'RIBA INSOLUTE DISTINTA 77', '-509,00', 'Umsatz gebucht', ''),
    ]);
    const [out] = await bank.list(`importId=${back.importId}`);
    expect((await bank.confirm(out.bankLineId, { collections: all.slice(1) })).status).toBe(200);
    expect(await order('c-2')).toMatchObject({ outstanding: eur(204.5) });
    const states = await Promise.all(
      [1, 2, 3].map(async (n) =>
        (await api.call(`/orders/c-${n}/collections`)).body.items.map(
          ({ state }: { state: string }) => state,
        ),
      ),
    );
    expect(states).toEqual([['credited'], ['unpaid'], ['unpaid']]);
  });

  it('of a RiBa that was only credited is proposed with its fee; its credit is never booked by itself as a payment', async () => {
    await place('z-1', 400, 'SO-82401');
    for (const state of ['presented', 'credited'])
      await api.call('/orders/z-1/instalments/1/collection', { state, method: 'riba' }, { as: 'accounting' });
    const into = await bank.imported(
      [HEADER, line('01.03.2027', '01.03.2027', 'ACCREDITO RIBA SO-82401', '400,00')],
      { orderIds: ['z-1'] },
    );
    expect((await order('z-1')).status).toBe('open');
    expect(await bank.linesOf(into.importId, 'open')).toMatchObject([
      {
        proposal: { certainty: 'likely', reasons: ['number-named', 'amount-equal', 'collection-under-way'] },
      },
    ]);
    const back = await bank.imported([
      HEADER,
      line('01.03.2027', '01.03.2027', 'RIBA INSOLUTA SO-82401', '-404,50', 'Umsatz gebucht', ''),
    ]);
    const [out] = await bank.linesOf(back.importId, 'open');
    expect(out).toMatchObject({
      reversal: { paymentId: null, collections: [{ orderId: 'z-1', instalment: 1 }], fee: eur(4.5) },
    });
    expect((await bank.confirm(out.bankLineId)).body).toMatchObject({ state: 'booked' });
    expect((await bank.confirm(out.bankLineId)).status).toBe(200);
    expect(await order('z-1')).toMatchObject({ status: 'open', outstanding: eur(404.5) });
    const [collection] = (await api.call('/orders/z-1/collections')).body.items;
    expect(collection).toMatchObject({ state: 'unpaid' });
  });
});
