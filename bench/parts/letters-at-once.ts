import { setTimeout as sleep } from 'node:timers/promises';
import { workflowIdOf } from '../../src/modules/orders/tables.ts';
import { lookAgain } from '../../src/workflows/messages.ts';
import { startHelper } from '../helper.ts';
import { cpuSeconds, median, until, untilIdle } from '../measure.ts';
import { addCustomersLike, LATE_TERMS, WAKE_TERMS } from '../merchant.ts';
import type { BareWorker } from '../processes/bare-worker.ts';
import type { Driver } from '../processes/driver.ts';
import type { Findings } from '../report.ts';
import { MAX_CACHED_WORKFLOWS, MAX_MAILS_PER_SECOND, type World } from '../world.ts';

const BARE_QUEUE = 'bench-bare';
/** Orders of a customer that come due together; all but the first look two minutes later (orders/next-look.ts). */
const ORDERS_EACH = 5;
const OTHERS_LOOK_AFTER_MS = 2 * 60_000;
const DAY_MS = 24 * 3_600_000;

/**
 * `rate`: orders a second about which a mail has left, from the instant at which all come due to the last mail. `cpuMs`:
 * of the worker for each of these orders, until nothing more comes of that instant.
 */
type Wake = { rate: number; cpuMs: number; bytes: number; mails: number; missing: number; twice: number };
type Kind = 'alone' | 'together' | 'bare';
type Round = Record<Kind, Wake>;
/** How orders of one kind come to sleep until an instant, and which process then works. */
type Sleepers = {
  pid: number;
  /** How many mails tell of `count` orders. */
  mails(count: number): number;
  fallAsleep(count: number, prefix: string, at: number): Promise<void>;
  /** More happens that long after the instant; 0: nothing does. */
  overAfterMs: number;
};

/**
 * Letters that all come due at one instant, compared in turn with a bare workflow that only wakes and sends a mail of
 * the same size, with the same cache: `alone`, customers with one order each; `together`, customers with five. All sleep
 * before; some are in the worker's cache, the others must be replayed.
 */
export async function measureLettersAtOnce(world: World, quick: boolean): Promise<Findings> {
  const size = quick ? { rounds: 1, orders: 60 } : { rounds: 3, orders: 500 };
  const starts = await startHelper<Driver<'starts'>>('driver', 'starts', world.temporalAddress);
  const bareWorker = await startHelper<BareWorker>('bare-worker');
  try {
    await bareWorker.call('run', {
      address: world.temporalAddress,
      taskQueue: BARE_QUEUE,
      smtpUrl: world.smtpUrl,
      maxCachedWorkflows: MAX_CACHED_WORKFLOWS,
      maxMailsPerSecond: MAX_MAILS_PER_SECOND,
    });
    const sleepers: Record<Kind, Sleepers> = {
      alone: { ...alone(world), pid: world.workerPid() },
      together: { ...together(world), pid: world.workerPid() },
      bare: {
        pid: bareWorker.pid,
        mails: (count) => count,
        overAfterMs: 0,
        async fallAsleep(count, prefix, at) {
          const { errors, firstError } = await starts.call('start', {
            calls: count,
            concurrency: 8,
            prefix,
            workflow: 'bareReminder',
            taskQueue: BARE_QUEUE,
            args: [at],
          });
          if (errors > 0) throw new Error(`workflows were not started: ${firstError}`);
          await sleep(1_000);
          await untilIdle(bareWorker.pid);
        },
      },
    };

    const wake = async (kind: Kind, count: number, prefix: string): Promise<Wake> => {
      const { pid, fallAsleep, mails: mailsFor, overAfterMs } = sleepers[kind];
      /** Enough time for all of them to be asleep before their instant. */
      const at = Date.now() + 10_000 + count * (kind === 'bare' ? 60 : 150);
      await fallAsleep(count, prefix, at);
      if (Date.now() > at) throw new Error(`${count} of ${kind} were not asleep before their instant`);
      await world.sinks.call('reset');
      await sleep(at - Date.now() - 100);
      const cpu = cpuSeconds(pid);
      const mails = () => world.sinks.call('mails');
      await until(`${mailsFor(count)} mails`, async () => (await mails()).different >= mailsFor(count));
      await untilIdle(pid);
      let used = cpuSeconds(pid) - cpu;
      if (overAfterMs > 0) {
        await sleep(at + overAfterMs - 500 - Date.now());
        const before = cpuSeconds(pid);
        await sleep(2_000);
        await untilIdle(pid);
        used += cpuSeconds(pid) - before;
      }
      const sent = await mails();
      return {
        rate: count / ((sent.lastAt - at) / 1000),
        cpuMs: (used * 1000) / count,
        bytes: sent.bytes / sent.mails,
        mails: sent.mails,
        missing: mailsFor(count) - sent.different,
        twice: sent.mails - sent.different,
      };
    };

    for (const kind of ['alone', 'bare'] as const) await wake(kind, quick ? 20 : 100, `warm-up-${kind}`);
    const rounds: Round[] = [];
    for (let round = 1; round <= size.rounds; round++) {
      const kinds: Kind[] = round % 2 === 0 ? ['alone', 'bare', 'together'] : ['bare', 'alone', 'together'];
      const found = {} as Round;
      for (const kind of kinds) found[kind] = await wake(kind, size.orders, `${kind}-${round}`);
      rounds.push(found);
    }
    return findings(rounds, size.orders);
  } finally {
    await Promise.all([starts.stop(), bareWorker.stop()]);
  }
}

