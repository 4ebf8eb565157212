import type { ErrorCode } from '../../kernel/errors.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import type { Booking } from '../ledger/tables.ts';
import { closeOrder } from '../orders/changes.ts';
import { mayBecome, type OrderStatus } from '../orders/rules/order-state.ts';
import type { OrderRow } from '../orders/tables.ts';
import type { CommandRow } from './tables.ts';

/** The order that commands are applied to, read again where its total or its fulfilment changes, and the status that they have brought it to. */
export type Subject = { order: OrderRow; status: OrderStatus };

/** `told`: there is no store to tell, so that a confirmation marks the order paid. */
export type Context = { readonly now: string; readonly told: boolean };

/** A refusal with what the caller may read beside its code. */
export type Refusal = { readonly code: ErrorCode; readonly because: Record<string, unknown> };

/** Applies one kind of command under the locks of `lockOrder`; returns the refusal, or null. */
export type Apply = (
  tx: Tx,
  subject: Subject,
  command: CommandRow,
  context: Context,
) => Promise<ErrorCode | Refusal | null>;

/** How the entries of a command are booked. */
export const bookingOf = ({ order }: Subject, { id, actor }: CommandRow, { now }: Context): Booking => ({
  customerId: order.customerId,
  currency: order.currency,
  commandId: id,
  actor,
  now,
});

/** Why an order takes nothing that needs a balance: it is not confirmed yet, or closed. Null while it is open. */
export function notOpen({ status }: Subject): ErrorCode | null {
  if (status === 'open') return null;
  return status === 'reserved' ? 'order-not-confirmed' : 'order-closed';
}

/** Changes the status; one that may not follow is a fault of ours. */
export function become(subject: Subject, status: OrderStatus): void {
  if (!mayBecome(subject.status, status))
    throw new Error(`an order that is ${subject.status} cannot become ${status}`);
  subject.status = status;
}

/** Ends the order, audited. */
export async function close(
  tx: Tx,
  subject: Subject,
  status: 'settled' | 'cancelled' | 'written_off',
  { actor, reason }: Pick<CommandRow, 'actor' | 'reason'>,
  now: string,
): Promise<void> {
  become(subject, status);
  const { id } = subject.order;
  await closeOrder(tx, id, { status, reason, now });
  await recordAudit(tx, { at: now, actor, action: `order.${status}`, subject: `order/${id}`, reason });
}
