import { setTimeout as sleep } from 'node:timers/promises';
import { startHelper } from '../helper.ts';
import { cpuSeconds, median, until, untilIdle } from '../measure.ts';
import { WAKE_TERMS } from '../merchant.ts';
import type { BareWorker } from '../processes/bare-worker.ts';
import type { Driver } from '../processes/driver.ts';
import type { Findings } from '../report.ts';
import { MAX_CACHED_WORKFLOWS, MAX_MAILS_PER_SECOND, type World } from '../world.ts';

const BARE_QUEUE = 'bench-bare';

/** `rate` counts from the instant at which all fall due to the last mail; `cpuMs` is the worker's until it is idle. */
type Wake = { rate: number; cpuMs: number; bytes: number; missing: number; twice: number };
type Round = { product: Wake; bare: Wake };

/**
 * Reminders that all fall due at one instant, compared with a bare workflow that only wakes and sends a mail of the
 * same size, with the same cache, in turn. Both kinds sleep before; some are in the worker's cache, the others must be
 * replayed.
 */
export async function measureReminders(world: World, quick: boolean): Promise<Findings> {
  const size = quick ? { rounds: 1, reminders: 60 } : { rounds: 3, reminders: 500 };
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

    const sleepers = {
      async product(count: number, prefix: string, at: number) {
        const placedAt = new Date(at - WAKE_TERMS.afterMs).toISOString();
        const { errors, firstError } = await world.http.call('placeOrders', {
          calls: count,
          concurrency: 8,
          prefix,
          termsCode: WAKE_TERMS.code,
          placedAt,
        });
        if (errors > 0) throw new Error(`orders were not accepted: ${firstError}`);
        await world.untilAsleep();
      },
      async bare(count: number, prefix: string, at: number) {
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
    };
    const pids = { product: world.workerPid(), bare: bareWorker.pid };

    const wake = async (kind: keyof Round, count: number, prefix: string, leadMs: number): Promise<Wake> => {
      const at = Date.now() + leadMs;
      await sleepers[kind](count, prefix, at);
      if (Date.now() > at) throw new Error(`${count} of ${kind} were not asleep before their instant`);
      await world.sinks.call('reset');
      await sleep(at - Date.now() - 100);
      const cpu = cpuSeconds(pids[kind]);
      const mails = () => world.sinks.call('mails');
      await until(`${count} mails`, async () => (await mails()).different >= count);
      await untilIdle(pids[kind]);
      const sent = await mails();
      return {
        rate: sent.different / ((sent.lastAt - at) / 1000),
        cpuMs: ((cpuSeconds(pids[kind]) - cpu) * 1000) / sent.mails,
        bytes: sent.bytes / sent.mails,
        missing: count - sent.different,
        twice: sent.mails - sent.different,
      };
    };

    const warmUp = quick ? 20 : 100;
    /** Enough time for all of them to be asleep before their instant. */
    const leadMs = (kind: keyof Round, count: number) => 8_000 + count * (kind === 'product' ? 120 : 60);
    for (const kind of ['product', 'bare'] as const)
      await wake(kind, warmUp, `${kind}-reminders-warm-up`, leadMs(kind, warmUp));
    const rounds: Round[] = [];
    for (let round = 1; round <= size.rounds; round++) {
      const kinds: (keyof Round)[] = round % 2 === 0 ? ['product', 'bare'] : ['bare', 'product'];
      const found = {} as Round;
      for (const kind of kinds)
        found[kind] = await wake(
          kind,
          size.reminders,
          `${kind}-reminders-${round}`,
          leadMs(kind, size.reminders),
        );
      rounds.push(found);
    }
    return findings(rounds, size.reminders);
  } finally {
    await Promise.all([starts.stop(), bareWorker.stop()]);
  }
}

function findings(rounds: readonly Round[], count: number): Findings {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick));
  const kib = (kind: keyof Round) => `mails of ${(of((r) => r[kind].bytes) / 1024).toFixed(1)} KiB`;
  return {
    rows: [
      {
        figure: `${count} reminders at one instant`,
        value: of((r) => r.product.rate),
        unit: '/s',
        note: kib('product'),
      },
      {
        figure: `${count} bare workflows that wake and send`,
        value: of((r) => r.bare.rate),
        unit: '/s',
        note: kib('bare'),
      },
      { figure: 'worker CPU per reminder', value: of((r) => r.product.cpuMs), unit: 'ms' },
      { figure: 'worker CPU per bare mail', value: of((r) => r.bare.cpuMs), unit: 'ms' },
    ],
    wanted: [
      {
        name: 'reminders-to-bare-mails',
        measured: of((r) => r.product.rate / r.bare.rate),
        bound: 'at least',
        wanted: 0.6,
      },
    ],
    errors: rounds.reduce((sum, { product, bare }) => sum + product.twice + bare.twice, 0),
    details: rounds,
  };
}
