import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { fingerprint } from '../../../src/kernel/fingerprint.ts';
import { findCustomer } from '../../../src/modules/customers/tables.ts';
import { applyImport } from '../../../src/modules/imports/apply-import.ts';
import {
  claimWaitingImports,
  getImport,
  insertImport,
  type NewImportLine,
} from '../../../src/modules/imports/tables.ts';
import { importAppliers } from '../../../src/registry.ts';
import { aCustomer } from '../../support/builders.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { letPass } from '../../support/let-pass.ts';
import { openMerchant } from '../../support/merchant.ts';

const NOW = '2027-03-01T10:00:00.000Z';
const later = (ms: number) => new Date(Date.parse(NOW) + ms).toISOString();

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  await openMerchant(database.sql);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.sql`truncate imports, import_lines, bank_lines cascade`;
  await database.sql`delete from accounts where customer_id <> 'rossi'`;
  await database.sql`delete from customers where id <> 'rossi'`;
});

function aLine(number: number, facts: object = aCustomer()): NewImportLine {
  return { number, subject: `c${number}`, facts, fingerprint: fingerprint(facts), raw: null, errors: null };
}

async function received(
  id: string,
  lines: NewImportLine[],
  more: AsyncIterable<NewImportLine[]> | null = null,
) {
  const given = { id, kind: 'customers', onRejected: 'skip', fingerprint: id, actor: 'key:test' } as const;
  const batches = async function* () {
    yield lines;
    if (more) yield* more;
  };
  return insertImport(database.sql, given, batches(), NOW);
}

it('a file that breaks off while it is read is not kept', async () => {
  const broken = async function* () {
    yield [aLine(2)];
    throw new Error('line 3 cannot be read');
  };
  await expect(received('broken', [aLine(1)], broken())).rejects.toThrow('line 3');
  expect(await database.sql`select 1 from imports union all select 1 from import_lines`).toHaveLength(0);
});

it('an import that fails while it is applied leaves nothing behind, and can be applied again', async () => {
  const { sql } = database;
  const count = 6_000;
  await received(
    'half',
    Array.from({ length: count }, (_, index) => aLine(index + 1)),
  );
  await sql`update import_lines set facts = facts || '{"since": "never"}' where number = 999`; // of the last batch
  await expect(applyImport(sql, 'half', { appliers: importAppliers, now: NOW })).rejects.toThrow('never');
  expect(await sql`select 1 from customers where id like 'c%'`).toHaveLength(0);
  expect(await sql`select 1 from import_lines where outcome is not null`).toHaveLength(0);
  expect(await getImport(sql, 'half')).toMatchObject({ state: 'applying', applied: 5_000, finishedAt: null });

  await sql`update import_lines set facts = facts || '{"since": "2020-01-01"}' where number = 999`;
  const done = await applyImport(sql, 'half', { appliers: importAppliers, now: later(1_000) });
  expect(done).toMatchObject({ state: 'done', applied: count, outcomes: { created: count } });
  expect(await findCustomer(sql, 'c999')).toMatchObject({ since: '2020-01-01', createdAt: later(1_000) });
  expect(await sql`select 1 from import_lines where facts is not null`).toHaveLength(0);
});

it('applied by two at the same time, or again, it is applied once', async () => {
  const { sql } = database;
  await received('once', [aLine(1), aLine(2)]);
  const results = await Promise.all([
    applyImport(sql, 'once', { appliers: importAppliers, now: NOW }),
    applyImport(sql, 'once', { appliers: importAppliers, now: NOW }),
  ]);
  results.push(await applyImport(sql, 'once', { appliers: importAppliers, now: later(5_000) }));
  for (const result of results) expect(result).toMatchObject({ outcomes: { created: 2 }, finishedAt: NOW });
  const told = await sql`select action, detail from audit where subject = 'import/once'`;
  expect(told).toEqual([{ action: 'import.customers', detail: { lines: 2, rejected: 0, created: 2 } }]);
});

it('the poller takes a waiting import after ten seconds, one at a time, until it is finished', async () => {
  const { sql } = database;
  await received('waits', [aLine(1)]);
  const claimAfter = async (seconds: number) => {
    await letPass(sql, seconds);
    const claimed = await claimWaitingImports(sql, { limit: 10, leaseMs: 60_000 });
    return claimed.map(({ id }) => id);
  };
  expect(await claimAfter(5)).toEqual([]);
  expect(await claimAfter(5)).toEqual(['waits']);
  expect(await claimAfter(50)).toEqual([]);
  expect(await claimAfter(10)).toEqual(['waits']);
  await applyImport(sql, 'waits', { appliers: importAppliers, now: NOW });
  expect(await claimAfter(1_000)).toEqual([]);
});
