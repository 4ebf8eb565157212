import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sharedDataDir } from './postgres.ts';
import { explain } from './setup-error.ts';
import { openState, stateDir } from './state.ts';

/** `npm run reset`: deletes all that `npm start` keeps here, so that the next one begins with the sample data alone. */
try {
  openState(); // refuses while Netterms runs on this data
  rmSync(sharedDataDir(join(stateDir, 'postgres')), { recursive: true, force: true });
  rmSync(stateDir, { recursive: true, force: true });
  console.log(`Deleted ${stateDir}: the next \`npm start\` begins with the sample data alone.`);
  if (process.env.DATABASE_URL) console.log('The database of DATABASE_URL was not touched.');
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}
