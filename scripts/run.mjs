// node scripts/run.mjs FILE [ARG ...]: runs a command of the project. Without DATABASE_URL it uses the configuration
// of the system that `npm start` runs here.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkNode, fail, installPackages, projectDir, runTypeScript } from './setup.mjs';

checkNode();
installPackages();
const running = join(process.env.NETTERMS_STATE || join(projectDir, '.netterms'), 'dev.env');
if (!process.env.DATABASE_URL) {
  if (!existsSync(running))
    fail(
      'Netterms is not running here: start it with `npm start` in another terminal, ' +
        'or set DATABASE_URL (and TEMPORAL_ADDRESS) to those of a running one.',
    );
  process.loadEnvFile(running);
}
const [file] = process.argv.splice(2, 1);
await runTypeScript(file);
