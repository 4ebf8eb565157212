// npm run build: compiles src to dist, copies the files that are not TypeScript, and bundles the workflows for the
// worker.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('..', import.meta.url));
process.chdir(top);
rmSync('dist', { recursive: true, force: true });
const compiled = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  { stdio: 'inherit' },
);
if (compiled.status !== 0) process.exit(1);

const folders = [
  'platform/postgres/migrations',
  'modules/dunning/letters/templates',
  'modules/dunning/letters/locales',
  'modules/reports/documents/locales',
  'backoffice/assets',
];
for (const folder of folders) {
  cpSync(join('src', folder), join('dist', folder), { recursive: true });
}

const { bundleWorkflowCode } = await import('@temporalio/worker');
const { code } = await bundleWorkflowCode({ workflowsPath: join(top, 'dist/workflows/index.js') });
writeFileSync('dist/workflow-bundle.js', code);
console.log('built: dist/server.js, dist/worker.js, dist/cli, dist/workflow-bundle.js');
