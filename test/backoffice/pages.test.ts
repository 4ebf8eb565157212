import { beforeAll, describe, expect, it } from 'vitest';
import { setCreditLimit } from '../../src/modules/credit/accounts.ts';
import { putCreditGroup, setCreditGroup } from '../../src/modules/credit/credit-groups.ts';
import { setPrivilege } from '../../src/modules/eligibility/set-privilege.ts';
import { checkout } from '../../src/modules/ordering/checkout.ts';
import { anOrder, eur } from '../support/builders.ts';
import { commandsAlone, reverse } from '../support/commands.ts';
import { addCustomer } from '../support/merchant.ts';
import {
  expectUsable,
  placeOrder,
  recordPayment,
  screens,
  signedIn,
  sixtyOrders,
  TODAY,
  useDesk,
} from './back-office.ts';

const desk = useDesk();

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
    await sixtyOrders(desk, 'molti', 'Molti Ordini S.p.A.');
    await addCustomer(sql, 'shown', { name: 'Mostra S.r.l.' });
    for (const orderId of ['reopened', 'waiting', 'part-paid'])
      await placeOrder(sql, { orderId: `shown-${orderId}`, customerId: 'shown' }, TODAY);
    await recordPayment(desk, 'shown-reopened', '1220');
    await recordPayment(desk, 'shown-part-paid', '50');
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
