import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Instant } from '../../kernel/calendar.ts';
import type { Log } from '../../platform/log.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { type Mailer, MailRefused, messageIdFor } from '../../platform/smtp/mailer.ts';
import { isDeliverable } from '../customers/rules/contacts.ts';
import { tryLockCustomer } from '../customers/tables.ts';
import { undeliverableAddresses } from '../customers/undeliverable-addresses.ts';
import { activePolicies } from '../settings/tables.ts';
import type { Composing, MailDefinitions } from './definition.ts';
import { markUndeliverable } from './mark-address.ts';
import {
  becomeSender,
  ceaseSending,
  claimAgain,
  endMail,
  findMail,
  freezeMail,
  holdMail,
  keepContent,
  leaveUntil,
  type MailContent,
  type MailRow,
  type MailToSend,
  mailsToSend,
  noteInDoubt,
  noteRefused,
  ownsClaim,
  postponeMail,
  waitAMoment,
} from './tables.ts';

/** How often the outbox is looked at, if nobody says that there is something in it. */
const EVERY_MS = 1_000;
/** How long one worker stays the one that sends after it was last seen. */
const LEASE_MS = 15_000;
/** How long handing a mail over may take; then its outcome counts as unknown. */
const HAND_OVER_MS = 60_000;
/** Longer than an attempt takes with all that belongs to it: after it another attempt may follow. */
const CLAIM_MS = 90_000;
/** For so long a mail is tried, in ms. */
export const TRIED_FOR_MS = 3 * 24 * 3_600_000;
/** How long nothing is sent after the server has refused to talk at all. */
const PAUSE_MS = 60_000;
const BATCH = 50;

export type Sender = {
  /** There is something in the outbox: it is looked at now. */
  nudge(): void;
  /** Sends all that can be sent now, at this instant instead of the clock's. */
  drain(now?: Instant): Promise<void>;
  stop(): Promise<void>;
};

/** The bytes of a mail on their way to the server. */
type Attempt = { mail: MailRow; claim: string };
type Delivered =
  | 'accepted'
  | 'refused'
  | 'refused-for-good'
  /** Refused for good, because the address does not exist or takes no mail any more. */
  | 'unknown-address'
  | 'server-away'
  | 'unknown';

const UNDELIVERABLE = 'nothing arrives at the address';

/**
 * Sends the mails of the outbox: one worker at a time. A mail is composed and frozen in one transaction, under the
 * customer's lock, and only then handed to the server: what it says holds at that moment. If the server refuses it for
 * now, it is composed again when it is tried again. If the outcome is unknown, the same bytes follow, or none.
 */
