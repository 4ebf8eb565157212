import type { Instant } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import { replayOrConflict } from '../../kernel/replay.ts';
import { inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { lockCustomer } from '../customers/tables.ts';
import { releaseMail, tryMailAgain } from '../mail/tables.ts';
import { activePolicies } from '../settings/tables.ts';
import { closeTasks } from '../tasks/close-tasks.ts';
import { type AskedKind, askForLetter } from './ask-for-letter.ts';
import { findRequest, insertRequest } from './letter-requests.ts';
import { ignoringOf, noteApproved, noteIgnoring } from './letters.ts';
import type { IgnorableReason } from './rules/item-guards.ts';

/** A letter that a person wants to be sent now. */
export type LetterRequest = {
  readonly customerId: string;
  /** Made by the caller: a repeat with the same content finds the same letter. */
  readonly letterRequestId: string;
  readonly kind: AskedKind;
  /** What the letter does not wait for. */
  readonly ignore: readonly IgnorableReason[];
  readonly actor: string;
  readonly now: Instant;
};

/**
 * Has the customer's one letter leave now: the sender takes it at once. Whoever asks for it has approved it; audited.
 * What is ignored is kept with the letter, so that the sender ignores it as well.
 * @throws NettermsError `customer-not-found`, `conflict`; `letter-not-wanted` with `because`: then nothing is written
 */
export async function remindNow(
  sql: Sql,
  { customerId, letterRequestId, kind, ignore, actor, now }: LetterRequest,
): Promise<{ letterId: string; replayed: boolean }> {
  const content = fingerprint({ customerId, kind, ignore: [...new Set(ignore)].sort() });
  const called = `Letter request ${letterRequestId}`;
  return inTransaction(sql, async (tx) => {
    const customer = await lockCustomer(tx, customerId);
    const known = replayOrConflict(await findRequest(tx, letterRequestId), content, called);
    if (known) return { letterId: known.mailId, replayed: true };
    const looking = { customer, policies: await activePolicies(tx), now, ignoring: new Set(ignore) };
    const found = await askForLetter(tx, looking, { kind, key: letterRequestId });
    if ('because' in found)
      throw new NettermsError(
        'letter-not-wanted',
        `No letter may be sent to customer ${customerId} now: \`because\` says why.`,
        { because: found.because },
      );
    const { letterId } = found;
    await noteIgnoring(tx, letterId, [...(await ignoringOf(tx, letterId, ignore))]);
    await noteApproved(tx, letterId, { actor, now });
    await releaseMail(tx, letterId, now);
    await tryMailAgain(tx, letterId);
    await closeTasks(tx, {
      ...{ kind: 'approve-letter', customerId, orderId: null, outcome: 'done', actor, now },
      reason: 'the letter was approved',
    });
    const request = { id: letterRequestId, customerId, mailId: letterId, fingerprint: content };
    if (!(await insertRequest(tx, { ...request, askedBy: actor, askedAt: now })))
      replayOrConflict(await findRequest(tx, letterRequestId), content, called);
    await recordAudit(tx, {
      ...{ at: now, actor, action: 'letter.requested', subject: `customer/${customerId}` },
      detail: { letterId, kind, ...(ignore.length > 0 && { ignoring: ignore }) },
    });
    return { letterId, replayed: false };
  });
}
