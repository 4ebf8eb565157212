import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tsx } from '../../src/dev/tsx.ts';
import { accountsOf, setCreditLimit } from '../../src/modules/credit/accounts.ts';
import { putCreditGroup, setCreditGroup } from '../../src/modules/credit/credit-groups.ts';
import { findCustomer } from '../../src/modules/customers/tables.ts';
import { setPrivilege } from '../../src/modules/eligibility/set-privilege.ts';
import { registerInvoice } from '../../src/modules/invoicing/register-invoice.ts';
import { checkout } from '../../src/modules/ordering/checkout.ts';
import { findOrder } from '../../src/modules/orders/tables.ts';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { findPayment } from '../../src/modules/payments/tables.ts';
import { demandOrder } from '../../src/modules/revocation/revoke-terms.ts';
import { finishRevocation } from '../../src/modules/revocation/tables.ts';
import { activePolicies, replacePolicy } from '../../src/modules/settings/tables.ts';
import { inTransaction } from '../../src/platform/postgres/client.ts';
import { aLook, anOrder, eur } from '../support/builders.ts';
import { askOfCustomer, commandsAlone, reverse } from '../support/commands.ts';
import { addCustomer } from '../support/merchant.ts';
import {
  expectUsable,
  fact,
  open,
  placeOrder,
  screens,
  signedIn,
  TODAY,
  useBackOffice,
} from './back-office.ts';

const run = promisify(execFile);

const desk = useBackOffice();
afterAll(async () => {
  expect(await reconcileBalances(desk.database.sql)).toEqual([]);
});
beforeEach(() => {
  desk.office.clock.now = TODAY;
  desk.office.working.on = true;
});

const heading = (name: string) => desk.page.getByRole('heading', { name, level: 1 });

async function recordPayment(orderId: string, amount: string): Promise<void> {
  await desk.page.goto(`/admin/orders/${orderId}`);
  await open(desk, 'Record a payment');
  await desk.page.getByLabel('Amount in EUR').fill(amount);
  await desk.page.getByRole('button', { name: 'Record the payment' }).click();
  await desk.page.getByText('The payment was recorded').waitFor();
}

/** A customer with sixty orders of 1 EUR, three to each millisecond. */
async function sixtyOrders(customerId: string, name: string): Promise<void> {
  await addCustomer(desk.database.sql, customerId, { name });
  for (let n = 0; n < 60; n++) {
    const placed = `2027-03-08T10:00:00.${String(Math.floor(n / 3)).padStart(3, '0')}Z`;
    const order = { orderId: `${customerId}-${n}`, customerId, orderNumber: null, total: eur(1) };
    await placeOrder(desk.database.sql, order, placed);
  }
}

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
  await recordPayment('halves', '700');
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

it('a customer’s terms are revoked with a reason that everybody can read, and the checks say why', async () => {
  const { sql } = desk.database;
  await addCustomer(sql, 'conti', { name: 'Conti & C.' });
  await desk.page.goto('/admin/customers');
  await desk.page.getByLabel('Customer, by name or id').fill('conti');
  await desk.page.getByRole('button', { name: 'Search' }).click();
  await desk.page.getByRole('link', { name: 'Conti & C.' }).click();
  await desk.page.getByText('Yes: an order of 10,000.00 EUR would be accepted now.').waitFor();

  await open(desk, 'Revoke payment terms');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('Cheques bounced twice');
  await desk.page.getByRole('button', { name: 'Revoke' }).click();
  await desk.page.getByText('Payment terms were revoked.').waitFor();
  expect(await fact(desk, 'Payment terms').textContent()).toBe(
    'Revoked: Cheques bounced twice by carla, 10 Mar 2027, 10:30',
  );
  await desk.page.getByText('No: an order of 10,000.00 EUR would be declined now.').waitFor();
  expect(await desk.page.locator('[aria-labelledby=history]').textContent()).toContain(
    'Cheques bounced twice',
  );
  expect(await findCustomer(sql, 'conti')).toMatchObject({
    privilege: 'revoked',
    privilegeActor: 'user:carla',
  });

  const declined = anOrder({ orderId: 'declined', customerId: 'conti', total: eur(300) });
  const result = await checkout(sql, declined, {
    now: desk.office.clock.now,
    actor: 'key:shop',
    notifiesStore: false,
  });
  expect(result.kind).toBe('declined');
  await desk.page.reload();
  await desk.page.getByText('300.00 EUR, order declined: privilege').waitFor();
});

