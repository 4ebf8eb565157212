import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRenderer } from '../../src/modules/dunning/letters/render.ts';
import { createSender, type Sender } from '../../src/modules/mail/sender.ts';
import { mailDefinitionsOf } from '../../src/registry.ts';
import { aLook, eur } from '../support/builders.ts';
import { commandsAlone } from '../support/commands.ts';
import { expectUsable, open, placeOrder, screens, signedIn, useBackOffice } from './back-office.ts';

/** Order 1042 was due on Wednesday 3 March 2027, and the first reminder that it is overdue is planned for the 10th. */
const renderer = createRenderer();
const desk = useBackOffice({ forEach: true });
let sender: Sender;

beforeEach(async () => {
  sender = createSender({
    ...{ sql: desk.database.sql, definitions: mailDefinitionsOf(await renderer, { notifiesStore: false }) },
    ...{ mailer: { send: async () => {} }, from: 'terms@merchant.example', log: { warn() {} } },
    ...{
      now: () => desk.office.clock.now,
      perSecond: 1_000,
      atOnce: 4,
      retry: async () => {},
      everyMs: 3_600_000,
    },
  });
  await sender.drain('2027-02-01T10:00:00.000Z');
});
afterEach(() => sender.stop());

const fill = (label: string, text: string) => desk.page.getByLabel(label).locator('visible=true').fill(text);
const press = (name: string) => desk.page.getByRole('button', { name, exact: true }).click();
const wake = async (orderId = '1042') => {
  await commandsAlone(desk.database.sql).advance(aLook(orderId, desk.office.clock.now));
  await sender.drain();
};
const frame = () => desk.page.frameLocator('iframe[title="The letter"]');

it('an admin sees what is planned, puts it on hold, releases it, and sees it sent', async () => {
  await desk.page
    .getByRole('navigation', { name: 'Sections' })
    .getByRole('link', { name: 'Letters' })
    .click();
  const row = desk.page
    .getByRole('table', { name: 'Planned letters' })
    .locator('tbody tr', { hasText: '10 Mar' });
  expect(await row.textContent()).toContain('First overdue reminder order 1042');
  await row.getByRole('link', { name: 'Officine Rossi' }).click();

  await open(desk, 'Put reminders on hold');
  await fill('Reason', 'The goods are looked at');
  await press('Put on hold');
  await desk.page.getByText('Reminders are on hold.').waitFor();
  await wake();
  await desk.page.goto('/admin/customers/rossi');
  await desk.page.getByText('Waits: it is on hold').waitFor();
  await desk.page.getByText('On hold until it is released').waitFor();

  await open(desk, 'Release the hold');
  await fill('Reason', 'They are fine');
  await press('Release');
  await desk.page.getByText('The hold was released.').waitFor();
  // What waited for the hold is looked at in the customer's next slot; the session has ended by then.
  desk.office.clock.now = '2027-03-11T09:30:00.000Z';
  await wake();
  await desk.page.close();
  desk.page = await signedIn(desk.browser, desk.office);
  await desk.page.goto('/admin/letters?state=sent');
  await desk.page.getByRole('link', { name: 'First overdue reminder' }).click();
  await desk.page.getByRole('heading', { name: 'First overdue reminder to Officine Rossi' }).waitFor();
  expect(await frame().locator('body').textContent()).toContain('1.220,00');
  await desk.page.getByText('As plain text').click();
  expect(await desk.page.locator('pre').textContent()).toContain('IT60 X054');

  await desk.page.goto('/admin/orders/1042');
  await desk.page.getByRole('link', { name: 'First overdue reminder sent' }).click();
  await desk.page.getByRole('heading', { name: 'First overdue reminder to Officine Rossi' }).waitFor();

  await open(desk, 'Send again');
  await fill('To another address', 'capo@rossi.example');
  await press('Send again');
  await desk.page.getByText('The letter is sent again in a moment.').waitFor();
  await sender.drain();
  await desk.page.reload();
  expect(await desk.page.locator('.facts').textContent()).toContain('capo@rossi.example');
});

it('a letter that waits for approval is read as it would be sent, and approved', async () => {
  await desk.page.goto('/admin/customers/rossi');
  await open(desk, 'Whether the customer is reminded');
  await desk.page.getByLabel('A person approves each reminder').check();
  await fill('Reason', 'A large customer');
  await press('Set');
  await desk.page.getByText('It was decided').waitFor();
  await wake();
  await desk.page.goto('/admin/letters?state=held');
  await desk.page.getByRole('table').getByRole('link', { name: 'Reminder' }).click();
  expect(await frame().locator('body').textContent()).toContain('1.220,00');
  await open(desk, 'Approve');
  await press('Approve the letter');
  await desk.page.getByText('The letter was approved').waitFor();
  await sender.drain();
  await desk.page.reload();
  expect(await desk.page.locator('.facts').textContent()).toContain('Approved10 Mar 2027, 10:30 by carla');
  expect(await desk.page.locator('.facts').textContent()).toContain('Sent');
});

