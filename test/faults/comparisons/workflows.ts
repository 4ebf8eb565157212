import type { Evidence } from '../evidence.ts';
import { type Comparison, compareEach } from './comparison.ts';

/** Compares the workflows that run with the orders that need one. */
export function compareWorkflows({ orders, running }: Evidence): Comparison[] {
  const wanted = new Set(
    orders.filter(({ status }) => status === 'open').map(({ workflowId }) => workflowId),
  );
  return [
    compareEach('orders: an open one has a workflow that runs, a closed one is finished', orders, (order) => {
      const isOpen = order.status === 'open';
      const right = isOpen ? running.includes(order.workflowId) : order.isFinished;
      return right
        ? null
        : `order ${order.id} is ${order.status}, ${order.isFinished ? '' : 'not '}finished, and has no workflow`;
    }),
    compareEach('workflows that run: of an open order', running, (id) => !wanted.has(id) && `${id} runs`),
  ];
}