it('a revocation demands the open orders after the page has warned that a demand must be allowed, and shows its progress', async () => {
  const { sql } = desk.database;
  await addCustomer(sql, 'ferri', { name: 'Ferri S.r.l.' });
  await placeOrder(sql, { orderId: 'ferri-1', customerId: 'ferri' }, desk.office.clock.now);
  await desk.page.goto('/admin/customers/ferri');
  await open(desk, 'Revoke payment terms');
  expect(await desk.page.getByLabel('Keep').isChecked()).toBe(true);
  await desk.page.getByText('art. 1186 of the Italian civil code').waitFor();
  await desk.page.getByLabel('Demand').check();
  const reason = desk.page.getByLabel('Reason').locator('visible=true');
  await reason.fill(' ');
  await desk.page.getByRole('button', { name: 'Revoke' }).click();
  await desk.page.getByText('Give a reason').waitFor();
  expect(await desk.page.getByLabel('Demand').isChecked()).toBe(true);
  await reason.fill('Cheques bounced twice');
  await desk.page.getByRole('button', { name: 'Revoke' }).click();
  await desk.page.getByText('Payment of the open orders is being demanded.').waitFor();
  expect(await fact(desk, 'Demand for the open orders').textContent()).toMatch(
    /^Under way: 0 of 1 orders, letter to come since 10 Mar 2027/,
  );
  const [revocation] = await sql`select id, open_orders, actor from revocations where customer_id = 'ferri'`;
  expect(revocation).toMatchObject({ openOrders: 'demand', actor: 'user:carla' });
  const asked = { revocationId: revocation!.id, orderId: 'ferri-1', now: desk.office.clock.now };
  await inTransaction(sql, (tx) => demandOrder(tx, commandsAlone(sql).within(tx), asked));
  await desk.page.goto('/admin/orders/ferri-1');
  await desk.page.getByText('Demand waits for the order’s workflow').waitFor();
  await finishRevocation(sql, revocation!.id, desk.office.clock.now);
  await desk.page.goto('/admin/customers/ferri');
  expect(await fact(desk, 'Demand for the open orders').textContent()).toMatch(/^Done: 0 of 1 orders/);
  expect(await desk.page.locator('[aria-labelledby=history]').textContent()).toContain(
    'with a demand for the open orders',
  );
});

it('an insolvency is noted with its reason, and is ended only by a grant or by "use rules"', async () => {
  const { sql } = desk.database;
  await addCustomer(sql, 'crolli', { name: 'Crolli S.p.A.' });
  await desk.page.goto('/admin/customers/crolli');
  await open(desk, 'Record an insolvency');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('Court of Milan, 12/2027');
  await desk.page.getByRole('button', { name: 'Record the insolvency' }).click();
  await desk.page.getByText('The insolvency was recorded.').waitFor();
  expect(await fact(desk, 'Payment terms').textContent()).toMatch(
    /^Insolvent: Court of Milan, 12\/2027 by carla/,
  );
  await desk.page.getByText('No: an order of 10,000.00 EUR would be declined now.').waitFor();
  const offered = await desk.page.locator('#actions ~ details summary').allTextContents();
  expect(offered).toEqual(expect.arrayContaining(['Grant payment terms', 'Let the rules decide']));
  for (const gone of ['Suspend payment terms', 'Revoke payment terms']) expect(offered).not.toContain(gone);
  await open(desk, 'Let the rules decide');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('Closed');
  await desk.page.getByRole('button', { name: 'Use the rules' }).click();
  await desk.page.getByText('The rules decide again.').first().waitFor();
  expect(await findCustomer(sql, 'crolli')).toMatchObject({ privilege: 'by_rules', insolventSince: null });
});

