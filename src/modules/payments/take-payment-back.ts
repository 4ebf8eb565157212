import type { Sql } from '../../platform/postgres/client.ts';
import { tellAll } from '../commands/tell-and-wait.ts';
import type { OrderProcess } from '../orders/order-workflows.ts';
import { type Reversal, type Reversed, reversePayment } from './reverse-payment.ts';

/**
 * Takes a payment back, and sees to it that the orders' processes know: a new episode follows an order that is open
 * again, a running one reads its balance anew.
 * @throws NettermsError as `reversePayment` does
 */
export async function takePaymentBack(
  { sql, process, now }: { sql: Sql; process: OrderProcess; now: string },
  { paymentId, ...given }: Omit<Reversal, 'now'> & { paymentId: string },
): Promise<Reversed> {
  const reversed = await reversePayment(sql, paymentId, { ...given, now });
  await tellAll(
    process,
    reversed.orderIds.map((orderId) => ({ orderId, kind: 'lookAgain' })),
  );
  return reversed;
}
