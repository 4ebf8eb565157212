import { expect, it } from 'vitest';
import { findCustomer } from '../../src/modules/customers/tables.ts';
import { registerInvoice } from '../../src/modules/invoicing/register-invoice.ts';
import { findOrder } from '../../src/modules/orders/tables.ts';
import { findPayment } from '../../src/modules/payments/tables.ts';
import { activePolicies, replacePolicy } from '../../src/modules/settings/tables.ts';
import { aLook, eur } from '../support/builders.ts';
import { askOfCustomer, commandsAlone } from '../support/commands.ts';
import { addCustomer } from '../support/merchant.ts';
import { fact, open, placeOrder, recordPayment, sixtyOrders, useDesk } from './back-office.ts';

const desk = useDesk();

const heading = (name: string) => desk.page.getByRole('heading', { name, level: 1 });

it('a credit manager finds a late order, records a part payment, and settles the rest', async () => {
  await placeOrder(
    desk.database.sql,
    { orderId: '1043', orderNumber: 'SO-1043' },
    '2027-03-09T10:00:00.000Z',
  );
  await desk.page.goto('/admin/orders');
  await desk.page.getByRole('link', { name: 'Overdue' }).click();
  await desk.page.waitForURL(/overdue=true/);
  const rows = desk.page.locator('tbody tr');
  expect(await rows.count()).toBe(1);
  expect((await rows.locator('th, td').allTextContents()).slice(0, 7)).toEqual([
    'SO-10421042',
    'Officine Rossi S.r.l.',
    'OpenOverdue',
    '1,220.00 EUR',
    '1,220.00 EUR',
    '3 Mar 2027',
    '7',
  ]);

  await desk.page.getByRole('link', { name: 'SO-1042' }).click();
  await heading('Order SO-1042').waitFor();
  const workflow = desk.page.getByRole('link', { name: 'workflow in Temporal' });
  expect(await workflow.getAttribute('href')).toBe(
    'http://temporal.example:8233/namespaces/default/workflows/order%2F1042%2F1',
  );

  await open(desk, 'Record a payment');
  expect(await desk.page.getByLabel('Amount in EUR').inputValue()).toBe('1220.00');
  expect(await desk.page.getByLabel('Payment id').inputValue()).toBe('1042-p1');
  await desk.page.getByLabel('Amount in EUR').fill('1.020,50');
  await desk.page.getByRole('button', { name: 'Record the payment' }).click();
  await desk.page.getByText('The payment was recorded.').waitFor();
  expect(await fact(desk, 'Balance').textContent()).toBe('199.50 EUR');
  expect(await desk.page.locator('.timeline').first().textContent()).toMatch(
    /1,020\.50 EUR received\s+by carla/,
  );
  expect(await findPayment(desk.database.sql, '1042-p1')).toMatchObject({
    amount: 102_050,
    receivedOn: '2027-03-10',
    actor: 'user:carla',
  });

  await open(desk, 'Settle');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('Rest paid in cash');
  await desk.page.getByRole('button', { name: 'Settle the order' }).click();
  await desk.page.getByText('The order was settled.').waitFor();
  expect(await fact(desk, 'Balance').textContent()).toBe('0.00 EUR');
  expect(await findOrder(desk.database.sql, '1042')).toMatchObject({ status: 'settled', outstanding: 0 });

  await open(desk, 'Reverse a payment');
  await desk.page.getByLabel('Payment id').locator('visible=true').fill('1042-p1');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('It was another customer’s');
  await desk.page.getByRole('button', { name: 'Reverse the payment' }).click();
  await desk.page.getByText('A payment was reversed').waitFor();
  expect(await fact(desk, 'Balance').textContent()).toBe('1,020.50 EUR');
  expect(await findOrder(desk.database.sql, '1042')).toMatchObject({ status: 'open', episode: 2 });
});

