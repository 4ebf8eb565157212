import type { Db } from '../../platform/postgres/client.ts';

export type MailState = 'planned' | 'sending' | 'sent' | 'failed' | 'sent_maybe_twice' | 'unknown';

/**
 * A mail with its frozen content. `planned`: the server refused it, and it will be tried again; `sending`: what became of
 * an attempt is not known, or not yet. `unknown`: given up in that state.
 */
export type MailRow = {
  id: string;
  /** Null for a letter about several orders; it belongs to the customer. */
  orderId: string | null;
  customerId: string | null;
  template: string;
  locale: string;
  recipient: string;
  copyTo: string | null;
  replyTo: string | null;
  messageId: string;
  state: MailState;
  subject: string;
  html: string;
  plain: string;
  attempts: number;
  lastError: string | null;
  createdAt: string;
  sentAt: string | null;
};

const columns = (
  db: Db,
) => db`id, order_id, customer_id, template, locale, recipient, copy_to, reply_to, message_id, state, subject, html, plain, attempts, last_error,
  created_at, sent_at`;

export async function findMail(db: Db, id: string): Promise<MailRow | null> {
  const [row] = await db<MailRow[]>`select ${columns(db)} from mails where id = ${id}`;
  return row ?? null;
}

export async function mailsOf(db: Db, orderId: string): Promise<MailRow[]> {
  return db<MailRow[]>`select ${columns(db)} from mails where order_id = ${orderId} order by created_at, id`;
}

export type MailContent = Pick<
  MailRow,
  | 'id'
  | 'orderId'
  | 'template'
  | 'locale'
  | 'recipient'
  | 'copyTo'
  | 'replyTo'
  | 'messageId'
  | 'subject'
  | 'html'
  | 'plain'
> & { customerId?: string | null };

/**
 * Writes the content that is about to be sent, as `sending`; it replaces the content of a mail that was refused before.
 */
export async function freezeMail(db: Db, mail: MailContent, now: string): Promise<void> {
  await db`
    insert into mails (id, order_id, customer_id, template, locale, recipient, copy_to, reply_to, message_id, state, subject, html, plain, attempts, created_at)
    values (${mail.id}, ${mail.orderId}, ${mail.customerId ?? null}, ${mail.template}, ${mail.locale}, ${mail.recipient}, ${mail.copyTo}, ${mail.replyTo},
            ${mail.messageId}, 'sending',
            ${mail.subject}, ${mail.html}, ${mail.plain}, 1, ${now})
    on conflict (id) do update set state = 'sending', locale = excluded.locale, recipient = excluded.recipient, copy_to = excluded.copy_to, reply_to = excluded.reply_to, subject = excluded.subject,
      html = excluded.html, plain = excluded.plain, attempts = mails.attempts + 1, created_at = excluded.created_at`;
}

/** Begins another attempt with the same bytes, because it is not known what became of the one before. */
export async function noteRepeat(db: Db, id: string): Promise<void> {
  await db`update mails set state = 'sending', in_doubt = true, attempts = attempts + 1 where id = ${id}`;
}

/** The mail server has accepted the mail. */
export async function noteAccepted(db: Db, id: string, sentAt: string): Promise<void> {
  await db`update mails set state = case when in_doubt then 'sent_maybe_twice' else 'sent' end, last_error = null,
                            sent_at = ${sentAt} where id = ${id}`;
}

/**
 * An attempt has failed; `refused` if the mail was certainly not accepted. A mail in doubt stays `sending` even so: an
 * earlier attempt may have succeeded, so only the same bytes may follow. Changes nothing if another attempt succeeded.
 */
export async function noteNotAccepted(
  db: Db,
  id: string,
  { refused, error }: { refused: boolean; error: string },
): Promise<void> {
  await db`update mails set state = case when ${refused} and not in_doubt then 'planned' else state end, last_error = ${error}
           where id = ${id} and state = 'sending'`;
}

const givenUp = (db: Db, why: string | null) =>
  db`state = case state when 'sending' then 'unknown' else 'failed' end, last_error = coalesce(last_error, ${why})`;

/** Gives up a mail that is still tried: `failed`; `unknown` if it may have been sent. Its state; null if there is none. */
export async function giveUpMail(db: Db, id: string, why: string | null): Promise<MailState | null> {
  await db`update mails set ${givenUp(db, why)} where id = ${id} and state in ('planned', 'sending')`;
  return (await findMail(db, id))?.state ?? null;
}

/** Gives up all mails of an order that are still tried. */
export async function giveUpMailsOf(db: Db, orderId: string, why: string): Promise<void> {
  await db`update mails set ${givenUp(db, why)} where order_id = ${orderId} and state in ('planned', 'sending')`;
}
