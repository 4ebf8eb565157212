import type { Sql } from '../../db/client.ts';
import { readOrder } from '../../db/order-views.ts';
import type { OrderProcess } from '../../temporal/order-process.ts';
import { takePaymentBack } from '../../temporal/reverse-payment.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { order as orderView, withReason } from '../schemas/order.ts';

/** What can be asked of money that was received. */
export function paymentEndpoints({ sql, process }: { sql: Sql; process: OrderProcess }): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/payments/{paymentId}/reverse',
      tag: 'Orders',
      summary:
        'Take a payment back as a whole, by reversing entries; an order that it had settled is open again',
      scopes: ['accounting'],
      body: withReason,
      answer: orderView,
      handle: async ({ params: { paymentId }, body: { reason }, actor, now }) => {
        const { order, replayed } = await takePaymentBack(
          { sql, process, now },
          { paymentId, reason, actor },
        );
        return { body: await readOrder(sql, order.id, now), headers: replayedHeader(replayed) };
      },
    }),
  ];
}
