import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { applyImport } from '../../src/modules/imports/apply-import.ts';
import { importAppliers } from '../../src/registry.ts';
import { eur } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { type Answer, useApi } from './harness.ts';

const api = useApi();
beforeEach(async () => {
  await api.sql`truncate imports, import_lines, bank_lines cascade`;
});

const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';
type Options = { type?: string; query?: string; key?: string; headers?: Record<string, string> };

const send = (file: string | Uint8Array, { type = CSV, query = '', key, headers }: Options = {}) =>
  api.send(`/v1/customers/import${query}`, file, {
    as: 'storefront',
    method: 'POST',
    headers: { 'content-type': type, ...(key === undefined ? {} : { 'idempotency-key': key }), ...headers },
  });

/** Sends a file and does the work of its workflow. */
async function imported(file: string | Uint8Array, options: Options = {}) {
  const { status, body } = await send(file, options);
  expect([status, body.detail]).toEqual([202, undefined]);
  await applyImport(api.sql, body.importId, { appliers: importAppliers, now: api.clock.now });
  const done = (await api.call(`/imports/${body.importId}`, undefined, { as: 'storefront' })).body;
  const rejected = (await api.call(`/imports/${body.importId}/rejected`)).body.items;
  return { done, rejected };
}
const customer = async (id: string) => (await api.call(`/customers/${id}`)).body;
async function kept(): Promise<number> {
  const [row] = await api.sql<{ kept: number }[]>`
    select (select count(*) from imports)::int + (select count(*) from import_lines)::int as kept`;
  return row!.kept;
}

const header = 'customerId,name,email,locale,country';
const line = (id: string, name = 'Verdi') => `${id},${name},${id}@verdi.example,it,IT`;
const verdi = { name: 'Verdi', email: 'v@verdi.example', locale: 'it', country: 'IT' };

describe('a customer of a file', () => {
  it('is the same as one sent by PUT, and a PUT of the same changes nothing', async () => {
    const body = {
      name: 'Müller & Söhne, GmbH',
      email: 'rechnung@mueller.example',
      locale: 'de-at',
      country: 'AT',
      vatNumber: 'ATU12345675',
      groups: ['retail', 'north'],
      contacts: { billing: 'b@mueller.example', pec: 'p@mueller.example' },
      stats: { orders: 7, turnover: { amount: 1_234_567, currency: 'EUR' } },
      since: '2019-02-28',
    };
    const columns = `${header},vatNumber,groups,contacts.billing,contacts.pec,orders,turnover,turnoverCurrency,since`;
    const cells =
      '"Müller & Söhne, GmbH",rechnung@mueller.example,de-at,AT,ATU12345675,retail|north,b@mueller.example,p@mueller.example,7,1234567,EUR,2019-02-28';
    const more = {
      ...body,
      external: { creditScore: { value: 610, validUntil: '2027-12-31' } },
      closedMonths: [{ month: 8, moveToDay: 10 }],
      accountManager: { name: 'Ada Neri', email: 'ada@forniture-bianchi.example' },
    };
    await imported(`${columns}\ncsv,${cells}\n`);
    await imported(JSON.stringify({ customerId: 'ndjson', ...more }), { type: NDJSON });
    for (const [id, facts] of [
      ['csv', body],
      ['ndjson', more],
    ] as const) {
      await api.call(`/customers/put-${id}`, facts, { method: 'PUT' });
      const others = { customerId: id, sameVatNumber: expect.any(Array) };
      expect(await customer(id)).toEqual({ ...(await customer(`put-${id}`)), ...others });
      const again = await api.call(`/customers/${id}`, facts, { method: 'PUT' });
      expect(again.headers.get('idempotent-replayed')).toBe('true');
    }
  });

  it('keeps its privilege, its limit and its balances, and is not touched if nothing is new', async () => {
    await imported(`${header}\n${line('old')}\n${line('same')}\n`);
    await api.call('/customers/old/revoke', { reason: 'r' });
    await api.call('/customers/old/credit', { limit: eur(77) }, { method: 'PUT' });
    await api.sql`update accounts set exposure = 5 where customer_id = 'old'`;
    const before = await customer('same');
    api.clock.now = '2027-03-02T10:00:00.000Z';
    const { done } = await imported(`${header}\n${line('old', 'Neri')}\n${line('same')}\n${line('new')}\n`);
    expect(done).toMatchObject({ lines: 3, created: 1, updated: 1, unchanged: 1, rejected: 0 });
    expect(await customer('old')).toMatchObject({
      name: 'Neri',
      privilege: { state: 'revoked' },
      credit: { ownLimit: eur(77), exposure: { amount: 5, currency: 'EUR' } },
      updatedAt: api.clock.now,
    });
    expect(await customer('same')).toEqual(before);
    expect((await customer('new')).createdAt).toBe(api.clock.now);
    api.clock.now = '2027-03-01T10:00:00.000Z';
  });

  it('may have the id "import"', async () => {
    expect((await api.call('/customers/import', verdi, { method: 'PUT', as: 'storefront' })).status).toBe(
      201,
    );
    expect(await customer('import')).toMatchObject({ customerId: 'import', name: 'Verdi' });
  });
});

