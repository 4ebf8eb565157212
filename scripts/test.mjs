// npm test: installs missing packages, checks types and style, names known advisories, then runs the tests on real servers.
// Arguments go to vitest: `npm test -- test/domain` runs a part, without the checks.
import { execFile, spawnSync } from 'node:child_process';
import { checkNode, installPackages, projectDir } from './setup.mjs';

checkNode();
installPackages();
process.chdir(projectDir);
const args = process.argv.slice(2);
if (args.length === 0) {
  const advisories = lookUpAdvisories();
  check('types', 'node_modules/typescript/bin/tsc', ['-p', '.']);
  check('style', 'node_modules/@biomejs/biome/bin/biome', ['check', '--error-on-warnings']);
  await advisories;
}

const { parseCLI, startVitest } = await import('vitest/node');
const { filter, options } = parseCLI(['vitest', 'run', ...args]);
const vitest = await startVitest('test', filter, { ...options, watch: false });
await vitest.exit();

function check(name, program, programArgs) {
  console.log(`Checking ${name} …`);
  const { status } = spawnSync(process.execPath, [program, ...programArgs], { stdio: 'inherit' });
  if (status !== 0) fail(name);
}

/** Asks the registry while types and style are checked. What it names fails no test: it appears without a change here. */
function lookUpAdvisories() {
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/advisories.mjs'], (_error, said) => {
      process.stdout.write(said);
      resolve();
    });
  });
}

function fail(name) {
  console.log(`The check of ${name} failed, so no test was run.\n`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
