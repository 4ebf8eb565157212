import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { createRenderer } from '../../src/modules/dunning/letters/render.ts';
import { createSender, type Sender } from '../../src/modules/mail/sender.ts';
import { mailDefinitionsOf } from '../../src/registry.ts';
import { aLook } from '../support/builders.ts';
import { commandsAlone } from '../support/commands.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import {
  type BackOffice,
  openBackOffice,
  openBrowser,
  openShop,
  placeOrder,
  signedIn,
} from './back-office.ts';

/** Order 1042 was due on Wednesday 3 March 2027, and the first reminder that it is overdue is planned for the 10th. */
const renderer = createRenderer();
let database: TestDatabase;
let office: BackOffice;
let browser: Browser;
let page: Page;
let sender: Sender;

beforeAll(async () => {
  browser = await openBrowser(inject('chromiumPath'));
});
afterAll(() => browser?.close());
beforeEach(async () => {
  database = await freshDatabase();
  const { sql } = database;
  await openShop(sql);
  office = await openBackOffice(sql);
  sender = createSender({
    ...{ sql, definitions: mailDefinitionsOf(await renderer, { notifiesStore: false }) },
    ...{ mailer: { send: async () => {} }, from: 'terms@merchant.example', log: { warn() {} } },
    ...{
      now: () => office.clock.now,
      perSecond: 1_000,
      atOnce: 4,
      retry: async () => {},
      everyMs: 3_600_000,
    },
  });
  await sender.drain('2027-02-01T10:00:00.000Z');
  page = await signedIn(browser, office);
});
afterEach(async () => {
  await page.close();
  await sender.stop();
  await office.close();
  await database.drop();
  expect(office.errors).toEqual([]);
});

const open = (action: string) => page.locator('summary', { hasText: action }).click();
const fill = (label: string, text: string) => page.getByLabel(label).locator('visible=true').fill(text);
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const wake = async (orderId = '1042') => {
  await commandsAlone(database.sql).advance(aLook(orderId, office.clock.now));
  await sender.drain();
};
const frame = () => page.frameLocator('iframe[title="The letter"]');

it('an admin sees what is planned, puts it on hold, releases it, and sees it sent', async () => {
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Letters' }).click();
  const row = page.getByRole('table', { name: 'Planned letters' }).locator('tbody tr', { hasText: '10 Mar' });
  expect(await row.textContent()).toContain('First overdue reminder order 1042');
  await row.getByRole('link', { name: 'Officine Rossi' }).click();

  await open('Put reminders on hold');
  await fill('Reason', 'The goods are looked at');
  await press('Put on hold');
  await page.getByText('Reminders are on hold.').waitFor();
  await wake();
  await page.goto('/admin/customers/rossi');
  await page.getByText('Waits: it is on hold').waitFor();
  await page.getByText('On hold until it is released').waitFor();

  await open('Release the hold');
  await fill('Reason', 'They are fine');
  await press('Release');
  await page.getByText('The hold was released.').waitFor();
  // What waited for the hold is looked at in the customer's next slot; the session has ended by then.
  office.clock.now = '2027-03-11T09:30:00.000Z';
  await wake();
  await page.close();
  page = await signedIn(browser, office);
  await page.goto('/admin/letters?state=sent');
  await page.getByRole('link', { name: 'First overdue reminder' }).click();
  await page.getByRole('heading', { name: 'First overdue reminder to Officine Rossi' }).waitFor();
  expect(await frame().locator('body').textContent()).toContain('1.220,00');
  await page.getByText('As plain text').click();
  expect(await page.locator('pre').textContent()).toContain('IT60 X054');

  await page.goto('/admin/orders/1042');
  await page.getByRole('link', { name: 'First overdue reminder sent' }).click();
  await page.getByRole('heading', { name: 'First overdue reminder to Officine Rossi' }).waitFor();

  await open('Send again');
  await fill('To another address', 'capo@rossi.example');
  await press('Send again');
  await page.getByText('The letter is sent again in a moment.').waitFor();
  await sender.drain();
  await page.reload();
  expect(await page.locator('.facts').textContent()).toContain('capo@rossi.example');
});

