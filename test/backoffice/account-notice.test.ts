import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createApiKey } from '../../src/modules/access/api-keys.ts';
import { decideAccountChange, putBankAccount } from '../../src/modules/banking/change-account.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { type BackOffice, openBackOffice, openBrowser, openShop, signedIn, TODAY } from './back-office.ts';

let database: TestDatabase;
let office: BackOffice;
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser(inject('chromiumPath'));
  database = await freshDatabase();
  await openShop(database.sql);
  office = await openBackOffice(database.sql);
});
afterAll(async () => {
  await browser?.close();
  await office.close();
  await database.drop();
});

it('every page says that customers would pay into another account, until it is in force or rejected', async () => {
  const { sql } = database;
  const details = { holder: 'Torchio & Figli S.r.l.', bic: null, currency: 'EUR', isDefault: true };
  const [one, two] = await Promise.all(
    ['one', 'two'].map((name) => createApiKey(sql, { name, scopes: ['admin'], expiresAt: null }, TODAY)),
  );
  const by = { actor: `key:${one!.id}`, now: TODAY };
  await putBankAccount(sql, 'IT60X0542811101000000123456', details, by);
  const page = await signedIn(browser, office);
  const notice = page.getByRole('complementary', { name: 'Change of a bank account' });
  expect(await notice.count()).toBe(0);

  const { approval } = await putBankAccount(sql, 'DE89370400440532013000', details, by);
  for (const place of ['orders', 'customers', 'tasks']) {
    await page.goto(`${office.address}/admin/${place}`);
    expect(await notice.textContent()).toContain('DE89370400440532013000 of Torchio & Figli S.r.l.');
  }
  const decided = { decision: 'approved' as const, comment: null, actor: `key:${two!.id}` };
  await decideAccountChange({ sql, now: TODAY }, approval!.id, decided);
  await page.reload();
  expect(await notice.textContent()).toContain('from 2027-03-11 09:30 UTC on');
  office.clock.now = '2027-03-11T09:31:00.000Z';
  await page.reload();
  expect(await notice.count()).toBe(0);
  await page.close();
  expect(office.errors).toEqual([]);
});
