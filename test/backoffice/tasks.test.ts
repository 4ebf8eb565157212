import { expect, it } from 'vitest';
import { inSentence, taskWords } from '../../src/backoffice/pages/task-words.ts';
import { findCustomer } from '../../src/modules/customers/tables.ts';
import { closeTask } from '../../src/modules/eligibility/close-task.ts';
import { requestTerms } from '../../src/modules/eligibility/request-terms.ts';
import { checkout } from '../../src/modules/ordering/checkout.ts';
import { openTask } from '../../src/modules/tasks/open-task.ts';
import { taskKinds } from '../../src/modules/tasks/rules/task.ts';
import { getTask } from '../../src/modules/tasks/tables.ts';
import { anOrder, eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { expectUsable, fact, open, placeOrder, screens, useBackOffice } from './back-office.ts';

// The list has the tasks of all customers: each test has its own back office.
const desk = useBackOffice({ forEach: true });
const section = () =>
  desk.page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Tasks' });

/** A customer whom the rules refuse, with `pastOrders`, asks for terms. Returns the task's id. */
async function ask(
  id: string,
  name: string,
  wish: { orderId?: string; note?: string; pastOrders?: number } = {},
): Promise<number> {
  const { orderId = null, note = null, pastOrders = 0 } = wish;
  await addCustomer(desk.database.sql, id, { name, pastOrders: 0 });
  const by = { now: desk.office.clock.now, actor: 'key:shop' };
  if (orderId !== null) {
    const order = anOrder({ orderId, customerId: id, total: eur(300) });
    await checkout(desk.database.sql, order, { ...by, notifiesStore: false });
  }
  await addCustomer(desk.database.sql, id, { name, pastOrders });
  const { task } = await requestTerms(desk.database.sql, id, { orderId, amount: null, note }, by);
  return task.id;
}

it('an admin sees that a customer asks for terms, reads why they were refused, and grants them', async () => {
  await desk.page.goto('/admin/tasks');
  await desk.page.getByText('Nothing waits for you.').waitFor();
  expect(await section().textContent()).toBe('Tasks');

  const id = await ask('nuova', 'Nuova S.r.l.', { orderId: 'wished', note: 'We pay in a week' });
  await desk.page.goto('/admin/orders');
  expect(await section().textContent()).toBe('Tasks1 open');
  await section().click();
  const row = desk.page.getByRole('table', { name: 'Tasks' }).locator('tbody tr');
  expect(await row.locator('th, td').allTextContents()).toEqual([
    `Asks for payment terms (${id})We pay in a week`,
    'Nuova S.r.l.',
    '300.00 EURorder wished',
    '10 Mar 2027, 10:30',
  ]);
  await desk.page.getByRole('link', { name: 'Asks for payment terms' }).click();
  const checks = desk.page.getByRole('table', { name: 'Checks at the time of the request' });
  expect(await checks.locator('tr', { hasText: 'Past orders' }).textContent()).toContain('Not passed');
  expect(await fact(desk, 'Refused order').textContent()).toBe('wished');
  expect(await desk.page.getByRole('heading', { name: 'was refused' }).count()).toBe(0);

  await open(desk, 'Grant payment terms');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('Known to our sales people');
  await desk.page.getByRole('button', { name: 'Grant' }).click();
  await desk.page.getByText('Payment terms were granted, and the task is closed.').waitFor();
  expect(await fact(desk, 'Outcome').textContent()).toBe(
    'Granted: Known to our sales people by carla, 10 Mar 2027, 10:30',
  );
  expect(await desk.page.getByRole('heading', { name: 'Decide' }).count()).toBe(0);
  expect(await section().textContent()).toBe('Tasks');
  expect(await findCustomer(desk.database.sql, 'nuova')).toMatchObject({
    privilege: 'granted',
    privilegeReason: 'Known to our sales people',
    privilegeActor: 'user:carla',
  });
  await desk.page.goto('/admin/tasks?state=done');
  expect(await row.textContent()).toContain('Granted10 Mar 2027, 10:30 by carla');
});

it('the customer’s page leads to the task, and a refusal changes nothing but the history', async () => {
  const id = await ask('bassi', 'Bassi & C.', { orderId: 'earlier', pastOrders: 1 });
  await desk.page.goto('/admin/customers/bassi');
  await desk.page.getByRole('link', { name: 'decide' }).click();
  expect(new URL(desk.page.url()).pathname).toBe(`/admin/tasks/${id}`);
  expect(await fact(desk, 'Order amount').textContent()).toBe('300.00 EUR');
  const found = (table: string) =>
    desk.page
      .getByRole('table', { name: table })
      .locator('tr', { hasText: 'Past orders' })
      .locator('td')
      .nth(1);
  expect(await found('Checks at the time of the request').textContent()).toBe('1');
  expect(await found('Checks of order earlier').textContent()).toBe('0');
  await open(desk, 'Refuse');
  await desk.page.getByRole('button', { name: 'Refuse' }).click();
  expect(await getTask(desk.database.sql, id)).toMatchObject({ state: 'open' });
  await desk.page.getByLabel('Reason').locator('visible=true').fill('Too new for us');
  await desk.page.getByRole('button', { name: 'Refuse' }).click();
  await desk.page.getByText('The request was refused').waitFor();
  expect(await findCustomer(desk.database.sql, 'bassi')).toMatchObject({ privilege: 'by_rules' });
  await desk.page.goto('/admin/customers/bassi');
  const history = await desk.page.locator('[aria-labelledby=history]').textContent();
  expect(history).toContain('The request for payment terms was refused');
  expect(history).toContain('Too new for us');
  expect(await desk.page.getByText('The customer asks for payment terms').count()).toBe(0);
});

it('an admin who decides after somebody else is shown who was faster, and nothing changes', async () => {
  const id = await ask('conte', 'Conte S.p.A.');
  await desk.page.goto(`/admin/tasks/${id}`);
  expect(await fact(desk, 'Order amount').textContent()).toBe('not given');
  const dario = { actor: 'user:dario', reason: 'Not now', now: desk.office.clock.now };
  await closeTask(desk.database.sql, id, { outcome: 'refused', ...dario });
  await open(desk, 'Grant payment terms');
  await desk.page.getByLabel('Reason').locator('visible=true').fill('Yes');
  const [answer] = await Promise.all([
    desk.page.waitForResponse((response) => response.request().method() === 'POST'),
    desk.page.getByRole('button', { name: 'Grant' }).click(),
  ]);
  expect(answer.status()).toBe(409);
  await desk.page.getByText('was closed as refused by user:dario').waitFor();
  expect(await fact(desk, 'Outcome').textContent()).toContain('Refused: Not now by dario');
  expect(await findCustomer(desk.database.sql, 'conte')).toMatchObject({ privilege: 'by_rules' });
});

it.each(taskKinds.filter((kind) => kind !== 'terms-request'))(
  'a task %s says what is wrong and what to do, leads to order and customer, and can only be done',
  async (kind) => {
    const merchants = kind === 'bank-data-old';
    await placeOrder(desk.database.sql, { orderId: 'bought' }, desk.office.clock.now);
    const about = merchants
      ? ({ kind, customerId: null, orderId: null } as const)
      : ({ kind, customerId: 'rossi', orderId: 'bought' } as const);
    const detail = {
      ...{ recipients: ['ada@rossi.example'], error: '550 no such user', instalment: 1, by: '2027-03-08' },
    };
    const by = { openedAt: desk.office.clock.now, openedBy: 'system' };
    const task = await desk.database.sql.begin((tx) =>
      openTask(tx, { ...about, detail, ...eur(600), ...by }),
    );
    const { title, wrong, next } = taskWords[kind];

    await desk.page.goto('/admin/tasks');
    await desk.page.getByRole('link', { name: title }).click();
    expect(new URL(desk.page.url()).pathname).toBe(`/admin/tasks/${task!.id}`);
    for (const text of [wrong, next]) await desk.page.getByText(text, { exact: true }).waitFor();
    expect(await fact(desk, 'Amount').textContent()).toBe('600.00 EUR');
    expect(await fact(desk, 'Sent to').textContent()).toBe('ada@rossi.example');
    const links = await desk.page
      .locator('.facts a')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    expect(links).toEqual(merchants ? [] : ['/admin/customers/rossi', '/admin/orders/bought']);
    expect(await desk.page.locator('summary').allTextContents()).toEqual(['Close as done']);
    const forged = await desk.page.request.post(`${desk.office.address}/admin/tasks/${task!.id}/grant`, {
      form: {
        reason: 'Yes',
        csrf: (await desk.page.locator('input[name=csrf]').first().getAttribute('value'))!,
      },
      headers: { origin: desk.office.address },
    });
    expect(forged.status()).toBe(422);

    await open(desk, 'Close as done');
    await desk.page.getByLabel('Reason').locator('visible=true').fill('Called');
    await desk.page.getByRole('button', { name: 'Close the task' }).click();
    await desk.page.getByText('The task is closed.').waitFor();
    expect(await getTask(desk.database.sql, task!.id)).toMatchObject({
      outcome: 'done',
      closedBy: 'user:carla',
    });
    if (merchants) return;
    await desk.page.goto('/admin/customers/rossi');
    const history = await desk.page.locator('[aria-labelledby=history]').textContent();
    expect(history).toContain(`Task closed: ${inSentence(title)}`);
  },
);

/** Five more tasks than a page shows. */
async function fiftyFive(): Promise<void> {
  for (let n = 0; n < 55; n++) await ask(`crowd-${n}`, `Crowd ${n}`);
}

it('open tasks are paged through, each once', async () => {
  await fiftyFive();
  await desk.page.goto('/admin/tasks');
  const names = desk.page.locator('tbody td[data-label=Customer]');
  const seen = await names.allTextContents();
  expect(seen).toHaveLength(50);
  await desk.page.getByRole('link', { name: 'Next page' }).click();
  await desk.page.getByRole('link', { name: 'First page' }).waitFor();
  seen.push(...(await names.allTextContents()));
  expect(new Set(seen).size).toBe(55);
  expect(await section().textContent()).toBe('Tasks55 open');
});

const buyer = { name: 'Anna Bianchi', email: 'anna@x.example', department: 'Stores' };

it('an order shows its buyer, and a customer shows the account manager and the contacts', async () => {
  await addCustomer(desk.database.sql, 'people', {
    contacts: { billing: 'b@x.example', dunning: 'd@x.example', pec: 'x@pec.example', depot: 'w@x.example' },
    accountManager: { name: 'Luca Neri', email: 'luca@merchant.example' },
  });
  await placeOrder(
    desk.database.sql,
    { orderId: 'bought', customerId: 'people', buyer },
    desk.office.clock.now,
  );
  await desk.page.goto('/admin/orders/bought');
  expect(await fact(desk, 'Buyer').textContent()).toBe('Anna Bianchi, anna@x.example, department: Stores');
  await desk.page.goto('/admin/customers/people');
  const facts = await desk.page.locator('[aria-labelledby=facts] dl > div').allTextContents();
  expect(facts).toEqual(
    expect.arrayContaining([
      'Account managerLuca Neri, luca@merchant.example',
      'Contact for lettersb@x.example',
      'Contact for remindersd@x.example',
      'Certified e-mail (PEC)x@pec.example',
      'Contact: depotw@x.example',
    ]),
  );
});

it('addresses that are mistyped or hostile lead to a page, and what a buyer writes is shown as text', async () => {
  for (const path of ['tasks/0', 'tasks/x', 'tasks/99999999999999999999', 'tasks/%00', 'tasks/999999'])
    expect((await desk.page.request.get(`${desk.office.address}/admin/${path}`)).status(), path).toBe(404);
  for (const query of [
    'state=x&after=%00',
    'after=2027-99-99T00:00:00.000Z~1',
    'after=a&after=b',
    'state=done&after=~',
  ])
    expect((await desk.page.request.get(`${desk.office.address}/admin/tasks?${query}`)).status(), query).toBe(
      200,
    );
  const note = '<script>alert(1)</script>';
  const id = await ask('markup', '<img src=x>', { orderId: 'markup', note });
  for (const path of ['tasks', `tasks/${id}`, 'customers/markup']) {
    await desk.page.goto(`/admin/${path}`);
    expect(await desk.page.getByText(note).count(), path).toBeGreaterThan(0);
    expect(await desk.page.locator('main script, main img').count()).toBe(0);
  }
});

it.each(screens)('can be used by everybody, at $width pixels, $scheme', async (screen) => {
  await fiftyFive();
  const id = await ask('wide', 'A company with a long name S.r.l.', {
    orderId: 'wide',
    note: 'Please '.repeat(40),
  });
  await closeTask(desk.database.sql, await ask('done', 'Fatta S.r.l.'), {
    outcome: 'refused',
    actor: 'user:dario',
    reason: 'Not now',
    now: desk.office.clock.now,
  });
  await placeOrder(desk.database.sql, { orderId: 'bought', buyer }, desk.office.clock.now);
  const failed = await desk.database.sql.begin((tx) =>
    openTask(tx, {
      ...{ kind: 'letter-failed', customerId: 'wide', orderId: 'bought', openedBy: 'system' },
      detail: { recipients: [`${'accounts-payable.'.repeat(5)}@wide.example`], error: '550 no such user' },
      openedAt: desk.office.clock.now,
    }),
  );
  const details = [`tasks/${id}`, `tasks/${failed!.id}`];
  const paths = ['tasks', 'tasks?state=done', ...details, 'customers/wide', 'orders/bought'];
  await expectUsable(desk.page, screen, paths);
});