it('a suspension gets a last day, and when that is over the page says what applies again', async () => {
  const { sql } = desk.database;
  await addCustomer(sql, 'pausa', { name: 'Pausa S.r.l.' });
  await desk.page.goto('/admin/customers/pausa');
  await open(desk, 'Suspend payment terms');
  await desk.page.getByLabel('Last day of the suspension').fill('2027-03-09');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('A dispute');
  await desk.page.getByRole('button', { name: 'Suspend' }).click();
  await desk.page.getByText('This day is in the past.').waitFor();
  await desk.page.getByLabel('Last day of the suspension').fill('2027-03-12');
  await desk.page.getByRole('button', { name: 'Suspend' }).click();
  await desk.page.getByText('Payment terms were suspended.').waitFor();
  expect(await fact(desk, 'Payment terms').textContent()).toMatch(
    /^Suspended until 13 Mar 2027, 00:00: A dispute/,
  );
  expect(await findCustomer(sql, 'pausa')).toMatchObject({ privilegeUntil: '2027-03-12T23:00:00.000Z' });

  await sql`update customers set privilege_until = ${desk.office.clock.now} where id = 'pausa'`;
  await desk.page.goto('/admin/customers/pausa');
  expect(await fact(desk, 'Payment terms').textContent()).toMatch(
    /^By the rules, after a suspension until 10 Mar 2027, 10:30/,
  );
  await desk.page.getByText('Yes: an order of 10,000.00 EUR would be accepted now.').waitFor();
});

it('a customer’s own limit is set, is used by the checks, and is removed in favour of the policy’s', async () => {
  const { sql } = desk.database;
  await addCustomer(sql, 'dini', { name: 'Dini S.r.l.' });
  await desk.page.goto('/admin/customers/dini');
  await open(desk, 'Set a credit limit');
  await desk.page.getByLabel('Limit in EUR').fill('2.500,00');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('Small firm');
  await desk.page.getByRole('button', { name: 'Set the limit' }).click();
  await desk.page.getByText('The credit limit was set.').waitFor();
  await desk.page.getByLabel('Order amount in EUR').fill('2500,01');
  await desk.page.getByRole('button', { name: 'Check', exact: true }).click();
  await desk.page.getByText('Over the limit by 0.01 EUR.').waitFor();
  await open(desk, 'Use the policy’s limit');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('Grew');
  await desk.page.getByRole('button', { name: 'Use the policy’s limit' }).click();
  await desk.page.getByText('from 2,500.00 EUR to the policy’s').waitFor();
  expect(await findCustomer(sql, 'dini')).toMatchObject({ creditLimit: null });

  await open(desk, 'Set a credit limit');
  await desk.page.getByLabel('Limit in EUR').fill('0');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('Cash only');
  await desk.page.getByRole('button', { name: 'Set the limit' }).click();
  await desk.page.getByText('The credit limit was set.').waitFor();
  expect(await findCustomer(sql, 'dini')).toMatchObject({ creditLimit: 0 });
});

