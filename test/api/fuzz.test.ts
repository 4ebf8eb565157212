import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyImport } from '../../src/modules/imports/apply-import.ts';
import { importAppliers } from '../../src/registry.ts';
import { useApi } from './harness.ts';

const api = useApi();

/** Valid bodies, whose parts are replaced by arbitrary JSON. */
const money = { amount: 100, currency: 'EUR' };
const terms = { kind: 'net', days: 30 };
const parts = {
  kind: 'instalments',
  nonBusinessDays: 'next',
  from: 'fulfilled',
  collection: 'riba',
  discount: { percent: '2', withinDays: 10 },
  lines: [
    { percent: '30', terms: { kind: 'endOfMonth', days: 30, convention: 'daysThenMonthEnd', plusDays: 10 } },
    { amount: money, collection: 'sdd', terms: { kind: 'dayOfMonth', day: 31, months: 1, from: 'invoiced' } },
    { remainder: true, terms: { kind: 'fixed', on: '2027-12-31' } },
  ],
};
const valid: Record<string, object> = {
  'PUT /customers/x': {
    name: 'X',
    email: 'x@x.example',
    locale: 'it',
    country: 'IT',
    vatNumber: 'IT12345670488',
    groups: ['a'],
    contacts: { billing: 'b@x.example', dunning: 'd@x.example', pec: 'x@pec.example' },
    accountManager: { name: 'M', email: 'm@merchant.example' },
    stats: { orders: 3, turnover: money },
    since: '2020-01-01',
    external: {
      creditScore: { value: 1, validUntil: '2027-12-31' },
      insuredLimit: { amount: money, validUntil: '2027-12-31' },
    },
    closedMonths: [{ month: 8, moveToDay: 10 }],
  },
  'POST /customers/rossi/suspend': { reason: 'r', until: '2027-04-01T00:00:00Z' },
  'PUT /customers/rossi/credit/raise': {
    raise: { limit: money, until: '2027-04-01T00:00:00Z' },
    currency: 'EUR',
    reason: 'r',
  },
  'POST /customers/rossi/credit/adjustments': { adjustmentId: 'a', amount: money, reason: 'r' },
  'PUT /customers/rossi/credit/group': { groupId: 'g', reason: 'r' },
  'PUT /credit-groups/g': { name: 'G', limits: [money] },
  'PUT /customers/rossi/terms': { terms: ['net30'], reason: 'r' },
  'POST /customers/rossi/revoke': { reason: 'r', openOrders: 'demand', revocationId: 'v' },
  'POST /customers/rossi/insolvency': { reason: 'r' },
  'PUT /customers/rossi/credit': { limit: money, currency: 'EUR', tolerance: money, reason: 'r' },
  'POST /orders': {
    orderId: 'o',
    customerId: 'rossi',
    total: money,
    orderNumber: 'N',
    termsCode: 'net30',
    placedAt: '2027-03-01T09:00:00Z',
    confirm: 'later',
    buyer: { name: 'B', email: 'b@x.example' },
    purchaseOrder: 'P',
    metadata: { a: 1 },
    categories: ['tools'],
    regime: { kind: 'agrifood', perishable: true },
    customer: { name: 'X', email: 'x@x.example', locale: 'it', country: 'IT' },
  },
  'POST /customers/rossi/terms-requests': { orderId: 'o', amount: money, note: 'n' },
  'POST /tasks/1/close': { outcome: 'done', reason: 'r' },
  'PATCH /orders/none': { orderNumber: 'N' },
  'POST /orders/none/payments': {
    paymentId: 'p',
    amount: money,
    receivedOn: '2027-03-01',
    method: 'm',
    reference: 'r',
    instalment: 1,
  },
  'POST /customers/rossi/payments': {
    paymentId: 'p',
    amount: money,
    receivedOn: '2027-03-01',
    method: 'm',
    reference: 'r',
    allocations: [{ orderId: 'o', instalment: 1, amount: money }],
    deductions: [{ orderId: 'o', kind: 'bank_fee', amount: money }],
  },
  'POST /bank-lines/none/confirm': {
    customerId: 'rossi',
    allocations: [{ orderId: 'o', instalment: 1, amount: money }],
    deductions: [{ orderId: 'o', kind: 'bank_fee', amount: money }],
  },
  'POST /bank-lines/none/ignore': { reason: 'r' },
  'POST /payments/none/allocations': {
    allocations: [{ orderId: 'o', instalment: 1, amount: money }],
    deductions: [{ orderId: 'o', kind: 'bank_fee', amount: money }],
  },
  'POST /payments/none/reverse': { reason: 'r', fee: money },
  'POST /orders/none/apply-credit': { amount: money, reason: 'r' },
  'POST /orders/none/instalments/1/collection': {
    state: 'paid',
    on: '2027-03-01',
    method: 'riba',
    paymentId: 'p',
    amount: money,
    confirmed: true,
    fee: money,
    reason: 'r',
  },
  'POST /orders/none/settle': { reason: 'r' },
  'POST /orders/none/credit-notes': {
    creditNoteId: 'n',
    amount: money,
    issuedOn: '2027-02-01',
    number: 'NC 1',
    reason: 'r',
  },
  'POST /customers/rossi/refunds': {
    refundId: 'f',
    amount: money,
    refundedOn: '2027-02-01',
    method: 'm',
    reference: 'x',
    reason: 'r',
  },
  'POST /orders/none/write-off': { amount: money, reason: 'r' },
  'POST /orders/none/interest': { until: '2027-02-01', reason: 'r' },
  'POST /orders/none/instalment-plan': {
    of: 'outstanding',
    instalments: [{ dueOn: '2027-12-01', amount: money }],
    reason: 'r',
  },
  'POST /orders/none/waive': { amount: money, reason: 'r' },
  'POST /approvals/none/approve': { comment: 'c' },
  'POST /approvals/none/reject': { comment: 'c' },
  'POST /orders/none/extend': { dueOn: '2027-12-01', instalment: 1, reason: 'r' },
  'POST /orders/none/amend': { total: money, reason: 'r' },
  'POST /orders/none/fulfilled': { fulfilmentId: 'f', amount: money, fulfilledOn: '2027-03-01', final: true },
  'PUT /invoices/none': {
    number: '2027/1',
    issuedOn: '2027-02-01',
    receivedOn: '2027-02-02',
    total: money,
    payable: money,
    withheld: { kind: 'split_payment' },
    documentUrl: 'https://documents.example/1.pdf',
    orders: [{ orderId: 'none', amount: money }],
  },
  'PUT /policies/eligibility': {
    baseVersion: 1,
    policy: {
      rules: [
        { rule: 'groups', anyOf: ['a'] },
        { rule: 'vatNumber', register: 'required', unchecked: 'fail', validForDays: 30 },
      ],
      creditLimit: money,
      tolerance: money,
    },
  },
  'POST /policies/eligibility/simulate': {
    policy: {
      sets: [
        {
          name: 'a',
          when: [{ rule: 'country', anyOf: ['IT'] }],
          rules: [
            { rule: 'categories', noneOf: ['a'] },
            { rule: 'maxAverageDaysLate', days: 3, withinDays: 90 },
            { rule: 'maxDaysPastDue', days: 3, tolerance: money },
            { rule: 'minTurnover', turnover: money, withinDays: 90 },
          ],
          creditLimit: money,
          terms: ['net30'],
          dunning: 'demo',
        },
      ],
    },
    order: { total: money, categories: ['a'] },
  },
  'POST /policies/eligibility/restore': { baseVersion: 1, version: 1 },
  'PUT /policies/terms': {
    baseVersion: 1,
    policy: {
      terms: [
        { code: 'net30', label: { en: 'a', it: 'b' }, ...terms },
        { code: 'parts', label: 'Parts', ...parts },
      ],
      defaultCode: 'net30',
    },
  },
  'PUT /policies/dunning': {
    baseVersion: 1,
    policy: {
      levels: [{ offset: 'P7D', tone: 'due' }],
      plans: { a: [] },
      sendTime: '09:00',
      timeZone: 'UTC',
    },
  },
  'PUT /settings': {
    baseVersion: 1,
    settings: {
      company: 'C',
      iban: null,
      vatNumber: 'IT12345670488',
      timeZone: 'UTC',
      country: 'IT',
      region: '32',
      saturdays: 'open',
    },
  },
  'POST /settings/restore': { baseVersion: 1, version: 1 },
  'POST /terms/preview': {
    terms: parts,
    placedOn: '2027-01-31',
    total: money,
    regime: { kind: 'agrifood', perishable: false },
  },
  'PUT /policies/late-interest': {
    baseVersion: 0,
    policy: {
      enabled: true,
      country: 'IT',
      marginPercent: '8',
      compensation: money,
      referenceRates: [{ from: '2027-01-01', percent: '2.15' }],
    },
  },
  'PUT /policies/receipts': {
    baseVersion: 0,
    policy: {
      deductions: { bank_fee: money, rounding: money, withholding: null, discount: money },
      underpayment: money,
      returnFee: money,
      bankDays: 5,
    },
  },
  'POST /interest/preview': {
    principal: money,
    dueOn: '2026-01-31',
    paidOn: '2026-12-31',
    country: 'IT',
    payments: [{ on: '2026-02-28', amount: money }],
    excluded: [{ from: '2026-03-01', to: '2026-03-31', amount: money }],
    agrifood: true,
    concludedOn: '2026-01-01',
  },
  'POST /policies/dunning/preview': { termsCode: 'net30', placedOn: '2027-01-31', total: money },
};

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom('\u0000', '\ud800', '\u202e', 'P', 'T', '-', '9', 'D', '\n'),
    maxLength: 12,
  }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '0000-00-00',
    '9999-12-31',
    'P99999D',
    '-PT1S',
    'EUR',
    'xx-invalid',
  ),
);
const junk = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(0, -1, 1e21, 2 ** 53, 0.1, null, true, [], {}),
);

