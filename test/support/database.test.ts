import { expect, test } from 'vitest';
import { freshDatabase } from './database.ts';

test('each test has its own migrated database', async () => {
  const [one, other] = await Promise.all([freshDatabase(), freshDatabase()]);
  await one.sql`insert into audit (at, actor, action, subject) values ('2027-01-01T00:00:00Z', 'system', 'x', 'y')`;
  const count = async ({ sql }: typeof one) => (await sql`select count(*) as n from audit`)[0]!.n;
  expect([await count(one), await count(other)]).toEqual([1, 0]);
  await Promise.all([one.drop(), other.drop()]);
});