it('an account in another currency is shown, checked and given a limit; the credit group is shown with what it uses', async () => {
  const { sql } = desk.database;
  const by = { actor: 'user:test', now: desk.office.clock.now };
  await addCustomer(sql, 'estero', { name: 'Estero S.p.A.' });
  const limit = { amount: 50_000, currency: 'USD' };
  await setCreditLimit(sql, 'estero', { limit, tolerance: 700, reason: 'Exports', ...by });
  await putCreditGroup(sql, 'holding', { name: 'Holding', limits: [eur(2_000)] }, by);
  await setCreditGroup(sql, 'estero', { groupId: 'holding', reason: 'Bought up', ...by });
  await placeOrder(sql, { orderId: 'estero-1', customerId: 'estero' }, desk.office.clock.now);
  await desk.page.goto('/admin/customers/estero');
  await desk.page.getByText('1,220.00 EUR of 2,000.00 EUR used by all its companies').waitFor();
  await desk.page.getByText('Credit group changed: from none to holding').waitFor();
  await desk.page.getByLabel('Order amount in EUR').fill('780,01');
  await desk.page.getByRole('button', { name: 'Check', exact: true }).click();
  await desk.page.getByText('Over the limit of the group “Holding” by 0.01 EUR.').waitFor();

  await desk.page.getByRole('link', { name: 'USD', exact: true }).click();
  await desk.page.getByText('own tolerance 7.00 USD').waitFor();
  await desk.page.getByText('no limit in USD').waitFor();
  await desk.page.getByLabel('Order amount in USD').fill('507,01');
  await desk.page.getByRole('button', { name: 'Check', exact: true }).click();
  await desk.page.getByText('Over the limit by 0.01 USD.').waitFor();
  await open(desk, 'Set a credit limit');
  await desk.page.getByLabel('Limit in USD').fill('a lot');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('More exports');
  await desk.page.getByRole('button', { name: 'Set the limit' }).click();
  await desk.page.getByLabel('Limit in USD').fill('900');
  await desk.page.getByRole('button', { name: 'Set the limit' }).click();
  await desk.page.getByText('The credit limit was set.').waitFor();
  await desk.page.getByText('from 500.00 USD to 900.00 USD').waitFor();
  await open(desk, 'Use the policy’s limit');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('No exports');
  await desk.page.getByRole('button', { name: 'Use the policy’s limit' }).click();
  await desk.page.getByText('from 900.00 USD to the policy’s').waitFor();
  const accounts = await accountsOf(sql, ['estero']);
  expect(accounts).toMatchObject([
    { currency: 'EUR', creditLimit: null, exposure: 122_000 },
    { currency: 'USD', creditLimit: null, tolerance: 700 },
  ]);
});

