import { NettermsError } from '../../kernel/errors.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';
import { isSamePerson } from '../access/api-keys.ts';
import { recordAudit } from '../audit/tables.ts';
import { type ApprovalKind, type ApprovalSubject, approvalAction } from './rules/kinds.ts';

/** A request of one admin that another admin must approve; `amount` in minor units. */
export type ApprovalRow = {
  id: string;
  kind: ApprovalKind;
  subject: ApprovalSubject;
  /** Null if it is not about an order. */
  orderId: string | null;
  /** Null if it is not about an amount; so is the currency. */
  amount: number | null;
  currency: string | null;
  /** What is asked, if the kind, the subject and the amount do not say it. */
  detail: Readonly<Record<string, unknown>>;
  reason: string | null;
  requestedBy: string;
  requestedAt: string;
  decision: 'approved' | 'rejected' | null;
  decidedBy: string | null;
  decidedAt: string | null;
  comment: string | null;
};

/** About an amount of an order. */
export type OrderApproval = ApprovalRow & { orderId: string; amount: number; currency: string };

const columns = (db: Db) =>
  db`id, kind, subject, order_id, amount, currency, detail, reason, requested_by, requested_at, decision, decided_by,
  decided_at, comment`;

/**
 * Requests an approval. If one of that kind is already waiting on the subject, returns that one. Needs the subject's
 * lock.
 */
export async function requestApproval(
  tx: Tx,
  request: Omit<ApprovalRow, 'decision' | 'decidedBy' | 'decidedAt' | 'comment'>,
): Promise<{ approval: ApprovalRow; replayed: boolean }> {
  const { id, kind, subject, orderId, amount, currency, detail, reason, requestedBy, requestedAt } = request;
  const [waiting] = await tx<ApprovalRow[]>`
    select ${columns(tx)} from approvals where subject = ${subject} and kind = ${kind} and decision is null`;
  if (waiting) return { approval: waiting, replayed: true };
  const [approval] = await tx<ApprovalRow[]>`
    insert into approvals (id, kind, subject, order_id, amount, currency, detail, reason, requested_by, requested_at)
    values (${id}, ${kind}, ${subject}, ${orderId}, ${amount}, ${currency}, ${tx.json(detail as never)}, ${reason},
            ${requestedBy}, ${requestedAt})
    returning ${columns(tx)}`;
  await recordAudit(tx, {
    at: requestedAt,
    actor: requestedBy,
    action: approvalAction(kind, 'requested'),
    subject,
    reason,
    detail: { approvalId: id, ...(amount === null ? {} : { amount: { amount, currency: currency! } }) },
  });
  return { approval: approval!, replayed: false };
}

/**
 * Records the decision on an approval, once; it must come from another person than the one who asked.
 * @throws NettermsError `approval-not-found`, `approval-by-another`; `approval-decided` if it was decided differently
 *   or by somebody else
 */
export async function decideApproval(
  tx: Tx,
  id: string,
  {
    decision,
    comment,
    actor,
    now,
  }: { decision: 'approved' | 'rejected'; comment: string | null; actor: string; now: string },
): Promise<ApprovalRow> {
  const known = await getApproval(tx, id, { lock: true });
  if (known.decision === decision && known.decidedBy === actor) return known;
  if (known.decision)
    throw new NettermsError(
      'approval-decided',
      `Approval ${id} was already ${known.decision} by ${known.decidedBy}: this cannot be changed.`,
    );
  if (await isSamePerson(tx, known.requestedBy, actor))
    throw new NettermsError(
      'approval-by-another',
      `${actor} asked for approval ${id}, or has a key of the same name as the one that did: another admin must decide.`,
    );
  const [row] = await tx<ApprovalRow[]>`
      update approvals set decision = ${decision}, decided_by = ${actor}, decided_at = ${now}, comment = ${comment}
      where id = ${id} returning ${columns(tx)}`;
  await recordAudit(tx, {
    at: now,
    actor,
    action: approvalAction(known.kind, decision),
    subject: known.subject,
    reason: comment,
    detail: { approvalId: id },
  });
  return row!;
}

/** How many requests of that kind were decided for the subject. */
export async function countApprovals(db: Db, subject: ApprovalSubject, kind: ApprovalKind): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*)::int as count from approvals
    where subject = ${subject} and kind = ${kind} and decision is not null`;
  return row!.count;
}

/** @throws NettermsError `approval-not-found` */
export async function getApproval(db: Db, id: string, { lock = false } = {}): Promise<ApprovalRow> {
  const row = await findApproval(db, id, { lock });
  if (!row) throw new NettermsError('approval-not-found', `There is no approval ${id}.`);
  return row;
}

export async function findApproval(db: Db, id: string, { lock = false } = {}): Promise<ApprovalRow | null> {
  const [row] = await db<ApprovalRow[]>`
    select ${columns(db)} from approvals where id = ${id} ${lock ? db`for no key update` : db``}`;
  return row ?? null;
}

/**
 * A page of approvals, the newest first, after `after` (the last of the previous page); `waiting`: only undecided ones.
 */
export async function listApprovals(
  db: Db,
  { waiting }: { waiting: boolean },
  { after, limit }: { after: { requestedAt: string; approvalId: string } | null; limit: number },
): Promise<ApprovalRow[]> {
  return db<ApprovalRow[]>`
    select ${columns(db)} from approvals
    where ${waiting ? db`decision is null` : db`true`}
      and ${after === null ? db`true` : db`(requested_at, id) < (${after.requestedAt}, ${after.approvalId})`}
    order by requested_at desc, id desc limit ${limit}`;
}