it('an order in instalments shows what is unpaid of each, and the amount of an early payment', async () => {
  const { sql } = desk.database;
  const { version, body } = (await activePolicies(sql)).terms;
  const early = {
    code: 'early',
    label: 'Two halves, two percent less',
    kind: 'instalments' as const,
    discount: { percent: '2', withinDays: 10 },
    lines: [
      { percent: '50', terms: { kind: 'net' as const, days: 0 } },
      { remainder: true as const, terms: { kind: 'net' as const, days: 30 } },
    ],
  };
  const change = { baseVersion: version, actor: 'user:test', now: desk.office.clock.now };
  await replacePolicy(sql, 'terms', { ...change, body: { ...body, terms: [...body.terms, early] } });
  await addCustomer(sql, 'august', { closedMonths: [{ month: 8, moveToDay: 10 }] });
  await placeOrder(
    sql,
    { orderId: 'halves', customerId: 'august', termsCode: 'early' },
    desk.office.clock.now,
  );
  await recordPayment(desk, 'halves', '700');
  const rows = await desk.page
    .getByRole('table', { name: 'Instalments' })
    .locator('tbody tr')
    .allTextContents();
  expect(rows.map((row) => row.replace(/^.*?(?=610\.00)/, ''))).toEqual([
    '610.00 EUR0.00 EUR',
    '610.00 EUR520.00 EUR',
  ]);
  expect(await fact(desk, 'If paid early').textContent()).toMatch(/^1,195\.60 EUR until .*, 2 % less$/);
  await desk.page.goto('/admin/customers/august');
  expect(await fact(desk, 'Closed').textContent()).toBe('August: due on day 10 of the next month');
});

it('an order shows its invoices, and what the customer withholds', async () => {
  const { sql } = desk.database;
  await placeOrder(sql, { orderId: 'billed' }, desk.office.clock.now);
  const invoice = {
    number: '2027/15',
    issuedOn: '2027-03-10',
    receivedOn: null,
    total: eur(1_220).amount,
    payable: eur(1_000).amount,
    currency: 'EUR',
    withheld: 'split_payment' as const,
    documentUrl: 'https://documents.example/15.pdf',
    orders: [{ orderId: 'billed', amount: eur(1_220).amount }] as [{ orderId: string; amount: number }],
    fingerprint: 'x',
  };
  const commands = commandsAlone(sql);
  const { now } = desk.office.clock;
  await askOfCustomer(commands, registerInvoice, { invoiceId: 'inv-15', ...invoice }, { now });
  const order = (await findOrder(sql, 'billed'))!;
  await commands.advance(aLook('billed', now, { episode: order.episode }));
  await desk.page.goto('/admin/orders/billed');
  const invoices = desk.page.getByRole('region', { name: 'Invoices' });
  expect(await invoices.locator('tbody th, tbody td').allTextContents()).toEqual([
    '2027/15inv-15',
    '10 Mar 2027',
    '1,220.00 EUR',
    '1,000.00 EURsplit payment',
  ]);
  expect(await invoices.getByRole('link').getAttribute('href')).toBe('https://documents.example/15.pdf');
  expect(await fact(desk, 'Balance').textContent()).toBe('1,000.00 EUR');
  expect(await desk.page.locator('.timeline').first().textContent()).toMatch(
    /220\.00 EUR not payable under split payment/,
  );
});

it('an order is cancelled with its reason, and what was received becomes the customer’s credit', async () => {
  await addCustomer(desk.database.sql, 'bruni', { name: 'Bruni S.p.A.' });
  await placeOrder(desk.database.sql, { orderId: 'to-cancel', customerId: 'bruni' }, desk.office.clock.now);
  await desk.page.goto('/admin/orders/to-cancel');
  await open(desk, 'Record a payment');
  await desk.page.getByLabel('Amount in EUR').fill('100');
  await desk.page.getByRole('button', { name: 'Record the payment' }).click();
  await open(desk, 'Cancel');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('Goods came back');
  await desk.page.getByRole('button', { name: 'Cancel the order' }).click();
  await desk.page.getByText('The order was cancelled.').waitFor();
  expect(await fact(desk, 'Closed because').textContent()).toBe('Goods came back');
  expect(await findCustomer(desk.database.sql, 'bruni')).toMatchObject({ exposure: 0, unapplied: 10_000 });
});

