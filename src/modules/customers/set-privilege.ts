import { NettermsError } from '../../kernel/errors.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import type { Privilege } from '../eligibility/rules/applicant.ts';
import { afterSuspension, mayFollow } from '../eligibility/rules/standing.ts';
import { merchantToday } from '../settings/tables.ts';
import { type CustomerRow, customerColumns, lockCustomer } from './tables.ts';

/** An admin's word on a customer. `until` is when a suspension ends by itself; null leaves it until somebody decides again. */
export type PrivilegeDecision = {
  privilege: Privilege;
  until?: string | null;
  reason: string;
  actor: string;
  now: string;
  /** More for the audit. */
  detail?: Record<string, unknown>;
};

/**
 * Grants, suspends, revokes, notes an insolvency, or gives the decision back to the rules; audited.
 * @throws NettermsError `customer-not-found`; `customer-insolvent` if only a grant or the rules may follow
 */
export async function setPrivilege(
  sql: Sql | Tx,
  id: string,
  decision: PrivilegeDecision,
): Promise<CustomerRow> {
  return inTransaction(sql, (tx) => writePrivilege(tx, id, decision));
}

async function writePrivilege(
  tx: Tx,
  id: string,
  { privilege, until = null, reason, actor, now, detail = {} }: PrivilegeDecision,
): Promise<CustomerRow> {
  const before = await lockCustomer(tx, id);
  if (!mayFollow(before.privilege, privilege))
    throw new NettermsError(
      'customer-insolvent',
      `${id} is insolvent: decide that this is over first, by a grant or by the rules.`,
    );
  const insolventSince =
    privilege === 'insolvency' ? (before.insolventSince ?? (await merchantToday(tx, now))) : null;
  const [row] = await tx<CustomerRow[]>`
    update customers set privilege = ${privilege}, privilege_reason = ${reason}, privilege_actor = ${actor},
                         privilege_at = ${now}, privilege_until = ${until}, insolvent_since = ${insolventSince},
                         privilege_after = ${afterSuspension(before, now)}, updated_at = ${now}
    from accounts where id = ${id} and accounts.customer_id = id and accounts.currency = customers.currency
    returning ${customerColumns(tx)}`;
  await recordAudit(tx, {
    at: now,
    actor,
    action: `customer.${privilege}`,
    subject: `customer/${id}`,
    reason,
    detail: { before: before.privilege, ...(until === null ? {} : { until }), ...detail },
  });
  return row!;
}
