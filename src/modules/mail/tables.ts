import type { Instant } from '../../kernel/calendar.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';

export const mailKinds = ['confirmation', 'settled', 'cancelled', 'demand', 'reminder', 'copy'] as const;
export type MailKind = (typeof mailKinds)[number];

/**
 * `held`: waits for a person; `queued`: will be composed and sent; `sending`: what became of an attempt is not known, or
 * not yet; `unknown`: given up in that state; `withdrawn`: no longer wanted.
 */
export const mailStates = [
  'held',
  'queued',
  'sending',
  'sent',
  'sent_maybe_twice',
  'unknown',
  'failed',
  'withdrawn',
] as const;
export type MailState = (typeof mailStates)[number];
/** How a mail ends. */
export type MailOutcome = Exclude<MailState, 'held' | 'queued' | 'sending'>;

export type MailContent = {
  locale: string;
  recipient: string;
  copyTo: string | null;
  replyTo: string | null;
  subject: string;
  html: string;
  plain: string;
};

export type MailRow = {
  id: string;
  customerId: string;
  /** Null: the mail is about several orders. */
  orderId: string | null;
  kind: MailKind;
  state: MailState;
  why: string | null;
  queuedAt: Instant;
  inDoubt: boolean;
  attempts: number;
  lastError: string | null;
  sentAt: Instant | null;
  claim: string | null;
} & Frozen;
/** Null as long as the mail is not composed. */
export type Frozen = { [Member in keyof MailContent]: MailContent[Member] | null } & {
  sender: string | null;
  messageId: string | null;
  composedAt: Instant | null;
};

export const mailColumns = (db: Db) =>
  db`mails.id, mails.customer_id, mails.order_id, mails.kind, mails.state, mails.why, mails.queued_at, mails.sender,
  mails.locale, mails.recipient, mails.copy_to, mails.reply_to, mails.message_id, mails.subject, mails.html, mails.plain,
  mails.composed_at, mails.in_doubt, mails.attempts, mails.last_error, mails.sent_at, mails.claim`;

export async function findMail(db: Db, id: string): Promise<MailRow | null> {
  const [row] = await db<MailRow[]>`select ${mailColumns(db)} from mails where id = ${id}`;
  return row ?? null;
}

/** Needs the lock of the mail's customer. */
export async function lockMail(tx: Tx, id: string): Promise<MailRow | null> {
  const [row] = await tx<MailRow[]>`select ${mailColumns(tx)} from mails where id = ${id} for no key update`;
  return row ?? null;
}

/** The mails of an order; those about several orders are not among them. */
export async function mailsOf(db: Db, orderId: string): Promise<MailRow[]> {
  return db<
    MailRow[]
  >`select ${mailColumns(db)} from mails where order_id = ${orderId} order by queued_at, id`;
}

/** Asks for a mail; a repeat changes nothing. The sender composes it. */
export async function queueMail(
  tx: Tx,
  {
    id,
    customerId,
    orderId,
    kind,
    now,
  }: Pick<MailRow, 'id' | 'customerId' | 'orderId' | 'kind'> & { now: Instant },
): Promise<void> {
  await tx`
    insert into mails (id, customer_id, order_id, kind, queued_at) values (${id}, ${customerId}, ${orderId}, ${kind}, ${now})
    on conflict do nothing`;
}

/** Asks for a mail with the content of another, which has one, to these addresses. */
export async function queueCopy(
  tx: Tx,
  {
    id,
    of,
    recipient,
    copyTo,
    now,
  }: { id: string; of: MailRow; now: Instant } & Pick<MailContent, 'recipient' | 'copyTo'>,
): Promise<void> {
  const { customerId, orderId, locale, replyTo, subject, html, plain } = of;
  await tx`
    insert into mails (id, customer_id, order_id, kind, queued_at, locale, recipient, copy_to, reply_to, subject, html, plain)
    values (${id}, ${customerId}, ${orderId}, 'copy', ${now}, ${locale}, ${recipient}, ${copyTo},
            ${replyTo}, ${subject}, ${html}, ${plain})`;
}

