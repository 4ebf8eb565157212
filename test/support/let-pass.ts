import type { Sql } from '../../src/platform/postgres/client.ts';

/** Lets time pass for the pollers. PostgreSQL's clock cannot be moved; the instants that are compared with it can. */
export async function letPass(sql: Sql, seconds: number): Promise<void> {
  const earlier = (column: string) => sql`${sql(column)} = ${sql(column)} - ${seconds} * interval '1 second'`;
  await sql`update orders set ${earlier('wake_by')}, ${earlier('claimed_until')}`;
  await sql`update commands set ${earlier('signal_after')}`;
  await sql`update imports set ${earlier('wake_by')}`;
  await sql`update revocations set ${earlier('wake_by')}`;
  await sql`update mails set ${earlier('wake_by')}, ${earlier('claimed_until')}, ${earlier('try_at')}`;
  await sql`update mail_sender set ${earlier('until')}`;
  await sql`update events set ${earlier('next_try_at')}`;
}