/** Customers with one order each, on exact terms. */
function alone(world: World): Omit<Sleepers, 'pid'> {
  return {
    mails: (count) => count,
    overAfterMs: 0,
    async fallAsleep(count, prefix, at) {
      const placedAt = new Date(at - WAKE_TERMS.afterMs).toISOString();
      await place(world, { count, prefix, customers: count, termsCode: WAKE_TERMS.code, placedAt });
      await world.untilAsleep();
    },
  };
}

/**
 * Customers with five orders each, on terms of days. Their slots would be spread over half an hour, days from now: their
 * steps are moved to the instant in the database, and each workflow is told to look when it has to wake.
 */
function together(world: World): Omit<Sleepers, 'pid'> {
  return {
    mails: (count) => count / ORDERS_EACH,
    overAfterMs: OTHERS_LOOK_AFTER_MS,
    async fallAsleep(count, prefix, at) {
      const placedAt = new Date(Date.now() - LATE_TERMS.placedDaysAgo * DAY_MS).toISOString();
      const customers = count / ORDERS_EACH;
      await place(world, { count, prefix, customers, termsCode: LATE_TERMS.code, placedAt });
      await world.untilAsleep();
      const instant = new Date(at).toISOString();
      const moved = await world.sql<{ orderId: string; episode: number }[]>`
        update steps set planned_at = ${instant}, look_at = ${instant} from orders o
        where o.id = steps.order_id and o.id like ${`${prefix}-%`} and steps.tone is not null returning steps.order_id, o.episode`;
      for (const { orderId: id, episode } of moved)
        await world.client.workflow.getHandle(workflowIdOf({ id, episode })).signal(lookAgain);
      await untilIdle(world.workerPid());
    },
  };
}

async function place(
  { sql, http }: World,
  given: { count: number; prefix: string; customers: number; termsCode: string; placedAt: string },
): Promise<void> {
  const { count, prefix, termsCode, placedAt } = given;
  await addCustomersLike(sql, prefix, given.customers);
  const customers = { prefix, count: given.customers };
  const { errors, firstError } = await http.call('placeOrders', {
    ...{ calls: count, concurrency: 8, prefix, customers, termsCode, placedAt },
  });
  if (errors > 0) throw new Error(`orders were not accepted: ${firstError}`);
}

function findings(rounds: readonly Round[], count: number): Findings {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick));
  const kib = (kind: Kind) => `mails of ${(of((r) => r[kind].bytes) / 1024).toFixed(1)} KiB`;
  const letters = of((r) => r.together.mails);
  const wrongLetters = Math.max(
    ...rounds.map(({ together }) => Math.abs(together.mails - count / ORDERS_EACH)),
  );
  return {
    rows: [
      {
        figure: `${count} letters about one order each`,
        value: of((r) => r.alone.rate),
        unit: '/s',
        note: kib('alone'),
      },
      {
        figure: `${letters} letters about ${ORDERS_EACH} orders each: orders`,
        value: of((r) => r.together.rate),
        unit: '/s',
        note: kib('together'),
      },
      {
        figure: `${count} bare workflows that wake and send`,
        value: of((r) => r.bare.rate),
        unit: '/s',
        note: kib('bare'),
      },
      { figure: 'worker CPU per letter about one order', value: of((r) => r.alone.cpuMs), unit: 'ms' },
      {
        figure: `worker CPU per order of ${ORDERS_EACH} together`,
        value: of((r) => r.together.cpuMs),
        unit: 'ms',
      },
      { figure: 'worker CPU per bare mail', value: of((r) => r.bare.cpuMs), unit: 'ms' },
    ],
    wanted: [
      {
        name: 'letters-to-bare-mails',
        measured: of((r) => r.alone.rate / r.bare.rate),
        bound: 'at least',
        wanted: 0.7,
      },
      {
        name: 'letters-cpu-to-bare',
        measured: of((r) => r.alone.cpuMs / r.bare.cpuMs),
        bound: 'at most',
        wanted: 1.2,
      },
      { name: 'letters-too-many-or-few', measured: wrongLetters, bound: 'at most', wanted: 0 },
      {
        name: 'orders-together-to-alone',
        measured: of((r) => r.together.rate / r.alone.rate),
        bound: 'at least',
        wanted: 2.5,
      },
      {
        name: 'orders-together-cpu-to-alone',
        measured: of((r) => r.together.cpuMs / r.alone.cpuMs),
        bound: 'at most',
        wanted: 0.8,
      },
    ],
    errors: rounds.flatMap((round) => Object.values(round)).reduce((sum, { twice }) => sum + twice, 0),
    details: rounds,
  };
}
