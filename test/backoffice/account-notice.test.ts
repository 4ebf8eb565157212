import { expect, it } from 'vitest';
import { createApiKey } from '../../src/modules/access/api-keys.ts';
import { decideAccountChange, putBankAccount } from '../../src/modules/banking/change-account.ts';
import { TODAY, useBackOffice } from './back-office.ts';

const desk = useBackOffice();

it('every page says that customers would pay into another account, until it is in force or rejected', async () => {
  const { sql } = desk.database;
  const details = { holder: 'Torchio & Figli S.r.l.', bic: null, currency: 'EUR', isDefault: true };
  const [one, two] = await Promise.all(
    ['one', 'two'].map((name) => createApiKey(sql, { name, scopes: ['admin'], expiresAt: null }, TODAY)),
  );
  const by = { actor: `key:${one!.id}`, now: TODAY };
  await putBankAccount(sql, 'IT60X0542811101000000123456', details, by);
  await desk.page.reload();
  const notice = desk.page.getByRole('complementary', { name: 'Change of a bank account' });
  expect(await notice.count()).toBe(0);

  const { approval } = await putBankAccount(sql, 'DE89370400440532013000', details, by);
  for (const place of ['orders', 'customers', 'tasks']) {
    await desk.page.goto(`${desk.office.address}/admin/${place}`);
    expect(await notice.textContent()).toContain('DE89370400440532013000 of Torchio & Figli S.r.l.');
  }
  const decided = { decision: 'approved' as const, comment: null, actor: `key:${two!.id}` };
  await decideAccountChange({ sql, now: TODAY }, approval!.id, decided);
  await desk.page.reload();
  expect(await notice.textContent()).toContain('from 2027-03-11 09:30 UTC on');
  desk.office.clock.now = '2027-03-11T09:31:00.000Z';
  await desk.page.reload();
  expect(await notice.count()).toBe(0);
});
