import { expect, it } from 'vitest';
import { accountsOf, setCreditLimit } from '../../src/modules/credit/accounts.ts';
import { putCreditGroup, setCreditGroup } from '../../src/modules/credit/credit-groups.ts';
import { findCustomer } from '../../src/modules/customers/tables.ts';
import { checkout } from '../../src/modules/ordering/checkout.ts';
import { demandOrder } from '../../src/modules/revocation/revoke-terms.ts';
import { finishRevocation } from '../../src/modules/revocation/tables.ts';
import { inTransaction } from '../../src/platform/postgres/client.ts';
import { anOrder, eur } from '../support/builders.ts';
import { commandsAlone } from '../support/commands.ts';
import { addCustomer } from '../support/merchant.ts';
import { fact, open, placeOrder, useDesk } from './back-office.ts';

const desk = useDesk();

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
