import { expect, it, onTestFinished } from 'vitest';
import { migrate, pending } from '../../../src/platform/postgres/migrate.ts';
import { freshDatabase } from '../../support/database.ts';

it('applies each migration once, even if several processes start together', async () => {
  const database = await freshDatabase();
  onTestFinished(database.drop);
  await database.sql`drop schema public cascade`;
  await database.sql`create schema public`;
  const runs = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
  expect(runs.flat().filter((name) => name === '0001_schema.sql')).toHaveLength(1);
  expect(await pending(database.sql)).toEqual([]);
});

it('refuses a database whose migration was changed after it was applied, or that is newer than the program', async () => {
  const database = await freshDatabase();
  onTestFinished(database.drop);
  await database.sql`update migrations set checksum = 'other' where version = 1`;
  await expect(migrate(database.url)).rejects.toThrow(/0001_schema.sql was changed/);
  await database.sql`update migrations set version = 9999, name = '9999_future.sql' where version = 1`;
  await expect(migrate(database.url)).rejects.toThrow(/9999_future.sql, which this version does not know/);
});
