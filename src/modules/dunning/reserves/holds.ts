import type { Day, Instant } from '../../../kernel/calendar.ts';
import { NettermsError } from '../../../kernel/errors.ts';
import type { Db } from '../../../platform/postgres/client.ts';
import type { Hold } from '../rules/holds.ts';

export type HoldRow = Omit<Hold, 'orderIds'> & {
  orderIds: string[] | null;
  customerId: string;
  placedBy: string;
  placedAt: Instant;
  releasedBy: string | null;
  releasedAt: Instant | null;
};

const columns = (db: Db) =>
  db`id, customer_id, order_ids, reason, until, placed_by, placed_at, released_by, released_at`;

export async function insertHold(
  db: Db,
  given: {
    id: string;
    customerId: string;
    orderIds: string[] | null;
    reason: string;
    until: Day | null;
    actor: string;
    now: Instant;
  },
): Promise<void> {
  const { id, customerId, orderIds, reason, until, actor, now } = given;
  await db`
    insert into holds (id, customer_id, order_ids, reason, until, placed_by, placed_at)
    values (${id}, ${customerId}, ${orderIds}, ${reason}, ${until}, ${actor}, ${now})`;
}

/** @throws NettermsError `hold-not-found` */
export async function getHold(db: Db, customerId: string, id: string): Promise<HoldRow> {
  const [row] = await db<
    HoldRow[]
  >`select ${columns(db)} from holds where customer_id = ${customerId} and id = ${id}`;
  if (!row) throw new NettermsError('hold-not-found', `Customer ${customerId} has no hold ${id}.`);
  return row;
}

/** A customer's holds, released ones included, the newest first. */
export async function holdsOf(db: Db, customerId: string): Promise<HoldRow[]> {
  return db<HoldRow[]>`
    select ${columns(db)} from holds where customer_id = ${customerId} order by placed_at desc, id`;
}

export async function noteReleased(
  db: Db,
  id: string,
  { actor, now }: { actor: string; now: Instant },
): Promise<void> {
  await db`update holds set released_by = ${actor}, released_at = ${now} where id = ${id}`;
}
