import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import type { Sql } from '../platform/postgres/client.ts';
import { pending } from '../platform/postgres/migrate.ts';
import { outageOf } from '../platform/postgres/outage.ts';
import { probeWriting } from '../platform/postgres/write-probe.ts';

/** How long each dependency may take to answer, in ms. */
const PATIENCE_MS = 2_500;
/** How long an answer of a dependency holds, in ms: whoever may call must not be able to burden it. */
const FRESH_MS = 2_000;

export type HealthDeps = {
  sql: Sql;
  /** Resolves if Temporal answers. */
  reachTemporal: () => Promise<unknown>;
};

/** `ok`, or what is wrong, in a sentence. */
type State = string;

/** `/healthz`: the process runs. */
export const isAlive: RequestHandler = (_req, res) => {
  res.json({ status: 'ok' });
};

/** `/readyz`: its dependencies are available; otherwise 503 with what is missing. */
export function isReady({ sql, reachTemporal }: HealthDeps): RequestHandler {
  const parts = {
    postgresql: remembered(() =>
      stateOf(probeWriting(sql), (error) => outageOf(error) ?? 'The database cannot be written.'),
    ),
    temporal: remembered(() => stateOf(reachTemporal(), () => 'Temporal cannot be reached.')),
  };
  return async (_req, res) => {
    const [postgresql, temporal] = await Promise.all([parts.postgresql(), parts.temporal()]);
    const migrations = postgresql === 'ok' ? await migrationsOf(sql) : 'unknown';
    const states = { postgresql, migrations, temporal };
    const ready = Object.values(states).every((state) => state === 'ok');
    res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', parts: states });
  };
}

/** The answer of a moment ago, or the one that is being waited for. */
function remembered(ask: () => Promise<State>): () => Promise<State> {
  let last: Promise<State> | null = null;
  let until = 0;
  return () => {
    if (last === null || performance.now() > until) {
      last = ask();
      until = performance.now() + FRESH_MS;
    }
    return last;
  };
}

async function stateOf(part: Promise<unknown>, explain: (error: unknown) => string): Promise<State> {
  const late = sleep(PATIENCE_MS, 'It does not answer.', { ref: false });
  return Promise.race([part.then(() => 'ok', explain), late]);
}

async function migrationsOf(sql: Sql): Promise<State> {
  return pending(sql).then(
    (missing) => (missing.length === 0 ? 'ok' : 'pending'),
    () => 'unknown',
  );
}
