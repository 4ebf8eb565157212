import { NettermsError } from '../domain/errors.ts';
import { type Entry, reversal, withdrawal } from '../domain/ledger.ts';
import { mayBecome } from '../domain/order-state.ts';
import { recordAudit } from './audit.ts';
import { inTransaction, type Sql, type Tx } from './client.ts';
import { book, type LedgerRow } from './ledger.ts';
import { getOrder, lockOrder, type OrderRow } from './orders.ts';
import { findPayment } from './payments.ts';

export type Reversed = { order: OrderRow; reopened: boolean; replayed: boolean };

/**
 * Takes a payment back as a whole: by reversing entries, never by an edit. An order that it had settled is open again,
 * with a new episode; credit that it had become is taken back.
 * @throws NettermsError `payment-not-found`; `payment-not-booked` while its command still waits for the order's workflow
 */
export async function reversePayment(
  sql: Sql,
  paymentId: string,
  { reason, actor, now }: { reason: string; actor: string; now: string },
): Promise<Reversed> {
  return inTransaction(sql, async (tx) => {
    const payment = await findPayment(tx, paymentId);
    if (!payment?.orderId) throw new NettermsError('payment-not-found', `There is no payment ${paymentId}.`);
    const { order, customer } = await lockOrder(tx, payment.orderId);
    const booked = await notReversed(tx, paymentId);
    if (booked.length === 0)
      return { order: await requireReversed(tx, order, paymentId), reopened: false, replayed: true };

    const taken = reversal(`payment/${paymentId}`, booked);
    const credit = order.status === 'cancelled' ? withdrawal(`payment/${paymentId}`, taken) : [];
    await book(tx, [...taken, ...credit], {
      customerId: customer.id,
      currency: order.currency,
      commandId: null,
      actor,
      now,
    });
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'payment.reversed',
      subject: `order/${order.id}`,
      reason,
      detail: { paymentId },
    });
    const reopened = mayBecome(order.status, 'open') && taken.some(({ account }) => account === 'receivable');
    if (reopened) await reopen(tx, order, { reason, actor, now });
    return { order: await getOrder(tx, order.id), reopened, replayed: false };
  });
}

async function requireReversed(tx: Tx, order: OrderRow, paymentId: string): Promise<OrderRow> {
  const [reversed] = await tx`select 1 from ledger where payment_id = ${paymentId} limit 1`;
  if (reversed) return order;
  throw new NettermsError(
    'payment-not-booked',
    `Payment ${paymentId} is kept and not booked yet: take it back when it is.`,
  );
}

async function notReversed(tx: Tx, paymentId: string): Promise<(Entry & { id: number })[]> {
  const rows = await tx<LedgerRow[]>`
    select id, entry_key, order_id, instalment, part, label, account, kind, amount, payment_id, reverses from ledger
    where payment_id = ${paymentId} and kind in ('payment', 'allocation') and id not in (select reverses from ledger where reverses is not null)
    order by id`;
  return rows.map(({ entryKey: key, ...row }) => ({ ...row, key }));
}

/** The steps that nothing has become of yet go on; no letter is repeated. */
async function reopen(
  tx: Tx,
  { id, episode }: OrderRow,
  { reason, actor, now }: { reason: string; actor: string; now: string },
): Promise<void> {
  await tx`update orders set status = 'open', closed_at = null, close_reason = null, finished_at = null, reopenings = reopenings + 1,
                             episode = ${episode + 1}, started_at = null, wake_by = ${now} where id = ${id}`;
  await recordAudit(tx, {
    at: now,
    actor,
    action: 'order.reopened',
    subject: `order/${id}`,
    reason,
    detail: { episode: episode + 1 },
  });
}
