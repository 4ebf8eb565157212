import { z } from 'zod';
import { orderCommand } from '../commands/definition.ts';
import { notOpen } from '../commands/rules/refusal.ts';
import { moveDueDates } from '../orders/move-due-dates.ts';
import { instalmentsOfOrders } from '../orders/tables.ts';
import { dueOnDay } from '../terms/rules/due-dates.ts';

/** A later due date for an unpaid instalment; without a number, for the earliest. Its reminders are planned again. */
export const extend = orderCommand({
  kind: 'extend',
  permission: 'admin',
  body: z.object({ instalment: z.int().optional(), dueOn: z.string() }),

  async read(tx, { order }, { instalment }) {
    const all = await instalmentsOfOrders(tx, [order.id]);
    return instalment === undefined
      ? all.find(({ outstanding }) => outstanding > 0)
      : all.find(({ number }) => number === instalment);
  },

  refuse({ order, today }, { dueOn }, found) {
    const refusal = notOpen(order);
    if (refusal) return refusal;
    if (!found) return { code: 'instalment-not-found' };
    if (found.outstanding <= 0) return { code: 'instalment-paid' };
    return dueOn <= found.dueOn || dueOn < today ? { code: 'extension-not-later' } : null;
  },

  async apply(tx, { order, policies, now }, { dueOn }, { facts: found }) {
    const date = found!.dueAt === null ? { dueOn, dueAt: null } : dueOnDay(dueOn, policies.settings.body);
    await moveDueDates(tx, order.id, [{ number: found!.number, ...date }], { from: now, policies });
  },

  consequences: [],
});
