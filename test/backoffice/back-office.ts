import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import express from 'express';
import helmet from 'helmet';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import { createAdmin } from '../../src/backoffice/router.ts';
import { createSignInLink } from '../../src/modules/access/sessions.ts';
import type { Commands } from '../../src/modules/commands/commands.ts';
import { createVies } from '../../src/modules/customers/vies.ts';
import { createRenderer } from '../../src/modules/dunning/letters/render.ts';
import { checkout } from '../../src/modules/ordering/checkout.ts';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { createDocuments } from '../../src/modules/reports/documents/documents.ts';
import type { Sql } from '../../src/platform/postgres/client.ts';
import { commandsFor } from '../../src/registry.ts';
import { aLook, anOrder, eur } from '../support/builders.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { addCustomer, openMerchant } from '../support/merchant.ts';

/** Made once for all tests of a process. */
const renderer = createRenderer();

/** What the clock of every test here shows at first. */
export const TODAY = '2027-03-10T09:30:00.000Z';

export type BackOffice = {
  address: string;
  /** The clock; a test may set it. */
  clock: { now: string };
  /** Whether the order's workflow takes commands; if not, they stay pending. */
  working: { on: boolean };
  errors: unknown[];
  link(userId?: string): Promise<string>;
  close(): Promise<void>;
};

