import { z } from 'zod';
import { orderCommand } from '../commands/definition.ts';
import { closed } from '../commands/rules/refusal.ts';
import { moveBalances } from '../ledger/move-balances.ts';
import { close } from '../orders/close.ts';
import { moveDueDates } from '../orders/move-due-dates.ts';
import { instalmentsOfOrders } from '../orders/tables.ts';
import { dueOnDay } from '../terms/rules/due-dates.ts';

/**
 * All that is open is due today, including what was provisional; what was due before keeps its due date. The letter of
 * the revocation replaces today's reminder: the planned ones come once it is overdue. A reservation is cancelled.
 */
export const demand = orderCommand({
  kind: 'demand',
  permission: 'admin',
  body: z.object({ revocationId: z.string() }),
  refuse: ({ order }) => closed(order),

  async apply(tx, { order, policies, today, now }, _, { command: { actor, reason } }) {
    if (order.status === 'reserved') {
      await moveBalances(tx, order.customerId, order.currency, { exposure: -order.total });
      await close(tx, order, { status: 'cancelled', actor, reason, now });
      return;
    }
    const due = dueOnDay(today, policies.settings.body);
    const moves = (await instalmentsOfOrders(tx, [order.id]))
      .filter(({ outstanding, dueAt, dueOn }) => outstanding > 0 && (dueAt === null || dueOn > today))
      .map(({ number }) => ({ number, ...due }));
    if (moves.length > 0) await moveDueDates(tx, order.id, moves, { from: due.dueAt, policies });
  },

  consequences: [],
});
