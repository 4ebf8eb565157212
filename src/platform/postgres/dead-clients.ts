import type { Sql } from './client.ts';

/**
 * Ends sessions whose client stopped between the two messages of a statement: the server has parsed the statement and
 * waits for the message that runs it. That happens when a process is stopped or its machine is lost. PostgreSQL counts
 * such a session as active, so none of its timeouts ends it, and the locks of its transaction would be held for hours
 * (`transaction_timeout` would help, but exists only since PostgreSQL 17). Sessions of other programs are left alone.
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
