// What every command needs before it can run TypeScript. Uses only Node's own modules.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const projectDir = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Ends with a clear message if Node is too old. */
export function checkNode() {
  const wanted = readJson('package.json').engines.node.replace('>=', '');
  if (compare(process.versions.node, wanted) < 0)
    fail(`Netterms needs Node ${wanted} or later; this is ${process.versions.node}.`);
}

/** Installs the packages if they are missing or differ from package-lock.json. */
export function installPackages() {
  if (isInstalled()) return;
  console.log('Installing the packages (npm ci; a minute or so) …');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: projectDir, stdio: 'inherit' });
  if (npm.error) fail(`npm could not be run: ${npm.error.message}`);
  if (npm.status !== 0) fail('npm could not install the packages; see its messages above.');
}

/** Compares what npm has recorded in node_modules with what the lock file requires on this platform. */
function isInstalled() {
  if (!existsSync(join(projectDir, 'node_modules', '.package-lock.json'))) return false;
  const installed = readJson('node_modules/.package-lock.json').packages;
  const locked = Object.entries(readJson('package-lock.json').packages).filter(([path]) => path !== '');
  return locked.every(([path, { version, optional, devOptional }]) => {
    const found = installed[path];
    return found ? found.version === version : Boolean(optional || devOptional);
  });
}

/** Runs a module of the project in this process, so that signals need no forwarding. */
export async function runTypeScript(path) {
  const { register } = await import('tsx/esm/api');
  register();
  await import(pathToFileURL(join(projectDir, path)).href);
}

export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

const readJson = (path) => JSON.parse(readFileSync(join(projectDir, path), 'utf8'));

function compare(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}