it('a form that was filled in wrongly says so at its fields, keeps what was typed, and books nothing', async () => {
  await placeOrder(desk.database.sql, { orderId: 'wrong-form' }, desk.office.clock.now);
  await desk.page.goto('/admin/orders/wrong-form');
  await open(desk, 'Record a payment');
  await desk.page.getByLabel('Amount in EUR').fill('1.234');
  await desk.page.getByLabel('Reference').fill('<b>Bank "7"</b>');
  const [answer] = await Promise.all([
    desk.page.waitForResponse((response) => response.request().method() === 'POST'),
    desk.page.getByRole('button', { name: 'Record the payment' }).click(),
  ]);
  expect(answer.status()).toBe(422);
  await desk.page.getByText('“1.234” can be read in two ways').waitFor();
  expect(await desk.page.getByLabel('Amount in EUR').inputValue()).toBe('1.234');
  expect(await desk.page.getByLabel('Reference').inputValue()).toBe('<b>Bank "7"</b>');
  expect(await findPayment(desk.database.sql, 'wrong-form-p1')).toBeNull();

  await placeOrder(desk.database.sql, { orderId: 'other-order' }, desk.office.clock.now);
  await desk.page.getByLabel('Amount in EUR').fill('50');
  await desk.page.getByRole('button', { name: 'Record the payment' }).click();
  await desk.page.getByText('The payment was recorded.').waitFor();
  await desk.page.goto('/admin/orders/other-order');
  await open(desk, 'Record a payment');
  await desk.page.getByLabel('Payment id').fill('wrong-form-p1');
  await desk.page.getByRole('button', { name: 'Record the payment' }).click();
  await desk.page.getByText('Payment wrong-form-p1 was already used with different content').waitFor();
  expect(await findOrder(desk.database.sql, 'other-order')).toMatchObject({ outstanding: 122_000 });
});

it('a payment that the order’s workflow has not taken yet is shown as under way, and then as recorded', async () => {
  await placeOrder(desk.database.sql, { orderId: 'slow' }, desk.office.clock.now);
  desk.office.working.on = false;
  await desk.page.goto('/admin/orders/slow');
  await open(desk, 'Record a payment');
  await desk.page.getByLabel('Amount in EUR').fill('20');
  await desk.page.getByRole('button', { name: 'Record the payment' }).click();
  await desk.page.getByText('the order’s workflow has not answered yet').waitFor();
  expect(await fact(desk, 'Balance').textContent()).toBe('1,220.00 EUR');
  desk.office.working.on = true;
  await open(desk, 'Record a payment');
  await desk.page.getByLabel('Amount in EUR').fill('30');
  await desk.page.getByRole('button', { name: 'Record the payment' }).click();
  await desk.page.getByText('The payment was recorded.').waitFor();
  expect(await fact(desk, 'Balance').textContent()).toBe('1,170.00 EUR');
});

it('if the store could not be notified, it is notified again, or the order continues without it', async () => {
  const { sql } = desk.database;
  await placeOrder(sql, { orderId: 'untold' }, desk.office.clock.now);
  await sql`update orders set paid_in_store = 'failed' where id = 'untold'`;
  await desk.page.goto('/admin/orders/untold');
  await open(desk, 'Notify the store again');
  await desk.page.getByRole('button', { name: 'Notify the store again' }).click();
  await desk.page.getByText('The store is notified again.').first().waitFor();
  expect(await findOrder(sql, 'untold')).toMatchObject({ paidInStore: 'pending' });
  await sql`update orders set paid_in_store = 'failed' where id = 'untold'`;
  await desk.page.goto('/admin/orders/untold');
  await open(desk, 'Continue without the store');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('The shop is gone');
  await desk.page.getByRole('button', { name: 'Continue without the store' }).click();
  await desk.page.getByText('The order continues without the store').first().waitFor();
  expect(await findOrder(sql, 'untold')).toMatchObject({ paidInStore: 'chased' });
});

it('many orders are paged through without losing or repeating one', async () => {
  await sixtyOrders(desk, 'many', 'Many Orders Ltd.');
  await desk.page.goto('/admin/orders?customer=many');
  const seen: string[] = [];
  for (;;) {
    seen.push(...(await desk.page.locator('tbody th a').allTextContents()));
    const next = desk.page.getByRole('link', { name: 'Next page' });
    if ((await next.count()) === 0) break;
    await next.click();
    await desk.page.getByRole('link', { name: 'First page' }).waitFor();
    await desk.page.waitForLoadState();
  }
  expect(seen).toHaveLength(60);
  expect(new Set(seen).size).toBe(60);
});
