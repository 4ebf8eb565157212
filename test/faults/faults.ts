import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { smallDisk } from '../support/small-disk.ts';
import { type Fault, faultsOf } from './catalogue.ts';
import { createClient } from './client.ts';
import { compareAnswers } from './comparisons/answers.ts';
import type { Comparison } from './comparisons/comparison.ts';
import { compareMails } from './comparisons/mails.ts';
import { compareMoney } from './comparisons/money.ts';
import { compareWebhooks } from './comparisons/webhooks.ts';
import { compareWorkflows } from './comparisons/workflows.ts';
import { pendingIn, readEvidence, watchMails } from './evidence.ts';
import { startLoad } from './load.ts';
import { limitedCustomer, openMerchant } from './merchant.ts';
import { seconds, table } from './report.ts';
import { areQuick, type Seen, type Struck, seenOf } from './seen.ts';
import { startSystem } from './system.ts';

/** How long the load runs alone at the beginning, and after each fault. */
const CALM_MS = 3_000;
/** After so many ms more the next fault comes, however slow the answers still are. */
const CATCH_UP_MS = 10_000;
/** How long what was begun may take to come to its end when the load is over. */
const REST_MS = 120_000;
/** The whole run. */
const AT_MOST_MS = 10 * 60_000;
const LIMITED_CUSTOMERS = 30;

const began = Date.now();
console.log(`${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`);
const folder = mkdtempSync(join(tmpdir(), 'netterms-faults-'));
chmodSync(folder, 0o755);
const disk = smallDisk(512);
if (!disk) console.log('The disk of PostgreSQL cannot be filled here: this user may not mount one.');

const system = await startSystem({
  folder,
  databaseFolder: join(disk?.folder ?? folder, 'data'),
  async prepare(sql) {
    await openMerchant(sql, LIMITED_CUSTOMERS);
    await watchMails(sql);
  },
  report: (line) => console.log(`  ${line}`),
});
const end = async (code: number) => {
  await system.stop();
  disk?.remove();
  if (code === 0) rmSync(folder, { recursive: true, force: true });
  else console.log(`What was kept: ${folder}`);
  process.exit(code);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(130));
setTimeout(() => {
  console.log('This takes more than ten minutes: given up.\n\n0 passed, 1 failed');
  void end(1);
}, AT_MOST_MS);

console.log(`All parts run after ${seconds(Date.now() - began)} s.`);
const client = createClient(system.url, system.key);
const load = startLoad(client);
await sleep(CALM_MS);
const struck: Struck[] = [];
for (const fault of faultsOf(system, disk)) struck.push(await undergo(fault, struck.length));

console.log('The load ends …');
await load.stop();
const rested = await eventually(
  'rest',
  async () => (await pendingIn(system.sql)).length === 0,
  REST_MS,
).catch(() => false);
for (const what of rested ? [] : await pendingIn(system.sql)) console.log(`  ${what}`);
console.log(`At rest after ${seconds(Date.now() - struck.at(-1)!.until)} s.`);
const evidence = await readEvidence(system);
writeFileSync(
  join(folder, 'evidence.json'),
  JSON.stringify({ asked: client.asked, calls: client.calls, evidence, endings: system.endings }),
);

const amounts = new Map(client.asked.map(({ id, amount }) => [id, amount]));
const seen = struck.map((one) => seenOf(one, client.calls, system.endings));
const comparisons = [
  ...compareAnswers(client.asked, client.calls, evidence),
  ...compareMoney((id) => amounts.get(id) ?? 0, evidence),
  ...compareMails(evidence),
  ...compareWebhooks(evidence),
  ...compareWorkflows(evidence),
];
console.log(`\n${faultTable(seen)}\n\n${comparisonTable(comparisons)}\n`);
for (const { name, problems } of seen)
  for (const problem of problems) console.log(`FAILED ${name}: ${problem}`);
for (const { what, wrong } of comparisons)
  for (const problem of wrong.slice(0, 10)) console.log(`FAILED ${what}: ${problem}`);
const failed =
  seen.filter(({ problems }) => problems.length > 0).length +
  comparisons.filter(({ wrong }) => wrong.length > 0).length;
console.log(`\n${seconds(Date.now() - began)} s`);
console.log(`${seen.length + comparisons.length - failed} passed, ${failed} failed`);
await end(failed === 0 ? 0 : 1);

async function undergo(fault: Fault, n: number): Promise<Struck> {
  load.compete(limitedCustomer(n));
  const began = Date.now();
  const error = await fault.strike().then(
    () => null,
    (error: Error) => error.message,
  );
  const ended = Date.now();
  const accepted = () =>
    client.calls.find(({ at, kind, status }) => at >= ended && kind === 'order' && status === 201);
  const again = await eventually('a checkout is accepted again', accepted, 60_000).then(
    ({ at, ms }) => at + ms,
    () => Number.POSITIVE_INFINITY,
  );
  console.log(`  ${fault.name}: a checkout is accepted again after ${seconds(again - ended)} s`);
  await sleep(CALM_MS);
  // What was left undone meanwhile slows the calls after it: the next fault is not to be blamed for that.
  await eventually('the answers are quick again', () => areQuick(client.calls), CATCH_UP_MS).catch(() => {});
  return { fault, began, ended, again, until: Date.now(), error };
}

function faultTable(seen: readonly Seen[]): string {
  return table(
    [
      'fault',
      'answered',
      'refused',
      'no answer in 10 s',
      'slowest answer, s',
      'checkout again after, s',
      'ended by themselves',
    ],
    seen.map(({ name, answered, refused, silent, slowestMs, againMs, endings }) => [
      ...[name, answered, refused, silent, seconds(slowestMs), seconds(againMs)],
      endings.map(({ part, starting }) => `${part}${starting ? ' at its start' : ''}`).join(', ') || '–',
    ]),
  );
}

function comparisonTable(comparisons: readonly Comparison[]): string {
  return table(
    ['compared', 'how many', 'wrong'],
    comparisons.map(({ what, count, wrong }) => [what, count, wrong.length]),
  );
}
