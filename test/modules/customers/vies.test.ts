import { afterEach, beforeEach, expect, test } from 'vitest';
import { createVies } from '../../../src/modules/customers/vies.ts';
import { json, startVies, viesAnswer, viesError } from '../../support/vies.ts';

type Vies = Awaited<ReturnType<typeof startVies>>;
let vies: Vies;
beforeEach(async () => {
  vies = await startVies();
});
afterEach(() => vies.stop());

const check = (requester: string | null = null, timeoutMs = 5_000) =>
  createVies({ url: vies.url, timeoutMs }).check('DE136695976', requester);

const outage = (reason: string) => ({
  outcome: 'could-not-be-checked',
  reason,
  consultationNumber: null,
  name: null,
  address: null,
});

test('a valid number comes with the consultation number if the requester gives their own number', async () => {
  expect(await check('EL094259216')).toEqual({
    outcome: 'valid',
    reason: null,
    consultationNumber: 'WAPIAAAAaEDkvhHx',
    name: 'Muster Werkzeuge GmbH',
    address: 'Beispielweg 1\n10115 BERLIN',
  });
  expect(vies.asked).toMatchObject([
    {
      method: 'POST',
      path: '/vies/rest-api/check-vat-number',
      headers: { 'content-type': 'application/json' },
      body: {
        countryCode: 'DE',
        vatNumber: '136695976',
        requesterMemberStateCode: 'EL',
        requesterNumber: '094259216',
      },
    },
  ]);
});

test('without a requester none is sent, and what VIES does not disclose is null', async () => {
  vies.answer = json(viesAnswer({ requestIdentifier: '', name: '---', address: '---' }));
  const nothing = { reason: null, consultationNumber: null, name: null, address: null };
  expect(await check()).toEqual({ outcome: 'valid', ...nothing });
  expect(vies.asked[0]?.body).toEqual({ countryCode: 'DE', vatNumber: '136695976' });
});

test('characters that turn the direction of text are not taken from its answer', async () => {
  vies.answer = json(
    viesAnswer({ name: 'Muster \u202eHbmG', address: '\u2067Beispielweg 1\u2069\n10115 BERLIN' }),
  );
  expect(await check()).toMatchObject({ name: 'Muster HbmG', address: 'Beispielweg 1\n10115 BERLIN' });
});

test('an address with or without a slash at the end is the same', async () => {
  await createVies({ url: `${vies.url}/` }).check('XI110305878', null);
  expect(vies.asked).toMatchObject([
    { path: '/vies/rest-api/check-vat-number', body: { countryCode: 'XI', vatNumber: '110305878' } },
  ]);
});

test.each([[{ valid: false }], [{ valid: false, userError: 'INVALID' }], [{ valid: false, userError: '' }]])(
  '%j is "invalid", with a consultation number too',
  async (fields) => {
    vies.answer = json(viesAnswer({ name: '---', address: '---', ...fields }));
    expect(await check('IT12345670488')).toMatchObject({
      outcome: 'invalid',
      reason: null,
      consultationNumber: 'WAPIAAAAaEDkvhHx',
    });
  },
);

test.each([
  ['in the answer', json(viesAnswer({ valid: false, userError: 'INVALID_INPUT' }))],
  ['as an error', json(viesError('INVALID_INPUT'))],
  ['as an error with status 400', json(viesError('INVALID_INPUT'), 400)],
])('INVALID_INPUT %s is final: the number is invalid', async (_, answer) => {
  vies.answer = answer;
  expect(await check()).toMatchObject({ outcome: 'invalid', reason: 'INVALID_INPUT' });
});

const outages = [
  'GLOBAL_MAX_CONCURRENT_REQ',
  'GLOBAL_MAX_CONCURRENT_REQ_TIME',
  'MS_MAX_CONCURRENT_REQ',
  'MS_MAX_CONCURRENT_REQ_TIME',
  'SERVICE_UNAVAILABLE',
  'MS_UNAVAILABLE',
  'TIMEOUT',
  'SERVER_BUSY',
  'INVALID_REQUESTER_INFO',
  'VAT_BLOCKED',
  'IP_BLOCKED',
];

test.each(outages)('%s is an outage, however VIES puts it, and never "invalid"', async (code) => {
  const ways = [
    json(viesError(code)),
    json(viesError(code), 400),
    json(viesError(code), 500),
    json(viesAnswer({ valid: false, userError: code })),
    json(viesAnswer({ valid: true, userError: code })),
  ];
  for (const answer of ways) {
    vies.answer = answer;
    expect(await check('IT12345670488')).toEqual(outage(code));
  }
});

test.each([400, 404, 429, 500, 502, 503])(
  '%i without an error code from VIES is an outage',
  async (status) => {
    vies.answer = (_, response) => response.writeHead(status).end('<html>no</html>');
    expect(await check()).toEqual(outage(`HTTP_${status}`));
    vies.answer = json(viesAnswer({ valid: false }), status);
    expect(await check()).toEqual(outage(`HTTP_${status}`));
  },
);

test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
  const elsewhere = await startVies();
  vies.answer = (_, response) => response.writeHead(status, { location: elsewhere.url }).end();
  expect(await check()).toEqual(outage(`HTTP_${status}`));
  expect(elsewhere.asked).toEqual([]);
  await elsewhere.stop();
});

test.each<[string, string]>([
  ['nothing', ''],
  ['a page', '<html>maintenance</html>'],
  ['null', 'null'],
  ['a list', '[]'],
  ['an answer without a verdict', '{"name":"X"}'],
  ['a verdict in words', '{"valid":"false"}'],
  ['a verdict that contradicts itself', '{"valid":false,"userError":"VALID"}'],
  ['a verdict that contradicts itself the other way', '{"valid":true,"userError":"INVALID"}'],
  ['a code that is none', '{"valid":false,"userError":"not a code"}'],
  ['an error without a code', '{"actionSucceed":false,"errorWrappers":[]}'],
  ['half an answer', '{"valid":fal'],
  ['more than an answer may be', JSON.stringify(viesAnswer({ padding: 'x'.repeat(70_000) }))],
])('%s is an outage', async (_, body) => {
  vies.answer = (_request, response) => response.writeHead(200).end(body);
  expect(await check()).toEqual(outage('UNINTELLIGIBLE'));
});

test('an endless answer is abandoned after 64 KiB', async () => {
  vies.answer = (_, response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
    };
    response.on('drain', more);
    more();
  };
  expect(await check()).toEqual(outage('UNINTELLIGIBLE'));
});

test('a register that is slow or never ends its answer is abandoned in time', async () => {
  vies.answer = () => {};
  expect(await check(null, 50)).toEqual(outage('TIMEOUT'));
  vies.answer = (_, response) => response.writeHead(200).write('{"valid":');
  expect(await check(null, 200)).toEqual(outage('TIMEOUT'));
});

test('a register that cannot be reached, or breaks off, is an outage', async () => {
  vies.answer = (request) => request.socket.destroy();
  expect(await check()).toEqual(outage('UNREACHABLE'));
  await vies.stop();
  expect(await check()).toEqual(outage('UNREACHABLE'));
});

test('what it answers is kept as text that a database can hold, and is cut to a maximum length', async () => {
  vies.answer = json(viesAnswer({ name: ' A\u0000C\ud800ME\u0007 ', address: 'x'.repeat(5_000) }));
  const { name, address } = await check();
  expect(name).toBe('ACME');
  expect(address).toHaveLength(1_000);
});
