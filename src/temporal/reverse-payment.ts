import type { Sql } from '../db/client.ts';
import { type Reversed, reversePayment } from '../db/reverse-payment.ts';
import type { OrderProcess } from './order-process.ts';

/**
 * Takes a payment back, and sees to it that the order's process knows: a new episode follows an order that is open
 * again, a running one reads its balance anew.
 * @throws NettermsError `payment-not-found`
 */
export async function takePaymentBack(
  { sql, process, now, told }: { sql: Sql; process: OrderProcess; now: string; told: boolean },
  { paymentId, reason, actor }: { paymentId: string; reason: string; actor: string },
): Promise<Reversed> {
  const reversed = await reversePayment(sql, paymentId, { reason, actor, now, told });
  await process.tell(reversed.order.id, 'reverse');
  return reversed;
}
