import type { Sql } from './client.ts';

/**
 * Ends sessions whose client stopped between the two halves of a statement: the server has parsed it, and waits to be told
 * to run it. That happens to a process that is stopped, or to one on a machine that is gone. To PostgreSQL such a session
 * is active, so that none of its time-outs ends it, and the locks of its transaction would be held for hours
 * (`transaction_timeout` would do, but only from PostgreSQL 17 on). Sessions of other programs are left alone.
 * @param idleMs how long a client may be silent in a transaction; 0: for ever
 */
export async function endDeadClients(sql: Sql, idleMs: number): Promise<void> {
  if (idleMs === 0) return;
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = current_user and application_name = current_setting('application_name')
      and state = 'active' and wait_event = 'ClientRead' and xact_start is not null
      and state_change < clock_timestamp() - ${idleMs} * interval '1 millisecond'`;
}