describe('a CSV file', () => {
  it('may have semicolons or tabs, a byte order mark, any line ends, and quoted line breaks', async () => {
    const bom = `\ufeff${header.replaceAll(',', ';')}\r\n${line('s1').replaceAll(',', ';')}\r\n`;
    expect((await imported(bom)).done).toMatchObject({ created: 1 });
    expect((await imported(`${header}\n${line('t1')}`.replaceAll(',', '\t'))).done).toMatchObject({
      created: 1,
    });
    const quoted = 'a;b@b.example;it;IT';
    const given = `customerId;"name";email;locale;country\rgiven;"A; B";${quoted.slice(2)}\r`;
    expect((await imported(given, { query: '?separator=%3B' })).done).toMatchObject({ created: 1 });
    expect((await customer('given')).name).toBe('A; B');
  });

  it('names the line as an editor counts it, and the column', async () => {
    const file = `${header},groups,orders,turnover\r\n\r\nq1,"Two\r\nlines",q@q.example,it,IT,,,\r\nq2, ,nobody,it,IT,a||b,1.5,10\nq3,x\n\nq4,X,x@x.example,it,IT,,-1,\n`;
    const { done, rejected } = await imported(`${file}${line('q5')},,,\n`);
    expect(done).toMatchObject({ lines: 5, created: 1, rejected: 4 });
    const found = rejected.map(
      ({ line, subject, errors }: { line: number; subject: string; errors: { pointer: string }[] }) => [
        line,
        subject,
        ...errors.map(({ pointer }) => pointer).sort(),
      ],
    );
    expect(found).toEqual([
      [3, 'q1', 'name'],
      [5, 'q2', 'email', 'groups', 'name', 'orders', 'turnoverCurrency'],
      [6, null, ''],
      [8, 'q4', 'orders'],
    ]);
    expect(rejected[1].errors).toContainEqual({ pointer: 'name', detail: 'This is empty.' });
    expect(rejected[2].errors[0].detail).toBe('The line has 2 fields, but the header has 8.');
    expect(rejected[2].raw).toBe('q3,x');
  });
});

describe('a file of JSON Lines', () => {
  it('is validated as the PUT validates, with JSON pointers', async () => {
    const lines = [
      JSON.stringify({ customerId: 'j1', ...verdi }),
      '',
      '{"customerId": "j2",',
      '[]',
      JSON.stringify({ ...verdi, customerId: 'no id' }),
      JSON.stringify({ customerId: 'j6', ...verdi, privilege: 'granted', 'a\u0000\ud800': 1 }),
      JSON.stringify({ customerId: 'j7', ...verdi, stats: { orders: -1 }, country: 'XX' }),
      JSON.stringify({ customerId: 'j8', ...verdi }),
    ];
    const { done, rejected } = await imported(lines.join('\n'), { type: NDJSON });
    expect(done).toMatchObject({ lines: 7, created: 2, rejected: 5 });
    const found = rejected.map(({ line, errors }: { line: number; errors: { pointer: string }[] }) => [
      line,
      ...errors.map(({ pointer }) => pointer),
    ]);
    expect(found).toEqual([
      [3, ''],
      [4, ''],
      [5, '/customerId'],
      [6, '/privilege', '/a\ufffd\ufffd'],
      [7, '/country', '/stats/orders'],
    ]);
  });

  it('counts each customer once: of two valid lines the first one', async () => {
    const lines = [{ ...verdi, email: 'wrong' }, verdi, { ...verdi, name: 'Neri' }];
    const file = lines.map((facts) => JSON.stringify({ customerId: 'twice', ...facts })).join('\n');
    const { rejected } = await imported(file, { type: NDJSON });
    expect((await customer('twice')).name).toBe('Verdi');
    expect(rejected.map(({ line }: { line: number }) => line)).toEqual([1, 3]);
    expect(rejected[1].errors[0].detail).toContain('Line 2 is already about twice');
  });
});