/** The body with one part, anywhere in it, replaced or added. */
const mutated = (body: object) =>
  fc
    .tuple(fc.constantFrom(...pathsOf(body)), junk, fc.boolean(), text)
    .map(([path, value, replace, name]) => {
      const copy = structuredClone(body) as Record<string, unknown>;
      const parent = path.slice(0, -1).reduce((node, part) => node[part] as Record<string, unknown>, copy);
      const added = Array.isArray(parent) ? parent.length : name;
      Object.defineProperty(parent, replace ? path.at(-1)! : added, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      return copy;
    });

function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]));
  return path.length > 0 ? [path, ...below] : below;
}

it.each(Object.entries(valid))('%s answers any body, and never fails', async (call, body) => {
  const [method, path] = call.split(' ') as [string, string];
  await fc.assert(
    fc.asyncProperty(
      fc.oneof({ weight: 4, arbitrary: mutated(body) }, { weight: 1, arbitrary: junk }),
      async (sent) => {
        const answer = await api.call(path, sent, { method });
        expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
        if (answer.status >= 400) expect(answer.body.code).toEqual(expect.any(String));
      },
    ),
    { numRuns: 150 },
  );
});

it('any file gets an answer: it is kept as a whole or refused', async () => {
  const pieces = [
    'customerId',
    'name',
    'email',
    'locale',
    'country',
    ',',
    ';',
    '"',
    '\n',
    '\r',
    '{',
    '}',
    ':',
    '[',
    '|',
  ];
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(...pieces, '\u0000', 'à', '\ufeff'), maxLength: 60 }).map(encode),
    fc
      .array(fc.oneof(text, fc.constantFrom('x', 'it', 'IT', 'x@x.example')), { maxLength: 6 })
      .map((cells) => encode(`customerId,name,email,locale,country,groups\n${cells.join(',')}\n`)),
    mutated({ ...valid['PUT /customers/x'], customerId: 'x' }).map((line) => encode(JSON.stringify(line))),
  );
  const type = fc.constantFrom('text/csv', 'application/x-ndjson');
  await fc.assert(
    fc.asyncProperty(bytes, type, async (file, contentType) => {
      const headers = { 'content-type': contentType };
      const answer = await api.send('/v1/customers/import', file, { method: 'POST', headers });
      expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
      if (answer.status >= 400) return;
      const { body } = await api.call(`/imports/${answer.body.importId}/rejected?limit=200`);
      expect(body.items).toHaveLength(answer.body.rejected);
      await applyImport(api.sql, answer.body.importId, { appliers: importAppliers, now: api.clock.now });
    }),
    { numRuns: 300 },
  );
});

