import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { countryCodes } from '../../src/api/schemas/country-codes.ts';
import { eur } from '../support/builders.ts';
import { type Answer, useApi } from './harness.ts';

const api = useApi();

const order = { orderId: 'bad', customerId: 'rossi', total: eur(10) };
const facts = { name: 'Verdi', email: 'verdi@verdi.example', locale: 'it-IT', country: 'IT' };

/** Checks that it is a problem detail (RFC 9457) with this code. */
function expectProblem(answer: Answer, status: number, code: string, ...pointers: string[]): void {
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer).toMatchObject({
    status,
    body: {
      type: expect.stringMatching(new RegExp(`:${code}$`)),
      title: expect.stringMatching(/\w/),
      status,
      instance: expect.stringMatching(/^\/v1\//),
      code,
      requestId: answer.headers.get('x-request-id'),
    },
  });
  if (pointers.length > 0)
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
}

describe('a body', () => {
  it.each([
    ['{"orderId": "x",}', 400, 'malformed-json'],
    ['{', 400, 'malformed-json'],
    ['', 422, 'validation'],
    ['null', 422, 'validation'],
    ['"text"', 422, 'validation'],
    ['[]', 422, 'validation'],
    ['[['.repeat(50_000), 400, 'malformed-json'],
    [`${'['.repeat(60_000)}${']'.repeat(60_000)}`, 422, 'validation'],
    [`{"a":"${'x'.repeat(257 * 1024)}"}`, 413, 'body-too-large'],
  ])('%.20s is answered with %i %s', async (text, status, code) => {
    expectProblem(await api.send('/v1/orders', text), status, code);
  });

  it('of another type, charset or encoding, or broken, is refused', async () => {
    const text = JSON.stringify(order);
    const send = (headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer> = text) =>
      api.send('/v1/orders', body, { headers });
    expectProblem(await send({ 'content-type': 'text/plain' }), 415, 'unsupported-media-type');
    expectProblem(
      await send({ 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'unsupported-media-type',
    );
    expectProblem(
      await send({ 'content-type': 'application/json; charset=latin1' }),
      415,
      'unsupported-media-type',
    );
    expectProblem(await send({ 'content-encoding': 'compress' }), 415, 'unsupported-media-type');
    expectProblem(await send({ 'content-encoding': 'gzip' }), 400, 'malformed-json');
    const bomb = new Uint8Array(gzipSync(`{"a":"${'x'.repeat(2_000_000)}"}`));
    expectProblem(await send({ 'content-encoding': 'gzip' }, bomb), 413, 'body-too-large');
  });
});

describe('an order', () => {
  const amount = (value: unknown) => ({ total: { amount: value, currency: 'EUR' } });
  it.each([
    [amount(0), '/total/amount'],
    [amount(-1), '/total/amount'],
    [amount(1.5), '/total/amount'],
    [amount(1e300), '/total/amount'],
    [amount(1_000_000_000_001), '/total/amount'],
    [amount('10'), '/total/amount'],
    [amount(null), '/total/amount'],
    [{ total: { amount: 10, currency: 'eur' } }, '/total/currency'],
    [{ total: { amount: 10, currency: 'ZZZ' } }, '/total/currency'],
    [{ total: { amount: 10, currency: 'EUR', cents: 1 } }, '/total/cents'],
    [{ total: undefined }, '/total'],
    [{ surprise: 1 }, '/surprise'],
    [{ 'a/b~c': 1 }, '/a~1b~0c'],
    [{ orderId: '' }, '/orderId'],
    [{ orderId: '..' }, '/orderId'],
    [{ orderId: 'a b' }, '/orderId'],
    [{ orderId: 'x'.repeat(101) }, '/orderId'],
    [{ orderId: 'a\u0000' }, '/orderId'],
    [{ orderNumber: 'N\u0000' }, '/orderNumber'],
    [{ orderNumber: 'line\nbreak' }, '/orderNumber'],
    [{ orderNumber: 'half \ud800' }, '/orderNumber'],
    [{ orderNumber: ' ' }, '/orderNumber'],
    [{ confirm: 'perhaps' }, '/confirm'],
    [{ placedAt: 'yesterday' }, '/placedAt'],
    [{ buyer: { name: 7 } }, '/buyer/name'],
    [{ buyer: { '': 'x' } }, '/buyer/'],
    [{ metadata: { note: 'a\u0000' } }, '/metadata/note'],
    [{ metadata: { 'a\u0000': 'x' } }, '/metadata/a\u0000'],
    [{ metadata: { deep: { er: 1 } } }, '/metadata/deep'],
    [{ metadata: { id: 2 ** 53 } }, '/metadata/id'],
    [{ metadata: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, n])) }, '/metadata'],
  ])('with %j is refused at %s', async (fields, pointer) => {
    expectProblem(await api.call('/orders', { ...order, ...fields }), 422, 'validation', pointer);
  });

  it('with many errors gets all of them in the answer', async () => {
    const answer = await api.call('/orders', { total: { amount: -1, currency: '€' }, x: 1 });
    expectProblem(
      answer,
      422,
      'validation',
      '/orderId',
      '/customerId',
      '/total/amount',
      '/total/currency',
      '/x',
    );
  });

  it('of an unknown customer, in another currency or over the limit is refused with its own code', async () => {
    expectProblem(await api.call('/orders', { ...order, customerId: 'nobody' }), 404, 'customer-not-found');
    expectProblem(
      await api.call('/orders', { ...order, total: { amount: 1, currency: 'USD' } }),
      422,
      'currency-mismatch',
    );
    expectProblem(
      await api.call('/orders', { ...order, total: { amount: 1_000_000_000_000, currency: 'EUR' } }),
      422,
      'not-eligible',
    );
  });
});

