import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import pLimit from 'p-limit';
import type { Sql } from '../../platform/postgres/client.ts';
import { NtStatus } from '../../workflows/search-attributes.ts';
import { findOrder, type OrderRow, workflowIdOf } from '../orders/tables.ts';
import { getRevocation, revocationWorkflowId, unfinishedRevocationsBefore } from '../revocation/tables.ts';
import {
  type Discrepancy,
  reconcileBalances,
  reconcileCommands,
  reconcileEvents,
  reconcileFinished,
  unfinishedOrdersBefore,
} from './reconcile-balances.ts';
import { reconcileLetters } from './reconcile-letters.ts';

/** Orders and commands that are newer than this may still be on their way to Temporal. */
const SETTLING_MS = 60_000;
const AT_ONCE = 16;
/** Events are tried for three days; then they are given up by the next attempt, at most a quarter of an hour later. */
const EVENTS_TRIED_MS = 3 * 86_400_000 + 30 * 60_000;
/** How long a step may be late: the workflow of another order of the customer comes two minutes after the first. */
const LATE_MS = 5 * 60_000;
/** A discrepancy is looked at again, because the data may be changing: only one that lasts is reported. */
const LOOKS = 3;
const BETWEEN_LOOKS_MS = 2_000;

/**
 * Checks that the stored balances equal the ledger's sums; that every unfinished order has a running workflow of its
 * current episode, which shows the same status; that no workflow runs for a finished order, and no webhook of it is
 * pending; that mails are sent, and no letter waits for what never comes; and that every unfinished revocation has a
 * running workflow. Can be run while the system is at work.
 * @returns the discrepancies; an empty list if all is well
 */
export async function reconcile(sql: Sql, client: Client, now: string): Promise<Discrepancy[]> {
  const settledBefore = new Date(Date.parse(now) - SETTLING_MS).toISOString();
  const lookedAtBefore = new Date(Date.parse(now) - LATE_MS).toISOString();
  const eventsBefore = new Date(Date.parse(now) - EVENTS_TRIED_MS).toISOString();
  const [balances, commands, finished, events, letters, unfinished, orphans, revocations] = await Promise.all(
    [
      reconcileBalances(sql),
      reconcileCommands(sql, settledBefore),
      reconcileFinished(sql),
      reconcileEvents(sql, eventsBefore),
      reconcileLetters(sql, lookedAtBefore),
      unfinishedOrders(sql, client, settledBefore),
      orphanedWorkflows(sql, client),
      unfinishedRevocations(sql, client, settledBefore),
    ],
  );
  return [balances, commands, finished, events, letters, unfinished, orphans, revocations].flat();
}

async function unfinishedOrders(sql: Sql, client: Client, settledBefore: string): Promise<Discrepancy[]> {
  const limit = pLimit(AT_ONCE);
  const found: Discrepancy[] = [];
  for await (const ids of unfinishedOrdersBefore(sql, settledBefore)) {
    const checked = await Promise.all(
      ids.map((id) => limit(() => lasting(() => checkOrder(sql, client, id)))),
    );
    for (const problem of checked) if (problem) found.push(problem);
  }
  return found;
}

async function checkOrder(sql: Sql, client: Client, id: string): Promise<Discrepancy | null> {
  const order = await findOrder(sql, id);
  if (!order || order.finishedAt) return null;
  const problem = await disagreement(client, order);
  return problem === null ? null : { subject: `order/${id}`, problem };
}

async function disagreement(client: Client, order: OrderRow): Promise<string | null> {
  const workflowId = workflowIdOf(order);
  try {
    const { status, typedSearchAttributes } = await client.workflow.getHandle(workflowId).describe();
    if (status.name !== 'RUNNING') return `is not finished, but its workflow ${workflowId} is ${status.name}`;
    const shown = typedSearchAttributes.get(NtStatus);
    return shown === order.status ? null : `is ${order.status}, but its workflow says ${shown}`;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return `is not finished, but has no workflow ${workflowId}`;
  }
}

async function unfinishedRevocations(
  sql: Sql,
  client: Client,
  settledBefore: string,
): Promise<Discrepancy[]> {
  const limit = pLimit(AT_ONCE);
  const checks = (await unfinishedRevocationsBefore(sql, settledBefore)).map((id) =>
    limit(() => lasting(() => checkRevocation(sql, client, id))),
  );
  return (await Promise.all(checks)).filter((problem) => problem !== null);
}

async function checkRevocation(sql: Sql, client: Client, id: string): Promise<Discrepancy | null> {
  if ((await getRevocation(sql, id)).finishedAt) return null;
  const workflowId = revocationWorkflowId(id);
  const state = await client.workflow
    .getHandle(workflowId)
    .describe()
    .then(({ status }) => status.name)
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    });
  if (state === 'RUNNING') return null;
  return {
    subject: `revocation/${id}`,
    problem: `is not finished, but ${state ? `its workflow ${workflowId} is ${state}` : `has no workflow ${workflowId}`}`,
  };
}

/** Workflows that run although their order is finished, unknown, or followed by a newer episode. */
async function orphanedWorkflows(sql: Sql, client: Client): Promise<Discrepancy[]> {
  const limit = pLimit(AT_ONCE);
  const checks: Promise<Discrepancy | null>[] = [];
  const query = "WorkflowType = 'deferredOrder' and ExecutionStatus = 'Running'";
  for await (const { workflowId } of client.workflow.list({ query })) {
    checks.push(limit(() => lasting(() => checkWorkflow(sql, client, workflowId))));
  }
  return (await Promise.all(checks)).filter((problem) => problem !== null);
}

async function checkWorkflow(sql: Sql, client: Client, workflowId: string): Promise<Discrepancy | null> {
  const [, orderId = ''] = workflowId.split('/');
  const order = await findOrder(sql, orderId);
  if (order && !order.finishedAt && workflowIdOf(order) === workflowId) return null;
  // The list may be out of date: only the workflow itself shows its current state.
  const { status } = await client.workflow.getHandle(workflowId).describe();
  if (status.name !== 'RUNNING') return null;
  return {
    subject: workflowId,
    problem: order
      ? 'runs though its order is finished or followed by a newer episode'
      : 'runs without an order',
  };
}

async function lasting(check: () => Promise<Discrepancy | null>): Promise<Discrepancy | null> {
  for (let look = 1; ; look++) {
    const problem = await check();
    if (problem === null || look === LOOKS) return problem;
    await sleep(BETWEEN_LOOKS_MS);
  }
}
