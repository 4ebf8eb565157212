import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import pLimit from 'p-limit';
import type { Sql } from '../db/client.ts';
import { type OrderRow, orderColumns, workflowIdOf } from '../db/orders.ts';
import { type Discrepancy, reconcileBalances, reconcileCommands } from '../db/reconcile.ts';
import { NtStatus } from '../workflows/search-attributes.ts';

/** What was changed within that time may still be on its way to Temporal. */
const SETTLING_MS = 60_000;
const AT_ONCE = 16;

/**
 * Proves that the stored balances equal the ledger's sums, that every order that is not finished has a running workflow of
 * its current episode that says the same of it, and that no workflow runs for a finished one.
 * @returns what does not agree; nothing if all is well
 */
export async function reconcile(sql: Sql, client: Client, now: string): Promise<Discrepancy[]> {
  const settledBefore = new Date(Date.parse(now) - SETTLING_MS).toISOString();
  const [balances, commands, unfinished, orphans] = await Promise.all([
    reconcileBalances(sql),
    reconcileCommands(sql, settledBefore),
    unfinishedOrders(sql, client, settledBefore),
    orphanedWorkflows(sql, client),
  ]);
  return [...balances, ...commands, ...unfinished, ...orphans];
}

async function unfinishedOrders(sql: Sql, client: Client, settledBefore: string): Promise<Discrepancy[]> {
  const limit = pLimit(AT_ONCE);
  const found: Discrepancy[] = [];
  // An order that has just been placed or moved may be on its way to its workflow: its wake-up is in the future.
  const orders = sql<
    OrderRow[]
  >`select ${orderColumns(sql)} from orders where finished_at is null and placed_at < ${settledBefore} order by id`;
  for await (const batch of orders.cursor(500)) {
    const checked = await Promise.all(
      batch.map((order) => limit(() => checkOrder(client, order as unknown as OrderRow))),
    );
    for (const problem of checked) if (problem) found.push(problem);
  }
  return found;
}

async function checkOrder(client: Client, order: OrderRow): Promise<Discrepancy | null> {
  const subject = `order/${order.id}`;
  try {
    const { status, typedSearchAttributes } = await client.workflow.getHandle(workflowIdOf(order)).describe();
    if (status.name !== 'RUNNING')
      return {
        subject,
        problem: `is not finished, but its workflow ${workflowIdOf(order)} is ${status.name}`,
      };
    const shown = typedSearchAttributes.get(NtStatus);
    return shown === order.status
      ? null
      : { subject, problem: `is ${order.status}, but its workflow says ${shown}` };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return { subject, problem: `is not finished, but has no workflow ${workflowIdOf(order)}` };
  }
}

/** Workflows that run though their order is finished, unknown, or followed by a newer episode. */
async function orphanedWorkflows(sql: Sql, client: Client): Promise<Discrepancy[]> {
  const found: Discrepancy[] = [];
  for await (const { workflowId } of client.workflow.list({
    query: "WorkflowType = 'deferredOrder' and ExecutionStatus = 'Running'",
  })) {
    const [, orderId = '', episode = ''] = workflowId.split('/');
    const [order] = await sql<{ current: boolean }[]>`
      select finished_at is null and episode = ${Number(episode) || 0} as current from orders where id = ${orderId}`;
    if (order?.current) continue;
    // The list may be late: the workflow itself knows.
    const { status } = await client.workflow.getHandle(workflowId).describe();
    if (status.name === 'RUNNING')
      found.push({
        subject: workflowId,
        problem: order
          ? 'runs though its order is finished or followed by a newer episode'
          : 'runs without an order',
      });
  }
  return found;
}
