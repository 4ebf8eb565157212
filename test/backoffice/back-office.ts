import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import helmet from 'helmet';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createAdmin } from '../../src/backoffice/router.ts';
import { createSignInLink } from '../../src/modules/access/sessions.ts';
import type { Commands } from '../../src/modules/commands/commands.ts';
import { createVies } from '../../src/modules/customers/vies.ts';
import { createRenderer } from '../../src/modules/dunning/letters/render.ts';
import { checkout } from '../../src/modules/ordering/checkout.ts';
import { createDocuments } from '../../src/modules/reports/documents/documents.ts';
import type { Sql } from '../../src/platform/postgres/client.ts';
import { commandsFor } from '../../src/registry.ts';
import { aLook, anOrder } from '../support/builders.ts';
import { openMerchant } from '../support/merchant.ts';

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

export const openBrowser = (executablePath: string): Promise<Browser> =>
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

/** The merchant of the tests, with an order of 1,220.00 EUR placed on 1 February 2027, due on 3 March. */
export async function openShop(sql: Sql): Promise<void> {
  await openMerchant(sql);
  await placeOrder(sql, { orderId: '1042', orderNumber: 'SO-1042' }, '2027-02-01T10:00:00.000Z');
}

export async function placeOrder(sql: Sql, order: Parameters<typeof anOrder>[0], now: string): Promise<void> {
  const result = await checkout(sql, anOrder(order), { now, actor: 'key:shop', notifiesStore: false });
  if (result.kind !== 'accepted') throw new Error(`the order ${order.orderId} was declined`);
}
