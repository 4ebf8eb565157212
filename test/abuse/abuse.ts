import { availableParallelism, loadavg } from 'node:os';
import { startHelper } from '../../bench/helper.ts';
import { rounded, untilIdle } from '../../bench/measure.ts';
import { addOtherCustomers, customerId } from '../../bench/merchant.ts';
import { addPastOrders } from '../../bench/receivables.ts';
import { startWorld } from '../../bench/world.ts';
import { createApiKey, type Scope } from '../../src/modules/access/api-keys.ts';
import type { Attacker } from './attacker.ts';
import { attacks } from './attacks.ts';
import { answers, type Seen, startMeter } from './meter.ts';

/** How long each attack lasts, in ms. */
const ATTACK_MS = 10_000;
/** A customer's checkout, and a load balancer's question, may take this long at the 99th percentile, in ms. */
const WANTED_MS = 250;

type Row = {
  name: string;
  checkouts: Seen;
  health: Seen;
  loops: { server: number; worker: number };
  did: string;
};

const only = process.argv.slice(2).map((text) => text.toLowerCase());
const chosen = attacks
  .map(({ name }, index) => ({ name, index }))
  .filter(({ name }) => only.length === 0 || only.some((text) => name.toLowerCase().includes(text)));

console.log(
  `${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}; ${chosen.length} attacks of ${ATTACK_MS / 1000} s`,
);
const world = await startWorld({ profile: false });
const rows: Row[] = [];
try {
  console.log('  customers, orders and a ledger to read …');
  await addOtherCustomers(world.sql, 20_000);
  await addPastOrders(world.sql, 40_000, { prefix: 'other-', customers: 20_000 });
  await addPastOrders(world.sql, 1_250, { prefix: 'customer-', customers: 1 });
  const now = new Date().toISOString();
  const keyOf = async (scope: Scope) =>
    (await createApiKey(world.sql, { name: `attacker ${scope}`, scopes: [scope] }, now)).key;
  const target = {
    url: world.api.url,
    keys: {
      storefront: await keyOf('storefront'),
      accounting: await keyOf('accounting'),
      read: await keyOf('read'),
    },
  };
  const attacker = await startHelper<Attacker>(new URL('./attacker.ts', import.meta.url));
  for (const { name, index } of chosen) {
    // What an attacker has left behind is finished first.
    await Promise.all([world.serverPid, world.workerPid()].map((pid) => untilIdle(pid, 0.4)));
    await world.loopDelays();
    const checkouts = startMeter(100, (n) =>
      answers(201, `${world.api.url}/v1/orders`, world.api.key, {
        orderId: `meter-${index}-${n}`,
        customerId: customerId(2 + n),
        total: { amount: 122_000, currency: 'EUR' },
      }),
    );
    const health = startMeter(50, () => answers(200, `${world.api.url}/healthz`, null));
    const done = await Promise.race([attacker.call('run', { index, target, ms: ATTACK_MS }), world.broken]);
    const [ofCheckouts, ofHealth, loops] = [
      await checkouts.end(),
      await health.end(),
      await world.loopDelays(),
    ];
    const did = Object.entries(done)
      .map(([status, count]) => (/^\d+$/.test(status) ? `${count} × ${status}` : `${count} ${status}`))
      .join(', ');
    rows.push({ name, checkouts: ofCheckouts, health: ofHealth, loops, did });
    console.log(lineOf(rows.at(-1)!));
  }
  await attacker.stop();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await world.stop();
}

const head = [
  'attack',
  'checkouts p50 / p99 / max, ms',
  'not 201',
  '/healthz p99 / max, ms',
  'event loop held at most, ms: server / worker',
  'what the attacker got',
];
console.log(`\n| ${head.join(' | ')} |\n|${' --- |'.repeat(head.length)}`);
for (const row of rows) console.log(lineOf(row));
const short = rows.filter(
  ({ checkouts, health }) =>
    checkouts.failed + health.failed > 0 || Math.max(checkouts.p99, health.p99) > WANTED_MS,
);
for (const { name } of short) console.log(`SHORT ${name}`);
console.log(`\n${rows.length - short.length} passed, ${short.length} failed`);
if (short.length > 0) process.exitCode = 1;
process.exit();

function lineOf({ name, checkouts, health, loops, did }: Row): string {
  const ms = (...values: number[]) => values.map((value) => rounded(value)).join(' / ');
  return `| ${[
    name,
    ms(checkouts.p50, checkouts.p99, checkouts.max),
    `${checkouts.failed} of ${checkouts.calls}`,
    ms(health.p99, health.max),
    ms(loops.server, loops.worker),
    did,
  ].join(' | ')} |`;
}
