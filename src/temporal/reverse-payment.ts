import type { Sql } from '../db/client.ts';
import { type Reversed, reversePayment } from '../db/reverse-payment.ts';
import type { OrderProcess } from './order-process.ts';

/**
 * Takes a payment back, and sees to it that the order's process knows: a new episode follows an order that is open
 * again, a running one reads its balance anew.
 * @throws NettermsError `payment-not-found`, `payment-not-booked`
 */
export async function takePaymentBack(
  { sql, process, now }: { sql: Sql; process: OrderProcess; now: string },
  { paymentId, reason, actor }: { paymentId: string; reason: string; actor: string },
): Promise<Reversed> {
  const reversed = await reversePayment(sql, paymentId, { reason, actor, now });
  await process.tell(reversed.order.id, 'lookAgain');
  return reversed;
}
