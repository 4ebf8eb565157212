import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';

const SECRET = 'hunter2-hunter2-hunter2-hunter2-hunter2';
const webhookSecret = `whsec_${Buffer.from(SECRET).toString('base64')}`;
const complete = {
  DATABASE_URL: `postgres://netterms:${SECRET}@db.example/netterms`,
  SMTP_URL: `smtps://user:${SECRET}@smtp.example`,
  SESSION_SECRET: SECRET,
  STORE_WEBHOOK_URL: 'https://shop.example/',
  STORE_WEBHOOK_SECRET: webhookSecret,
};

test('a configuration that is printed or logged shows no secret', () => {
  const config = readConfig(complete);
  expect(config).toMatchObject({ sessionSecret: SECRET, store: { secret: webhookSecret } });
  for (const shown of [JSON.stringify(config), JSON.stringify({ config }), inspect(config), `${config}`])
    expect(shown).not.toMatch(/hunter2|aHVudGVy/);
  expect(JSON.stringify(config)).toContain('[redacted]');
});

test.each<[string, Record<string, string>]>([
  ['DATABASE_URL', { DATABASE_URL: `mysql://root:${SECRET}@db.example/x` }],
  ['DATABASE_URL', { DATABASE_URL: '' }],
  ['SMTP_URL', { SMTP_URL: `http://user:${SECRET}@smtp.example` }],
  ['SMTP_ALLOW_PLAINTEXT', { SMTP_ALLOW_PLAINTEXT: 'yes' }],
  ['SESSION_SECRET', { SESSION_SECRET: SECRET.slice(0, 31) }],
  ['STORE_WEBHOOK_SECRET', { STORE_WEBHOOK_SECRET: SECRET }],
  ['STORE_WEBHOOK_SECRET', { STORE_WEBHOOK_SECRET: '' }],
  ['STORE_WEBHOOK_URL', { STORE_WEBHOOK_URL: 'file:///etc/passwd' }],
  ['VIES_URL', { VIES_URL: `https://user:${SECRET}@vies.example` }],
])('a wrong %s ends the start, is named, and is not repeated: %j', (name, wrong) => {
  const start = () => readConfig({ ...complete, ...wrong });
  expect(start).toThrow(name);
  expect(start).not.toThrow(/hunter2/);
});

test('without being asked for, nothing is sent in plain text, and no private address is called', () => {
  expect(readConfig(complete)).toMatchObject({
    ...{ host: '127.0.0.1', smtpAllowPlaintext: false, store: { allowPrivate: false } },
    viesUrl: expect.stringMatching(/^https:/),
  });
});
