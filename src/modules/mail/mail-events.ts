import type { Instant } from '../../kernel/calendar.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';

/**
 * What a mail provider reports. `bounced`: nothing will ever arrive at the address; `complained`: its owner called a mail
 * spam. The others change nothing: `soft-bounced` may arrive next time.
 */
export const mailEventTypes = ['bounced', 'soft-bounced', 'complained', 'delivered'] as const;
export type MailEventType = (typeof mailEventTypes)[number];

export type MailEventRow = {
  /** Made by the caller. */
  id: string;
  type: MailEventType;
  address: string;
  /** Of the mail, without angle brackets. */
  messageId: string | null;
  /** When it happened, as the provider says. */
  at: Instant | null;
  detail: string | null;
  /** The customers whose address it marked as undeliverable. */
  marked: string[];
  fingerprint: string;
  reportedBy: string;
  reportedAt: Instant;
};

export async function findMailEvent(db: Db, id: string): Promise<MailEventRow | null> {
  const [row] = await db<MailEventRow[]>`
    select id, type, address, message_id, at, detail, marked, fingerprint, reported_by, reported_at
    from mail_events where id = ${id}`;
  return row ?? null;
}

/** False if an event with this id was reported at the same moment. */
export async function insertMailEvent(tx: Tx, event: MailEventRow): Promise<boolean> {
  const { id, type, address, messageId, at, detail, marked, fingerprint, reportedBy, reportedAt } = event;
  const rows = await tx`
    insert into mail_events (id, type, address, message_id, at, detail, marked, fingerprint, reported_by, reported_at)
    values (${id}, ${type}, ${address}, ${messageId}, ${at}, ${detail}, ${marked}, ${fingerprint}, ${reportedBy}, ${reportedAt})
    on conflict do nothing returning 1`;
  return rows.length > 0;
}