const encode = (given: string): Uint8Array => new Uint8Array(Buffer.from(given));

it('any path and query gets an answer, and never fails', async () => {
  const part = fc.oneof(
    text.map(encodeURIComponentSafely),
    fc.string({ unit: fc.constantFrom('%', '0', 'a', '.', '~'), maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        'customers',
        'orders',
        'commands',
        'tasks',
        'imports',
        'revocations',
        'credit-groups',
        'payments',
        'invoices',
        'bank-lines',
      ),
      part,
      part,
      part,
      async (what, id, name, value) => {
        const answer = await api.call(`/${what}/${id}?${name}=${value}`);
        expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
      },
    ),
    { numRuns: 200 },
  );
});

it.each([
  '/customers/rossi/statement',
  '/ledger/export',
  '/reports/ageing',
  '/reports/dso',
  '/reports/average-days-late',
  '/reports/expected-cash',
])('%s answers whatever its parameters say, and never fails', async (path) => {
  const name = fc.constantFrom('from', 'to', 'asOf', 'days', 'currency', 'format');
  const value = fc.oneof(
    text.map(encodeURIComponentSafely),
    fc.constantFrom(
      '2027-02-30',
      '1900-01-01',
      '2999-12-31',
      '2027-03-01',
      'XAU',
      'JPY',
      '0',
      '3653',
      'csv',
      'pdf',
    ),
  );
  const parameter = fc.tuple(name, value).map(([name, value]) => `${name}=${value}`);
  await fc.assert(
    fc.asyncProperty(fc.array(parameter, { minLength: 1, maxLength: 3 }), async (given) => {
      const answer = await api.call(`${path}?${given.join('&')}`);
      expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
    }),
    { numRuns: 60 },
  );
});

const encodeURIComponentSafely = (given: string): string =>
  encodeURIComponent(given.replace(/\p{Cs}/gu, 'x'));
