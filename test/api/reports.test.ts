import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;

/**
 * Three orders of rossi: one paid in part five days late, one paid in time, one cancelled after a payment; an order of
 * verdi in three parts. Today is 15 April 2027.
 */
beforeAll(async () => {
  api = await openApi();
  await addCustomer(api.sql, 'verdi', { name: '=Verdi & Figli "Ortofrutta"', vatNumber: '00743110157' });
  const place = (orderId: string, customerId: string, units: number, termsCode: string) =>
    api.call('/orders', {
      orderId,
      customerId,
      total: eur(units),
      termsCode,
      orderNumber: `SO-${orderId}`,
    });
  const on = (day: string) => {
    api.clock.now = `${day}T10:00:00.000Z`;
  };
  const pay = async (orderId: string, paymentId: string, units: number, receivedOn?: string) => {
    await api.ask(orderId, 'payments', { paymentId, amount: eur(units), receivedOn }, { as: 'accounting' });
  };
  on('2027-01-10');
  await place('1', 'rossi', 1_000, 'net30'); // due on 9 February
  await place('2', 'rossi', 500, 'net60'); // due on 11 March
  on('2027-02-01');
  await place('3', 'rossi', 300, 'net30');
  await place('4', 'verdi', 1_000, 'deposit'); // 300, 300, 400 on 1 February, 3 March, 2 April
  on('2027-02-16');
  await pay('1', 'p1', 400, '2027-02-14');
  on('2027-03-01');
  await pay('2', 'p2', 500);
  await pay('3', 'p3', 100);
  await api.ask('3', 'cancel', { reason: 'sent back' });
  on('2027-04-15');
});
afterAll(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
  await api.close();
});

const read = { as: 'read' } as const;
const get = async (path: string) => (await api.call(path, undefined, read)).body;
const table = (text: string): Record<string, string>[] => parse(text, { columns: true });
const refused = async (path: string) => {
  const { status, body } = await api.call(path, undefined, read);
  return [status, body.code, body.errors?.[0].pointer, body.detail];
};

