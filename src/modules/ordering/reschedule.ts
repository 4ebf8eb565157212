import { type Day, dayAt } from '../../kernel/calendar.ts';
import { type Apply, bookingOf, notOpen } from '../commands/command.ts';
import { outstandingOf } from '../ledger/rules/entry.ts';
import { instalmentPlan } from '../ledger/rules/reallocations.ts';
import { book } from '../ledger/tables.ts';
import { addInstalments, reduceInstalment } from '../orders/changes.ts';
import { replan } from '../orders/move-due-dates.ts';
import { balancesOf, instalmentsOfOrders } from '../orders/tables.ts';
import { activePolicies } from '../settings/tables.ts';
import { dueOnDay } from '../terms/rules/due-dates.ts';
import { PLANNED_LINE, plannedParts } from '../terms/rules/instalment-plan.ts';

type Plan = { of: 'overdue' | 'outstanding'; instalments: { dueOn: Day; amount: number }[] };

/** An instalment plan over what is overdue, or over all that is outstanding: new instalments in place of the old ones. */
export const reschedule: Apply = async (tx, subject, command, context) => {
  const refusal = notOpen(subject);
  if (refusal) return refusal;
  const { order } = subject;
  const { now } = context;
  const plan = command.body as Plan;
  const all = await instalmentsOfOrders(tx, [order.id]);
  const planned = all.filter(
    ({ outstanding, dueAt }) =>
      outstanding > 0 &&
      (plan.of === 'outstanding' || (dueAt !== null && Date.parse(dueAt) <= Date.parse(now))),
  );
  const owed = outstandingOf(planned);
  if (owed === 0) return 'nothing-overdue';
  if (owed !== plan.instalments.reduce((sum, { amount }) => sum + amount, 0)) return 'plan-does-not-sum';
  const settings = (await activePolicies(tx)).settings.body;
  if (plan.instalments.some(({ dueOn }) => dueOn < dayAt(now, settings.timeZone)))
    return 'extension-not-later';

  const numbers = planned.map(({ number }) => number);
  const old = (await balancesOf(tx, order.id)).filter(({ number }) => numbers.includes(number));
  const first = Math.max(...all.map(({ number }) => number)) + 1;
  const amounts = plan.instalments.map(({ amount }) => amount);
  const parts = plannedParts(old, amounts, first);
  for (const { number, outstanding, charges } of old)
    await reduceInstalment(tx, order.id, number, outstanding - charges);
  const added = parts.map(({ number, principal: amount }, index) => ({
    ...{ number, amount, line: PLANNED_LINE },
    ...dueOnDay(plan.instalments[index]!.dueOn, settings),
  }));
  await addInstalments(tx, order.id, added);
  await book(tx, instalmentPlan(command.id, order.id, old, parts), bookingOf(subject, command, context));
  await replan(
    tx,
    order.id,
    parts.map(({ number }) => number),
    now,
  );
  return null;
};
