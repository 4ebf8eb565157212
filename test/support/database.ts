import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { connect, type Sql } from '../../src/platform/postgres/client.ts';
import { migrate } from '../../src/platform/postgres/migrate.ts';

const TEMPLATE = 'netterms_template';

export type TestDatabase = { url: string; sql: Sql; drop: () => Promise<void> };

/** A migrated database for this test alone; `drop` also ends its connections. */
export async function freshDatabase(): Promise<TestDatabase> {
  const server = inject('databaseUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(server, (admin) => admin.unsafe(`create database ${name} template ${TEMPLATE}`));
  const url = addressOf(server, name);
  const sql = connect(url);
  const drop = async () => {
    await sql.end({ timeout: 5 });
    await asAdmin(server, (admin) => admin.unsafe(`drop database if exists ${name} with (force)`));
  };
  return { url, sql, drop };
}

/** Migrates the template once; all test databases are copied from it. */
export async function makeTemplate(server: string): Promise<void> {
  await asAdmin(server, (admin) => admin.unsafe(`create database ${TEMPLATE}`));
  await migrate(addressOf(server, TEMPLATE));
}

function addressOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function asAdmin(server: string, work: (admin: Sql) => Promise<unknown>): Promise<void> {
  const admin = connect(server, { max: 1 });
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