/** Keeps the content of a mail that is not sent. */
export async function keepContent(tx: Tx, id: string, content: MailContent, now: Instant): Promise<void> {
  const { locale, recipient, copyTo, replyTo, subject, html, plain } = content;
  await tx`
    update mails set locale = ${locale}, recipient = ${recipient}, copy_to = ${copyTo}, reply_to = ${replyTo},
      subject = ${subject}, html = ${html}, plain = ${plain}, composed_at = ${now}
    where id = ${id}`;
}

/** Freezes the content of a queued mail, which is sent now; `claim` names the attempt. Returns the mail. */
export async function freezeMail(
  tx: Tx,
  id: string,
  content: MailContent & { sender: string; messageId: string },
  { claim, claimMs, now }: { claim: string; claimMs: number; now: Instant },
): Promise<MailRow> {
  const { sender, locale, recipient, copyTo, replyTo, messageId, subject, html, plain } = content;
  const [row] = await tx<[MailRow]>`
    update mails set state = 'sending', sender = ${sender}, locale = ${locale}, recipient = ${recipient}, copy_to = ${copyTo},
      reply_to = ${replyTo}, message_id = ${messageId}, subject = ${subject}, html = ${html}, plain = ${plain},
      composed_at = ${now}, attempts = attempts + 1, claim = ${claim},
      claimed_until = now() + ${claimMs} * interval '1 millisecond'
    where id = ${id} returning ${mailColumns(tx)}`;
  return row;
}

/**
 * Begins another attempt with the same bytes, because what became of the one before is not known. Each may be a copy that
 * the recipient gets, so each has twice the time of the one before until another may follow.
 */
export async function claimAgain(
  tx: Tx,
  id: string,
  { claim, claimMs }: { claim: string; claimMs: number },
): Promise<void> {
  await tx`
    update mails set in_doubt = true, attempts = attempts + 1, claim = ${claim},
      claimed_until = now() + ${claimMs} * power(2, attempts) * interval '1 millisecond'
    where id = ${id}`;
}

/** Whether the attempt still has its claim: another one may have followed it since. */
export const ownsClaim = (mail: MailRow | null, claim: string): mail is MailRow =>
  mail?.state === 'sending' && mail.claim === claim;

/** Ends a mail. */
export async function endMail(
  tx: Tx,
  id: string,
  {
    state,
    why = null,
    sentAt = null,
    error = null,
  }: { state: MailOutcome; why?: string | null; sentAt?: Instant | null; error?: string | null },
): Promise<void> {
  await tx`
    update mails set state = ${state}, why = ${why}, sent_at = ${sentAt}, last_error = coalesce(${error}, last_error), claim = null,
      claimed_until = null, try_at = null, wake_by = null
    where id = ${id}`;
}

/**
 * The server has refused the mail for now, so that it was certainly not accepted: it is composed again when it is tried
 * again. `at`: with the next ones, or when its workflow says so. A mail in doubt stays as it is.
 */
export async function noteRefused(
  tx: Tx,
  { id, inDoubt }: Pick<MailRow, 'id' | 'inDoubt'>,
  { error, again }: { error: string; again: 'soon' | 'by-workflow' },
): Promise<void> {
  if (inDoubt) {
    await tx`update mails set last_error = ${error}, claimed_until = now() + interval '1 minute' where id = ${id}`;
    return;
  }
  await tx`
    update mails set state = 'queued', last_error = ${error}, claim = null, claimed_until = null,
      try_at = ${again === 'soon' ? tx`now()` : null}, wake_by = ${again === 'soon' ? null : tx`now() + interval '1 minute'`}
    where id = ${id}`;
}

/** The outcome of an attempt is not known: another one may follow when its claim has expired. */
export async function noteInDoubt(tx: Tx, id: string, error: string): Promise<void> {
  await tx`update mails set last_error = ${error} where id = ${id}`;
}

/** The mail of a customer that has this Message-ID, given without angle brackets. */
export async function findByMessageId(
  db: Db,
  customerId: string,
  messageId: string,
): Promise<MailRow | null> {
  const [row] = await db<MailRow[]>`
    select ${mailColumns(db)} from mails where customer_id = ${customerId} and message_id = ${`<${messageId}>`}`;
  return row ?? null;
}

