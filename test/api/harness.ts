import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Router } from 'express';
import { pino } from 'pino';
import { afterAll, beforeAll, expect } from 'vitest';
import { createApp, endpointsOf } from '../../src/api/app.ts';
import { mediaTypes } from '../../src/api/formats.ts';
import { createApiKey, type Scope } from '../../src/modules/access/api-keys.ts';
import { createStatementReader } from '../../src/modules/banking/statement-reader.ts';
import { createVies } from '../../src/modules/customers/vies.ts';
import { createRenderer } from '../../src/modules/dunning/letters/render.ts';
import { createImportWorkflows } from '../../src/modules/imports/import-workflows.ts';
import { createOrderWorkflows, type OrderWorkflows } from '../../src/modules/orders/order-workflows.ts';
import { findOrder } from '../../src/modules/orders/tables.ts';
import { createDocuments } from '../../src/modules/reports/documents/documents.ts';
import { createRevocationWorkflows } from '../../src/modules/revocation/revocation-workflows.ts';
import { createTemporalClient } from '../../src/platform/temporal/client.ts';
import { commandsFor } from '../../src/registry.ts';
import { aLook, eur } from '../support/builders.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { openMerchant } from '../support/merchant.ts';

// biome-ignore lint/suspicious/noExplicitAny: the tests read what the API answers, whatever it is
export type Answer = { status: number; headers: Headers; body: any };

type Options = {
  /** The key's scope, or a key of another kind; null sends no key. */
  as?: Scope | { key: string } | null;
  method?: string;
  headers?: Record<string, string>;
};

export type Api = Awaited<ReturnType<typeof openApi>>;

/** One thread of each kind for all tests of a process. */
const statementReader = createStatementReader();
const documents = createDocuments();
const renderer = createRenderer();

/**
 * The API with its own database, for a merchant with one customer, `rossi`. Temporal is down: orders are accepted
 * and commands are kept in any case. `work` does what an order's workflow does with them, and while `ask` or `working`
 * wait for an answer, each order that is notified does it at once.
 */