describe('sent twice', () => {
  const file = `${header}\n${line('one')}\n`;

  it('the same file is the same import, whatever its state', async () => {
    const first = await send(file);
    expect(first.headers.get('location')).toBe(`/v1/imports/${first.body.importId}`);
    expect(await send(file)).toMatchObject({ status: 200, body: first.body });
    const { done } = await imported(`${header}\n${line('two')}\n`);
    expect(done.importId).not.toBe(first.body.importId);
    const again = await send(`${header}\n${line('two')}\n`);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again).toMatchObject({ status: 200, body: done });
  });

  it('at the same time, one is received and the others get the same import', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => send(file)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 202]);
    expect(new Set(answers.map(({ body }) => body.importId)).size).toBe(1);
    expect(await kept()).toBe(2);
  });

  it('an Idempotency-Key is the import’s id: it imports a file again, and accepts no other file', async () => {
    await send(file);
    const keyed = await send(file, { key: 'monday' });
    expect([keyed.status, keyed.body.importId]).toEqual([202, 'monday']);
    expect((await send(file, { key: 'monday' })).status).toBe(200);
    for (const [other, options] of [
      [`${file}${line('x')}\n`, {}],
      [file, { query: '?onRejected=refuse' }],
    ] as const)
      expect(await send(other, { key: 'monday', ...options })).toMatchObject({
        status: 409,
        body: { code: 'conflict' },
      });
    expect(await send(file, { key: 'a/b' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: 'Idempotency-Key' }] },
    });
  });
});

