// node scripts/run.mjs FILE [ARG ...]: runs a command of the project. Where no DATABASE_URL is given, it takes the
// configuration of the system that `npm start` runs here.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkNode, fail, installPackages, projectDir, runTypeScript } from './setup.mjs';

checkNode();
installPackages();
const running = join(process.env.NETTERMS_STATE || join(projectDir, '.netterms'), 'dev.env');
if (!process.env.DATABASE_URL) {
  if (!existsSync(running))
    fail(
      'Netterms does not run here: start it with `npm start` in another terminal, ' +
        'or give DATABASE_URL (and TEMPORAL_ADDRESS) of the one that does.',
    );
  process.loadEnvFile(running);
}
const [file] = process.argv.splice(2, 1);
await runTypeScript(file);
