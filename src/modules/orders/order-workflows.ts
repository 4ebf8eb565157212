import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import pLimit from 'p-limit';
import type { Log } from '../../platform/log.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { databaseTime } from '../../platform/postgres/clock.ts';
import { quickly } from '../../platform/temporal/client.ts';
import { startOnce } from '../../platform/temporal/start-once.ts';
import type { DeferredOrder, Message } from '../../workflows/messages.ts';
import { NtCustomerId, NtDueAt, NtStatus } from '../../workflows/search-attributes.ts';
import { noteIdle, noteStuck } from './life-cycle.ts';
import { followLostWorkflow } from './lost-workflows.ts';
import type { OrderCommandKind } from './rules/order-state.ts';
import { findOrder, instalmentsOfOrders, type OrderRow, workflowIdOf } from './tables.ts';

/** At most this many workflows are started at once, and at most this many wait; the poller starts the rest. */
const STARTS_AT_ONCE = 8;
const STARTS_WAITING = 2_000;
/** How long closing may take: notifying the store of "paid" may take seven days, and then of "settled" seven more. */
const CLOSING_MS = 15 * 24 * 3_600_000;

/** A command's signal, or the hint that PostgreSQL has something new for the workflow. */
export type SignalName = OrderCommandKind | 'lookAgain';

export type OrderWorkflows = ReturnType<typeof createOrderWorkflows>;

/**
 * The workflows of the orders, as the other processes see them. PostgreSQL says which episode is the current one;
 * Temporal's refusal of a second start is only a second safeguard.
 */
export function createOrderWorkflows({ sql, client, log }: { sql: Sql; client: Client; log: Log }) {
  const limit = pLimit(STARTS_AT_ONCE);

  /** Starts the order's current episode. Resolves to false if it was already started. */
  async function start(order: OrderRow, dueAt: string | null): Promise<boolean> {
    const { id: orderId, episode } = order;
    const input: DeferredOrder = { orderId, episode };
    return startOnce(client, 'deferredOrder', {
      workflowId: workflowIdOf(order),
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: `order ${order.id} of ${order.customerId}, ${order.terms.code}`,
      typedSearchAttributes: [
        { key: NtStatus, value: order.status },
        { key: NtCustomerId, value: order.customerId },
        ...(dueAt ? [{ key: NtDueAt, value: new Date(dueAt) }] : []),
      ],
    });
  }

  async function startStored(order: OrderRow): Promise<boolean> {
    const instalments = await instalmentsOfOrders(sql, [order.id]);
    return start(order, instalments[0]?.dueAt ?? null);
  }

  /** Replaces a workflow that ended before its order did (terminated, failed, lost) by a new episode. */
  async function resume(order: OrderRow, now: string): Promise<void> {
    const next = await followLostWorkflow(sql, order.id, order.episode, now);
    if (!next) return;
    log.warn(
      { orderId: order.id, episode: next.episode },
      'the workflow ended before its order; a new episode replaces it',
    );
    await startStored(next);
  }

  /** Starts what was never started, resumes what ended too early, and notes what runs but does not advance. */
  async function ensureRunning(order: OrderRow): Promise<void> {
    const [running, now] = await Promise.all([isRunning(order), databaseTime(sql)]);
    if (running === 'missing' && !order.startedAt) {
      await startStored(order);
      return;
    }
    if (running !== 'running') return resume(order, now);
    if (!isBehind(order, now)) return noteIdle(sql, order, now);
    if (order.stuckSince !== null) {
      log.warn(
        { orderId: order.id, workflowId: workflowIdOf(order) },
        'the workflow runs but does not advance: look at it in Temporal',
      );
    }
    await noteStuck(sql, order.id);
    await signal(order, 'lookAgain');
  }

  /** Whether the workflow should have done something by now: started on the order, looked at it in time, or ended. */
  function isBehind(order: OrderRow, now: string): boolean {
    const ago = (instant: string) => Date.parse(now) - Date.parse(instant);
    if (!order.startedAt) return true;
    if (order.closedAt) return ago(order.closedAt) > CLOSING_MS;
    return order.nextLook !== null && ago(order.nextLook) > 0;
  }

  async function signal(order: OrderRow, name: SignalName, message: Message = {}): Promise<void> {
    await quickly(client, () => client.workflow.getHandle(workflowIdOf(order)).signal(name, message));
  }

  async function isRunning(order: OrderRow): Promise<'running' | 'ended' | 'missing'> {
    try {
      const { status } = await quickly(client, () =>
        client.workflow.getHandle(workflowIdOf(order)).describe(),
      );
      return status.name === 'RUNNING' ? 'running' : 'ended';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'missing';
      throw error;
    }
  }

  return {
    ensureRunning,

    /**
     * Starts the workflow of an order that was just accepted, after the answer; if that fails, the poller starts it.
     */
    startSoon(order: OrderRow, dueAt: string | null): void {
      if (limit.pendingCount >= STARTS_WAITING) return;
      limit(() => start(order, dueAt)).catch((error: Error) =>
        log.warn(
          { orderId: order.id, error: error.message },
          'the workflow could not be started now; the poller will start it',
        ),
      );
    },

    /** Notifies the workflow that there is a command. If that fails, the poller repeats it. */
    async notify(orderId: string, kind: SignalName, commandId?: string): Promise<void> {
      const order = await findOrder(sql, orderId);
      if (!order || order.finishedAt) return;
      try {
        await signal(order, kind, commandId ? { commandId } : {});
      } catch (error) {
        try {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
          await ensureRunning(order);
        } catch (failure) {
          log.warn(
            { orderId, commandId, error: (failure as Error).message },
            'the workflow could not be notified now; the poller will notify it',
          );
        }
      }
    },
  };
}
