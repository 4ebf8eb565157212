import { z } from 'zod';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { notOpen, otherCurrency } from '../commands/rules/refusal.ts';
import { outstandingOf } from '../ledger/rules/entry.ts';
import { instalmentPlan } from '../ledger/rules/reallocations.ts';
import { book } from '../ledger/tables.ts';
import { addInstalments, reduceInstalment } from '../orders/changes.ts';
import { replan } from '../orders/move-due-dates.ts';
import { balancesOf, instalmentsOfOrders } from '../orders/tables.ts';
import { dueOnDay } from '../terms/rules/due-dates.ts';
import { PLANNED_LINE, plannedParts } from '../terms/rules/instalment-plan.ts';

/** An instalment plan for what is overdue, or for all that is outstanding: new instalments replace the old ones. */
export const reschedule = orderCommand({
  kind: 'reschedule',
  permission: 'admin',
  body: z.object({
    of: z.enum(['overdue', 'outstanding']),
    currency: z.string(),
    instalments: z.array(z.object({ dueOn: z.string(), amount: z.int() })),
  }),

  async read(tx, { order, now }, { of }) {
    const all = await instalmentsOfOrders(tx, [order.id]);
    const isOverdue = (dueAt: string | null) => dueAt !== null && Date.parse(dueAt) <= Date.parse(now);
    const planned = all.filter(
      ({ outstanding, dueAt }) => outstanding > 0 && (of === 'outstanding' || isOverdue(dueAt)),
    );
    return { planned, first: Math.max(...all.map(({ number }) => number)) + 1 };
  },

  refuse({ order, today }, { currency, instalments }, { planned }) {
    const refusal = otherCurrency(order, currency) ?? notOpen(order);
    if (refusal) return refusal;
    const owed = outstandingOf(planned);
    if (owed === 0) return { code: 'nothing-overdue' };
    if (owed !== instalments.reduce((sum, { amount }) => sum + amount, 0))
      return { code: 'plan-does-not-sum' };
    return instalments.some(({ dueOn }) => dueOn < today) ? { code: 'extension-not-later' } : null;
  },

  async apply(tx, state, { instalments }, { facts: { planned, first }, command }) {
    const { order, policies, today, now } = state;
    const numbers = planned.map(({ number }) => number);
    const old = (await balancesOf(tx, order.id)).filter(({ number }) => numbers.includes(number));
    const parts = plannedParts(
      old,
      instalments.map(({ amount }) => amount),
      first,
    );
    for (const { number, outstanding, charges } of old)
      await reduceInstalment(tx, order.id, number, outstanding - charges);
    const added = parts.map(({ number, principal: amount }, index) => ({
      ...{ number, amount, line: PLANNED_LINE },
      ...dueOnDay(instalments[index]!.dueOn, policies.settings.body),
    }));
    await addInstalments(tx, order.id, added);
    await book(tx, instalmentPlan(command.id, order.id, old, parts, today), bookingOf(state, command));
    await replan(
      tx,
      order.id,
      parts.map(({ number }) => number),
      { from: now, policies },
    );
  },

  consequences: [],
});
