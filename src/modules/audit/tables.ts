import type { Db } from '../../platform/postgres/client.ts';
import type { AuditAction, AuditDetail, AuditSubject } from './rules/actions.ts';

/** Who did what to what, and why. */
export type AuditEntry<Action extends AuditAction = AuditAction> = {
  readonly at: string;
  readonly actor: string;
  readonly action: Action;
  readonly subject: AuditSubject<Action>;
  readonly reason: string | null;
  readonly detail: AuditDetail<Action>;
};

/** An entry as it is read: its action determines the type of its detail. */
export type AuditRecord = { [Action in AuditAction]: AuditEntry<Action> }[AuditAction];

/**
 * Writes an entry of the audit trail. Only people read it: no decision depends on it, so it can be pruned without
 * changing any amount.
 */
export async function recordAudit<Action extends AuditAction>(
  db: Db,
  entry: Omit<AuditEntry<Action>, 'reason' | 'detail'> & {
    readonly reason?: string | null;
    readonly detail?: AuditDetail<Action>;
  },
): Promise<void> {
  const { at, actor, action, subject, reason = null, detail = {} } = entry;
  await db`insert into audit (at, actor, action, subject, reason, detail)
           values (${at}, ${actor}, ${action}, ${subject}, ${reason}, ${db.json(detail as never)})`;
}

/** A subject's history, the oldest first. */
export async function auditOf(db: Db, subject: AuditSubject<AuditAction>): Promise<AuditRecord[]> {
  return db<AuditRecord[]>`
    select at, actor, action, subject, reason, detail from audit where subject = ${subject} order by id`;
}

/** The latest entries of some actions, the newest first. */
export async function latestOf<Action extends AuditAction>(
  db: Db,
  subject: AuditSubject<Action>,
  actions: readonly Action[],
  limit: number,
): Promise<Extract<AuditRecord, { action: Action }>[]> {
  return db<Extract<AuditRecord, { action: Action }>[]>`
    select at, actor, action, subject, reason, detail from audit
    where subject = ${subject} and action = any(${actions as readonly string[] as string[]}) order by id desc limit ${limit}`;
}
