import type { Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { type Closing, closeOrder } from './life-cycle.ts';
import type { OrderRow } from './tables.ts';

/** Ends the order, audited. Needs the locks of `lockOrder`. */
export async function close(
  tx: Tx,
  order: OrderRow,
  given: Closing & { readonly actor: string },
): Promise<void> {
  const { status, actor, reason, now } = given;
  await closeOrder(tx, order, given);
  await recordAudit(tx, { at: now, actor, action: `order.${status}`, subject: `order/${order.id}`, reason });
}
