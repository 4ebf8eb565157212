import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sharedDataDir } from './postgres.ts';
import { explain } from './setup-error.ts';
import { openState, stateDir } from './state.ts';

/** `npm run reset`: deletes all data of `npm start`, so that the next start begins with only the sample data. */
try {
  openState(); // refuses while Netterms runs on this data
  rmSync(sharedDataDir(join(stateDir, 'postgres')), { recursive: true, force: true });
  rmSync(stateDir, { recursive: true, force: true });
  console.log(`Deleted ${stateDir}: the next \`npm start\` begins with only the sample data.`);
  if (process.env.DATABASE_URL) console.log('The database of DATABASE_URL was not touched.');
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}
