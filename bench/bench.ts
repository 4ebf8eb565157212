import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureBanking } from './parts/banking.ts';
import { measureCheckout } from './parts/checkout.ts';
import { measureEligibility } from './parts/eligibility.ts';
import { measureLetters } from './parts/letters.ts';
import { measureMemory } from './parts/memory.ts';
import { measureReports } from './parts/reports.ts';
import { type Findings, isMet, table, wantedLine } from './report.ts';
import { resultsDir, startWorld, type World } from './world.ts';

const parts = {
  checkout: measureCheckout,
  letters: measureLetters,
  memory: measureMemory,
  eligibility: measureEligibility,
  reports: measureReports,
  banking: measureBanking,
} satisfies Record<string, (world: World, quick: boolean) => Promise<Findings>>;
type Part = keyof typeof parts;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`usage: npm run bench -- [${Object.keys(parts).join(' | ')}] … [--quick] [--profile]`);
  process.exit(2);
}
const chosen = (Object.keys(parts) as Part[]).filter(
  (part) => positionals.length === 0 || positionals.includes(part),
);
const { quick, profile } = values;

const machine = { cores: availableParallelism(), node: process.version };
const at = new Date().toISOString();
const loadBefore = loadavg()[0]!;
console.log(`${machine.cores} cores, Node ${machine.node}; load before: ${loadBefore.toFixed(2)}`);
if (loadBefore > 0.3)
  console.log('Other programs use this machine: only the ratios are meaningful, and they vary.');

console.log('Starting PostgreSQL, Temporal, the sinks, the server and the worker …');
const world = await startWorld({ profile });

const findings: Partial<Record<Part, Findings>> = {};
try {
  for (const part of chosen) {
    const began = Date.now();
    console.log(`Measuring ${part} …`);
    findings[part] = await Promise.race([parts[part](world, quick), world.broken]);
    console.log(`  done in ${((Date.now() - began) / 1000).toFixed(0)} s`);
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await world.stop();
}

const measured = findings as Record<string, Findings>;
const wanted = Object.values(measured).flatMap((part) => part.wanted);
const errors = Object.values(measured).reduce((sum, part) => sum + part.errors, 0);
console.log(`\n${table(measured)}\n`);
if (errors > 0) {
  console.error(`${errors} calls failed: see \`details\` in the JSON file.`);
  process.exitCode = 1;
}
for (const figure of wanted) console.log(wantedLine(figure));

const file = join(resultsDir, `${at.replaceAll(/[:.]/g, '-')}${quick ? '-quick' : ''}.json`);
const content = {
  at,
  quick,
  machine,
  load: { before: loadBefore, after: loadavg()[0]! },
  errors,
  wanted: wanted.map((figure) => ({ ...figure, ok: isMet(figure) })),
  parts: measured,
};
writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
console.log(`\nWritten: ${file}`);
process.exit();