/** A mail that the server had accepted came back. Returns it, or null if it was not sent. Needs the customer's lock. */
export async function noteBounced(tx: Tx, id: string, error: string | null): Promise<MailRow | null> {
  const [row] = await tx<MailRow[]>`
    update mails set state = 'failed', why = 'bounced', last_error = coalesce(${error}, last_error)
    where id = ${id} and state in ('sent', 'sent_maybe_twice', 'unknown') returning ${mailColumns(tx)}`;
  return row ?? null;
}

/** A mail waits for something else than the mail server. */
export async function holdMail(tx: Tx, id: string, why: string): Promise<void> {
  await tx`update mails set state = 'held', why = ${why}, try_at = null where id = ${id} and state = 'queued'`;
}

/** A mail may leave only from that instant on. */
export async function leaveUntil(tx: Tx, id: string, until: Instant): Promise<void> {
  await tx`update mails set try_at = ${until} where id = ${id} and state = 'queued'`;
}

/** What a mail says is not complete yet: the sender asks again in a few seconds. */
export async function waitAMoment(tx: Tx, id: string): Promise<void> {
  await tx`update mails set try_at = now() + interval '3 seconds' where id = ${id} and state = 'queued'`;
}

/** A queued mail has its turn now, unless its workflow decides when it is tried again. */
export async function hastenMail(tx: Tx, id: string): Promise<void> {
  await tx`update mails set try_at = now() where id = ${id} and state = 'queued' and try_at > now()`;
}

/** Names the order that a mail is about; null: several. Needs the lock of its customer. */
export async function setMailOrder(tx: Tx, id: string, orderId: string | null): Promise<void> {
  await tx`update mails set order_id = ${orderId} where id = ${id} and order_id is distinct from ${orderId}`;
}

/** A held mail may be sent. */
export async function releaseMail(tx: Tx, id: string, now: Instant): Promise<void> {
  await tx`update mails set state = 'queued', why = null, queued_at = ${now}, try_at = now() where id = ${id} and state = 'held'`;
}

/** Lets the sender try a mail again that its workflow has kept back. */
export async function tryMailAgain(tx: Tx, id: string): Promise<void> {
  await tx`update mails set try_at = now(), wake_by = null where id = ${id} and state = 'queued'`;
}

/** A queued mail that could not be dealt with has another turn in a minute, so that it does not hold up the others. */
export async function postponeMail(db: Db, id: string): Promise<void> {
  await db`update mails set try_at = now() + interval '1 minute' where id = ${id} and state = 'queued' and try_at is not null`;
}

export type MailToSend = Pick<MailRow, 'id' | 'customerId'>;

/** Mails to be sent: the oldest queued ones, and those whose attempt has not reported in its time. */
export async function mailsToSend(db: Db, limit: number): Promise<MailToSend[]> {
  return db<MailToSend[]>`
    (select id, customer_id from mails where state = 'queued' and try_at <= now() order by try_at, queued_at, id limit ${limit})
    union all (select id, customer_id from mails where state = 'sending' and claimed_until < now() order by claimed_until limit ${limit})`;
}

/** Claims mails whose workflow should have tried them again by now. */
export async function claimKeptBack(
  db: Db,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<Pick<MailRow, 'id'>[]> {
  return db<Pick<MailRow, 'id'>[]>`
    update mails set wake_by = now() + ${leaseMs} * interval '1 millisecond'
    where id in (select id from mails where state = 'queued' and try_at is null and wake_by <= now()
                 order by wake_by limit ${limit} for update skip locked)
    returning id`;
}

/** Makes this worker the one that sends, for `forMs` by PostgreSQL's clock; false if another one is. */
export async function becomeSender(db: Db, holder: string, forMs: number): Promise<boolean> {
  const rows = await db`
    insert into mail_sender (holder, until) values (${holder}, now() + ${forMs} * interval '1 millisecond')
    on conflict (one) do update set holder = excluded.holder, until = excluded.until
      where mail_sender.holder = excluded.holder or mail_sender.until < now()
    returning 1`;
  return rows.length > 0;
}

/** Lets another worker send at once. */
export async function ceaseSending(db: Db, holder: string): Promise<void> {
  await db`delete from mail_sender where holder = ${holder}`;
}
