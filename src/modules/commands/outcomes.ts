import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../../platform/postgres/client.ts';
import { type CommandRow, getCommands, OUTCOME_CHANNEL } from './tables.ts';

/** How long a caller is kept waiting for an outcome, in ms, before the answer is "accepted". */
const PATIENCE_MS = 2_000;
/** How often PostgreSQL is polled in addition: a notification is lost if its connection breaks. */
const LOOK_EVERY_MS = 500;

/** Waits for the outcomes of commands: PostgreSQL notifies all listeners when a command is decided. */
export function createOutcomes(sql: Sql) {
  const waiting = new Map<string, Set<() => void>>();
  let listening: Promise<unknown> | null = null;

  const listen = (): Promise<unknown> => {
    listening ??= sql
      .listen(OUTCOME_CHANNEL, (id) => {
        for (const wake of waiting.get(id) ?? []) wake();
      })
      .catch(() => {
        listening = null;
      });
    return listening;
  };

  /** The commands, oldest first. A command without an outcome takes longer than a caller waits. */
  return async function outcomesOf(ids: readonly string[]): Promise<CommandRow[]> {
    const until = Date.now() + PATIENCE_MS;
    let wake = (): void => {};
    const woken = () => wake();
    for (const id of ids) waiting.set(id, (waiting.get(id) ?? new Set()).add(woken));
    try {
      if (ids.length > 0) await listen();
      for (;;) {
        const decided = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const commands = await getCommands(sql, ids);
        const left = until - Date.now();
        if (left <= 0 || commands.every(({ outcome }) => outcome !== null)) return commands;
        const patience = new AbortController();
        const { signal } = patience;
        await Promise.race([
          decided,
          sleep(Math.min(LOOK_EVERY_MS, left), undefined, { signal }).catch(() => {}),
        ]);
        patience.abort();
      }
    } finally {
      for (const id of ids) {
        const others = waiting.get(id);
        others?.delete(woken);
        if (others?.size === 0) waiting.delete(id);
      }
    }
  };
}
