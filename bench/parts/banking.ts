import { addOpenOrders, bankFile, fileThatPays } from '../bank-file.ts';
import { startHelper } from '../helper.ts';
import { until } from '../measure.ts';
import { CUSTOMERS } from '../merchant.ts';
import type { Watch } from '../processes/watch.ts';
import type { Findings } from '../report.ts';
import type { World } from '../world.ts';

const PAGE = 200;
/** What the orders of the benchmark's driver cost, in minor units. */
const TOTAL = 122_000;

/**
 * A bank's file with a hundred thousand lines against twenty thousand open orders: from its upload until the last page
 * of proposals was read. Meanwhile another process asks `/healthz` and looks for the longest transaction. Then the same
 * file only analysed, and a file whose lines are all certain, booked.
 */
export async function measureBanking(world: World, quick: boolean): Promise<Findings> {
  const size = quick
    ? { lines: 10_000, orders: 2_000, booked: 100 }
    : { lines: 100_000, orders: 20_000, booked: 1_000 };
  const placed = await world.http.call('placeOrders', {
    calls: size.booked,
    concurrency: 16,
    prefix: 'bank',
    // The lines of a file are of yesterday at the latest.
    placedAt: new Date(Date.now() - 2 * 86_400_000).toISOString(),
  });
  await untilTheyAreAsleep(world);
  const orders = await addOpenOrders(world.sql, size.orders);
  const file = bankFile(orders, size.lines);
  let errors = placed.errors;
  const call = async <T>(path: string, body?: string): Promise<T> => {
    const answer = await fetch(`${world.api.url}/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${world.api.key}`, ...(body ? { 'content-type': 'text/csv' } : {}) },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text) as T;
    errors += 1;
    throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`);
  };

  const watch = await startHelper<Watch>('watch', world.api.url, world.databaseUrl);
  await longestLoopDelay(world);
  await watch.call('begin');
  const began = performance.now();
  const since = () => (performance.now() - began) / 1000;
  const { importId } = await call<{ importId: string }>('/payments/import?book=none', file);
  const received = since();
  await untilDone(importId);
  const applied = since();
  const found = { certain: 0, likely: 0, none: 0, reversal: 0 };
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page = await call(
      `/bank-lines?importId=${importId}&limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const { proposal } of page.items) found[proposal?.certainty ?? 'reversal'] += 1;
    cursor = page.nextCursor;
  }
  const proposed = since();
  const loopDelay = await longestLoopDelay(world);
  const seen = await watch.call('end');
  await watch.stop();

  const analysing = performance.now();
  await call('/payments/import/analyse', file);
  const analysed = (performance.now() - analysing) / 1000;
  const paid = Array.from({ length: size.booked }, (_, n) => ({
    number: `SO-bank-${n}`,
    payer: 100_000 + (n % CUSTOMERS),
    amount: TOTAL,
  }));
  const second = await call<{ importId: string }>('/payments/import', fileThatPays(paid));
  await untilDone(second.importId);
  const booking = performance.now();
  await until('every certain line to be booked', async () => {
    const [row] = await world.sql<{ booked: number }[]>`
      select count(*)::int as booked from bank_lines b join payments p on p.payment_id = b.id where b.import_id = ${second.importId}`;
    return row!.booked === size.booked;
  });
  const booked = (performance.now() - booking) / 1000;

  async function untilDone(id: string): Promise<void> {
    await until(
      `import ${id} to be done`,
      async () => (await call<{ state: string }>(`/imports/${id}`)).state === 'done',
    );
  }
  return {
    rows: [
      { figure: `${size.lines} lines: received after`, value: received, unit: 's' },
      { figure: '… in the pool after', value: applied, unit: 's' },
      { figure: '… all proposals read after', value: proposed, unit: 's' },
      { figure: 'the longest transaction', value: seen.longestTransaction.ms / 1000, unit: 's' },
      {
        figure: '/healthz meanwhile: p99',
        value: seen.health.p99,
        unit: 'ms',
        note: `max ${seen.health.max.toFixed(0)}`,
      },
      { figure: 'event loop of the server: longest delay', value: loopDelay * 1000, unit: 'ms' },
      { figure: `${size.lines} lines: analysed in`, value: analysed, unit: 's' },
      { figure: `${size.booked} certain lines booked`, value: size.booked / booked, unit: 'per s' },
    ],
    wanted: [
      { name: 'banking-proposals-s', measured: proposed, bound: 'at most', wanted: 60 },
      {
        name: 'banking-transaction-s',
        measured: seen.longestTransaction.ms / 1000,
        bound: 'at most',
        wanted: 5,
      },
      { name: 'banking-healthz-p99-ms', measured: seen.health.p99, bound: 'at most', wanted: 50 },
    ],
    errors: errors + seen.health.failed,
    details: {
      size,
      bytes: file.length,
      received,
      applied,
      proposed,
      found,
      seen,
      loopDelay,
      analysed,
      booked,
    },
  };
}

type Page = {
  items: { proposal: { certainty: 'certain' | 'likely' | 'none' } | null }[];
  nextCursor: string | null;
};

/** Waits until the workflows of the driver's orders sleep; those of orders that other parts added never run. */
async function untilTheyAreAsleep({ sql }: World): Promise<void> {
  await until('every order to be asleep', async () => {
    const [row] = await sql<{ awake: number }[]>`
      select count(*)::int as awake from orders where id like 'bank-%' and (started_at is null or paid_in_store <> 'marked'
        or not exists (select 1 from mails where order_id = orders.id and kind = 'confirmation' and state = 'sent'))`;
    return row!.awake === 0;
  });
}

/** The longest delay of the server's event loop since the last call, in seconds. */
async function longestLoopDelay({ api }: World): Promise<number> {
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(metrics)?.[1]);
}