describe('a customer', () => {
  it.each([
    [{ name: '' }, '/name'],
    [{ name: 'x'.repeat(10_000) }, '/name'],
    [{ name: 'NUL \u0000' }, '/name'],
    [{ name: undefined }, '/name'],
    [{ email: 'nobody' }, '/email'],
    [{ email: 'a@b.example\r\nBcc: c@d.example' }, '/email'],
    [{ locale: 'it_IT' }, '/locale'],
    [{ country: 'IT ' }, '/country'],
    [{ country: 'XX' }, '/country'],
    [{ vatNumber: '1'.repeat(61) }, '/vatNumber'],
    [{ groups: ['\u0007'] }, '/groups/0'],
    [{ contacts: { billing: 'not an address' } }, '/contacts/billing'],
    [{ stats: { orders: -1, turnover: eur(1) } }, '/stats/orders'],
    [{ stats: { orders: 1.5, turnover: eur(1) } }, '/stats/orders'],
    [{ stats: { orders: 1, turnover: { amount: -1, currency: 'EUR' } } }, '/stats/turnover/amount'],
    [{ privilege: 'granted' }, '/privilege'],
  ])('with %j is refused at %s', async (fields, pointer) => {
    const answer = await api.call('/customers/verdi', { ...facts, ...fields }, { method: 'PUT' });
    expectProblem(answer, 422, 'validation', pointer);
  });

  it.each([
    ['it-IT-u-ca-buddhist', 'it-IT'],
    ['en-gb-u-nu-arab-x-mine', 'en-GB'],
    ['sr-latn', 'sr-Latn'],
  ])('of locale %s is kept as %s', async (locale, kept) => {
    await api.call('/customers/locale', { ...facts, locale }, { method: 'PUT' });
    expect((await api.call('/customers/locale')).body).toMatchObject({ locale: kept });
  });
});