export async function openApi({
  notifiesStore = false,
  viesUrl = 'http://127.0.0.1:1',
  temporalAddress,
  merchant = true,
  admin,
  database,
}: {
  notifiesStore?: boolean;
  viesUrl?: string;
  /** False: the database is empty. */
  merchant?: boolean;
  /** Where real workflows do the work; if not given, there are none. */
  temporalAddress?: string;
  /** The back office; if not given, there is none. */
  admin?: Router;
  /** A migrated one; if not given, there is a new one. */
  database?: Pick<TestDatabase, 'sql' | 'drop'>;
} = {}) {
  const { sql, drop } = database ?? (await freshDatabase());
  if (merchant) await openMerchant(sql);
  const { client } = createTemporalClient({
    address: temporalAddress ?? '127.0.0.1:1',
    namespace: 'default',
  });
  const logged: string[] = [];
  const log = pino({ level: 'info' }, { write: (text: string) => logged.push(text) });
  const clock = { now: '2027-03-01T10:00:00.000Z' };
  const now = () => clock.now;
  const standIn = createStandIn(work);
  const orderWorkflows = temporalAddress
    ? createOrderWorkflows({ sql, client, log: { warn() {}, info() {} } })
    : standIn.orderWorkflows;
  const commands = commandsFor({ sql, orderWorkflows, notifiesStore });
  const vatRegister = createVies({ url: viesUrl });
  const quiet = { client, log: { warn() {}, info() {} } };
  const workflows = {
    orderWorkflows,
    importWorkflows: createImportWorkflows(quiet),
    revocationWorkflows: createRevocationWorkflows(quiet),
  };
  const deps = {
    sql,
    commands,
    ...workflows,
    log,
    now,
    notifiesStore,
    vatRegister,
    statementReader,
    documents,
    renderer: await renderer,
  };
  const reachTemporal = () => Promise.reject(new Error('away'));
  const server = createApp({ ...deps, reachTemporal, admin }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoints = endpointsOf(deps).map((given) => ({
    ...given,
    pattern: new RegExp(`^/v1${given.path.replace(/\{\w+\}/g, '[^/]+')}$`),
  }));

  let keyCount = 0;
  const newKey = async (scopes: Scope[], expiresAt: string | null = null, name = `person ${++keyCount}`) =>
    createApiKey(sql, { name, scopes, expiresAt }, clock.now);
  const keys: Record<Scope, string> = {
    storefront: (await newKey(['storefront'])).key,
    accounting: (await newKey(['accounting'])).key,
    read: (await newKey(['read'])).key,
    admin: (await newKey(['admin'])).key,
  };

  /** Sends a text or bytes as they are; each answer is compared with what the API's document promises. */
  async function send(
    path: string,
    body: string | Uint8Array | undefined,
    options: Options = {},
  ): Promise<Answer> {
    const { as = 'admin', method = body === undefined ? 'GET' : 'POST', headers = {} } = options;
    const key = as === null ? null : typeof as === 'string' ? keys[as] : as.key;
    const response = await fetch(`${origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body as BodyInit }),
    });
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    const answer = {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
    requirePromised(method, path, answer);
    return answer;
  }

  function requirePromised(method: string, path: string, { status, headers, body }: Answer): void {
    const { pathname } = new URL(path, origin);
    if (!pathname.startsWith('/v1') || status >= 400) return;
    const given = endpoints.find(
      (one) => one.method === method.toLowerCase() && one.pattern.test(pathname) && status in one.statuses,
    );
    if (!given) throw new Error(`${method} ${path} answered ${status}, which its document does not name`);
    const type = headers.get('content-type')?.split(';')[0];
    if (!given.formats.some((format) => mediaTypes[format] === type))
      throw new Error(`${method} ${path} answered in ${type}, which its document does not name`);
    if (type !== mediaTypes.json) return;
    const known = given.answer.parse(body);
    if (JSON.stringify(sorted(known)) !== JSON.stringify(sorted(body)))
      throw new Error(`${method} ${path} answered more than its document names: ${JSON.stringify(body)}`);
  }

  /** Calls `/v1…`; a body makes it a POST. */
  const call = (path: string, body?: unknown, options: Options = {}) =>
    send(`/v1${path}`, body === undefined ? undefined : JSON.stringify(body), options);

  /** What the order's workflow does with what is pending. */
  async function work(orderId: string, { storeFailed = false } = {}): Promise<void> {
    const order = (await findOrder(sql, orderId))!;
    await commands.advance(aLook(orderId, clock.now, { episode: order.episode, storeFailed }));
  }

  /** Waits for an answer, while the workflows of all orders that are asked something work. */
  async function working(asked: Promise<Answer>): Promise<Answer> {
    const waiting = await sql<{ orderId: string }[]>`
      select distinct order_id from commands where outcome is null order by 1`;
    return standIn.while(asked, { already: waiting.map(({ orderId }) => orderId) });
  }

  return {
    sql,
    client,
    commands,
    orderWorkflows,
    origin,
    keys,
    newKey,
    clock,
    logged,
    endpoints,
    send,
    call,
    work,
    working,
    /** Places an order of `rossi`, of 100 EUR if not given, which must be accepted. Returns the order. */
    async place(orderId: string, fields: object = {}): Promise<Answer['body']> {
      const order = { orderId, customerId: 'rossi', total: eur(100), ...fields };
      const answer = await call('/orders', order);
      expect(answer).toMatchObject({ status: 201 });
      return answer.body;
    },
    /** The credit that is held for `rossi`, in minor units. */
    unapplied: async (): Promise<number> => (await call('/customers/rossi')).body.credit.unapplied.amount,
    /** Asks an order whose workflow works. */
    async ask(orderId: string, what: string, body?: unknown, options: Options = {}): Promise<Answer> {
      const asked = call(`/orders/${orderId}/${what}`, body, { method: 'POST', ...options });
      return standIn.while(asked, { only: orderId });
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await drop();
    },
  };
}

/** The API for the tests of a file. */
export function useApi(): Api {
  const api = {} as Api;
  beforeAll(async () => {
    Object.assign(api, await openApi());
  });
  afterAll(() => api.close());
  return api;
}

/** The orders' workflows as the API sees them: while one of them works, each notification makes it do `work`. */
function createStandIn(work: (orderId: string) => Promise<void>) {
  const shifts = new Set<{ only?: string; done: Promise<void>[] }>();
  const orderWorkflows: OrderWorkflows = {
    ensureRunning: async () => {},
    startSoon: () => {},
    async notify(orderId) {
      for (const { only, done } of shifts)
        if (only === undefined || only === orderId) done.push(work(orderId));
      await Promise.allSettled([...shifts].flatMap(({ done }) => done));
    },
  };
  return {
    orderWorkflows,
    /** Works until the answer is there: for one order only, or for all, starting with those that already wait. */
    async while<T>(
      asked: Promise<T>,
      { only, already = [] }: { only?: string; already?: string[] },
    ): Promise<T> {
      const shift = { only, done: already.map(work) };
      shifts.add(shift);
      try {
        return await asked;
      } finally {
        shifts.delete(shift);
        await Promise.all(shift.done);
      }
    },
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}