describe('rejected lines', () => {
  it('refuse the whole file if the sender wants that; the same file can then be sent to skip them', async () => {
    const file = `${header}\n${line('all')}\n${line('nothing')}X\n`;
    const refused = await send(file, { query: '?onRejected=refuse' });
    expect(refused).toMatchObject({ status: 200, body: { state: 'refused', rejected: 1, workflowId: null } });
    await applyImport(api.sql, refused.body.importId, { appliers: importAppliers, now: api.clock.now });
    expect(await customer('all')).toMatchObject({ code: 'customer-not-found' });
    expect((await send(file, { query: '?onRejected=refuse' })).headers.get('idempotent-replayed')).toBe(
      'true',
    );
    expect((await imported(file)).done).toMatchObject({ state: 'done', created: 1, rejected: 1 });
  });

  it('are read page by page, or all of them as CSV in which nothing is a formula', async () => {
    const wrong = Array.from({ length: 5 }, (_, n) => `"=cmd|' /C calc'!A${n}",x,y,z`);
    const { body } = await send([header, ...wrong].join('\n'));
    const path = `/imports/${body.importId}/rejected`;
    const lines: number[] = [];
    for (let cursor = ''; ; ) {
      const page = (await api.call(`${path}?limit=2${cursor}`)).body;
      lines.push(...page.items.map(({ line }: { line: number }) => line));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(lines).toEqual([2, 3, 4, 5, 6]);
    expect((await api.call(`${path}?cursor=x`)).status).toBe(422);
    const formula = `${header}\n=HYPERLINK(),Verdi,v@v.example,it,IT\n`;
    const { importId } = (await send(formula)).body;
    const report = await api.call(`/imports/${importId}/rejected`, undefined, { headers: { accept: CSV } });
    expect(report.headers.get('content-disposition')).toContain(`${importId}-rejected.csv`);
    expect(report.body).toContain(`"'=HYPERLINK(),Verdi,v@v.example,it,IT"`);
    expect(report.body.split('\n')[0].trim()).toBe('line,subject,errors,raw');
  });

  it('of an unknown import are not found', async () => {
    for (const path of ['/imports/none', '/imports/none/rejected'])
      expect(await api.call(path)).toMatchObject({ status: 404, body: { code: 'import-not-found' } });
  });
});

it('imports are listed, the newest first', async () => {
  for (const [hour, key] of ['first', 'second', 'third'].entries()) {
    api.clock.now = `2027-03-01T1${hour}:00:00.000Z`;
    await send(`${header}\n${line('x')}\n`, { key });
  }
  const page = (await api.call('/imports?limit=2')).body;
  const rest = (await api.call(`/imports?limit=2&cursor=${page.nextCursor}`)).body;
  expect([...page.items, ...rest.items].map(({ importId }) => importId)).toEqual([
    'third',
    'second',
    'first',
  ]);
  api.clock.now = '2027-03-01T10:00:00.000Z';
});

describe('a file that cannot be read is refused, and nothing is kept of it:', () => {
  const good = `${header}\n${line('g')}\n`;
  const latin1 = Buffer.from(`${good}h,Società,h@h.example,it,IT\n`, 'latin1');
  const unreadable = (detail: RegExp) => [422, 'file-not-readable', detail] as const;
  it.each<[string, string | Uint8Array, Options, readonly [number, string, RegExp]]>([
    ['UTF-16', Buffer.from(`\ufeff${good}`, 'utf16le'), {}, unreadable(/UTF-16.*UTF-8/)],
    ['UTF-16 without its mark', Buffer.from(good, 'utf16le'), {}, unreadable(/Line 1 \(byte 1\).*NUL/)],
    ['Latin-1', latin1, {}, unreadable(/Line 3 \(byte 75\) is not UTF-8/)],
    [
      'half a character at its end',
      Buffer.concat([Buffer.from(good), Buffer.from([0xe2, 0x82])]),
      {},
      unreadable(/Line 3 \(byte 67\)/),
    ],
    ['nothing', '', {}, unreadable(/empty/)],
    ['only a header', `${header}\n\n`, {}, unreadable(/no lines/)],
    ['only empty lines', '\n\n', { type: NDJSON }, unreadable(/no lines/)],
    [
      'an unknown column',
      `${header},e-mail\n${line('g')},x\n`,
      {},
      unreadable(/"e-mail".*The known columns are: customerId, .*contacts\.ROLE/),
    ],
    [
      'no column of names',
      'customerId,email,locale,country\ng,g@g.example,it,IT\n',
      {},
      unreadable(/lacks the columns "name"/),
    ],
    ['a column twice', `${header},name\n${line('g')},x\n`, {}, unreadable(/"name" more than once/)],
    ['another separator', good, { query: '?separator=%3B' }, unreadable(/unknown columns/)],
    [
      'a quote that is not closed',
      `${good}h,"H,h@h.example,it,IT\n${line('i')}\n`,
      {},
      unreadable(/Line 3 .*not closed/),
    ],
    [
      'a quote in the wrong place',
      `${good}h,H "the" H,h@h.example,it,IT\n`,
      {},
      unreadable(/Line 3 .*wrong place/),
    ],
    ['text after a quote', `${good}h,"H" H,h@h.example,it,IT\n`, {}, unreadable(/Line 3 .*wrong place/)],
    [
      'an endless line of CSV',
      `${good}h,${'x'.repeat(70_000)}`,
      {},
      unreadable(/Line 3 .*longer than 64 KiB/),
    ],
    [
      'an endless line of JSON',
      `{}\n{"a":"${'x'.repeat(70_000)}"}`,
      { type: NDJSON },
      unreadable(/Line 2 is longer/),
    ],
    ['what is no gzip', good, { headers: { 'content-encoding': 'gzip' } }, unreadable(/decompressed/)],
    [
      'another packing',
      good,
      { headers: { 'content-encoding': 'br' } },
      [415, 'unsupported-media-type', /gzip/],
    ],
    [
      'another charset',
      good,
      { type: 'text/csv; charset=windows-1252' },
      [415, 'unsupported-media-type', /UTF-8/],
    ],
    ['JSON', '[]', { type: 'application/json' }, [415, 'unsupported-media-type', /text\/csv/]],
    [
      'more than 64 MiB',
      new Uint8Array(gzipSync(Buffer.alloc(65 * 1024 * 1024, 0x0a))),
      { headers: { 'content-encoding': 'gzip' } },
      [413, 'file-too-large', /64 MiB/],
    ],
    [
      'more than 200,000 lines',
      '1\n'.repeat(200_001),
      { type: NDJSON },
      [413, 'file-too-large', /200000 lines/],
    ],
    [
      'more than 200,000 empty lines, in a few kilobytes',
      new Uint8Array(gzipSync(Buffer.alloc(60 * 1024 * 1024, '\r\n'))),
      { headers: { 'content-encoding': 'gzip' } },
      [413, 'file-too-large', /200000 lines/],
    ],
    [
      'as many empty lines of another kind',
      `${good}${'\r'.repeat(200_001)}`,
      {},
      [413, 'file-too-large', /200000 lines/],
    ],
    ['an unknown option', good, { query: '?dryRun=1' }, [422, 'validation', /dryRun/]],
  ])('%s', async (_name, file, options, [status, code, detail]) => {
    const answer: Answer = await send(file, options);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.detail).toMatch(detail);
    expect(await kept()).toBe(0);
  });

  it('more than 64 MiB uncompressed: the answer still arrives, and the connection serves the next call', async () => {
    const { hostname, port } = new URL(api.origin);
    const socket = connect(Number(port), hostname);
    let answers = '';
    socket.setEncoding('utf8').on('data', (text) => {
      answers += text;
    });
    const size = 65 * 1024 * 1024;
    const who = `Host: x\r\nAuthorization: Bearer ${api.keys.storefront}\r\n`;
    socket.write(
      `POST /v1/customers/import HTTP/1.1\r\n${who}Content-Type: ${CSV}\r\nContent-Length: ${size}\r\n\r\n`,
    );
    socket.write(Buffer.alloc(size, 0x0a));
    socket.write(`GET /v1/imports HTTP/1.1\r\n${who}Connection: close\r\n\r\n`);
    await once(socket, 'close');
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
    expect(answers).toContain('file-too-large');
  });

  it('one whose sender disconnected', async () => {
    const before = api.logged.length;
    const { hostname, port } = new URL(api.origin);
    const socket = connect(Number(port), hostname);
    const head = `POST /v1/customers/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.storefront}\r\n`;
    socket.write(`${head}Content-Type: ${CSV}\r\nContent-Length: 1000\r\n\r\n${good}`);
    await eventually('it is written', () => socket.bytesWritten > 200 && socket.writableLength === 0);
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await eventually('the call has ended', () =>
      api.logged.slice(before).some((text) => text.includes('/v1/customers/import')),
    );
    expect(api.logged.slice(before).join('')).not.toContain('a call failed');
    expect(await kept()).toBe(0);
  });
});