describe('the ageing', () => {
  it('groups what is open by lateness, by instalment, without what is paid or cancelled', async () => {
    const nothing = { notDue: eur(0), '1-30': eur(0), '31-60': eur(0), '61-90': eur(0), over90: eur(0) };
    const { items, totals } = await get('/reports/ageing');
    expect(items).toEqual([
      { customerId: 'rossi', name: 'Officine Rossi S.r.l.', ...nothing, '61-90': eur(600), total: eur(600) },
      {
        customerId: 'verdi',
        name: '=Verdi & Figli "Ortofrutta"',
        ...nothing,
        '1-30': eur(400),
        '31-60': eur(300),
        '61-90': eur(300),
        total: eur(1_000),
      },
    ]);
    expect(totals).toEqual({
      ...nothing,
      '1-30': eur(400),
      '31-60': eur(300),
      '61-90': eur(900),
      total: eur(1_600),
    });
  });

  it('counts what is due on the day itself as not due, and what was due the day before as one day late', async () => {
    const of = async (asOf: string) => (await get(`/reports/ageing?asOf=${asOf}`)).items[0];
    expect(await of('2027-02-09')).toMatchObject({ notDue: eur(1_800), '1-30': eur(0) });
    expect(await of('2027-02-10')).toMatchObject({ notDue: eur(800), '1-30': eur(1_000) });
  });

  it('of a past day is as it was then', async () => {
    expect((await get('/reports/ageing?asOf=2027-01-09')).items).toEqual([]);
    expect((await get('/reports/ageing?asOf=2027-02-15')).totals.total).toEqual(eur(2_800));
    expect((await get('/reports/ageing?asOf=2027-02-16')).totals.total).toEqual(eur(2_400));
    expect((await get('/reports/ageing?asOf=2027-03-01')).totals.total).toEqual(eur(1_600));
  });

  it('adds up to the open balances on every day', async () => {
    for (const asOf of ['2027-01-10', '2027-01-31', '2027-02-01', '2027-02-28', '2027-03-01', '2027-04-15']) {
      const { items, totals } = await get(`/reports/ageing?asOf=${asOf}`);
      const [{ owed } = { owed: 0 }] = await api.sql<{ owed: number }[]>`
        select sum(amount)::bigint as owed from ledger
        where account = 'receivable' and (booked_at at time zone 'Europe/Rome')::date <= ${asOf}`;
      expect(totals.total.amount, asOf).toBe(owed);
      const { total, ...buckets } = totals as Record<string, { amount: number }>;
      expect(Object.values(buckets).reduce((sum, { amount }) => sum + amount, 0)).toBe(total!.amount);
      expect(items.reduce((sum: number, { total }: typeof totals) => sum + total.amount, 0)).toBe(
        total!.amount,
      );
      const cash = await get(`/reports/expected-cash?asOf=${asOf}`);
      expect(cash.total).toEqual(total);
    }
  });

  it('is a CSV file on request, in which no name is a formula', async () => {
    const asked = await api.call('/reports/ageing', undefined, { ...read, headers: { accept: 'text/csv' } });
    expect(asked.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(asked.headers.get('content-disposition')).toBe('attachment; filename="ageing-2027-04-15.csv"');
    expect(table(asked.body)[1]).toEqual({
      customerId: 'verdi',
      name: `'=Verdi & Figli "Ortofrutta"`,
      notDue: '0.00',
      '1-30': '400.00',
      '31-60': '300.00',
      '61-90': '300.00',
      over90: '0.00',
      total: '1000.00',
      currency: 'EUR',
      asOf: '2027-04-15',
    });
    expect(await get('/reports/ageing?format=csv')).toBe(asked.body);
  });

  it('in a currency without orders is empty', async () => {
    expect(await get('/reports/ageing?currency=JPY')).toMatchObject({ currency: 'JPY', items: [] });
  });
});

it('expected cash is grouped by the ISO week of the due days, with everything overdue in one sum', async () => {
  expect(await get('/reports/expected-cash?asOf=2027-02-16')).toEqual({
    asOf: '2027-02-16',
    currency: 'EUR',
    overdue: eur(900),
    weeks: [
      { week: '2027-W09', from: '2027-03-01', to: '2027-03-07', amount: eur(600) },
      { week: '2027-W10', from: '2027-03-08', to: '2027-03-14', amount: eur(500) },
      { week: '2027-W13', from: '2027-03-29', to: '2027-04-04', amount: eur(400) },
    ],
    provisional: eur(0),
    total: eur(2_400),
  });
  expect(
    table(await get('/reports/expected-cash?asOf=2027-02-16&format=csv')).map(({ week }) => week),
  ).toEqual(['overdue', '2027-W09', '2027-W10', '2027-W13', 'provisional']);
});

it('the days sales outstanding are receivables divided by the sales of the period, less cancellations', async () => {
  expect(await get('/reports/dso?days=120')).toEqual({
    asOf: '2027-04-15',
    currency: 'EUR',
    from: '2026-12-17',
    days: 120,
    dso: 76.8,
    receivables: eur(1_600),
    sales: eur(2_500),
  });
  expect(await get('/reports/dso?asOf=2027-02-15&days=10')).toMatchObject({
    dso: null,
    receivables: eur(2_800),
    sales: eur(0),
  });
  expect(table(await get('/reports/dso?days=120&format=csv'))).toMatchObject([
    { dso: '76.8', sales: '2500.00' },
  ]);
});

it('average days late are weighted by the amounts, from the day on which money was received', async () => {
  const { items, overall } = await get('/reports/average-days-late');
  expect(items).toEqual([
    { customerId: 'rossi', name: 'Officine Rossi S.r.l.', paid: eur(900), averageDaysLate: 2.2 },
  ]);
  expect(overall).toEqual({ paid: eur(900), averageDaysLate: 2.2 });
  expect(await get('/reports/average-days-late?asOf=2027-02-13')).toMatchObject({ items: [], overall: null });
  expect(await get('/reports/average-days-late?asOf=2027-02-14&days=1')).toMatchObject({
    overall: { paid: eur(400), averageDaysLate: 5 },
  });
  expect(table(await get('/reports/average-days-late?format=csv'))).toMatchObject([
    { customerId: 'rossi', averageDaysLate: '2.2' },
  ]);
});

/** An order of verdi of 50 EUR, paid by a payment of the same id. */
const placePaid = async (orderId: string) => {
  await api.call('/orders', { orderId, customerId: 'verdi', total: eur(50), termsCode: 'net30' });
  await api.ask(orderId, 'payments', { paymentId: orderId, amount: eur(50) });
};
const takeBack = (paymentId: string) => api.call(`/payments/${paymentId}/reverse`, { reason: 'bounced' });
const cancel = (orderId: string) => api.ask(orderId, 'cancel', { reason: 'done' });

it('a reversed payment does not count as paid', async () => {
  await placePaid('5');
  const paid = async () => (await get('/reports/average-days-late?days=1')).overall?.paid ?? null;
  expect(await paid()).toEqual(eur(50));
  await takeBack('5');
  expect(await paid()).toBeNull();
  expect((await get('/reports/ageing')).totals.notDue).toEqual(eur(50));
  await cancel('5');
});

describe('a statement', () => {
  it('has every entry in the sequence of booking, with the balance before and after', async () => {
    const statement = await get('/customers/rossi/statement?from=2027-02-01&to=2027-03-01');
    expect(statement).toMatchObject({
      openingBalance: eur(1_500),
      closingBalance: eur(500),
      outstanding: eur(600),
      overdue: eur(600),
      unapplied: eur(100),
      asOf: '2027-03-01',
    });
    expect(
      statement.lines.map((line: typeof statement) => [
        line.bookedOn,
        line.valueOn,
        line.document,
        line.kind,
        line.debit.amount,
        line.credit.amount,
        line.balance.amount,
      ]),
    ).toEqual([
      ['2027-02-01', '2027-02-01', 'SO-3', 'charge', 30_000, 0, 180_000],
      ['2027-02-16', '2027-02-14', 'SO-1', 'payment', 0, 40_000, 140_000],
      ['2027-03-01', '2027-03-01', 'SO-2', 'payment', 0, 50_000, 90_000],
      ['2027-03-01', '2027-03-01', 'SO-3', 'payment', 0, 10_000, 80_000],
      ['2027-03-01', '2027-03-01', 'SO-3', 'cancellation', 0, 30_000, 50_000],
      ['2027-03-01', '2027-03-01', 'SO-3', 'allocation', 10_000, 0, 60_000],
      ['2027-03-01', '2027-03-01', 'SO-3', 'allocation', 0, 10_000, 50_000],
    ]);
    expect(statement.openItems).toEqual([
      {
        document: 'SO-1',
        orderId: '1',
        instalment: 1,
        dueOn: '2027-02-09',
        daysLate: 20,
        amount: eur(1_000),
        outstanding: eur(600),
      },
    ]);
  });

  it('closes with what is open less the credit held, and opens where the previous one closed', async () => {
    let closing = eur(0);
    for (const [from, to] of [
      ['2020-01-01', '2027-01-10'],
      ['2027-01-11', '2027-02-16'],
      ['2027-02-17', '2027-03-01'],
      ['2027-03-02', '2999-12-31'],
    ]) {
      const statement = await get(`/customers/rossi/statement?from=${from}&to=${to}`);
      expect(statement.openingBalance).toEqual(closing);
      closing = statement.closingBalance;
      expect(closing.amount).toBe(statement.outstanding.amount - statement.unapplied.amount);
    }
    expect(closing).toEqual(eur(500));
  });

  it('covers this year until today by default, and counts lateness by today if it ends later', async () => {
    expect(await get('/customers/rossi/statement')).toMatchObject({
      from: '2027-01-01',
      to: '2027-04-15',
      currency: 'EUR',
      openItems: [{ daysLate: 65 }],
    });
    expect(await get('/customers/rossi/statement?to=2027-12-31')).toMatchObject({
      asOf: '2027-04-15',
      openItems: [{ daysLate: 65 }],
    });
  });

  it('is a CSV file between its balances', async () => {
    const rows = table(await get('/customers/rossi/statement?from=2027-02-01&to=2027-02-28&format=csv'));
    expect(rows.map(({ kind, debit, credit, balance }) => [kind, debit, credit, balance])).toEqual([
      ['opening', '', '', '1500.00'],
      ['charge', '300.00', '0.00', '1800.00'],
      ['payment', '0.00', '400.00', '1400.00'],
      ['closing', '', '', '1400.00'],
    ]);
  });

  it('is a PDF file', async () => {
    for (const [path, accept] of [
      ['', 'application/pdf'],
      ['?format=pdf', '*/*'],
    ]) {
      const headers = { accept: accept! };
      const pdf = await api.call(`/customers/verdi/statement${path}`, undefined, { ...read, headers });
      expect(pdf.headers.get('content-type')).toBe('application/pdf');
      expect(pdf.headers.get('content-disposition')).toBe(
        'attachment; filename="statement-verdi-2027-04-15.pdf"',
      );
      expect(pdf.body).toMatch(/^%PDF-1\.7[\s\S]*%%EOF\s*$/);
    }
  });

  it('says that a due date is provisional, and that instalment is not late', async () => {
    const { sql } = api;
    await sql`update instalments set due_at = null where order_id = '1'`;
    expect(await get('/customers/rossi/statement')).toMatchObject({
      overdue: eur(0),
      openItems: [{ dueOn: null, daysLate: 0, outstanding: eur(600) }],
    });
    expect((await get('/reports/ageing')).items[0].notDue).toEqual(eur(600));
    expect(await get('/reports/expected-cash')).toMatchObject({ provisional: eur(600), overdue: eur(1_000) });
    expect((await get('/reports/average-days-late')).overall).toEqual({
      paid: eur(500),
      averageDaysLate: 0,
    });
    await sql`update instalments set due_at = '2027-02-09T23:00:00Z' where order_id = '1'`;
  });

  it('names an order by its invoice if it has exactly one', async () => {
    const invoice = (id: string, number: string, units: number) =>
      api.call(
        `/invoices/${id}`,
        { number, issuedOn: '2027-04-15', total: eur(units), orders: [{ orderId: '1', amount: eur(units) }] },
        { as: 'accounting', method: 'PUT' },
      );
    await invoice('i-1', 'F 12', 900);
    await api.work('1');
    const { openItems, lines } = await get('/customers/rossi/statement');
    expect(openItems[0].document).toBe('F 12');
    expect(lines[0]).toMatchObject({ orderId: '1', document: 'F 12' });
    await invoice('i-2', 'F 13', 100);
    await api.work('1');
    expect((await get('/customers/rossi/statement')).openItems[0].document).toBe('SO-1');
  });
});

/** Balances by name, added up as an accountant would. */
const sums = (rows: readonly Record<string, string>[], name: (row: Record<string, string>) => string) => {
  const found = new Map<string, number>();
  for (const row of rows) found.set(name(row), (found.get(name(row)) ?? 0) + Number(row.amountMinor));
  return found;
};

describe('the export', () => {
  it('allows an accountant to rebuild every balance', async () => {
    await placePaid('bounced');
    await takeBack('bounced');
    await cancel('bounced');
    const rows = table(await get('/ledger/export'));
    const owed = rows.filter(({ account }) => account === 'receivable');
    const orders = sums(owed, ({ orderId }) => orderId!);
    const instalments = sums(owed, ({ orderId, instalment }) => `${orderId}/${instalment}`);
    const customers = sums(owed, ({ customerId }) => customerId!);
    const held = sums(
      rows.filter(({ account }) => account === 'unapplied'),
      ({ customerId }) => customerId!,
    );
    const { sql } = api;
    const stored = await sql<{ id: string; outstanding: number }[]>`select id, outstanding from orders`;
    expect(stored.map(({ id }) => id)).toEqual(expect.arrayContaining(['1', '2', '3', '4', 'bounced']));
    for (const { id, outstanding } of stored) expect(orders.get(id), id).toBe(outstanding);
    const parts = await sql<{ place: string; outstanding: number }[]>`
      select order_id || '/' || number as place, outstanding from instalments`;
    for (const { place, outstanding } of parts) expect(instalments.get(place), place).toBe(outstanding);
    for (const customerId of ['rossi', 'verdi']) {
      const { credit } = await get(`/customers/${customerId}`);
      expect(customers.get(customerId)).toBe(credit.exposure.amount);
      expect(held.get(customerId) ?? 0).toBe(credit.unapplied.amount);
    }
    expect(held.get('rossi')).toBe(10_000);
    for (const { amount, amountMinor } of rows) expect(Number(amount)).toBe(Number(amountMinor) / 100);
  });

  it('says what each entry belongs to, in both formats', async () => {
    const query = 'from=2027-02-16&to=2027-02-16';
    const { body, headers } = await api.call(`/ledger/export?${query}&format=jsonl`, undefined, read);
    expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const [line, ...more] = body.trim().split('\n');
    expect(more).toEqual([]);
    expect(JSON.parse(line)).toEqual({
      entryId: expect.any(Number),
      entryKey: 'payment/p1/1',
      bookedAt: '2027-02-16T10:00:00.000Z',
      bookedOn: '2027-02-16',
      valueOn: '2027-02-14',
      customerId: 'rossi',
      customerName: 'Officine Rossi S.r.l.',
      vatNumber: 'IT12345670488',
      orderId: '1',
      orderNumber: 'SO-1',
      instalment: 1,
      account: 'receivable',
      kind: 'payment',
      part: 'principal',
      causeKind: 'payment',
      causeId: 'p1',
      amountMinor: -40_000,
      amount: '-400.00',
      currency: 'EUR',
      paymentId: 'p1',
      reverses: null,
      commandId: expect.any(String),
      actor: expect.stringMatching(/^key:/),
    });
    const [row] = table(await get(`/ledger/export?${query}`));
    expect(row).toMatchObject({ amount: '-400.00', paymentId: 'p1', reverses: '' });
  });

  it('of an empty period has only the header, and adjacent periods have each entry once', async () => {
    expect(table(await get('/ledger/export?to=2026-12-31'))).toEqual([]);
    expect(await get('/ledger/export?to=2026-12-31')).toMatch(/^entryId,entryKey,[^\n]+\n$/);
    expect(await get('/ledger/export?to=2026-12-31&format=jsonl')).toBe('');
    const ids = async (period: string) =>
      table(await get(`/ledger/export?${period}`)).map(({ entryId }) => entryId);
    expect([...(await ids('to=2027-02-15')), ...(await ids('from=2027-02-16'))]).toEqual(await ids(''));
  });
});

describe('bad input', () => {
  const days = 'Too big: expected number to be <=3653';
  it.each([
    ['/customers/rossi/statement?from=2027-03-02&to=2027-03-01', 'from', 'before it begins'],
    ['/customers/rossi/statement?from=2028-01-01', 'from', 'before it begins'],
    ['/customers/rossi/statement?from=2027-02-30', 'from', 'Give a day as YYYY-MM-DD'],
    ['/customers/rossi/statement?currency=EURO', 'currency', 'a currency code of ISO 4217'],
    ['/customers/rossi/statement?format=xlsx', 'format', 'json, csv, pdf'],
    ['/customers/rossi/statement?page=2', 'page', 'This field is unknown'],
    ['/reports/ageing?currency=XXQ', 'currency', 'a currency code of ISO 4217'],
    ['/reports/ageing?asOf=2027-04-16', 'asOf', 'in the future: today is 2027-04-15'],
    ['/reports/ageing?format=pdf', 'format', 'json, csv'],
    ['/reports/dso?days=0', 'days', 'expected number to be >=1'],
    ['/reports/average-days-late?days=3654', 'days', days],
    ['/reports/average-days-late?days=-3', 'days', 'Give a whole number'],
    ['/ledger/export?from=2027-03-02&to=2027-03-01', 'from', 'before it begins'],
    ['/ledger/export?format=json', 'format', 'csv, jsonl'],
    ['/ledger/export?format=csv&format=jsonl', 'format', 'csv, jsonl'],
  ])('%s is refused for its %s: %s', async (path, pointer, detail) => {
    expect(await refused(path)).toEqual([422, 'validation', pointer, expect.stringContaining(detail)]);
  });

  it('an unknown customer has no statement', async () => {
    expect(await refused('/customers/nobody/statement')).toEqual([
      404,
      'customer-not-found',
      undefined,
      expect.stringContaining('nobody'),
    ]);
  });

  it('an `Accept` header with an unavailable format gets the default format', async () => {
    const answer = await api.call('/reports/ageing', undefined, {
      ...read,
      headers: { accept: 'image/png' },
    });
    expect(answer.body).toHaveProperty('totals');
  });
});
