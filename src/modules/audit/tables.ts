import type { Db } from '../../platform/postgres/client.ts';

/** Who did what to what, and why. `subject` is a path such as "customer/acme", "order/1042" or "policy/terms". */
export type AuditEntry = {
  at: string;
  actor: string;
  action: string;
  subject: string;
  reason?: string | null;
  detail?: Record<string, unknown>;
};

export async function recordAudit(
  db: Db,
  { at, actor, action, subject, reason = null, detail = {} }: AuditEntry,
): Promise<void> {
  await db`insert into audit (at, actor, action, subject, reason, detail)
           values (${at}, ${actor}, ${action}, ${subject}, ${reason}, ${db.json(detail as never)})`;
}

/** A subject's history, the oldest first. */
export async function auditOf(db: Db, subject: string): Promise<Required<AuditEntry>[]> {
  return db<Required<AuditEntry>[]>`
    select at, actor, action, subject, reason, detail from audit where subject = ${subject} order by id`;
}
