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

const place = async (
  orderId: string,
  units: number,
  orderNumber: string,
  customerId = 'alfa',
  currency = 'EUR',
) => {
  const total = { amount: units * 100, currency };
  const placed = await api.call('/orders', { orderId, orderNumber, customerId, total });
  expect([placed.status, placed.body.detail]).toEqual([201, undefined]);
};
const order = async (id: string) => (await api.call(`/orders/${id}`)).body;
const HEADER = 'Data valuta;Importo;Causale;Ordinante';

describe('the analysis of a bank’s file', () => {
  it('says how it would be read, and keeps nothing', async () => {
    const before =
      await api.sql`select (select count(*) from imports) + (select count(*) from bank_lines) as n`;
    const file = [
      'Conto;IT60X0542811101000000123456;;',
      '',
      HEADER,
      '01/03/2027;1.220,00;SO-1;ALFA',
      '01/03/2027;-3,00;Spese;',
      'domani;1,00;x;',
    ].join('\r\n');
    const { status, body } = await bank.analyse(file);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ format: 'csv', encoding: 'utf-8', separator: ';', headerLine: 3, sure: true, questions: [] },
      account: 'IT60X0542811101000000123456',
      mapping: {
        date: 'Data valuta',
        amount: 'Importo',
        reference: ['Causale'],
        payer: 'Ordinante',
        dateFormat: 'dd/MM/yyyy',
        decimal: ',',
        headerLine: 3,
      },
      counts: { credits: 1, debits: 1, rejected: { 'not-a-day': 1 } },
      bookedThrough: { IT60X0542811101000000123456: '2027-03-01' },
    });
    expect(body.reasons).toContainEqual({ parameter: 'amount', column: 'Importo', reason: 'by its name' });
    expect(body.lines).toMatchObject([
      { line: 4, read: { valueOn: '2027-03-01', amount: eur(1_220), direction: 'credit', payer: 'ALFA' } },
      { line: 5, read: { direction: 'debit' } },
      {
        line: 6,
        read: null,
        left: 'not-a-day',
        detail: 'Data valuta: This is not a day. Write it as dd/MM/yyyy.',
      },
    ]);
    const after =
      await api.sql`select (select count(*) from imports) + (select count(*) from bank_lines) as n`;
    expect(after).toEqual(before);
  });

  it('gives a mapping that can be sent back: the file is read in the same way', async () => {
    const file = ['Quando;Quanto;Cosa;Chi', '01/03/2027;7,00;SO-1;ALFA', '28/02/2027;8,00;SO-2;BETA'].join(
      '\n',
    );
    const { body } = await bank.analyse(file);
    const { reference, ...rest } = body.mapping;
    const query = new URLSearchParams(Object.entries(rest).map(([key, value]) => [key, String(value)]));
    for (const column of reference) query.append('reference', column);
    const again = await api.send(`/v1/payments/import/analyse?${query}`, file, {
      as: 'accounting',
      headers: { 'content-type': 'text/csv' },
    });
    expect(again.body).toMatchObject({ sure: true, mapping: body.mapping, lines: body.lines });
  });

  it('is asked for where the file does not say how it is to be read, and nothing is kept (mapping-needed)', async () => {
    const file = [
      'Data;Lordo;Importo;Causale',
      '01/03/2027;10,00;9,00;SO-1',
      '01/03/2027;20,00;18,00;SO-2',
    ].join('\n');
    const refused = await bank.send(file);
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'mapping-needed', analysis: { sure: false, questions: [{ parameter: 'amount' }] } },
    });
    expect(refused.body.detail).toContain('"Lordo", "Importo"');
    expect((await bank.send(file, { amount: 'Importo' })).status).toBe(202);
  });

  it('names formats that are not read, columns that are not there, and formats of days that are none', async () => {
    const mt940 = await bank.analyse(':20:START\r\n:25:1/2\r\n:60F:C261119EUR1,00\r\n');
    expect(mt940).toMatchObject({ status: 422, body: { code: 'file-not-readable' } });
    expect(mt940.body.detail).toContain('MT940');
    expect((await bank.analyse(`${HEADER}\n01/03/2027;1,00;a;b`, { payer: 'Chi' })).body.detail).toContain(
      '"Chi"',
    );
    const began = Date.now();
    const evil = await bank.send(`${HEADER}\n${'1'.repeat(41)};1,00;a;b`, {
      dateFormat: 'dMyyyyuSuSuSuSuSuSuSuSuSuSuS',
    });
    expect(evil).toMatchObject({ status: 422, body: { errors: [{ pointer: 'dateFormat' }] } });
    expect(Date.now() - began).toBeLessThan(5_000);
  });
});

