import { endAccess } from '../modules/access/sessions.ts';
import { connect } from '../platform/postgres/client.ts';
import { runCommand } from './run-command.ts';

const [userId, ...rest] = process.argv.slice(2);
if (!userId || rest.length > 0) {
  console.error(
    'usage: npm run end-access -- <user>\nEnds all sessions of the user, and their unused sign-in links.',
  );
  process.exit(2);
}
await runCommand(async ({ databaseUrl }) => {
  const sql = connect(databaseUrl, { max: 1 });
  const { sessions, links } = await endAccess(sql, userId, new Date().toISOString());
  console.log(`${userId}: ${sessions} sessions and ${links} unused sign-in links ended`);
  return 0;
});
