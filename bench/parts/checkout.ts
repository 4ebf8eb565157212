import { setTimeout as sleep } from 'node:timers/promises';
import { startHelper } from '../helper.ts';
import type { Load } from '../load.ts';
import { median } from '../measure.ts';
import type { Driver } from '../processes/driver.ts';
import type { Findings, Row } from '../report.ts';
import type { World } from '../world.ts';

/** As many connections as the server's pool has. */
const SERVER_POOL = 20;
const SINGLE = 1;
const BURST = 32;

type Backlog = { seconds: number; rate: number };
type Round = {
  single: { http: Load; direct: Load; bare: Load };
  burst: { http: Load; direct: Load; bare: Load; backlog: Backlog };
};

/**
 * Checkouts over HTTP, one after the other and 32 at a time, compared with the same transaction called directly and
 * with bare workflow starts on the same Temporal server, in turn. Each driver is a separate process.
 */
export async function measureCheckout(world: World, quick: boolean): Promise<Findings> {
  const size = quick ? { rounds: 1, single: 30, burst: 96 } : { rounds: 5, single: 200, burst: 640 };
  const direct = await startHelper<Driver<'direct'>>(
    'driver',
    'direct',
    world.directDatabaseUrl,
    `${SERVER_POOL}`,
  );
  const starts = await startHelper<Driver<'starts'>>('driver', 'starts', world.temporalAddress);
  const drivers = {
    http: (calls: number, concurrency: number, prefix: string) =>
      world.http.call('placeOrders', { calls, concurrency, prefix: `http-${prefix}` }),
    direct: (calls: number, concurrency: number, prefix: string) =>
      direct.call('placeOrders', { calls, concurrency, prefix: `direct-${prefix}` }),
    bare: (calls: number, concurrency: number, prefix: string) =>
      starts.call('start', {
        calls,
        concurrency,
        prefix: `bare-${prefix}`,
        workflow: 'nothing',
        taskQueue: 'nobody-listens',
        args: [],
      }),
  };
  /** Waits until the work that a load has caused is finished, so that it does not burden the next load. */
  const settled = (name: keyof typeof drivers) => (name === 'http' ? world.untilAsleep() : sleep(500));
  try {
    const warmUp = quick ? 60 : 300;
    for (const [name, drive] of Object.entries(drivers)) await drive(warmUp, BURST, `${name}-warm-up`);
    await world.untilAsleep();
    const rounds: Round[] = [];
    for (let round = 1; round <= size.rounds; round++) {
      // The order alternates, so that no load always follows the same one.
      const turn = <T>(list: T[]) => (round % 2 === 0 ? list.reverse() : list);
      const single = {} as Round['single'];
      const burst = {} as Round['burst'];
      for (const name of turn(['bare', 'direct', 'http'] as const satisfies (keyof typeof drivers)[])) {
        single[name] = await drivers[name](size.single, SINGLE, `single-${round}`);
        await settled(name);
      }
      for (const name of turn(['bare', 'direct', 'http'] as const satisfies (keyof typeof drivers)[])) {
        burst[name] = await drivers[name](size.burst, BURST, `burst-${round}`);
        await settled(name);
        if (name === 'http')
          burst.backlog = await backlogOf(world, `http-burst-${round}`, burst.http.endedAt);
      }
      rounds.push({ single, burst });
    }
    return findings(rounds);
  } finally {
    await Promise.all([direct.stop(), starts.stop()]);
  }
}

/** How long after the last answer the last workflow first looked at its order, and how many began per second. */
async function backlogOf({ sql }: World, prefix: string, endedAt: number): Promise<Backlog> {
  const [row] = await sql<{ orders: number; firstAt: string; lastAt: string }[]>`
    select count(*) as orders, min(placed_at) as first_at, max(started_at) as last_at from orders
    where id like ${`${prefix}-%`}`;
  const { orders, firstAt, lastAt } = row!;
  return {
    seconds: Math.max(0, (Date.parse(lastAt) - endedAt) / 1000),
    rate: orders / ((Date.parse(lastAt) - Date.parse(firstAt)) / 1000),
  };
}

function findings(rounds: readonly Round[]): Findings {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick));
  const loads = rounds.flatMap(({ single, burst: { backlog: _, ...burst } }) => [
    ...Object.values(single),
    ...Object.values(burst),
  ]);
  const names = {
    http: 'over HTTP',
    direct: 'the transaction alone',
    bare: 'a bare workflow start',
  } as const;
  const rows: Row[] = [];
  for (const [kind, label] of Object.entries(names) as [keyof typeof names, string][]) {
    rows.push(
      { figure: `${label}, one at a time: p50`, value: of((r) => r.single[kind].p50), unit: 'ms' },
      { figure: `${label}, one at a time: p99`, value: of((r) => r.single[kind].p99), unit: 'ms' },
      { figure: `${label}, one at a time: rate`, value: of((r) => r.single[kind].rate), unit: '/s' },
      { figure: `${label}, ${BURST} at a time: p50`, value: of((r) => r.burst[kind].p50), unit: 'ms' },
      { figure: `${label}, ${BURST} at a time: p99`, value: of((r) => r.burst[kind].p99), unit: 'ms' },
      {
        figure: `${label}, ${BURST} at a time: rate`,
        value: of((r) => r.burst[kind].rate),
        unit: '/s',
        note: `driver: ${of((r) => r.burst[kind].driverCores).toFixed(2)} cores`,
      },
    );
  }
  rows.push(
    { figure: 'backlog after a burst: drained in', value: of((r) => r.burst.backlog.seconds), unit: 's' },
    { figure: 'workflows begun', value: of((r) => r.burst.backlog.rate), unit: '/s' },
  );
  return {
    rows,
    wanted: [
      {
        name: 'checkout-p50-ms',
        measured: of((r) => r.single.http.p50),
        bound: 'at most',
        wanted: 2 * of((r) => r.single.direct.p50) + 3,
      },
      {
        name: 'checkout-burst-to-bare-start',
        measured: of((r) => r.burst.http.rate / r.burst.bare.rate),
        bound: 'at least',
        wanted: 0.8,
      },
    ],
    errors: loads.reduce((sum, { errors }) => sum + errors, 0),
    details: rounds,
  };
}
