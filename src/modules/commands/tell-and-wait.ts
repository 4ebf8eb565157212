import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Sql } from '../../platform/postgres/client.ts';
import type { OrderProcess, SignalName } from '../orders/order-workflows.ts';
import { type CommandRow, getCommands } from './tables.ts';

/** A payment or an invoice may be over hundreds of orders: so many workflows are told at once. */
const TOLD_AT_ONCE = 8;
/** How long the caller waits for the workflow's word, in ms, before the answer is "accepted". */
const PATIENCE_MS = 2_000;

/** Tells many orders' workflows, a few at a time. */
export async function tellAll(
  process: OrderProcess,
  messages: readonly { orderId: string; kind: SignalName; commandId?: string | undefined }[],
): Promise<void> {
  const limit = pLimit(TOLD_AT_ONCE);
  await Promise.all(
    messages.map(({ orderId, kind, commandId }) => limit(() => process.tell(orderId, kind, commandId))),
  );
}

/** The workflows' word on commands, if it comes soon; those without an outcome wait longer than we. */
export const outcomesOf = (sql: Sql, ids: readonly string[]): Promise<CommandRow[]> =>
  patiently(
    () => getCommands(sql, ids),
    (commands) => commands.every(({ outcome }) => outcome !== null),
  );

/** Reads, more and more patiently, until it is as hoped, or for as long as a caller is kept waiting. */
export async function patiently<T>(read: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (let pause = 10; ; pause = Math.min(pause * 1.5, 200)) {
    const current = await read();
    if (isDone(current) || Date.now() >= until) return current;
    await sleep(pause);
  }
}
