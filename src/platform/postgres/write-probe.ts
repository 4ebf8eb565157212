import type { Db } from './client.ts';

/**
 * Writes a mebibyte to a file that is gone at once: on a full disk PostgreSQL accepts connections and reads, but cannot
 * write. Throws what PostgreSQL fails with.
 */
export async function probeWriting(db: Db): Promise<void> {
  await db`create temporary table write_probe on commit drop as
    select repeat('x', 1900) as body from generate_series(1, 550)`;
}