it('a key sends four files at once, and the next when one of them is answered; another key is not concerned', async () => {
  const file = `${header}\n${line('several')}\n`;
  const { hostname, port } = new URL(api.origin);
  let answers = '';
  const slow = Array.from({ length: 5 }, () => {
    const socket = connect(Number(port), hostname);
    socket.setEncoding('utf8').on('data', (text) => {
      answers += text;
    });
    const head = `POST /v1/customers/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.storefront}\r\n`;
    socket.write(`${head}Content-Type: ${CSV}\r\nContent-Length: 100000\r\n\r\n${file}`);
    return socket;
  });
  await eventually('one is refused', () => answers.includes('too-many-uploads'));
  expect(answers.match(/HTTP\/1.1 .*|Retry-After: .*/g)).toEqual([
    'HTTP/1.1 429 Too Many Requests',
    'Retry-After: 5',
  ]);
  const other = { as: 'accounting', method: 'POST', headers: { 'content-type': CSV } } as const;
  expect((await api.send('/v1/customers/import', file, other)).status).toBeLessThan(300);
  for (const socket of slow) socket.destroy();
  await eventually('there is room again', async () => (await send(file)).status < 300);
});

it('a file compressed with gzip is accepted', async () => {
  const packed = new Uint8Array(gzipSync(`${header}\n${line('packed')}\n`));
  expect((await imported(packed, { headers: { 'content-encoding': 'gzip' } })).done).toMatchObject({
    created: 1,
  });
});