describe('a member called __proto__', () => {
  const evil = '"__proto__": {"admin": true}';
  const sent = (body: object, place: string) => JSON.stringify(body).replace('"HERE":1', place);
  const here = { HERE: 1 };
  const bodies: [method: string, path: string, body: object, ...pointers: string[]][] = [
    ['POST', '/orders', { ...order, ...here }, '/__proto__'],
    ['POST', '/orders', { ...order, total: { ...eur(10), ...here } }, '/total/__proto__'],
    ['POST', '/orders', { ...order, metadata: here }, '/metadata/__proto__'],
    [
      'POST',
      '/orders',
      { ...order, metadata: { deep: [here] } },
      '/metadata/deep',
      '/metadata/deep/0/__proto__',
    ],
    ['POST', '/orders', { ...order, buyer: here }, '/buyer/__proto__'],
    ['POST', '/orders', { ...order, customer: { ...facts, contacts: here } }, '/customer/contacts/__proto__'],
    ['PUT', '/customers/verdi', { ...facts, contacts: here }, '/contacts/__proto__'],
    [
      'PUT',
      '/policies/dunning',
      { baseVersion: 1, policy: { levels: [], plans: here } },
      '/policy/plans/__proto__',
    ],
    ['POST', '/orders/x/cancel', { reason: 'x', ...here }, '/__proto__'],
  ];
  it.each(bodies)('is refused by %s %s in %j', async (method, path, body, ...pointers) => {
    const answer = await api.send(`/v1${path}`, sent(body, evil), { method });
    expectProblem(answer, 422, 'validation', ...pointers);
    expect(answer.body.errors.at(-1).detail).toBe('This field is unknown: leave it out.');
  });

  it('is refused as a parameter and inside of a cursor', async () => {
    for (const query of ['__proto__=x', '__proto__[admin]=1', 'limit[__proto__]=1', 'constructor=x'])
      expectProblem(await api.call(`/orders?${query}`), 422, 'validation', query.split('=')[0]!);
    const cursor = Buffer.from('{"after":"x","__proto__":{}}').toString('base64url');
    expectProblem(await api.call(`/customers?cursor=${cursor}`), 422, 'validation', 'cursor');
  });

  it('is refused in a line of a file, and as a column', async () => {
    const send = (type: string, file: string) =>
      api.send('/v1/customers/import', file, { method: 'POST', headers: { 'content-type': type } });
    const bad = sent({ customerId: 'p', ...facts, contacts: here }, evil);
    const { body } = await send('application/x-ndjson', `${bad}\n`);
    const { items } = (await api.call(`/imports/${body.importId}/rejected`)).body;
    expect(items).toMatchObject([{ subject: 'p', errors: [{ pointer: '/contacts/__proto__' }] }]);
    const csv = await send(
      'text/csv',
      'customerId,name,email,locale,country,__proto__\np,P,p@p.example,it,IT,x\n',
    );
    expectProblem(csv, 422, 'file-not-readable');
  });

  it('alone is refused: other names of JavaScript are unknown fields, or kept where names are free', async () => {
    for (const name of ['constructor', 'prototype', 'toString'])
      expectProblem(await api.call('/orders', { ...order, [name]: 1 }), 422, 'validation', `/${name}`);
    const metadata = { constructor: 'Ferrari', prototype: true };
    expect((await api.place('named', { metadata })).metadata).toEqual(metadata);
  });
});

