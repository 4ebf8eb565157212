import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import type { Sql } from '../platform/postgres/client.ts';
import { pending } from '../platform/postgres/migrate.ts';

/** How long each dependency may take to answer, in ms. */
const PATIENCE_MS = 2_500;

export type HealthDeps = {
  sql: Sql;
  /** Resolves if Temporal answers. */
  reachTemporal: () => Promise<unknown>;
};

/** `/healthz`: the process runs. */
export const isAlive: RequestHandler = (_req, res) => {
  res.json({ status: 'ok' });
};

/** `/readyz`: its dependencies are available; otherwise 503 with what is missing. */
export function isReady({ sql, reachTemporal }: HealthDeps): RequestHandler {
  return async (_req, res) => {
    const [postgresql, temporal] = await Promise.all([answers(sql`select 1`), answers(reachTemporal())]);
    const migrations = postgresql === 'ok' ? await isMigrated(sql) : 'unknown';
    const parts = { postgresql, migrations, temporal };
    const ready = Object.values(parts).every((state) => state === 'ok');
    res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', parts });
  };
}

async function answers(part: Promise<unknown>): Promise<'ok' | 'unreachable'> {
  const late = sleep(PATIENCE_MS, 'unreachable' as const, { ref: false });
  return Promise.race([
    part.then(
      () => 'ok' as const,
      () => 'unreachable' as const,
    ),
    late,
  ]);
}

async function isMigrated(sql: Sql): Promise<'ok' | 'pending' | 'unknown'> {
  return pending(sql).then(
    (missing) => (missing.length === 0 ? 'ok' : 'pending'),
    () => 'unknown' as const,
  );
}
