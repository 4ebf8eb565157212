import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Money } from '../../src/kernel/money.ts';
import { applyImport } from '../../src/modules/imports/apply-import.ts';
import { getImport } from '../../src/modules/imports/tables.ts';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { importAppliers } from '../../src/registry.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { bankFiles } from './bank-file.ts';
import { type Answer, useApi } from './harness.ts';

const api = useApi();
beforeAll(async () => {
  await addCustomer(api.sql, 'bruni', { name: 'Bruni & C. S.p.A.' });
  for (const id of ['rossi', 'bruni'])
    await api.call(`/customers/${id}/credit`, { limit: eur(1_000_000) }, { method: 'PUT' });
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const accounting = { as: 'accounting' } as const;
const italian = new URLSearchParams({
  date: 'Data valuta',
  amount: 'Importo',
  reference: 'Causale',
  payer: 'Ordinante',
  dateFormat: 'dd/MM/yyyy',
  decimal: ',',
});
const HEADER = 'Data valuta;Importo;Causale;Ordinante;Saldo';
const asked = (query: Record<string, string>) => ({ ...Object.fromEntries(italian), ...query });
const send = (lines: readonly string[], query: Record<string, string> = {}, header = HEADER) =>
  bankFiles(api).send([header, ...lines].join('\n'), asked(query));
const imported = (
  lines: readonly string[],
  orderIds: readonly string[] = [],
  query: Record<string, string> = {},
  header = HEADER,
) => bankFiles(api).imported([header, ...lines], { orderIds, query: asked(query) });
const place = async (orderId: string, units: number, orderNumber: string, customerId = 'rossi') =>
  expect(await api.call('/orders', { orderId, orderNumber, customerId, total: eur(units) })).toMatchObject({
    status: 201,
  });
type Line = { reference: string; payer: string };
const pool = async () => (await api.call('/bank-lines?state=open', undefined, { as: 'read' })).body.items;
const order = async (id: string) => (await api.call(`/orders/${id}`)).body;

describe('a bank’s file', () => {
  it('books what is certain, and keeps the rest in the pool with what it probably pays', async () => {
    await addCustomer(api.sql, 'gialli', { name: 'Ferramenta Gialli S.r.l.' });
    await place('a-1', 1_220, 'SO-77001', 'gialli');
    await place('a-2', 300, 'SO-77002', 'gialli');
    const done = await imported(
      [
        '01/03/2027;1.220,00;Bonifico saldo SO 77001;FERRAMENTA GIALLI SRL;9.999,00',
        '28/02/2027;250,00;acconto SO-77002;FERRAMENTA GIALLI SRL;8.779,00',
        '01/03/2027;12,34;interessi;LA BANCA;8.791,34',
      ],
      ['a-1', 'a-2'],
    );
    expect(done).toMatchObject({ kind: 'payments', state: 'done', created: 3, rejected: 0 });
    // an order is not paid before it was placed: 28 February is left to a person
    expect(await order('a-1')).toMatchObject({ status: 'settled' });
    expect(await order('a-2')).toMatchObject({ status: 'open', outstanding: eur(300) });
    const waiting = (await pool()).filter((line: { importId: string }) => line.importId === done.importId);
    expect(
      waiting.map(({ reference, proposal }: never) => [
        reference,
        (proposal as { certainty: string }).certainty,
      ]),
    ).toEqual([
      ['interessi', 'none'],
      ['acconto SO-77002', 'likely'],
    ]);
    const payments = (await api.call('/payments?customerId=gialli')).body.items;
    expect(payments).toMatchObject([
      { amount: eur(1_220), receivedOn: '2027-03-01', method: 'bank-transfer' },
    ]);
  });

  it('reads no day as a number, and shares a part payment over the earliest due first', async () => {
    await addCustomer(api.sql, 'alfa', { name: 'Alfa Ricambi S.r.l.' });
    await addCustomer(api.sql, 'anni', { name: 'Duemila S.r.l.' });
    await place('year', 700, '2026', 'anni');
    await place('j-later', 500, 'J-77902', 'alfa');
    await place('j-first', 500, 'J-77901', 'alfa');
    await api.ask('j-later', 'extend', { dueOn: '2027-06-30', reason: 'agreed' });
    const done = await imported([
      '01/03/2027;488,12;Saldo ns. ordine del 12/11/2026;ALFA RICAMBI SRL;1',
      '01/03/2027;600,00;Acconto J-77902 e J-77901, novembre 2026;ALFA RICAMBI SRL;2',
    ]);
    const lines = (await pool()).filter((line: { importId: string }) => line.importId === done.importId);
    const [part, whole] = lines.map(({ proposal }: Answer['body']) => proposal);
    expect(whole).toMatchObject({ certainty: 'none' });
    expect(part).toMatchObject({
      certainty: 'likely',
      customerId: 'alfa',
      allocations: [
        { orderId: 'j-first', amount: eur(500) },
        { orderId: 'j-later', amount: eur(100) },
      ],
    });
  });

  it('books nothing twice: the same file or an overlapping one adds nothing', async () => {
    await place('b-1', 500, 'SO-77101');
    const first = '01/03/2027;500,00;SO-77101;OFFICINE ROSSI SRL;1';
    await imported([first], ['b-1']);
    const again = await send([first]);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    await place('b-2', 500, 'SO-77102');
    const overlapping = await imported([first, '01/03/2027;500,00;SO-77102;OFFICINE ROSSI SRL;2'], ['b-2']);
    expect(overlapping).toMatchObject({ created: 1, unchanged: 1 });
    expect((await order('b-2')).status).toBe('settled');
    const [row] =
      await api.sql`select count(*)::int as n from payments where reference in ('SO-77101', 'SO-77102')`;
    expect(row!.n).toBe(2);
  });

  it('with two equal lines makes two payments; the second has nothing to pay and waits', async () => {
    await place('c-1', 40, 'SO-77201');
    const twice = '01/03/2027;40,00;SO-77201;OFFICINE ROSSI SRL;1';
    expect(await imported([twice, twice], ['c-1'])).toMatchObject({ created: 2 });
    expect((await order('c-1')).status).toBe('settled');
    expect(
      (await pool()).filter(({ reference }: { reference: string }) => reference === 'SO-77201'),
    ).toMatchObject([{ proposal: { certainty: 'none' } }]);
  });

  it('matches an invoice over several orders by its number', async () => {
    await place('d-1', 100, 'SO-77301', 'bruni');
    await place('d-2', 50, 'SO-77302', 'bruni');
    const parts = [
      { orderId: 'd-1', amount: eur(100) },
      { orderId: 'd-2', amount: eur(50) },
    ];
    const invoice = { number: 'FT 9/2027', issuedOn: '2027-03-01', total: eur(150), orders: parts };
    await api.call('/invoices/inv-9', invoice, { ...accounting, method: 'PUT' });
    for (const orderId of ['d-1', 'd-2']) await api.work(orderId);
    await imported(['01/03/2027;150,00;ft. 9 2027;BRUNI;1'], ['d-1', 'd-2']);
    expect([(await order('d-1')).status, (await order('d-2')).status]).toEqual(['settled', 'settled']);
  });

  it('pays an order through all of its invoices that are named', async () => {
    await place('n-1', 100, 'SO-77651', 'bruni');
    for (const [number, units] of [
      ['FT 10/2027', 60],
      ['FT 11/2027', 40],
    ] as const) {
      const orders = [{ orderId: 'n-1', amount: eur(units) }];
      const invoice = { number, issuedOn: '2027-03-01', total: eur(units), orders };
      const put = await api.call(`/invoices/inv-${units}`, invoice, { ...accounting, method: 'PUT' });
      expect(put.status).toBeLessThan(300);
      await api.work('n-1');
    }
    await imported(['01/03/2027;100,00;FT 10/2027 + FT 11/2027;BRUNI;1'], ['n-1']);
    expect((await order('n-1')).status).toBe('settled');
  });

  it('read with another mapping books nothing twice, and lines in the pool are as they were last read', async () => {
    await place('m-1', 50, 'SO-77601');
    const lines = [
      '01/03/2027;25,00;acconto SO-77601;ROSSI;1',
      '01/03/2027;25,00;acconto SO-77601;ROSSI;1',
      '01/03/2027;3,21;noch nichts;ROSSI;2',
    ];
    expect(await imported(lines)).toMatchObject({ created: 3 });
    const first = (await pool()).find(({ reference }: Line) => reference === 'acconto SO-77601');
    await api.working(api.call(`/bank-lines/${first.bankLineId}/confirm`, {}, accounting));
    expect((await order('m-1')).outstanding).toEqual(eur(25));
    for (const [column, counts] of [
      ['Saldo', { created: 0, updated: 2, unchanged: 1 }],
      ['Ordinante', { created: 0, updated: 2, unchanged: 1 }],
    ] as const)
      expect(await imported(lines, [], { payer: column, book: 'none' })).toMatchObject(counts);
    const otherwise = await imported([...lines, '01/03/2027;3,22;neu;ROSSI;2'], [], {
      payer: 'Causale',
      reference: 'Ordinante',
      book: 'none',
    });
    expect(otherwise).toMatchObject({ created: 1, updated: 2, unchanged: 1 });
    const inPool = (await pool()).filter(({ payer }: Line) => payer === 'noch nichts');
    expect(inPool).toMatchObject([{ reference: 'ROSSI', amount: eur(3.21) }]);
    const booked = (await api.call(`/bank-lines/${first.bankLineId}`)).body;
    expect(booked).toMatchObject({ state: 'booked', reference: 'acconto SO-77601', payer: 'ROSSI' });
  });

  it('recognises lines by their content if the rest of the row changed, or if they are older than ids made of the row', async () => {
    const balances = (...all: number[]) => all.map((balance) => `01/03/2027;9,87;saldo;NERI;${balance}`);
    expect(await imported(balances(1))).toMatchObject({ created: 1 });
    expect(await imported(balances(2, 1, 3))).toMatchObject({ created: 2, unchanged: 1 });
    expect(await imported(balances(4, 5, 6, 7))).toMatchObject({ created: 1, unchanged: 3 });

    const [row] = await api.sql`select import_id from bank_lines limit 1`;
    await api.sql`
      insert into bank_lines (id, import_id, booked_on, value_on, amount, currency, direction, status, reference, payer, created_at)
      select 'bank_before' || n, ${row!.importId}, '2027-02-27', '2027-02-27', 987, 'EUR', 'credit', 'booked', 'prima', 'NERI', ${api.clock.now} from generate_series(1, 2) n`;
    const before = '27/02/2027;9,87;prima;NERI;1';
    expect(await imported([before, before])).toMatchObject({ created: 0, unchanged: 2 });
    const without = new URLSearchParams([...italian].filter(([name]) => name !== 'payer'));
    const { body } = await api.send(
      `/v1/payments/import?${without}`,
      [HEADER, before, before, before].join('\n'),
      {
        ...accounting,
        headers: { 'content-type': 'text/csv' },
      },
    );
    await applyImport(api.sql, body.importId, { appliers: importAppliers, now: api.clock.now });
    const outcomes = { created: 1, updated: 2 };
    expect(await getImport(api.sql, body.importId)).toMatchObject({ outcomes });
  });

  it('is not visible to a store', async () => {
    const { importId } = await imported(['01/03/2027;1,23;nobody;x;1']);
    const store = { as: 'storefront' } as const;
    expect((await api.call(`/imports/${importId}`, undefined, store)).status).toBe(404);
    expect((await api.call(`/imports/${importId}/rejected`, undefined, store)).status).toBe(404);
    expect((await api.call('/imports', undefined, store)).body.items).toEqual([]);
  });

  it('books nothing automatically if the sender asks for that', async () => {
    await place('e-1', 60, 'SO-77401');
    const line = '01/03/2027;60,00;SO-77401;x;1';
    await imported([line], ['e-1'], { book: 'none' });
    expect((await order('e-1')).status).toBe('open');
    expect(await imported([line], ['e-1'])).toMatchObject({ created: 0, unchanged: 1 });
    expect((await order('e-1')).status).toBe('settled');
  });

  it('never automatically books again what was ignored or reversed', async () => {
    await place('s-1', 61, 'SO-77411');
    await place('s-2', 62, 'SO-77412');
    const lines = ['01/03/2027;61,00;SO-77411;x;1', '01/03/2027;62,00;SO-77412;x;1'];
    await imported(lines, [], { book: 'none' });
    const [left, back] = await Promise.all(
      ['SO-77411', 'SO-77412'].map(async (sought) =>
        (await pool()).find(({ reference }: Line) => reference === sought),
      ),
    );
    await api.call(`/bank-lines/${left.bankLineId}/ignore`, { reason: 'returned' }, accounting);
    await api.working(api.call(`/bank-lines/${back.bankLineId}/confirm`, {}, accounting));
    await api.working(api.call(`/payments/${back.bankLineId}/reverse`, { reason: 'returned' }, accounting));
    await imported(lines, ['s-1', 's-2']);
    expect([(await order('s-1')).status, (await order('s-2')).status]).toEqual(['open', 'open']);
  });

  it('gets errors that say what is wrong: a missing column, days, amounts, outgoing money', async () => {
    const lacking = await send([], { amount: 'Betrag' });
    expect(lacking.status).toBe(422);
    const wrong = new URLSearchParams(italian);
    wrong.set('amount', 'Betrag');
    const named = await api.send(`/v1/payments/import?${wrong}`, HEADER, {
      ...accounting,
      headers: { 'content-type': 'text/csv' },
    });
    expect(named).toMatchObject({ status: 422, body: { code: 'file-not-readable' } });
    expect(named.body.detail).toContain('"Betrag"');
    expect(named.body.detail).toContain('"Importo"');
    for (const format of ['dd/mm/yyyy', 'dd/yyyy', 'dd/MM', 'dd/MM/yyyy MM', 'D']) {
      const given = new URLSearchParams({
        ...Object.fromEntries(new URLSearchParams(italian)),
        dateFormat: format,
      });
      const refused = await api.send(`/v1/payments/import?${given}`, HEADER, {
        ...accounting,
        headers: { 'content-type': 'text/csv' },
      });
      expect(refused, format).toMatchObject({ status: 422, body: { errors: [{ pointer: 'dateFormat' }] } });
    }
    const done = await imported([
      '2027-03-01;1,00;x;y;1',
      '02/03/2027;1,00;tomorrow;y;1',
      '01/03/2027;1.2,00;x;y;1',
      '01/03/2027;-5,00;fee;y;1',
      '01/03/2027;1,005;x;y;1',
      '31/12/0000;1,00;x;y;1',
      '31/12/1899;1,00;x;y;1',
      '01/03/2027;1,00;fine;y;1',
    ]);
    // Outgoing money is counted apart: it is no mistake in the file.
    const rejected = { 'not-a-day': 1, 'day-in-the-future': 1, 'not-an-amount': 2, 'day-too-early': 2 };
    expect(done).toMatchObject({
      ...{ created: 1, rejected: 6 },
      statement: { counts: { credits: 1, debits: 1, rejected } },
    });
    const { items } = (await api.call(`/imports/${done.importId}/rejected`)).body;
    expect(items.map(({ errors }: { errors: { pointer: string }[] }) => errors[0]!.pointer)).toEqual([
      'Data valuta',
      'Data valuta',
      'Importo',
      'Importo',
      'Data valuta',
      'Data valuta',
    ]);
    expect(items.at(-1).errors).toEqual([
      { pointer: 'Data valuta', detail: 'Give a day from 1900-01-01 on.' },
    ]);
  });

  it('may have columns of any name; only the mapped ones are read', async () => {
    const inherited = await imported(
      ['01/03/2027;4,32;;'],
      [],
      { reference: 'constructor', payer: 'toString' },
      'Data valuta;Importo;constructor;toString',
    );
    expect(inherited).toMatchObject({ state: 'done', created: 1 });
    expect((await pool()).find(({ amount }: never) => (amount as Money).amount === 432)).toMatchObject({
      reference: '',
      payer: '',
    });
    for (const header of ['Data valuta;Importo;Causale;Ordinante;Divisa;Divisa', `${HEADER};`, `${HEADER};;`])
      expect(
        await imported(
          [`01/03/2027;4,33;${header.length};;EUR${';'.repeat(header.split(';').length - 5)}`],
          [],
          {},
          header,
        ),
      ).toMatchObject({ created: 1, rejected: 0 });
    const twice = await send(['01/03/2027;4,34;x;y;z'], {}, 'Data valuta;Importo;Causale;Ordinante;Importo');
    expect(twice).toMatchObject({ status: 422, body: { code: 'file-not-readable' } });
    expect(twice.body.detail).toContain('"Importo" more than once');
  });
});

describe('the pool', () => {
  const waiting = async (reference: string) =>
    (await pool()).find((line: { reference: string }) => line.reference === reference).bankLineId as string;
  const act = async (id: string, what: string, body: object, orderId = 'none') => {
    const asked = api.call(`/bank-lines/${id}/${what}`, body, accounting);
    const done = asked.then(() => true);
    if (orderId !== 'none')
      while (!(await Promise.race([done, new Promise((r) => setTimeout(r, 10, false))])))
        await api.work(orderId);
    return asked;
  };

  it('is worked through: a line is booked as proposed, or for the customer that a person names', async () => {
    await place('p-1', 80, 'SO-77501');
    await imported(['01/03/2027;50,00;SO-77501 acconto;OFFICINE ROSSI;1', '01/03/2027;20,00;grazie;?;2']);
    const booked = await act(await waiting('SO-77501 acconto'), 'confirm', {}, 'p-1');
    expect(booked).toMatchObject({ status: 200, body: { allocated: eur(50), unapplied: eur(0) } });
    expect((await order('p-1')).outstanding).toEqual(eur(30));

    const id = await waiting('grazie');
    expect(await act(id, 'confirm', {})).toMatchObject({ status: 422, body: { code: 'nothing-proposed' } });
    const said = { customerId: 'rossi', allocations: [{ orderId: 'p-1', amount: eur(20) }] };
    expect(await act(id, 'confirm', said, 'p-1')).toMatchObject({
      status: 200,
      body: { allocated: eur(20) },
    });
    const again = await act(id, 'confirm', said);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await act(id, 'confirm', { customerId: 'bruni' })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect(await act(id, 'ignore', { reason: 'no' })).toMatchObject({
      status: 409,
      body: { code: 'bank-line-booked' },
    });
    expect((await api.call(`/bank-lines/${id}`)).body).toMatchObject({
      state: 'booked',
      paymentId: id,
      proposal: null,
    });
  });

  it('books a line once if two people book it for two customers at the same time', async () => {
    await imported(['01/03/2027;33,00;zweimal;?;1']);
    const id = await waiting('zweimal');
    const both = await Promise.all(
      ['rossi', 'bruni'].map((customerId) => act(id, 'confirm', { customerId, allocations: undefined })),
    );
    expect(both.map(({ status }) => status).filter((status) => status === 409)).toHaveLength(1);
    const [row] =
      await api.sql`select count(*)::int as n from ledger where payment_id = ${id} and kind = 'payment'`;
    expect(row!.n).toBe(1);
  });

  it('contains a line again after its payment was reversed, to be booked on another order', async () => {
    await place('r-1', 90, 'SO-77701');
    await place('r-2', 90, 'SO-77702');
    await imported(['01/03/2027;90,00;SO-77701;?;1'], ['r-1']);
    const [line] = (await api.call('/bank-lines?state=booked&limit=200')).body.items.filter(
      ({ reference }: Line) => reference === 'SO-77701',
    );
    const id = line.bankLineId;
    const to = (orderId: string) => ({
      customerId: 'rossi',
      allocations: [{ orderId, amount: eur(90) }],
    });
    const takeBack = (paymentId: string) =>
      api.working(api.call(`/payments/${paymentId}/reverse`, { reason: 'wrong order' }, accounting));
    for (const [round, orderId] of ['r-2', 'r-1', 'r-2'].entries()) {
      expect((await takeBack(round === 0 ? id : `${id}:${round}`)).status).toBe(200);
      expect(await waiting('SO-77701')).toBe(id);
      const booked = await act(id, 'confirm', to(orderId), orderId);
      expect(booked).toMatchObject({
        status: 200,
        body: { paymentId: `${id}:${round + 1}`, allocated: eur(90) },
      });
      expect((await order(orderId)).status).toBe('settled');
      const again = await act(id, 'confirm', {});
      expect(again.body.paymentId).toBe(`${id}:${round + 1}`);
      expect((await act(id, 'confirm', { customerId: 'bruni' })).status).toBe(409);
    }
    expect((await api.call(`/bank-lines/${id}`)).body).toMatchObject({
      state: 'booked',
      paymentId: `${id}:3`,
    });
    expect((await takeBack(`${id}:3`)).status).toBe(200);
    expect(await act(id, 'ignore', { reason: 'the bank took it back' })).toMatchObject({ status: 200 });
  });

  it('accepts only one of booking and ignoring a line at the same time', async () => {
    const lines = Array.from({ length: 8 }, (_, n) => `01/03/2027;${n + 1},11;entweder ${n};?;1`);
    await imported(lines);
    for (const [n] of lines.entries()) {
      const id = await waiting(`entweder ${n}`);
      const both = await Promise.all([
        act(id, 'confirm', { customerId: 'bruni' }),
        act(id, 'ignore', { reason: 'no customer’s' }),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    }
  });

  it('drops a line that is not a customer’s payment, and does not book it any more', async () => {
    await imported(['01/03/2027;7,00;rimborso spese;LA BANCA;1']);
    const id = await waiting('rimborso spese');
    expect(await act(id, 'ignore', { reason: 'a refund of the bank' })).toMatchObject({
      status: 200,
      body: { state: 'ignored', ignored: { reason: 'a refund of the bank' } },
    });
    expect(await act(id, 'confirm', { customerId: 'rossi' })).toMatchObject({
      status: 409,
      body: { code: 'bank-line-ignored' },
    });
    expect((await pool()).some(({ bankLineId }: { bankLineId: string }) => bankLineId === id)).toBe(false);
  });
});