describe('a policy', () => {
  const net30 = { code: 'net30', label: '30 days', kind: 'net', days: 30 };
  const level = { offset: 'P0D', tone: 'due' };
  const limit = { creditLimit: eur(1) };
  it.each([
    ['terms', { terms: [net30, net30], defaultCode: 'net30' }, '/policy/terms'],
    ['terms', { terms: [net30], defaultCode: 'net60' }, '/policy/defaultCode'],
    ['terms', { terms: [{ ...net30, days: 1.5 }], defaultCode: 'net30' }, '/policy/terms/0/days'],
    ['terms', { terms: [{ ...net30, days: 731 }], defaultCode: 'net30' }, '/policy/terms/0/days'],
    ['terms', { terms: [{ ...net30, kind: 'never' }], defaultCode: 'net30' }, '/policy/terms/0/kind'],
    ['terms', { terms: [{ ...net30, label: { en: 'x' } }], defaultCode: 'net30' }, '/policy/terms/0/label'],
    ...['PT0S', '-PT1S', 'P', 'PT', 'P1Y', 'P1M', 'PT1.5S', '60', 'P731D', 'P9999999999D'].map(
      (duration) =>
        [
          'terms',
          { terms: [{ code: 'x', label: 'x', kind: 'elapsed', duration }], defaultCode: 'x' },
          '/policy/terms/0/duration',
        ] as const,
    ),
    ['eligibility', { rules: [{ rule: 'luck' }], ...limit }, '/policy/rules/0/rule'],
    ['eligibility', { rules: [{ rule: 'minOrders' }], ...limit }, '/policy/rules/0/orders'],
    ['eligibility', { rules: [{ rule: 'groups', anyOf: [] }], ...limit }, '/policy/rules/0/anyOf'],
    ['eligibility', { rules: [] }, '/policy/creditLimit'],
    [
      'eligibility',
      { rules: [], ...limit, tolerance: { amount: 1, currency: 'USD' } },
      '/policy/tolerance/currency',
    ],
    ['dunning', { levels: [{ ...level, offset: 'tomorrow' }] }, '/policy/levels/0/offset'],
    ['dunning', { levels: [{ ...level, offset: 'P366D' }] }, '/policy/levels/0/offset'],
    ['dunning', { levels: [{ ...level, offset: '-P366D' }] }, '/policy/levels/0/offset'],
    ['dunning', { levels: [level, level] }, '/policy/levels'],
    ['dunning', { levels: [{ ...level, tone: 'threat' }] }, '/policy/levels/0/tone'],
    ['dunning', { levels: [{ ...level, tone: 'returned' }] }, '/policy/levels/0/tone'],
    ['dunning', { levels: [{ ...level, payWithinDays: 7 }] }, '/policy/levels/0/payWithinDays'],
    [
      'dunning',
      { levels: [{ offset: 'PT20S', tone: 'overdue-1', payWithinDays: 7 }] },
      '/policy/levels/0/payWithinDays',
    ],
    ['dunning', { levels: [], maxIn30Days: 0 }, '/policy/maxIn30Days'],
    ['dunning', { levels: [], minIntervalDays: -1 }, '/policy/minIntervalDays'],
    [
      'dunning',
      {
        levels: [],
        minimumAmounts: [
          { amount: 1, currency: 'EUR' },
          { amount: 2, currency: 'EUR' },
        ],
      },
      '/policy/minimumAmounts',
    ],
    ['dunning', { levels: [], letters: 'maybe' }, '/policy/letters'],
    ['dunning', { levels: [], pauses: [{ from: '8-8', to: '08-24' }] }, '/policy/pauses/0/from'],
    ['dunning', { levels: [], pauses: [{ from: '01-10', to: '01-01' }] }, '/policy/pauses'],
    ['dunning', { levels: [], sendTime: '24:00' }, '/policy/sendTime'],
    ['dunning', { levels: [], timeZone: 'Mars/Olympus' }, '/policy/timeZone'],
    ['dunning', { levels: [], timeZone: '+01:00' }, '/policy/timeZone'],
    ['dunning', { levels: [], plans: { ' ': [] } }, '/policy/plans/ '],
  ] as const)('%s %j is refused at %s', async (kind, policy, pointer) => {
    const answer = await api.call(`/policies/${kind}`, { baseVersion: 1, policy }, { method: 'PUT' });
    expectProblem(answer, 422, 'validation', pointer);
  });

  it('without any terms is refused', async () => {
    const body = { baseVersion: 1, policy: { terms: [], defaultCode: 'net30' } };
    const answer = await api.call('/policies/terms', body, { method: 'PUT' });
    expectProblem(answer, 422, 'validation', '/policy/terms', '/policy/defaultCode');
  });

  it.each([
    [{ iban: 'IT60X0542811101000000123457' }, '/settings/iban'],
    [{ iban: 'IT60 X054 2811 1010 0000 0123 456' }, '/settings/iban'],
    [{ replyTo: 'nobody' }, '/settings/replyTo'],
    [{ timeZone: 'Rome' }, '/settings/timeZone'],
    [{ currency: 'EURO' }, '/settings/currency'],
    [{ reservationExpiresAfter: 'P0D' }, '/settings/reservationExpiresAfter'],
  ])('settings %j are refused at %s', async (fields, pointer) => {
    const body = { baseVersion: 1, settings: { company: 'Bianchi', ...fields } };
    expectProblem(await api.call('/settings', body, { method: 'PUT' }), 422, 'validation', pointer);
  });

  it.each([
    ['IT60 X054 2811 1010 0000 0123 456', 'Write the IBAN in capital letters and digits, without spaces.'],
    ['IT60X054281110100000012345', 'An IBAN of IT has 27 characters; this one has 26.'],
    [
      'IT60X0542811101000000123457',
      'The check digits of this IBAN are wrong: a character is mistyped, or two have changed places.',
    ],
  ])('the IBAN %s is refused with what is wrong: %s', async (iban, detail) => {
    const body = { baseVersion: 1, settings: { company: 'Bianchi', iban } };
    const answer = await api.call('/settings', body, { method: 'PUT' });
    expect(answer.body.errors).toEqual([{ pointer: '/settings/iban', detail }]);
  });
});