it('a customer is reminded now: what holds the letter back, then its text, then the letter', async () => {
  desk.office.clock.now = '2027-03-06T09:30:00.000Z';
  await desk.page.goto('/admin/customers/rossi');
  await desk.page.getByRole('link', { name: 'Remind now' }).click();
  await desk.page.getByText('letters leave at certain hours only, until 8 Mar 2027').waitFor();
  await desk.page.getByLabel('Letters leave at certain hours only').check();
  await press('Show the letter');
  expect(await frame().locator('body').textContent()).toContain('1.220,00');
  await press('Send the letter');
  await desk.page.getByText('About to be sent').waitFor();
  await sender.drain();
  await desk.page.reload();
  await desk.page.getByRole('heading', { name: 'First overdue reminder to Officine Rossi' }).waitFor();
  await desk.page.goto('/admin/customers/rossi');
  expect(await desk.page.locator('[aria-labelledby=history]').textContent()).toContain(
    'A letter was asked for',
  );
});

it('a promise and a dispute are noted, shown, and ended', async () => {
  await desk.page.goto('/admin/customers/rossi');
  await open(desk, 'Note a promise to pay');
  await fill('To be paid by', '2027-03-18');
  await press('Note the promise');
  await desk.page.getByText('1,220.00 EUR promised by 18 Mar 2027').waitFor();
  await open(desk, 'Withdraw the promise');
  await fill('Reason', 'They called');
  await press('Withdraw');
  await desk.page.getByText('The promise was withdrawn.').waitFor();
  await open(desk, 'Note a dispute');
  await desk.page.getByLabel('Invoice not received').check();
  await fill('Disputed amount', '9999');
  await press('Note the dispute');
  await desk.page.getByRole('alert').waitFor();
  await fill('Disputed amount', '220');
  await press('Note the dispute');
  await desk.page.getByText('220.00 EUR of order 1042').waitFor();
  await open(desk, 'Resolve the dispute');
  await desk.page.getByLabel('Wrong').check();
  await press('Resolve');
  await desk.page.getByText('The dispute was resolved.').waitFor();
});

it('a hold and a promise are of the orders that were chosen; what was chosen stays after a refusal', async () => {
  for (const orderId of ['1043', '1044'])
    await placeOrder(
      desk.database.sql,
      { orderId, orderNumber: null, total: eur(300) },
      '2027-02-02T10:00:00.000Z',
    );
  const chosen = (orderId: string) => desk.page.getByLabel(`${orderId}: 300.00 EUR`).locator('visible=true');
  await desk.page.goto('/admin/customers/rossi');
  await open(desk, 'Put reminders on hold');
  await chosen('1043').check();
  await chosen('1044').check();
  await fill('Last day', '2027-03-01');
  await fill('Reason', 'They are looked at');
  await press('Put on hold');
  await desk.page.getByText('This day is in the past.').waitFor();
  expect([await chosen('1043').isChecked(), await chosen('1044').isChecked()]).toEqual([true, true]);
  await fill('Last day', '2027-03-20');
  await press('Put on hold');
  await desk.page.getByText('On hold through 20 Mar 2027, orders 1044, 1043').waitFor();

  await open(desk, 'Note a promise to pay');
  await chosen('1044').check();
  await fill('To be paid by', '2027-03-18');
  await press('Note the promise');
  await desk.page.getByText('300.00 EUR promised by 18 Mar 2027, orders 1044').waitFor();

  await wake();
  await desk.page.goto('/admin/letters?state=sent');
  await desk.page.getByRole('link', { name: 'First overdue reminder' }).click();
  const asked = desk.page.getByRole('table', { name: 'What it asks for' }).locator('tbody th');
  expect(await asked.allTextContents()).toEqual(['1042']);
});

it('the frame of a letter runs nothing and loads nothing', async () => {
  const { headers } = await desk.page.request
    .get(`${desk.office.address}/admin/letters/confirmation:1042/html`)
    .then((response) => ({ headers: response.headers() }));
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; .*sandbox$/);
  for (const path of ['letters/nothing', 'letters/%00', 'letters?state=sent&after=x', 'letters/..%2f..'])
    expect([200, 404], path).toContain(
      (await desk.page.request.get(`${desk.office.address}/admin/${path}`)).status(),
    );
});

it.each(screens)('can be used by everybody, at $width pixels, $scheme', async (screen) => {
  await placeOrder(
    desk.database.sql,
    { orderId: 'another-order-with-a-long-id', orderNumber: null },
    '2027-02-01T10:00:00.000Z',
  );
  await desk.page.goto('/admin/customers/rossi');
  await open(desk, 'Put reminders on hold');
  await fill('Last day', '2027-03-20');
  await fill('Reason', 'The goods are looked at');
  await press('Put on hold');
  await open(desk, 'Note a dispute');
  await fill('Disputed amount', '220');
  await press('Note the dispute');
  await wake();
  const paths = [
    ...['letters', 'letters?state=sent', 'letters?state=held', 'letters/confirmation:1042'],
    ...['customers/rossi', 'customers/rossi/remind', 'customers/rossi/remind?ignore=hold', 'orders/1042'],
  ];
  await expectUsable(desk.page, screen, paths);
});
