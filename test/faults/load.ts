import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import { lives, place, take } from './life.ts';
import { CUSTOMERS, SHORT_TERMS } from './merchant.ts';

/** One order is placed in this time; with what follows from it, that makes some twelve calls a second. */
const EVERY_MS = 200;
/** How many checkouts compete for the last of a customer's credit. */
const COMPETING = 8;

export type Load = ReturnType<typeof startLoad>;

/** Orders come at a steady rate; each has the life that follows from its number. */
export function startLoad(client: Client) {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const living = new Set<Promise<void>>();
  let placed = 0;

  async function live(n: number): Promise<void> {
    const round = Math.floor(n / lives.length);
    const order = await place(client, {
      id: `o${n}`,
      customerId: CUSTOMERS[round % CUSTOMERS.length]!,
      total: 10_000 + (n % 1_000),
      termsCode: round % 2 === 0 ? 'net30' : SHORT_TERMS,
      // A third of the clients never repeat what has failed.
      once: n % 3 === 0,
    });
    if (!order) return;
    for (const together of lives[n % lives.length]!) {
      await sleep(1_000 + ((n * 7_919) % 20_000), undefined, { signal: ending.signal });
      const known = await Promise.all(together.map((step) => take(client, order, step)));
      if (known.includes(false)) return;
    }
  }

  const begin = (life: Promise<unknown>) => {
    const over = life.then(
      () => {},
      () => {},
    );
    living.add(over);
    void over.then(() => living.delete(over));
  };
  const timer = setInterval(() => begin(live(placed++)), EVERY_MS);

  return {
    /** Many checkouts at the same moment, for a customer whose credit is enough for a few. */
    compete(customerId: string): void {
      for (let n = 0; n < COMPETING; n++)
        begin(
          place(client, {
            id: `${customerId}-${n}`,
            customerId,
            total: 10_000,
            termsCode: 'net30',
            once: false,
          }),
        );
    },

    /** Nothing new is begun; resolves when all that was asked is answered. */
    async stop(): Promise<void> {
      clearInterval(timer);
      ending.abort();
      await Promise.all(living);
    },
  };
}
