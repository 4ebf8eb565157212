import type { Tx } from '../../../platform/postgres/client.ts';
import { openAddressTask } from '../../mail/mark-address.ts';
import { closeTasks } from '../../tasks/close-tasks.ts';
import { openTask } from '../../tasks/open-task.ts';
import type { PromiseRow } from '../reserves/promises.ts';
import type { CustomerFacts } from './customer-facts.ts';
import type { Judged, Looking } from './look.ts';

/**
 * What reminders wait for and only a person can end is a task; so is an item whose letters are over. A task whose cause
 * is gone is closed.
 */
export async function openGuardTasks(
  tx: Tx,
  judged: readonly Judged[],
  { customer, now, facts }: Looking & { facts: CustomerFacts },
): Promise<void> {
  const open = { openedAt: now, openedBy: 'system' } as const;
  const customerId = customer.id;
  for (const { step, verdict } of judged) {
    if (verdict.kind !== 'wait') continue;
    const { orderId, instalment, dueOn, outstanding: amount, currency } = step;
    const about = { customerId, orderId, amount, currency, detail: { instalment, dueOn } };
    if (verdict.for === 'not-invoiced' || verdict.for === 'not-delivered')
      await openTask(tx, { ...about, kind: verdict.for, ...open });
    const wasAsked = step.waitsFor === 'decision' && step.lookAt === verdict.until;
    if (verdict.for === 'decision' && !wasAsked) await openTask(tx, { ...about, kind: 'decide', ...open });
    if (verdict.for === 'address') await openAddressTask(tx, customerId, now);
    if (verdict.for === 'credit')
      await openTask(tx, { kind: 'credit-held', customerId, orderId: null, ...open });
  }
  await closeWhatIsOver(tx, judged, { customerId, guardTasks: facts.guardTasks, now });
}

/** The tasks whose cause a look can see, and which it no longer sees. */
async function closeWhatIsOver(
  tx: Tx,
  judged: readonly Judged[],
  { customerId, guardTasks, now }: Pick<CustomerFacts, 'guardTasks'> & { customerId: string; now: string },
): Promise<void> {
  const waitsFor = (reason: string, orderId: string | null) =>
    judged.some(
      ({ step, verdict }) =>
        verdict.kind === 'wait' && verdict.for === reason && (orderId === null || step.orderId === orderId),
    );
  for (const { kind, orderId } of guardTasks)
    if (!waitsFor(kind === 'credit-held' ? 'credit' : kind, orderId))
      await closeTasks(tx, { kind, customerId, orderId, outcome: 'done', reason: 'its cause is gone', now });
}

/** Somebody should talk to a customer who has not kept a promise. */
export async function openPromiseTasks(tx: Tx, broken: readonly PromiseRow[], now: string): Promise<void> {
  for (const { id, customerId, byOn } of broken)
    await openTask(tx, {
      ...{ kind: 'promise-broken', customerId, orderId: null, detail: { promiseId: id, by: byOn } },
      ...{ openedAt: now, openedBy: 'system' },
    });
}
