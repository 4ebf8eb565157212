import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { connect, type Sql } from './client.ts';

const folder = new URL('./migrations/', import.meta.url);
/** An arbitrary number that all of Netterms uses, so that only one migration runs at a time. */
const LOCK = 7_238_233;

type Migration = { version: number; name: string; text: string; checksum: string };

async function migrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8');
      return {
        version: Number(name.slice(0, 4)),
        name,
        text,
        checksum: createHash('sha256').update(text).digest('hex'),
      };
    }),
  );
}

/**
 * Brings the schema up to date, forward only, with each migration in its own transaction.
 * @returns the names of the migrations that were applied now
 * @throws Error if an applied migration's file was changed, or the database is newer than this program
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const sql = connect(databaseUrl, {
    max: 1,
    lockTimeoutMs: 0,
    statementTimeoutMs: 0,
    idleTransactionTimeoutMs: 0,
  });
  try {
    await sql`select pg_advisory_lock(${LOCK})`;
    await sql`create table if not exists migrations (version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`;
    const todo = await pending(sql);
    for (const { version, name, text, checksum } of todo) {
      await sql.begin(async (tx) => {
        await tx.unsafe(text);
        await tx`insert into migrations (version, name, checksum) values (${version}, ${name}, ${checksum})`;
      });
    }
    return todo.map(({ name }) => name);
  } finally {
    await sql.end();
  }
}

/** The migrations that this database lacks; also used by readiness checks. Throws like `migrate`. */
export async function pending(sql: Sql): Promise<Migration[]> {
  const known = await migrations();
  const [table] = await sql`select to_regclass('migrations') as name`;
  const applied = table?.name
    ? await sql<
        { version: number; name: string; checksum: string }[]
      >`select version, name, checksum from migrations order by version`
    : [];
  for (const { version, name, checksum } of applied) {
    const file = known.find((migration) => migration.version === version);
    if (!file)
      throw new Error(
        `the database has migration ${name}, which this version does not know: run the newer version`,
      );
    if (file.checksum !== checksum)
      throw new Error(`migration ${name} was changed after it was applied: restore it and add a new one`);
  }
  return known.filter(({ version }) => !applied.some((row) => row.version === version));
}