export function createSender({
  sql,
  mailer,
  definitions,
  from,
  log,
  now,
  perSecond,
  atOnce,
  retry,
  everyMs = EVERY_MS,
}: {
  sql: Sql;
  mailer: Pick<Mailer, 'send'>;
  definitions: MailDefinitions;
  /** The sender's address of all mails. */
  from: string;
  log: Pick<Log, 'warn'>;
  now: () => Instant;
  perSecond: number;
  /** How many mails are handed to the server in parallel. */
  atOnce: number;
  /** Sees to it that a mail which the server has refused for now is tried again. */
  retry: (mailId: string) => Promise<void>;
  everyMs?: number;
}): Sender {
  const holder = randomUUID();
  const limit = pLimit(atOnce);
  const pace = createPace(perSecond);
  let stopping = false;
  let pausedUntil = 0;
  let draining: Promise<void> | null = null;
  let nudged = false;
  /** The mails that are being dealt with. */
  const underWay = new Map<string, Promise<unknown>>();
  const timer = setInterval(wake, everyMs);

  function wake(): void {
    if (draining) {
      nudged = true;
      return;
    }
    draining = beginAll()
      .catch((error: Error) =>
        log.warn({ error: error.message }, 'mails could not be sent; they will be tried again'),
      )
      .finally(() => {
        draining = null;
        if (nudged && !stopping) wake();
      });
    nudged = false;
  }

  async function drain(at?: Instant): Promise<void> {
    await beginAll(at);
    await Promise.all(underWay.values());
  }

  /** Begins with all that can be sent; a mail to which the server does not answer does not hold up the others. */
  async function beginAll(at?: Instant): Promise<void> {
    for (const dealtWith = new Set<string>(); !stopping; ) {
      const paused = Date.now() < pausedUntil;
      if (paused || !(await becomeSender(sql, holder, LEASE_MS))) return;
      // After a pause one mail finds out whether the server is back.
      const probing = pausedUntil > 0;
      const found = await mailsToSend(sql, probing ? 1 : BATCH);
      const fresh = found.filter(({ id }) => !dealtWith.has(id) && !underWay.has(id));
      if (fresh.length === 0) return;
      const begun = Promise.all(
        fresh.map(async (mail) => {
          const outcome = await deal(mail, at);
          if (outcome !== 'busy') dealtWith.add(mail.id);
          return outcome;
        }),
      );
      const outcomes = await (probing ? begun : Promise.race([begun, sleep(everyMs, null, { ref: false })]));
      // Two mails of one customer are composed one after the other: the second has another turn.
      if (outcomes?.every((outcome) => outcome === 'busy')) return;
    }
  }

  function deal(mail: MailToSend, at?: Instant): Promise<'busy' | 'done'> {
    const dealt = limit(() => sendOne(mail, at)).finally(() => underWay.delete(mail.id));
    underWay.set(mail.id, dealt);
    return dealt;
  }

  /** A failure of one mail does not hold up the others. `busy`: somebody else works on its customer. */
  async function sendOne(mail: MailToSend, at?: Instant): Promise<'busy' | 'done'> {
    if (stopping || Date.now() < pausedUntil) return 'done';
    try {
      const attempt = await inTransaction(sql, (tx) => begin(tx, mail, at));
      if (!attempt || attempt === 'busy') return attempt ?? 'done';
      await pace();
      const { outcome, error } = await hand(attempt.mail);
      if (outcome === 'server-away') pausedUntil = Date.now() + PAUSE_MS;
      else if (outcome !== 'unknown') pausedUntil = 0;
      const keptBack = await written(() =>
        inTransaction(sql, (tx) => conclude(tx, attempt, outcome, { error, at })),
      );
      if (keptBack) await retry(mail.id);
    } catch (error) {
      log.warn(
        { mailId: mail.id, error: (error as Error).message },
        'a mail could not be dealt with; it will be tried again',
      );
      await postponeMail(sql, mail.id).catch(() => {});
    }
    return 'done';
  }

  /** Locks the customer, and then reads the mail and what it is composed by; null if somebody else has the lock. */
  async function lockAndRead(
    tx: Tx,
    { id, customerId }: MailToSend,
    { wait, at }: { wait: boolean; at: Instant | undefined },
  ): Promise<{ mail: MailRow; given: Composing } | null> {
    // Sent together, and run one after the other.
    const [customer, mail, policies, undeliverable] = await Promise.all([
      tryLockCustomer(tx, customerId, { wait }),
      findMail(tx, id),
      activePolicies(tx),
      undeliverableAddresses(tx, customerId),
    ]);
    return customer && { mail: mail!, given: { customer, policies, undeliverable, now: at ?? now() } };
  }

  /** Composes the mail, or takes up one whose outcome is unknown; null if there is nothing to send. */
  async function begin(tx: Tx, toSend: MailToSend, at?: Instant): Promise<Attempt | 'busy' | null> {
    const read = await lockAndRead(tx, toSend, { wait: false, at });
    if (!read) return 'busy';
    const { mail, given } = read;
    const { id } = mail;
    const claim = randomUUID();
    if (mail.state === 'sending') return repeat(tx, mail, claim, given);
    if (mail.state !== 'queued') return null;
    if (mail.attempts > 0 && Date.parse(given.now) - Date.parse(mail.queuedAt) > TRIED_FOR_MS) {
      await end(tx, mail, { state: 'failed', why: 'it was tried for three days' }, given);
      return null;
    }
    const definition = definitions[mail.kind];
    const content = await definition.compose(tx, mail, given);
    if ('withdraw' in content) {
      await endMail(tx, id, { state: 'withdrawn', why: content.withdraw });
      return null;
    }
    if ('later' in content) {
      await leaveUntil(tx, id, content.later);
      return null;
    }
    if ('incomplete' in content) {
      await waitAMoment(tx, id);
      return null;
    }
    if ('hold' in content) {
      await holdMail(tx, id, content.hold);
      return null;
    }
    if (!isDeliverable(content.recipient, given.undeliverable)) {
      await refuseAddress(tx, id, content, given);
      return null;
    }
    const copyTo =
      content.copyTo !== null && isDeliverable(content.copyTo, given.undeliverable) ? content.copyTo : null;
    const frozen = { ...content, copyTo, sender: from, messageId: messageIdFor(id, from) };
    return { mail: await freezeMail(tx, id, frozen, { claim, claimMs: CLAIM_MS, now: given.now }), claim };
  }

  /** Ends a mail that would go to an address at which nothing arrives. Its content is kept, to be sent elsewhere. */
  async function refuseAddress(tx: Tx, id: string, content: MailContent, given: Composing): Promise<void> {
    await keepContent(tx, id, content, given.now);
    await end(tx, (await findMail(tx, id))!, { state: 'failed', why: UNDELIVERABLE }, given);
  }

  /** The attempt before has not reported in its time. */
  async function repeat(tx: Tx, mail: MailRow, claim: string, given: Composing): Promise<Attempt | null> {
    const [expired] = await tx`select 1 from mails where id = ${mail.id} and claimed_until < now()`;
    if (!expired) return null;
    const { stillHolds } = definitions[mail.kind];
    const tooLate = Date.parse(given.now) - Date.parse(mail.composedAt!) > TRIED_FOR_MS;
    const isMarked = !isDeliverable(mail.recipient!, given.undeliverable);
    if (tooLate || isMarked || (stillHolds && !(await stillHolds(tx, mail, given)))) {
      const why = tooLate
        ? 'it was tried for three days'
        : isMarked
          ? UNDELIVERABLE
          : 'what it says no longer holds';
      await end(tx, mail, { state: 'unknown', why }, given);
      return null;
    }
    await claimAgain(tx, mail.id, { claim, claimMs: CLAIM_MS });
    return { mail: (await findMail(tx, mail.id))!, claim };
  }

  async function hand(mail: MailRow): Promise<{ outcome: Delivered; error: string | null }> {
    try {
      const handedOver = mailer.send({
        from: mail.sender!,
        to: mail.recipient!,
        copyTo: mail.copyTo,
        replyTo: mail.replyTo,
        subject: mail.subject!,
        html: mail.html!,
        text: mail.plain!,
        messageId: mail.messageId!,
        date: mail.composedAt!,
      });
      await withinTime(handedOver);
      return { outcome: 'accepted', error: null };
    } catch (failure) {
      const error = failure instanceof Error ? failure.message : String(failure);
      if (!(failure instanceof MailRefused)) return { outcome: 'unknown', error };
      if (failure.permanent)
        return { outcome: failure.unknownAddress ? 'unknown-address' : 'refused-for-good', error };
      return { outcome: failure.byServer ? 'server-away' : 'refused', error };
    }
  }

  /** Writes the outcome, unless another attempt has followed since. True if the mail is kept back for its workflow. */
  async function conclude(
    tx: Tx,
    { mail: { id, customerId, orderId }, claim }: Attempt,
    outcome: Delivered,
    { error, at }: { error: string | null; at?: Instant },
  ): Promise<boolean> {
    const { mail, given } = (await lockAndRead(tx, { id, customerId }, { wait: true, at }))!;
    if (error !== null) log.warn({ mailId: id, orderId, outcome }, 'a mail could not be sent');
    if (!ownsClaim(mail, claim)) return false;
    if (outcome === 'accepted')
      await end(tx, mail, { state: mail.inDoubt ? 'sent_maybe_twice' : 'sent', sentAt: given.now }, given);
    else if (outcome === 'unknown') await noteInDoubt(tx, id, error!);
    else if (outcome === 'refused-for-good' || outcome === 'unknown-address') {
      if (outcome === 'unknown-address')
        await markUndeliverable(tx, given.customer, {
          ...{ address: mail.recipient!, cause: 'refused', detail: error, actor: 'system', now: given.now },
        });
      await end(tx, mail, { state: mail.inDoubt ? 'unknown' : 'failed', why: 'refused', error }, given);
    } else {
      await noteRefused(tx, mail, { error: error!, again: outcome === 'refused' ? 'by-workflow' : 'soon' });
      return outcome === 'refused' && !mail.inDoubt;
    }
    return false;
  }

  async function end(
    tx: Tx,
    mail: MailRow,
    ending: Parameters<typeof endMail>[2],
    given: Composing,
  ): Promise<void> {
    await Promise.all([
      endMail(tx, mail.id, ending),
      definitions[mail.kind].conclude?.(tx, mail, ending.state, given),
    ]);
  }

  return {
    nudge: wake,
    drain,
    async stop() {
      stopping = true;
      clearInterval(timer);
      await draining;
      await Promise.all(underWay.values());
      await ceaseSending(sql, holder).catch(() => {});
    },
  };
}

/** Throws when handing over takes longer than it may; what comes of it later is ignored. */
async function withinTime(handedOver: Promise<void>): Promise<void> {
  const ended = new AbortController();
  const late = sleep(HAND_OVER_MS, undefined, { signal: ended.signal }).then(() => {
    throw new Error('the mail server did not answer in time');
  });
  try {
    await Promise.race([handedOver, late]);
  } finally {
    ended.abort();
    late.catch(() => {});
    handedOver.catch(() => {});
  }
}

/** An outcome that is not written makes the mail doubtful: it is tried more than once while somebody holds the locks. */
async function written<T>(write: () => Promise<T>, triesLeft = 2): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (triesLeft === 0) throw error;
    return written(write, triesLeft - 1);
  }
}

/** Lets at most that many pass in a second. */
function createPace(perSecond: number): () => Promise<void> {
  let free = 0;
  return async () => {
    const now = performance.now();
    free = Math.max(free, now) + 1_000 / perSecond;
    const wait = free - 1_000 / perSecond - now;
    if (wait > 1) await sleep(wait);
  };
}
