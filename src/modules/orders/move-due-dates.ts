import type { Day, Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { planReminders } from '../dunning/rules/dunning.ts';
import { type ActivePolicies, policyVersion } from '../settings/tables.ts';
import { isOrderStep } from './rules/steps.ts';
import { getOrder, instalmentsOfOrders } from './tables.ts';

/** The new due date of an instalment; with `dueAt` null it stays provisional. */
export type Move = { readonly number: number; readonly dueOn: Day; readonly dueAt: Instant | null };

/** Reminders before `from` are left out. */
export type Planning = { readonly from: Instant; readonly policies: ActivePolicies };

/**
 * Gives instalments other due dates, and plans their reminders again, by the dunning policy that was in force at
 * checkout; reminders that would have come before now are left out. The steps of the other instalments stay as they
 * are. Needs the locks of `lockOrder`; the order's workflow adopts the new plan when it next looks at the order.
 */
export async function moveDueDates(
  tx: Tx,
  orderId: string,
  moves: readonly Move[],
  by: Planning,
): Promise<void> {
  for (const { number, dueOn, dueAt } of moves)
    await tx`
      update instalments set due_on = ${dueOn}, due_at = ${dueAt}, moves = moves + (due_at is not null)::int
      where order_id = ${orderId} and number = ${number}`;
  await replan(
    tx,
    orderId,
    moves.map(({ number }) => number),
    by,
  );
}

/** Plans the reminders of these instalments again. Needs the locks of `lockOrder`. */
export async function replan(
  tx: Tx,
  orderId: string,
  numbers: readonly number[],
  { from, policies }: Planning,
): Promise<void> {
  const [order, instalments] = await Promise.all([getOrder(tx, orderId), instalmentsOfOrders(tx, [orderId])]);
  const dunning = await policyVersion(tx, 'dunning', order.dunningVersion);
  const steady = order.plan.filter((step) => isOrderStep(step) || !numbers.includes(step.instalment));
  const planned = planReminders(dunning.body, {
    termsCode: order.dunningPlan ?? order.terms.code,
    instalments: instalments.filter(({ number }) => numbers.includes(number)),
    from,
    country: policies.settings.body.country,
    spreadKey: order.id,
  });
  const plan = [...steady, ...planned].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  await tx`update orders set plan = ${tx.json(plan as never)}, plan_version = plan_version + 1 where id = ${orderId}`;
}
