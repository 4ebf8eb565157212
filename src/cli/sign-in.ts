import { createSignInLink } from '../modules/access/sessions.ts';
import { connect } from '../platform/postgres/client.ts';
import { runCommand } from './run-command.ts';

const [userId = 'admin', ...rest] = process.argv.slice(2);
if (rest.length > 0 || !/^[A-Za-z0-9._:~@-]{1,100}$/.test(userId)) {
  console.error('usage: npm run sign-in -- [user]\nThe history will show this user (default: admin).');
  process.exit(2);
}
await runCommand(async ({ databaseUrl, publicUrl }) => {
  const sql = connect(databaseUrl, { max: 1 });
  const token = await createSignInLink(sql, { userId }, new Date().toISOString());
  console.log(`${publicUrl.replace(/\/$/, '')}/admin/sign-in?token=${token}`);
  console.log(`(signs in ${userId}, once, within 24 hours)`);
  return 0;
});