it('many orders are paged through without losing or repeating one', async () => {
  await sixtyOrders('many', 'Many Orders Ltd.');
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

it('a sign-in link works once, and a preview does not use it up', async () => {
  const link = await desk.office.link('dario');
  expect((await fetch(link)).status).toBe(200);
  const visitor = await desk.browser.newContext();
  const first = await visitor.newPage();
  await first.goto(link);
  await first.getByRole('button', { name: 'Sign in' }).click();
  await first.getByText('dario').waitFor();
  const [cookie] = await visitor.cookies(`${desk.office.address}/admin`);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/admin' });

  const other = await desk.browser.newPage();
  await other.goto(link);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByText('This link has already been used or has expired').waitFor();
  await other.goto(`${desk.office.address}/admin/orders`);
  await other.getByText('npm run sign-in').waitFor();
  await other.close();

  await first.getByRole('button', { name: 'Sign out' }).click();
  await first.getByText('You are not signed in').waitFor();
  await visitor.addCookies([cookie!]);
  expect((await first.goto(`${desk.office.address}/admin/orders`))?.status()).toBe(401);
  await visitor.close();
});

it('a link expires after a day, and a session after twelve hours', async () => {
  const link = await desk.office.link('late');
  const before = desk.office.clock.now;
  const visitor = await desk.browser.newContext();
  const tab = await visitor.newPage();
  try {
    await tab.goto(link);
    desk.office.clock.now = '2027-03-11T09:30:00.000Z';
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByText('has expired').waitFor();
    await tab.goto(await desk.office.link('late'));
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByRole('heading', { name: 'Orders' }).waitFor();
    desk.office.clock.now = '2027-03-11T21:30:00.000Z';
    expect((await tab.goto(`${desk.office.address}/admin/orders`))?.status()).toBe(401);
  } finally {
    desk.office.clock.now = before;
    await visitor.close();
  }
});

it('the link that the operator’s command prints signs in the user that it names', async () => {
  const before = desk.office.clock.now;
  const visitor = await desk.browser.newContext();
  const env = {
    ...process.env,
    DATABASE_URL: desk.database.url,
    SMTP_URL: 'smtp://localhost:1',
    PUBLIC_URL: desk.office.address,
  };
  const { stdout } = await run(process.execPath, [...tsx, 'src/cli/sign-in.ts', 'elena'], { env });
  try {
    desk.office.clock.now = new Date().toISOString();
    const tab = await visitor.newPage();
    await tab.goto(stdout.split('\n')[0]!);
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByText('elena').waitFor();
  } finally {
    desk.office.clock.now = before;
    await visitor.close();
  }
});

it('a form without the visitor’s own token changes nothing, whoever sends it', async () => {
  await addCustomer(desk.database.sql, 'victim');
  const stranger = await desk.browser.newContext();
  const theirs = await stranger.newPage();
  await theirs.goto(await desk.office.link('mallory'));
  await theirs.getByRole('button', { name: 'Sign in' }).click();
  await theirs.getByRole('heading', { name: 'Orders' }).waitFor();
  const ofAnother = await theirs.locator('input[name=csrf]').first().getAttribute('value');
  await stranger.close();

  for (const csrf of [undefined, 'wrong', ofAnother!]) {
    const form = { reason: 'forged', ...(csrf === undefined ? {} : { csrf }) };
    const answer = await desk.page.request.post(`${desk.office.address}/admin/customers/victim/revoke`, {
      form,
    });
    expect(answer.status()).toBe(403);
    expect(await answer.text()).toContain('Nothing was changed');
  }
  const unsigned = await fetch(`${desk.office.address}/admin/customers/victim/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ reason: 'forged' }),
  });
  expect(unsigned.status).toBe(401);
  expect(await findCustomer(desk.database.sql, 'victim')).toMatchObject({ privilege: 'by_rules' });
});

it('addresses that are mistyped or hostile lead to a page, never to a failure', async () => {
  const notThere = [
    'orders/none',
    'customers/none',
    'orders/%00',
    'customers/a%2fb',
    'orders/a%20b',
    'nothing',
  ];
  for (const path of notThere) {
    const answer = await desk.page.request.get(`${desk.office.address}/admin/${path}`);
    expect(answer.status(), path).toBe(404);
    expect(await answer.text()).toContain('There is nothing here');
  }
  const harmless = [
    'orders?status=x&overdue=maybe&after=%00~%00&customer=%00',
    'orders?status=open&status=settled',
    'orders?after=2027-03-08T10:00:00.000Z~..',
    'orders?customer=%25_%5C',
    'customers?q=%00&after=%00',
    'customers/rossi?amount=%00&done=toString',
    'customers/rossi?currency=%00&currency=XXX',
    'customers/rossi?currency=XXX',
    'orders/1042?command=%00',
  ];
  for (const path of harmless) {
    const answer = await desk.page.request.get(`${desk.office.address}/admin/${path}`);
    expect(answer.status(), path).toBe(200);
  }
  expect((await desk.page.request.get(`${desk.office.address}/admin/orders/%E0%A4%A`)).status()).toBe(400);
  await addCustomer(desk.database.sql, 'zero');
  await desk.page.goto('/admin/customers/zero');
  const csrf = (await desk.page.locator('input[name=csrf]').first().getAttribute('value'))!;
  const answer = await desk.page.request.post(`${desk.office.address}/admin/customers/zero/revoke`, {
    form: { csrf, reason: 'a\u0000b' },
  });
  expect(answer.status()).toBe(422);
  const large = await desk.page.request.post(`${desk.office.address}/admin/customers/zero/revoke`, {
    form: { csrf, reason: 'x'.repeat(100_000) },
  });
  expect(large.status()).toBe(413);
});

it('what customers and stores write is shown as text, never run', async () => {
  const name = '<script>alert(1)</script><img src=x onerror=alert(1)>';
  await addCustomer(desk.database.sql, 'markup', { name });
  await placeOrder(
    desk.database.sql,
    { orderId: 'markup', customerId: 'markup', orderNumber: name },
    desk.office.clock.now,
  );
  for (const path of ['customers/markup', 'orders/markup', 'orders?customer=markup']) {
    await desk.page.goto(`/admin/${path}`);
    expect(await desk.page.getByText(name).count(), path).toBeGreaterThan(0);
    expect(await desk.page.locator('main script, main img').count()).toBe(0);
  }
});

it('a page is never kept by caches, and loads nothing that a strict policy refuses', async () => {
  const refused: string[] = [];
  const tab = await signedIn(desk.browser, desk.office);
  tab.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
  for (const path of ['orders', 'orders/1042', 'customers', 'customers/rossi']) {
    const answer = (await tab.goto(`${desk.office.address}/admin/${path}`))!;
    expect(answer.headers()).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(await tab.evaluate('getComputedStyle(document.querySelector(".card")).borderRadius')).toBe('10px');
  }
  expect(refused).toEqual([]);
  await tab.close();
});

describe('each page', () => {
  beforeAll(async () => {
    const { sql } = desk.database;
    const by = { reason: 'Agreed', actor: 'user:test', now: TODAY };
    await sixtyOrders('molti', 'Molti Ordini S.p.A.');
    await addCustomer(sql, 'shown', { name: 'Mostra S.r.l.' });
    for (const orderId of ['reopened', 'waiting', 'part-paid'])
      await placeOrder(sql, { orderId: `shown-${orderId}`, customerId: 'shown' }, TODAY);
    await recordPayment('shown-reopened', '1220');
    await recordPayment('shown-part-paid', '50');
    await reverse(commandsAlone(sql), { paymentId: 'shown-reopened-p1', ...by });
    await sql`update orders set paid_in_store = 'failed', stuck_since = ${TODAY} where id = 'shown-waiting'`;
    await addCustomer(sql, 'refused', { name: 'Respinti S.p.A.' });
    await setPrivilege(sql, 'refused', { privilege: 'revoked', ...by });
    const declined = anOrder({ orderId: 'refused', customerId: 'refused', total: eur(300) });
    await checkout(sql, declined, { now: TODAY, actor: 'key:shop', notifiesStore: false });
    await addCustomer(sql, 'limited', { name: 'Limiti S.r.l.' });
    for (const limit of [eur(2_500), null, eur(0)])
      await setCreditLimit(sql, 'limited', { currency: 'EUR', limit, ...by });
    await addCustomer(sql, 'abroad', { name: 'Lontani S.p.A.' });
    await setCreditLimit(sql, 'abroad', {
      limit: { amount: 50_000, currency: 'USD' },
      tolerance: 700,
      ...by,
    });
    await putCreditGroup(sql, 'group', { name: 'Gruppo', limits: [eur(2_000)] }, by);
    await setCreditGroup(sql, 'abroad', { groupId: 'group', ...by });
    await placeOrder(sql, { orderId: 'abroad-1', customerId: 'abroad' }, TODAY);
  });

  const main = ['orders?overdue=true', 'orders/shown-reopened', 'customers', 'customers/refused'];
  const others = [
    'orders?customer=o',
    'orders/1042',
    'orders/shown-waiting',
    'orders/shown-part-paid',
    'customers/limited?amount=1.234&done=limit',
    'customers/abroad?currency=USD',
    'sign-in',
    'sign-in?token=x',
    'nothing',
  ];

  it.each(screens.map((screen, n) => ({ ...screen, paths: n === 0 ? [...main, ...others] : main })))(
    'can be used by everybody, at $width pixels, $scheme',
    async ({ paths, ...screen }) => {
      const tab = await signedIn(desk.browser, desk.office);
      await expectUsable(tab, screen, paths);
      await tab.close();
    },
  );
});

it('a customer’s statement of account is a click away, and is theirs alone', async () => {
  await desk.page.goto('/admin/customers/rossi');
  for (const [name, start] of [
    ['PDF', '%PDF-1.7'],
    ['CSV', 'bookedOn,valueOn,document'],
  ] as const) {
    const address = await desk.page.getByRole('link', { name }).getAttribute('href');
    const answer = await desk.page.request.get(`${desk.office.address}${address}`);
    expect(answer.headers()['content-disposition']).toMatch(/^attachment; filename=statement-rossi-2027-/);
    expect((await answer.body()).toString('latin1').startsWith(start)).toBe(true);
  }
  expect((await desk.page.request.get('/admin/customers/nobody/statement.pdf')).status()).toBe(404);
  expect((await fetch(`${desk.office.address}/admin/customers/rossi/statement.pdf`)).status).not.toBe(200);
});