describe('a country', () => {
  it.each([
    ['it', 'write IT'],
    ['IT ', 'write IT'],
    ['ITA', 'write IT'],
    ['EL', 'write GR'],
    ['UK', 'write GB'],
    ['XK', 'write two capital letters such as IT'],
    ['XKX', 'write two capital letters such as IT'],
    ['380', 'write two capital letters such as IT'],
    ['Italia', 'write two capital letters such as IT'],
    ['', 'write two capital letters such as IT'],
  ])('“%s” is refused: %s', async (country, advice) => {
    const answer = await api.call('/customers/verdi', { ...facts, country }, { method: 'PUT' });
    expectProblem(answer, 422, 'validation', '/country');
    expect(answer.body.errors[0].detail).toBe(`This is not an ISO 3166-1 alpha-2 country code: ${advice}.`);
  });

  it('is one of the 249 of ISO 3166-1, all of which Node can name', () => {
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    expect(countryCodes.size).toBe(249);
    expect([...countryCodes].filter((code) => names.of(code) === undefined)).toEqual([]);
  });
});

describe('an address', () => {
  it.each([
    ['GET', '/v1/nothing', 404, 'not-found'],
    ['GET', '/v1/orders/none', 404, 'order-not-found'],
    ['GET', '/v1/customers/none', 404, 'customer-not-found'],
    ['GET', '/v1/customers/none/eligibility?amount=1&currency=EUR', 404, 'customer-not-found'],
    ['GET', '/v1/commands/none', 404, 'command-not-found'],
    ['DELETE', '/v1/orders/none', 405, 'method-not-allowed'],
    ['PATCH', '/v1/settings', 405, 'method-not-allowed'],
    ['GET', '/v1/orders/a%00b', 422, 'validation'],
    ['GET', '/v1/orders/..', 422, 'validation'],
    ['GET', '/v1/orders/%2e%2e', 422, 'validation'],
    ['GET', '/v1/orders/a%2Fb', 422, 'validation'],
    ['GET', `/v1/orders/${'x'.repeat(101)}`, 422, 'validation'],
    ['GET', '/v1/orders/%E0%A4%A', 422, 'validation'],
    ['GET', '/v1/orders?status=lost', 422, 'validation'],
    ['GET', '/v1/orders?limit=0', 422, 'validation'],
    ['GET', '/v1/orders?limit=1e2', 422, 'validation'],
    ['GET', '/v1/orders?limit=1&limit=2', 422, 'validation'],
    ['GET', '/v1/orders?colour=red', 422, 'validation'],
    ['GET', '/v1/orders?overdue=perhaps', 422, 'validation'],
    ['GET', '/v1/orders?customerId=%00', 422, 'validation'],
    ['GET', '/v1/orders?cursor=nonsense', 422, 'validation'],
    [
      'GET',
      `/v1/orders?cursor=${Buffer.from('{"placedAt":"now","orderId":"x"}').toString('base64url')}`,
      422,
      'validation',
    ],
    [
      'GET',
      `/v1/customers?cursor=${Buffer.from('{"after":"a\\u0000"}').toString('base64url')}`,
      422,
      'validation',
    ],
    ['GET', '/v1/customers/rossi/eligibility', 422, 'validation'],
    ['GET', '/v1/customers/rossi/eligibility?amount=0&currency=EUR', 422, 'validation'],
    ['GET', '/v1/customers/rossi/eligibility?amount=1.5&currency=EUR', 422, 'validation'],
    ['GET', '/v1/customers/rossi/eligibility?amount=99999999999999&currency=EUR', 422, 'validation'],
    ['GET', '/v1/customers/rossi/eligibility?amount=1&currency=Euro', 422, 'validation'],
  ])('%s %s is answered with %i %s', async (method, path, status, code) => {
    expectProblem(await rawCall(method, path), status, code);
  });

  it('that has other methods names them', async () => {
    const answer = await api.call('/settings', undefined, { method: 'DELETE' });
    expect(answer.headers.get('allow')).toBe('GET, HEAD, PUT');
  });
});

