import { atMost } from '../../platform/at-most.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { type CommandRow, getCommands, OUTCOME_CHANNEL } from './tables.ts';

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

  /**
   * The commands, oldest first. A command without an outcome takes longer than its caller waits.
   * @param until by `performance.now()`; PostgreSQL is asked at least once
   */
  return async function outcomesOf(ids: readonly string[], until: number): Promise<CommandRow[]> {
    let wake = (): void => {};
    const woken = () => wake();
    for (const id of ids) waiting.set(id, (waiting.get(id) ?? new Set()).add(woken));
    try {
      // Nothing limits how long PostgreSQL may take to answer this.
      if (ids.length > 0) await atMost(LOOK_EVERY_MS, listen());
      for (;;) {
        const decided = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const commands = await getCommands(sql, ids);
        const left = until - performance.now();
        if (left <= 0 || commands.every(({ outcome }) => outcome !== null)) return commands;
        await atMost(Math.min(LOOK_EVERY_MS, left), decided);
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
