import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import type { SmallDisk } from '../support/small-disk.ts';
import type { Part } from './part.ts';
import type { System } from './system.ts';

export type Fault = {
  name: string;
  /** Resolves when the fault is over; what was killed is started again after that. */
  strike: () => Promise<void>;
  /** The worst that may happen to a call meanwhile. */
  calls: 'answered' | 'refused' | 'silent';
  /** The part that may end by itself because of it. */
  ends?: Part;
};

/** Longer than the missing heartbeats by which Temporal notices that a worker is gone (15 s). */
const FREEZE_WORKER_MS = 20_000;
const FREEZE_MS = 12_000;

/** What happens to the system, one after the other. */
export function faultsOf(system: System, disk: SmallDisk | null): Fault[] {
  const { api, postgres, temporal, smtp, store, workers } = system;
  const kill = async (...parts: Part[]) => {
    await Promise.all(parts.map((part) => part.kill()));
  };
  const freeze = async (ms: number, ...parts: Part[]) => {
    for (const part of parts) part.signal('SIGSTOP');
    await sleep(ms);
    for (const part of parts) part.signal('SIGCONT');
  };

  return [
    { name: 'SMTP server killed', strike: () => kill(smtp), calls: 'answered' },
    { name: 'store killed', strike: () => kill(store), calls: 'answered' },
    { name: 'both workers killed', strike: () => kill(...workers), calls: 'answered' },
    { name: 'API killed', strike: () => kill(api), calls: 'refused' },
    { name: 'PostgreSQL killed', strike: () => kill(postgres), calls: 'refused' },
    { name: 'Temporal killed', strike: () => kill(temporal), calls: 'answered' },
    { name: 'SMTP server frozen for 12 s', strike: () => freeze(FREEZE_MS, smtp), calls: 'answered' },
    { name: 'store frozen for 12 s', strike: () => freeze(FREEZE_MS, store), calls: 'answered' },
    {
      name: 'a worker frozen for 20 s',
      strike: () => freeze(FREEZE_WORKER_MS, workers[0]),
      calls: 'answered',
    },
    { name: 'API frozen for 12 s', strike: () => freeze(FREEZE_MS, api), calls: 'silent' },
    { name: 'PostgreSQL frozen for 12 s', strike: () => freeze(FREEZE_MS, postgres), calls: 'refused' },
    { name: 'Temporal frozen for 12 s', strike: () => freeze(FREEZE_MS, temporal), calls: 'answered' },
    { name: 'SMTP server and store killed', strike: () => kill(smtp, store), calls: 'answered' },
    { name: 'both workers and API killed', strike: () => kill(api, ...workers), calls: 'refused' },
    { name: 'PostgreSQL and Temporal killed', strike: () => kill(postgres, temporal), calls: 'refused' },
    { name: 'PostgreSQL killed five times', strike: () => killAgainAndAgain(postgres, 5), calls: 'refused' },
    {
      name: 'both workers killed every 4 s for 30 s',
      async strike() {
        const until = Date.now() + 30_000;
        while (Date.now() < until) {
          await kill(...workers);
          await sleep(4_000);
        }
      },
      calls: 'answered',
    },
    {
      name: 'the clock of a worker jumps a day ahead',
      strike: () => untilItEnds(system, workers[0]),
      calls: 'answered',
      ends: workers[0],
    },
    ...(disk
      ? [
          {
            name: 'the disk of PostgreSQL is full',
            strike: () => fill(disk, system),
            calls: 'refused',
          } as const,
        ]
      : []),
    { name: 'everything killed at once', strike: () => kill(...system.parts), calls: 'refused' },
  ];
}

async function killAgainAndAgain(part: Part, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    await eventually(`${part.name} runs again`, part.isReady);
    await sleep(500);
    await part.kill();
  }
}

/** Its clock jumps; the worker must notice it, say so and end. */
async function untilItEnds({ endings, sql }: System, worker: Part): Promise<void> {
  const before = endings.length;
  worker.signal('SIGUSR2');
  const itEnds = () => endings.slice(before).find(({ part }) => part === worker.name);
  const ending = await eventually('the worker ends', itEnds, 60_000);
  if (!ending.said.includes("seconds ahead of PostgreSQL's: set both by a time server"))
    throw new Error(`the worker did not end because of its clock: ${ending.said}`);
  const [taken] = await sql`select 1 from orders where claimed_until > now() + interval '10 minutes' limit 1`;
  if (taken) throw new Error('an order is taken until tomorrow');
}

/** `/readyz` must say what is wrong within seconds, and that it is over once there is room again. */
async function fill(disk: SmallDisk, { url }: System): Promise<void> {
  const readiness = async () => {
    const response = await fetch(`${url}/readyz`);
    const { parts } = (await response.json()) as { parts: { postgresql: string } };
    return { status: response.status, postgresql: parts.postgresql };
  };
  try {
    disk.fill();
    await eventually(
      '/readyz says that the disk is full',
      async () => {
        const { status, postgresql } = await readiness();
        return status === 503 && postgresql === 'The disk of the database is full.';
      },
      15_000,
    );
    await sleep(5_000);
  } finally {
    disk.free();
  }
  await eventually(
    '/readyz says that all is well again',
    async () => (await readiness()).status === 200,
    30_000,
  );
}