describe('a bank’s file without a mapping', () => {
  it('of an Italian bank books what is certain, leaves out what went out, and counts what is no movement', async () => {
    await place('i-1', 1_220, 'SO-81001');
    const done = await bank.imported(
      [
        'Rapporto;IT60X0542811101000000123456;;;;',
        'Data contabile;Data valuta;Causale;Descrizione operazioni;Dare;Avere',
        ';;;SALDO INIZIALE;;10.000,00',
        '01/03/2027;28/02/2027;48;BONIFICO DA ALFA RICAMBI SRL PER SO-81001;;1.220,00',
        '01/03/2027;01/03/2027;26;PAGAMENTO FORNITORE SO-81001;1.220,00;',
        '01/03/2027;01/03/2027;;SALDO FINALE;;10.000,00',
      ],
      { orderIds: ['i-1'] },
    );
    // Received the day before the order was placed: a person decides.
    expect(await order('i-1')).toMatchObject({ status: 'open' });
    expect(done.statement).toMatchObject({
      ...{ format: 'csv', account: 'IT60X0542811101000000123456' },
      counts: { credits: 1, debits: 1, skipped: 2, rejected: {} },
    });
    const [line, ...others] = await bank.list(`importId=${done.importId}`);
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      state: 'open',
      account: 'IT60X0542811101000000123456',
      direction: 'credit',
    });
  });

  it('in dollars pays an order in dollars, never one in euro with the same amount and number (B1)', async () => {
    await place('usd-eur', 1_220, 'SO-81011');
    const limit = { amount: 100_000, currency: 'USD' };
    await api.call('/customers/beta/credit', { limit }, { method: 'PUT' });
    await place('usd-usd', 500, 'SO-81012', 'beta', 'USD');
    const done = await bank.imported(
      [
        'Data;Descrizione;Stato;Divisa;Importo',
        '01/03/2027;SO-81011;Abgeschlossen;USD;1.220,00',
        '01/03/2027;SO-81012;Abgeschlossen;USD;500,00',
      ],
      { orderIds: ['usd-eur', 'usd-usd'] },
    );
    expect([(await order('usd-eur')).status, (await order('usd-usd')).status]).toEqual(['open', 'settled']);
    expect(await bank.linesOf(done.importId, 'open')).toMatchObject([
      { amount: { amount: 122_000, currency: 'USD' }, proposal: { certainty: 'none' } },
    ]);
  });

  it('in CAMT.053 is imported like any other; its payer’s account is remembered for the next line', async () => {
    await place('c-1', 300, 'SO-81021');
    await place('c-2', 410, 'SO-81022');
    const statement = (
      reference: string,
      amount: string,
      ref: string,
    ) => `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Acct><Id><IBAN>IT60X0542811101000000123456</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2027-03-01</Dt></BookgDt><AcctSvcrRef>${ref}</AcctSvcrRef>
<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Holding Sette</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>${reference}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>`;
    await bank.imported(statement('SO-81021', '300.00', 'REF-1'), { orderIds: ['c-1'] });
    expect((await order('c-1')).status).toBe('settled');
    const next = await bank.imported(statement('grazie', '410.00', 'REF-2'));
    const [line] = await bank.linesOf(next.importId, 'open');
    expect(line).toMatchObject({
      payerIban: 'DE89370400440532013000',
      proposal: { certainty: 'likely', customerId: 'alfa', reasons: ['amount-equal', 'iban-known'] },
    });
    await place('c-3', 99, 'SO-81023', 'beta');
    const other = await bank.imported(statement('SO-81023', '99.00', 'REF-3'), { orderIds: ['c-3'] });
    // The number is Beta's, the account is Alfa's: a person decides.
    expect((await order('c-3')).status).toBe('open');
    expect(await bank.linesOf(other.importId, 'open')).toMatchObject([
      {
        proposal: {
          certainty: 'likely',
          customerId: 'beta',
          reasons: ['number-named', 'amount-equal', 'iban-of-another'],
        },
      },
    ]);
  });

  it('may have no line at all: the account is then booked through the day of its balance (B11)', async () => {
    const empty = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2027-02-26</Dt></Dt></Bal></Stmt></BkToCstmrStmt></Document>`;
    const through = async () =>
      (await api.call('/bank-accounts', undefined, { as: 'read' })).body.items.find(
        ({ iban }: { iban: string }) => iban === 'DE02120300000000202051',
      )?.bookedThrough;
    expect(await bank.imported(empty)).toMatchObject({ lines: 0, created: 0, state: 'done' });
    expect(await through()).toBe('2027-02-26');
    // A file that is uploaded later and ends earlier changes nothing.
    await bank.imported(empty.replace('2027-02-26', '2027-02-24'));
    expect(await through()).toBe('2027-02-26');
    await bank.imported(['IBAN;DE02120300000000202051;;', HEADER, '28/02/2027;1,11;x;y']);
    expect(await through()).toBe('2027-02-28');
  });
});
