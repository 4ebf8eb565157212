import type { Evidence } from '../evidence.ts';
import { type Comparison, compareEach, groupBy } from './comparison.ts';

/** What the store must have been told; of a cancelled order it need not know that it counted as paid before. */
const eventsOf: Record<string, readonly string[]> = {
  open: ['order.marked_paid'],
  settled: ['order.marked_paid', 'order.settled'],
  cancelled: ['order.cancelled'],
};
/** Those of an order's life; `reminder.sent` and its like do not hold them up, and so may come after a later one. */
const isOfLife = (type: string): boolean => Object.values(eventsOf).some((types) => types.includes(type));
const mayFollow: Record<string, readonly string[]> = {
  ...eventsOf,
  cancelled: ['order.marked_paid', 'order.cancelled'],
};

/** Compares the webhooks that the store has acknowledged with the books. */
export function compareWebhooks({ orders, deliveries, webhooks }: Evidence): Comparison[] {
  const all = webhooks.map(({ id, body }) => {
    const { type, data } = JSON.parse(body) as { type: string; data: { orderId: string; sequence: number } };
    return { id, body, type, ...data };
  });
  const received = all.filter(({ type }) => isOfLife(type));
  const copiesOf = groupBy(all, ({ id }) => id);
  const ofOrder = groupBy(received, ({ orderId }) => orderId);
  const orderOf = groupBy(orders, ({ id }) => id);
  const deliveryOf = groupBy(deliveries, ({ id }) => id);

  return [
    compareEach('orders: the store knows what became of them', orders, ({ id, status }) => {
      const types = (ofOrder.get(id) ?? []).map(({ type }) => type);
      return eventsOf[status]!.every((type) => types.includes(type))
        ? null
        : `of order ${id}, ${status}, it knows ${types}`;
    }),
    compareEach(
      'webhooks: fit an order and its deliveries in the books',
      received,
      ({ id, orderId, type, sequence }) => {
        const status = orderOf.get(orderId)?.[0]?.status ?? '';
        const delivery = deliveryOf.get(id)?.[0];
        const fits =
          mayFollow[status]?.includes(type) && delivery?.type === type && delivery.sequence === sequence;
        return fits ? null : `${id} (${type}, ${sequence}) came for an order that is ${status || 'unknown'}`;
      },
    ),
    compareEach('webhooks: repeated only as they were', [...copiesOf], ([id, copies]) =>
      copies.every(({ body }) => body === copies[0]!.body)
        ? null
        : `the ${copies.length} copies of ${id} differ`,
    ),
    compareEach('webhooks of an order: first received in their sequence', [...ofOrder], ([id, events]) => {
      const first = [...new Set(events.map(({ sequence }) => sequence))];
      const ascending = first.every((sequence, place) => place === 0 || sequence > first[place - 1]!);
      return ascending ? null : `of order ${id} came ${first}`;
    }),
    compareEach(
      'deliveries in the books: received',
      deliveries.filter(({ isDelivered }) => isDelivered),
      ({ id }) => !copiesOf.has(id) && `${id} counts as delivered, and was never received`,
    ),
  ];
}
