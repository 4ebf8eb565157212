import { expect, it, onTestFinished } from 'vitest';
import { activePolicies } from '../../../src/modules/settings/tables.ts';
import { migrate, pending } from '../../../src/platform/postgres/migrate.ts';
import { settings } from '../../support/builders.ts';
import { freshDatabase } from '../../support/database.ts';

it('applies each migration once, also when several processes start together', async () => {
  const database = await freshDatabase();
  onTestFinished(database.drop);
  await database.sql`drop schema public cascade`;
  await database.sql`create schema public`;
  const runs = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
  expect(runs.flat().filter((name) => name === '0001_foundation.sql')).toHaveLength(1);
  expect(await pending(database.sql)).toEqual([]);
});

it('refuses a database whose migration was changed after it was applied, or that is newer than the program', async () => {
  const database = await freshDatabase();
  onTestFinished(database.drop);
  await database.sql`update migrations set checksum = 'other' where version = 1`;
  await expect(migrate(database.url)).rejects.toThrow(/0001_foundation.sql was changed/);
  await database.sql`update migrations set version = 9999, name = '9999_future.sql' where version = 1`;
  await expect(migrate(database.url)).rejects.toThrow(/9999_future.sql, which this version does not know/);
});

it('settings that were written before the merchant’s VAT number was asked for go on being read', async () => {
  const database = await freshDatabase();
  onTestFinished(database.drop);
  const { sql } = database;
  const { vatNumber: _, ...before } = settings;
  await sql`insert into policies (kind, version, body, actor, created_at)
            values ('settings', 1, ${sql.json(before)}, 'user:test', '2027-01-01T00:00:00Z')`;
  await sql`drop table vat_checks`;
  await sql`delete from migrations where name = '0005_vat_checks.sql'`;
  await migrate(database.url);
  expect((await activePolicies(sql)).settings.body).toEqual({ ...before, vatNumber: null });
});
