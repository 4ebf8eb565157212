import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { tsx } from '../../src/dev/tsx.ts';
import { findCustomer } from '../../src/modules/customers/tables.ts';
import { addCustomer } from '../support/merchant.ts';
import { useDesk } from './back-office.ts';

const run = promisify(execFile);

const desk = useDesk();

it('a sign-in link works once, and a preview does not use it up', async () => {
  const link = await desk.office.link('dario');
  expect((await fetch(link)).status).toBe(200);
  const visitor = await desk.browser.newContext();
  const first = await visitor.newPage();
  await first.goto(link);
  await first.getByRole('button', { name: 'Sign in' }).click();
  await first.getByText('dario').waitFor();
  const [cookie] = await visitor.cookies(`${desk.office.address}/admin`);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/admin' });

  const other = await desk.browser.newPage();
  await other.goto(link);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByText('This link has already been used or has expired').waitFor();
  await other.goto(`${desk.office.address}/admin/orders`);
  await other.getByText('npm run sign-in').waitFor();
  await other.close();

  await first.getByRole('button', { name: 'Sign out' }).click();
  await first.getByText('You are not signed in').waitFor();
  await visitor.addCookies([cookie!]);
  expect((await first.goto(`${desk.office.address}/admin/orders`))?.status()).toBe(401);
  await visitor.close();
});

it('a link expires after a day, and a session after twelve hours', async () => {
  const link = await desk.office.link('late');
  const before = desk.office.clock.now;
  const visitor = await desk.browser.newContext();
  const tab = await visitor.newPage();
  try {
    await tab.goto(link);
    desk.office.clock.now = '2027-03-11T09:30:00.000Z';
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByText('has expired').waitFor();
    await tab.goto(await desk.office.link('late'));
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByRole('heading', { name: 'Orders' }).waitFor();
    desk.office.clock.now = '2027-03-11T21:30:00.000Z';
    expect((await tab.goto(`${desk.office.address}/admin/orders`))?.status()).toBe(401);
  } finally {
    desk.office.clock.now = before;
    await visitor.close();
  }
});

it('the link that the operator’s command prints signs in the user that it names', async () => {
  const before = desk.office.clock.now;
  const visitor = await desk.browser.newContext();
  const env = {
    ...process.env,
    DATABASE_URL: desk.database.url,
    SMTP_URL: 'smtp://localhost:1',
    PUBLIC_URL: desk.office.address,
  };
  const { stdout } = await run(process.execPath, [...tsx, 'src/cli/sign-in.ts', 'elena'], { env });
  try {
    desk.office.clock.now = new Date().toISOString();
    const tab = await visitor.newPage();
    await tab.goto(stdout.split('\n')[0]!);
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByText('elena').waitFor();
  } finally {
    desk.office.clock.now = before;
    await visitor.close();
  }
});

it('a form without the visitor’s own token changes nothing, whoever sends it', async () => {
  await addCustomer(desk.database.sql, 'victim');
  const stranger = await desk.browser.newContext();
  const theirs = await stranger.newPage();
  await theirs.goto(await desk.office.link('mallory'));
  await theirs.getByRole('button', { name: 'Sign in' }).click();
  await theirs.getByRole('heading', { name: 'Orders' }).waitFor();
  const ofAnother = await theirs.locator('input[name=csrf]').first().getAttribute('value');
  await stranger.close();

  for (const csrf of [undefined, 'wrong', ofAnother!]) {
    const form = { reason: 'forged', ...(csrf === undefined ? {} : { csrf }) };
    const answer = await desk.page.request.post(`${desk.office.address}/admin/customers/victim/revoke`, {
      form,
    });
    expect(answer.status()).toBe(403);
    expect(await answer.text()).toContain('Nothing was changed');
  }
  const unsigned = await fetch(`${desk.office.address}/admin/customers/victim/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ reason: 'forged' }),
  });
  expect(unsigned.status).toBe(401);
  expect(await findCustomer(desk.database.sql, 'victim')).toMatchObject({ privilege: 'by_rules' });
});