describe('a tampered cursor', () => {
  const at = '2027-01-01T00:00:00.000Z';
  const places: Record<string, Record<string, unknown>> = {
    '/orders': { placedAt: at, orderId: 'x' },
    '/customers': { after: 'x' },
    '/credit-groups': { after: 'x' },
    '/invoices': { issuedOn: '2027-01-01', invoiceId: 'x' },
    '/payments': { createdAt: at, paymentId: 'x' },
    '/bank-lines': { valueOn: '2027-01-01', bankLineId: 'x' },
    '/imports': { createdAt: at, id: 'x' },
    '/letters': { queuedAt: at, letterId: 'x' },
    '/letters/planned': { at, letterId: 'x', customerId: 'x' },
    '/tasks': { openedAt: at, taskId: 1 },
    '/declines': { declinedAt: at, declineId: 1 },
    '/approvals': { requestedAt: at, approvalId: 'x' },
    ...Object.fromEntries(
      ['terms', 'eligibility', 'dunning', 'late-interest', 'receipts'].map((kind) => [
        `/policies/${kind}/versions`,
        { version: 1 },
      ]),
    ),
    '/settings/versions': { version: 1 },
  };
  const hostile = [
    '\u0000',
    '\ud800',
    '9999-12-31T23:59:59.000-23:59',
    '0000-01-01T00:00:00.000Z',
    '2027-01-01T00:00:00.000+23:59',
    '2027-02-30',
    9_007_199_254_740_991,
    -9_007_199_254_740_991,
    1.5,
    null,
    {},
    [],
    'x'.repeat(700),
  ];
  const cursorOf = (place: object) => Buffer.from(JSON.stringify(place)).toString('base64url');

  it.each(Object.entries(places))('of %s is refused or harmless', async (path, place) => {
    expect((await api.call(`${path}?cursor=${cursorOf(place)}`)).status).toBe(200);
    for (const field of Object.keys(place))
      for (const value of hostile) {
        const { status, body } = await api.call(`${path}?cursor=${cursorOf({ ...place, [field]: value })}`);
        expect([200, 422], `${field}: ${JSON.stringify(value)}: ${JSON.stringify(body)}`).toContain(status);
      }
    expect((await api.call(`${path}?cursor=${cursorOf({ ...place, more: 1 })}`)).status).toBe(422);
  });

  it('of every list is in this test', async () => {
    const { paths } = (await (await fetch(`${api.origin}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { parameters?: { name: string }[] }>>;
    };
    const lists = Object.entries(paths).filter(([, { get }]) =>
      get?.parameters?.some(({ name }) => name === 'cursor'),
    );
    const tested = [...Object.keys(places), '/imports/{importId}/rejected'].map((path) => `/v1${path}`);
    expect(lists.map(([path]) => path).filter((path) => !tested.includes(path))).toEqual([]);
  });
});

describe('an instant', () => {
  it.each([
    '9999-12-31T23:59:00-23:59',
    '0000-01-01T00:00:00Z',
    '2027-01-01T00:00:00+14:60',
    '2027-01-01T00:00:00-23:59',
    '2027-02-30T00:00:00Z',
    '+275760-09-13T00:00:00Z',
  ])('of %s is refused', async (until) => {
    const answer = await api.call('/customers/verdi/suspend', { reason: 'test', until });
    expectProblem(answer, 422, 'validation', '/until');
  });
});

/** A request whose path is sent as it is: `fetch` would tidy it up. */
function rawCall(method: string, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.origin);
    const socket = connect(Number(port), hostname, () =>
      socket.write(
        `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${api.keys.admin}\r\n\r\n`,
      ),
    );
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    socket.on('error', reject).on('end', () => {
      const [head = '', ...rest] = text.split('\r\n\r\n');
      const [first = '', ...lines] = head.split('\r\n');
      const headers = new Headers(
        lines.map((line): [string, string] => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      );
      resolve({ status: Number(first.split(' ')[1]), headers, body: JSON.parse(rest.join('\r\n\r\n')) });
    });
  });
}

it.each([
  ['nested lists', `${'['.repeat(120_000)}${']'.repeat(120_000)}`, /nested deeper than 32 levels/],
  ['nested objects', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`, /nested deeper than 32 levels/],
  ['a record that is nested', `{"metadata":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /nested deeper/],
  ['many values', `[${'1,'.repeat(40_000)}1]`, /more than 10000 values/],
])('a body with %s is refused before anybody looks at its members', async (_name, body, detail) => {
  const answer = await api.send('/v1/orders', body, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  expect([answer.status, answer.body.code]).toEqual([422, 'validation']);
  expect(answer.body.detail).toMatch(detail);
});
