import { migrate } from '../platform/postgres/migrate.ts';
import { runCommand } from './run-command.ts';

await runCommand(async ({ databaseUrl }) => {
  const applied = await migrate(databaseUrl);
  console.log(applied.length > 0 ? `applied ${applied.join(', ')}` : 'the schema is up to date');
  return 0;
});
