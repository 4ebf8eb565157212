import type { Day } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { type CustomerRow, lockCustomer, writePrivilege } from '../customers/tables.ts';
import { beginExclusion, endExclusion } from '../interest/exclusions.ts';
import { merchantToday } from '../settings/tables.ts';
import type { Privilege } from './rules/applicant.ts';
import { afterSuspension, mayFollow } from './rules/standing.ts';

/**
 * An admin's decision on a customer. `until`: when a suspension ends by itself; null: it lasts until somebody decides
 * again.
 */
export type PrivilegeDecision = {
  privilege: Privilege;
  until?: string | null;
  reason: string;
  actor: string;
  now: string;
  /** Further details for the audit trail. */
  detail?: Record<string, unknown>;
};

/**
 * Grants, suspends or revokes terms, records an insolvency, or returns the decision to the rules; audited. No late
 * interest accrues while an insolvency lasts.
 * @throws NettermsError `customer-not-found`; `customer-insolvent` if only a grant or the rules may follow
 */
export async function setPrivilege(sql: Sql, id: string, decision: PrivilegeDecision): Promise<CustomerRow> {
  return inTransaction(sql, async (tx) => {
    await lockCustomer(tx, id);
    return decidePrivilege(tx, id, decision, await merchantToday(tx, decision.now));
  });
}

/** The same within a transaction that has the customer's lock. */
export async function decidePrivilege(
  tx: Tx,
  id: string,
  { privilege, until = null, reason, actor, now, detail = {} }: PrivilegeDecision,
  today: Day,
): Promise<CustomerRow> {
  const before = await lockCustomer(tx, id);
  if (!mayFollow(before.privilege, privilege))
    throw new NettermsError(
      'customer-insolvent',
      `${id} is insolvent: end the insolvency first, by a grant or by returning the decision to the rules.`,
    );
  if (privilege === 'insolvency') await beginExclusion(tx, id, today);
  else if (before.privilege === 'insolvency') await endExclusion(tx, id, today);
  const row = await writePrivilege(tx, id, {
    privilege,
    until,
    after: afterSuspension(before, now),
    insolventSince: privilege === 'insolvency' ? (before.insolventSince ?? today) : null,
    reason,
    actor,
    now,
  });
  await recordAudit(tx, {
    at: now,
    actor,
    action: `customer.${privilege}`,
    subject: `customer/${id}`,
    reason,
    detail: { before: before.privilege, ...(until === null ? {} : { until }), ...detail },
  });
  return row;
}
