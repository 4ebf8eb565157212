import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `event` is over, but for at most `ms`; what it waits for goes on in any case. Rejects as `event` does. */
export async function atMost(ms: number, event: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  const late = sleep(ms, undefined, { signal: patience.signal }).catch(() => {});
  try {
    await Promise.race([event, late]);
  } finally {
    patience.abort();
  }
}