it('a letter that waits for approval is read as it would be sent, and approved', async () => {
  await page.goto('/admin/customers/rossi');
  await open('Whether the customer is reminded');
  await page.getByLabel('A person approves each reminder').check();
  await fill('Reason', 'A large customer');
  await press('Set');
  await page.getByText('It was decided').waitFor();
  await wake();
  await page.goto('/admin/letters?state=held');
  await page.getByRole('table').getByRole('link', { name: 'Reminder' }).click();
  expect(await frame().locator('body').textContent()).toContain('1.220,00');
  await open('Approve');
  await press('Approve the letter');
  await page.getByText('The letter was approved').waitFor();
  await sender.drain();
  await page.reload();
  expect(await page.locator('.facts').textContent()).toContain('Approved10 Mar 2027, 10:30 by carla');
  expect(await page.locator('.facts').textContent()).toContain('Sent');
});

it('a customer is reminded now: what holds the letter back, then its text, then the letter', async () => {
  office.clock.now = '2027-03-06T09:30:00.000Z';
  await page.goto('/admin/customers/rossi');
  await page.getByRole('link', { name: 'Remind now' }).click();
  await page.getByText('letters leave at certain hours only, until 8 Mar 2027').waitFor();
  await page.getByLabel('Letters leave at certain hours only').check();
  await press('Show the letter');
  expect(await frame().locator('body').textContent()).toContain('1.220,00');
  await press('Send the letter');
  await page.getByText('About to be sent').waitFor();
  await sender.drain();
  await page.reload();
  await page.getByRole('heading', { name: 'First overdue reminder to Officine Rossi' }).waitFor();
  await page.goto('/admin/customers/rossi');
  expect(await page.locator('[aria-labelledby=history]').textContent()).toContain('A letter was asked for');
});

it('a promise and a dispute are noted, shown, and ended', async () => {
  await page.goto('/admin/customers/rossi');
  await open('Note a promise to pay');
  await fill('To be paid by', '2027-03-18');
  await press('Note the promise');
  await page.getByText('1,220.00 EUR promised by 18 Mar 2027').waitFor();
  await open('Withdraw the promise');
  await fill('Reason', 'They called');
  await press('Withdraw');
  await page.getByText('The promise was withdrawn.').waitFor();
  await open('Note a dispute');
  await page.getByLabel('Invoice not received').check();
  await fill('Disputed amount', '9999');
  await press('Note the dispute');
  await page.getByRole('alert').waitFor();
  await fill('Disputed amount', '220');
  await press('Note the dispute');
  await page.getByText('220.00 EUR of order 1042').waitFor();
  await open('Resolve the dispute');
  await page.getByLabel('Wrong').check();
  await press('Resolve');
  await page.getByText('The dispute was resolved.').waitFor();
});

it('the frame of a letter runs nothing and loads nothing', async () => {
  const { headers } = await page.request
    .get(`${office.address}/admin/letters/confirmation:1042/html`)
    .then((response) => ({ headers: response.headers() }));
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; .*sandbox$/);
  for (const path of ['letters/nothing', 'letters/%00', 'letters?state=sent&after=x', 'letters/..%2f..'])
    expect([200, 404], path).toContain((await page.request.get(`${office.address}/admin/${path}`)).status());
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

it.each([
  { width: 1280, scheme: 'light' },
  { width: 400, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
] as const)('can be used by everybody, at $width pixels, $scheme', async ({ width, scheme }) => {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  await placeOrder(
    database.sql,
    { orderId: 'another-order-with-a-long-id', orderNumber: null },
    '2027-02-01T10:00:00.000Z',
  );
  await page.goto('/admin/customers/rossi');
  await open('Put reminders on hold');
  await fill('Last day', '2027-03-20');
  await fill('Reason', 'The goods are looked at');
  await press('Put on hold');
  await open('Note a dispute');
  await fill('Disputed amount', '220');
  await press('Note the dispute');
  await wake();
  const paths = [
    ...['letters', 'letters?state=sent', 'letters?state=held', 'letters/confirmation:1042'],
    ...['customers/rossi', 'customers/rossi/remind', 'customers/rossi/remind?ignore=hold', 'orders/1042'],
  ];
  for (const path of paths) {
    await page.goto(`/admin/${path}`);
    if (process.env.SHOTS)
      await page.screenshot({
        ...{
          path: `${process.env.SHOTS}/${path.replace(/\W/g, '-')}-${width}-${scheme}.png`,
          fullPage: true,
        },
      });
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(width);
    await page.evaluate(axe);
    const { violations } = (await page.evaluate("axe.run({ exclude: ['iframe'] })")) as {
      violations: { id: string; nodes: { html: string }[] }[];
    };
    expect(violations.map(({ id, nodes }) => `${path}: ${id} ${nodes[0]?.html}`)).toEqual([]);
  }
});
