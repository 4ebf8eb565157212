import { NettermsError } from '../../kernel/errors.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { hasAnotherAdmin } from '../access/api-keys.ts';
import type { ApprovalKind } from '../approvals/rules/kinds.ts';
import { type ApprovalRow, countApprovals, requestApproval } from '../approvals/tables.ts';
import { type Difference, differences } from './rules/differences.ts';
import { isLooser } from './rules/loosening.ts';
import type { Settings } from './rules/settings.ts';

/** What a second person approves: the whole document, based on the version that was in force. */
export type PolicyChange = {
  readonly document: string;
  readonly baseVersion: number;
  /** Where it differs from that version, for people to read. */
  readonly changes: readonly Difference[];
  readonly body: unknown;
};

/** The approval that a change of a document needs before it is in force; null if it needs none. */
export function approvalFor(document: string, before: unknown, after: unknown): ApprovalKind | null {
  if (document !== 'settings') return null;
  return isLooser(before as Settings, after as Settings) ? 'write-off-threshold' : null;
}

/**
 * Asks a second person for a change of a document. The same change that is asked again while it waits is the same
 * request. Needs the lock of the documents.
 * @throws NettermsError `second-person-missing` if no other person has an admin key; `conflict` if another change of
 *   that kind waits
 */
export async function askSecondPerson(
  tx: Tx,
  kind: ApprovalKind,
  given: {
    document: string;
    version: number;
    before: unknown;
    after: unknown;
    actor: string;
    now: string;
  },
): Promise<{ approval: ApprovalRow; replayed: boolean }> {
  const { document, version, before, after, actor, now } = given;
  if (!(await hasAnotherAdmin(tx, actor, now)))
    throw new NettermsError(
      'second-person-missing',
      'With this change a second person would be asked less often, so another person must approve it, and nobody else has an admin key: create one for another person (npm run create-key -- --name "their name" --scope admin), then repeat the change.',
    );
  const subject = `policy/${document}` as const;
  const changes = differences(before, after);
  const detail: PolicyChange = { document, baseVersion: version, changes, body: after };
  const place = await countApprovals(tx, subject, kind);
  const { approval, replayed } = await requestApproval(tx, {
    ...{ id: `apr_${fingerprint({ subject, kind, place, detail }).slice(0, 32)}`, kind, subject, detail },
    ...{ orderId: null, amount: null, currency: null, reason: null, requestedBy: actor, requestedAt: now },
  });
  if (replayed && fingerprint(approval.detail) !== fingerprint(detail))
    throw new NettermsError(
      'conflict',
      `Another change of ${document} waits for a second person (${approval.id}): have another admin approve or reject it first.`,
      { approvalId: approval.id },
    );
  return { approval, replayed };
}
