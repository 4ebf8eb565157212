import type { Instant } from '../../kernel/calendar.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';

/** A letter that a person asked for. */
export type LetterRequestRow = {
  id: string;
  customerId: string;
  mailId: string;
  fingerprint: string;
  askedBy: string;
  askedAt: Instant;
};

export async function findRequest(db: Db, id: string): Promise<LetterRequestRow | null> {
  const [row] = await db<LetterRequestRow[]>`
    select id, customer_id, mail_id, fingerprint, asked_by, asked_at from letter_requests where id = ${id}`;
  return row ?? null;
}

/** False if a request with this id was made at the same moment for another customer. */
export async function insertRequest(tx: Tx, request: LetterRequestRow): Promise<boolean> {
  const { id, customerId, mailId, fingerprint, askedBy, askedAt } = request;
  const rows = await tx`
    insert into letter_requests (id, customer_id, mail_id, fingerprint, asked_by, asked_at)
    values (${id}, ${customerId}, ${mailId}, ${fingerprint}, ${askedBy}, ${askedAt})
    on conflict do nothing returning 1`;
  return rows.length > 0;
}
