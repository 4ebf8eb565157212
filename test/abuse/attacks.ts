import { gzipSync } from 'node:zlib';
import { type Answers, hammer, hold, send, type Target } from './calls.ts';

export type Attack = {
  name: string;
  run(target: Target, until: number): Promise<Answers>;
};

const MIB = 1024 * 1024;
const CSV = 'text/csv';
const GZIP = { 'content-encoding': 'gzip' };
const header = 'customerId,name,email,locale,country';
const blank = gzipSync(Buffer.alloc(60 * MIB, '\n'));
const spaces = gzipSync(Buffer.from(`${header}\n${' '.repeat(60 * MIB)}`));
const order = (more: object) =>
  JSON.stringify({
    orderId: 'abuse',
    customerId: 'customer-0',
    total: { amount: 100, currency: 'EUR' },
    ...more,
  });
/** Texts that make a careless regular expression, or a careless reading of numbers and days, run for minutes. */
const hostile = [
  '1'.repeat(40_000),
  `${'0,'.repeat(20_000)}x`,
  `${'1.'.repeat(20_000)}1,00-`,
  `${' '.repeat(40_000)}x`,
  `${'31/12/'.repeat(8_000)}`,
  `${'FT-1/'.repeat(8_000)}`,
  `${'IT60X0542811101000000123456 '.repeat(1_500)}`,
  `=${'('.repeat(40_000)}`,
  `${'a@'.repeat(20_000)}`,
];
const bankFile = [
  'Data;Importo;Causale',
  ...hostile.map((text) => `01/12/2026;1,00;${text}`),
  ...hostile.map((text) => `${text};1,00;x`),
  ...hostile.map((text) => `01/12/2026;${text};x`),
].join('\n');
let manyRows: Buffer | null = null;
/** 50 MiB of customers that are as they should be. */
const fiftyMib = (): Buffer => {
  manyRows ??= Buffer.from(
    `${header},vatNumber\n${Array.from({ length: 199_000 }, (_, n) => `big-${n},${'N'.repeat(200)},${'e'.repeat(20)}@big-${n}.example,it,IT,\n`).join('')}`,
  );
  return manyRows;
};
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** What somebody does who wants the process to be busy with them alone. Each runs for some seconds under checkouts. */
export const attacks: readonly Attack[] = [
  {
    name: 'nothing: checkouts alone',
    run: (_, until) =>
      hammer(1, until, async () => new Promise((resolve) => setTimeout(resolve, 1_000, 200))),
  },
  {
    name: 'hostile formats of days, and cells (A1): 4 at once',
    run: ({ url, keys }, until) =>
      hammer(4, until, (index) =>
        index % 2 === 0
          ? send(`${url}/v1/payments/import?dateFormat=dMyyyyuSuSuSuSuSuSuSuSuSuSuS`, {
              key: keys.accounting,
              type: CSV,
              body: bankFile,
            })
          : send(`${url}/v1/payments/import/analyse`, { key: keys.accounting, type: CSV, body: bankFile }),
      ),
  },
  {
    name: '20 slow readers of the ledger’s export (A2)',
    run: (target, until) =>
      hold(target, 20, until, {
        head: `GET /v1/ledger/export HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${target.keys.read}\r\n\r\n`,
        reading: 'slowly',
      }),
  },
  {
    name: '20 readers of the export, as fast as they can',
    run: ({ url, keys }, until) =>
      hammer(20, until, () => send(`${url}/v1/ledger/export`, { key: keys.read })),
  },
  {
    name: '20 uploads of 60 KB that unpack to 60 MiB of empty lines (A3)',
    run: ({ url, keys }, until) =>
      hammer(20, until, (index) =>
        index % 2 === 0
          ? send(`${url}/v1/customers/import`, {
              key: keys.accounting,
              type: CSV,
              headers: GZIP,
              body: blank,
            })
          : send(`${url}/v1/payments/import/analyse`, {
              key: keys.accounting,
              type: CSV,
              headers: GZIP,
              body: blank,
            }),
      ),
  },
  {
    name: '20 uploads of 60 KB that unpack to one endless line',
    run: ({ url, keys }, until) =>
      hammer(20, until, () =>
        send(`${url}/v1/customers/import`, { key: keys.accounting, type: CSV, headers: GZIP, body: spaces }),
      ),
  },
  {
    name: '4 uploads of 50 MiB of customers',
    run: ({ url, keys }, until) =>
      hammer(4, until, (index) =>
        send(`${url}/v1/customers/import`, {
          key: keys.storefront,
          type: CSV,
          headers: { 'idempotency-key': `big-${index}-${until}` },
          body: fiftyMib(),
        }),
      ),
  },
  {
    name: '20 times the same upload at once',
    run: ({ url, keys }, until) =>
      hammer(20, until, () =>
        send(`${url}/v1/customers/import`, {
          key: keys.accounting,
          type: CSV,
          headers: { 'idempotency-key': `same-${until}` },
          body: fiftyMib().subarray(0, 5 * MIB),
        }),
      ),
  },
  {
    name: '100 bodies that come byte by byte',
    run: (target, until) =>
      hold(target, 100, until, {
        head: `POST /v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${target.keys.storefront}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{`,
        trickle: ' ',
      }),
  },
  { name: '200 sockets that say nothing', run: (target, until) => hold(target, 200, until, {}) },
  {
    name: '200 sockets whose headers never end',
    run: (target, until) =>
      hold(target, 200, until, { head: 'GET / HTTP/1.1\r\nHost: x\r\n', trickle: 'x: y\r\n' }),
  },
  {
    name: 'deep and wide JSON of 250 KB: 10 at once',
    run: ({ url, keys }, until) => {
      const bodies = [
        nested(120_000),
        objects(40_000),
        order({}).replace('{', `{"metadata":${nested(120_000)},`),
        order({ metadata: Object.fromEntries(Array.from({ length: 15_000 }, (_, n) => [`k${n}`, 'v'])) }),
        order({}).replace('{', `{"buyer":${objects(40_000)},`),
        order({ orderNumber: 'x'.repeat(240_000) }),
        `[${'1e999,'.repeat(40_000)}1]`,
      ];
      return hammer(10, until, (index) =>
        send(`${url}/v1/orders`, { key: keys.storefront, body: bodies[index % bodies.length]! }),
      );
    },
  },
  {
    name: 'JSON that unpacks to 60 MiB: 10 at once',
    run: ({ url, keys }, until) =>
      hammer(10, until, () =>
        send(`${url}/v1/orders`, { key: keys.storefront, headers: GZIP, body: spaces }),
      ),
  },
  {
    name: 'PDF statements of 4,900 entries: 10 at once',
    run: ({ url, keys }, until) =>
      hammer(10, until, () =>
        send(`${url}/v1/customers/customer-0/statement?from=2020-01-01&format=pdf`, { key: keys.read }),
      ),
  },
  {
    name: 'statements of 4,900 entries as CSV and JSON: 6 at once',
    run: ({ url, keys }, until) =>
      hammer(6, until, (index) =>
        send(
          `${url}/v1/customers/customer-0/statement?from=2020-01-01&format=${index % 2 ? 'csv' : 'json'}`,
          { key: keys.read },
        ),
      ),
  },
  {
    name: 'the ageing of 20,000 customers as CSV and JSON: 4 at once',
    run: ({ url, keys }, until) =>
      hammer(4, until, (index) =>
        send(`${url}/v1/reports/ageing?format=${index % 2 ? 'csv' : 'json'}`, { key: keys.read }),
      ),
  },
  {
    name: 'lists and searches, pages of the greatest size: 10 at once',
    run: ({ url, keys }, until) => {
      const paths = [
        '/orders?limit=100',
        '/customers?limit=100',
        '/orders?status=open&limit=100',
        '/declines?limit=100',
        '/bank-lines?limit=100',
        '/customers/other-7',
        '/imports?limit=100',
      ];
      return hammer(10, until, (index) =>
        send(`${url}/v1${paths[index % paths.length]}`, { key: keys.read }),
      );
    },
  },
  {
    name: 'a policy simulated over 20,000 customers: 4 at once',
    run: ({ url, keys }, until) => {
      const eur = (amount: number) => ({ amount, currency: 'EUR' });
      const rules = [
        { rule: 'minOrders', orders: 1, withinDays: 3_650 },
        { rule: 'maxAverageDaysLate', days: 15, withinDays: 365 },
      ];
      const policy = { rules, creditLimit: eur(0), tolerance: eur(0) };
      return hammer(4, until, () =>
        send(`${url}/v1/policies/eligibility/simulate?limit=100`, {
          key: keys.read,
          body: JSON.stringify({ policy }),
        }),
      );
    },
  },
  {
    name: 'eligibility with one amount after another: 10 at once',
    run: ({ url, keys }, until) =>
      hammer(10, until, (index) =>
        send(`${url}/v1/customers/customer-1/eligibility?amount=${1_000 + index}&currency=EUR`, {
          key: keys.storefront,
        }),
      ),
  },
  {
    name: 'wrong keys: 20 at once',
    run: ({ url }, until) =>
      hammer(20, until, (index) => send(`${url}/v1/orders`, { key: `nt_wrong_${index}` })),
  },
  {
    name: '/readyz, /metrics and the documentation: 20 at once',
    run: ({ url }, until) => {
      const paths = ['/readyz', '/metrics', '/openapi.json', '/docs/'];
      return hammer(20, until, (index) => send(`${url}${paths[index % paths.length]}`, {}));
    },
  },
  {
    name: 'long addresses, many parameters, large headers: 10 at once',
    run: ({ url, keys }, until) => {
      const paths = [
        `/v1/orders?${'a=1&'.repeat(3_000)}`,
        `/v1/orders/${'%41'.repeat(4_000)}`,
        `/v1/orders?cursor=${'A'.repeat(12_000)}`,
        `/v1/customers/${'..%2f'.repeat(2_000)}`,
      ];
      return hammer(10, until, (index) =>
        send(`${url}${paths[index % paths.length]}`, {
          key: keys.read,
          headers: { 'x-large': 'x'.repeat(1_000) },
        }),
      );
    },
  },
];