/** The back office on its own port, in an app that is as strict as the real one; no worker runs. */
export async function openBackOffice(sql: Sql, viesUrl = 'http://127.0.0.1:1'): Promise<BackOffice> {
  const clock = { now: TODAY };
  const working = { on: true };
  const errors: unknown[] = [];
  const commands: Commands = commandsFor({
    sql,
    notifiesStore: false,
    orderWorkflows: {
      notify: async (orderId) => {
        if (working.on) await commands.advance(aLook(orderId, clock.now));
      },
    },
  });
  const app = express();
  app.use(helmet({ contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'self'"] } } }));
  app.use(
    '/admin',
    createAdmin({
      documents: createDocuments(),
      renderer: await renderer,
      sql,
      commands,
      vatRegister: createVies({ url: viesUrl }),
      revocationWorkflows: { startSoon: () => {} },
      now: () => clock.now,
      sessionSecret: 'a secret of the tests, long enough',
      secureCookies: false,
      temporalUiUrl: 'http://temporal.example:8233',
      namespace: 'default',
      log: { error: (fields) => errors.push(fields) },
    }),
  );
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    clock,
    working,
    errors,
    link: async (userId = 'carla') =>
      `${address}/admin/sign-in?token=${await createSignInLink(sql, { userId }, clock.now)}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const openBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export async function signedIn(
  browser: Browser,
  office: BackOffice,
  viewport = { width: 1280, height: 900 },
): Promise<Page> {
  const page = await browser.newPage({ viewport, baseURL: office.address });
  page.setDefaultTimeout(10_000);
  await page.goto(await office.link());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
  return page;
}

/** What the tests of a file work with: the back office, and an admin, `carla`, who is signed in. */
export type Desk = { database: TestDatabase; office: BackOffice; browser: Browser; page: Page };

/**
 * A desk for the tests of a file; after them, no page may have failed.
 * @param forEach true: each test has its own database and back office; false: the file has one
 * @param prepare what is in the database before the admin signs in; if not given, that of `openShop`
 * @param viesUrl where VIES is, once the database is prepared
 */
export function useBackOffice({
  forEach = false,
  prepare = openShop,
  viesUrl,
}: {
  forEach?: boolean;
  prepare?: (sql: Sql) => Promise<void>;
  viesUrl?: () => string;
} = {}): Desk {
  const desk = {} as Desk;
  beforeAll(async () => {
    desk.browser = await openBrowser(inject('chromiumPath'));
  });
  afterAll(() => desk.browser?.close());
  (forEach ? beforeEach : beforeAll)(async () => {
    desk.database = await freshDatabase();
    await prepare(desk.database.sql);
    desk.office = await openBackOffice(desk.database.sql, viesUrl?.());
    desk.page = await signedIn(desk.browser, desk.office);
  });
  (forEach ? afterEach : afterAll)(async () => {
    await desk.page?.close();
    await desk.office?.close();
    await desk.database?.drop();
    expect(desk.office.errors).toEqual([]);
  });
  return desk;
}

/** A back office for the tests of a file: each begins today with orders at work, and at the end the balances are right. */
export function useDesk(): Desk {
  const desk = useBackOffice();
  afterAll(async () => {
    expect(await reconcileBalances(desk.database.sql)).toEqual([]);
  });
  beforeEach(() => {
    desk.office.clock.now = TODAY;
    desk.office.working.on = true;
  });
  return desk;
}

/** Opens an action of the page. */
export const open = ({ page }: Desk, action: string) => page.locator('summary', { hasText: action }).click();
/** A fact at the top of the page, by its name. */
export const fact = ({ page }: Desk, name: string) =>
  page.locator('.facts > div').filter({ hasText: name }).locator('dd');

/** The screens on which each page is tried. */
export const screens = [
  { width: 1280, scheme: 'light' },
  { width: 400, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
] as const;
type Screen = { width: number; scheme: 'light' | 'dark' };

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Opens pages on a screen: they fit in its width, and axe finds nothing that keeps people from using them. */
export async function expectUsable(page: Page, { width, scheme }: Screen, paths: readonly string[]) {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  for (const path of paths) {
    await page.goto(`/admin/${path}`);
    if (process.env.SHOTS) {
      const name = `${path.replace(/\W/g, '-')}-${width}-${scheme}.png`;
      await page.screenshot({ path: `${process.env.SHOTS}/${name}`, fullPage: true });
    }
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(width);
    await page.evaluate(axe);
    // A letter in a frame is not ours to judge, and runs nothing, not even axe.
    const { violations } = (await page.evaluate("axe.run({ exclude: ['iframe'] })")) as {
      violations: { id: string; nodes: { html: string }[] }[];
    };
    expect(
      violations.map(({ id, nodes }) => `${path}: ${id} ${nodes.map(({ html }) => html.slice(0, 120))}`),
    ).toEqual([]);
  }
}

/** The merchant of the tests, with an order of 1,220.00 EUR placed on 1 February 2027, due on 3 March. */
export async function openShop(sql: Sql): Promise<void> {
  await openMerchant(sql);
  await placeOrder(sql, { orderId: '1042', orderNumber: 'SO-1042' }, '2027-02-01T10:00:00.000Z');
}

export async function placeOrder(sql: Sql, order: Parameters<typeof anOrder>[0], now: string): Promise<void> {
  const result = await checkout(sql, anOrder(order), { now, actor: 'key:shop', notifiesStore: false });
  if (result.kind !== 'accepted') throw new Error(`the order ${order.orderId} was declined`);
}

/** Records a payment, in units as they are typed, by the form of an order's page. */
export async function recordPayment(desk: Desk, orderId: string, amount: string): Promise<void> {
  await desk.page.goto(`/admin/orders/${orderId}`);
  await open(desk, 'Record a payment');
  await desk.page.getByLabel('Amount in EUR').fill(amount);
  await desk.page.getByRole('button', { name: 'Record the payment' }).click();
  await desk.page.getByText('The payment was recorded').waitFor();
}

/** A customer with sixty orders of 1 EUR, three to each millisecond. */
export async function sixtyOrders(desk: Desk, customerId: string, name: string): Promise<void> {
  await addCustomer(desk.database.sql, customerId, { name });
  for (let n = 0; n < 60; n++) {
    const placed = `2027-03-08T10:00:00.${String(Math.floor(n / 3)).padStart(3, '0')}Z`;
    const order = { orderId: `${customerId}-${n}`, customerId, orderNumber: null, total: eur(1) };
    await placeOrder(desk.database.sql, order, placed);
  }
}
