import { NettermsError } from '../../kernel/errors.ts';
import type { Db } from '../../platform/postgres/client.ts';

/** Money received; `amount` in minor units, `receivedOn` a day in the merchant's zone. */
export type PaymentRow = {
  paymentId: string;
  customerId: string;
  orderId: string | null;
  amount: number;
  currency: string;
  receivedOn: string;
  method: string | null;
  reference: string | null;
  commandId: string | null;
  actor: string;
  createdAt: string;
};

export const paymentColumns = (
  db: Db,
) => db`payments.payment_id, payments.customer_id, payments.order_id, payments.amount, payments.currency, payments.received_on,
  payments.method, payments.reference, payments.command_id, payments.actor, payments.created_at`;

/**
 * Keeps a payment. Books nothing: the ledger says what it pays.
 * @throws NettermsError `conflict` if another payment has this id
 */
export async function keepPayment(db: Db, payment: PaymentRow): Promise<void> {
  const { paymentId } = payment;
  const inserted = await db`
    insert into payments (payment_id, customer_id, order_id, amount, currency, received_on, method, reference, command_id, actor,
                          created_at)
    values (${paymentId}, ${payment.customerId}, ${payment.orderId}, ${payment.amount}, ${payment.currency},
            ${payment.receivedOn}, ${payment.method}, ${payment.reference}, ${payment.commandId}, ${payment.actor},
            ${payment.createdAt})
    on conflict (payment_id) do nothing returning payment_id`;
  if (inserted.length === 1) return;
  const other = await findPayment(db, paymentId);
  throw new NettermsError(
    'conflict',
    `Payment ${paymentId} was already recorded${other?.orderId ? `, on order ${other.orderId}` : ''}: use a new id for another payment.`,
  );
}

export async function findPayment(db: Db, paymentId: string): Promise<PaymentRow | null> {
  const [row] = await db<
    PaymentRow[]
  >`select ${paymentColumns(db)} from payments where payment_id = ${paymentId}`;
  return row ?? null;
}

export async function paymentsOf(db: Db, orderId: string): Promise<PaymentRow[]> {
  return db<
    PaymentRow[]
  >`select ${paymentColumns(db)} from payments where order_id = ${orderId} order by created_at, payment_id`;
}

/** @throws NettermsError `payment-not-found` */
export function unknownPayment(paymentId: string): never {
  throw new NettermsError('payment-not-found', `There is no payment ${paymentId}.`);
}
