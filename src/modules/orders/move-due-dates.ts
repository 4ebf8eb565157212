import type { Day, Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { planSteps } from '../dunning/rules/plan.ts';
import { type ActivePolicies, policyVersion } from '../settings/tables.ts';
import { replaceSteps } from './steps.ts';
import { getOrder, instalmentsOfOrders } from './tables.ts';

/** The new due date of an instalment; with `dueAt` null it stays provisional. */
export type Move = { readonly number: number; readonly dueOn: Day; readonly dueAt: Instant | null };

/** Reminders before `from` are left out. */
export type Planning = { readonly from: Instant; readonly policies: ActivePolicies };

/**
 * Gives instalments other due dates, and plans their reminders again, by the dunning policy that was in force at
 * checkout; reminders that would have come before now are left out. The steps of the other instalments stay as they
 * are. Needs the locks of `lockOrder`.
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
  const planned = planSteps(dunning.body, {
    termsCode: order.dunningPlan ?? order.terms.code,
    instalments: instalments.filter(({ number }) => numbers.includes(number)),
    from,
    country: policies.settings.body.country,
    spreadKey: order.customerId,
  });
  await replaceSteps(tx, order, numbers, planned, from);
}
