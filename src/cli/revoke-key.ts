import { listApiKeys, revokeApiKey } from '../modules/access/api-keys.ts';
import { connect } from '../platform/postgres/client.ts';
import { runCommand } from './run-command.ts';

const [id] = process.argv.slice(2);
await runCommand(async ({ databaseUrl }) => {
  const sql = connect(databaseUrl, { max: 1 });
  if (!id) {
    console.log('usage: npm run revoke-key -- <id>\n\nkeys in use:');
    for (const key of await listApiKeys(sql))
      console.log(
        `  ${key.id}  ${key.name}  (${key.scopes.join(', ')})${key.expiresAt ? `  until ${key.expiresAt}` : ''}`,
      );
    return 0;
  }
  const revoked = await revokeApiKey(sql, id, new Date().toISOString());
  console.log(
    revoked
      ? `key ${id} is revoked; it may still work for up to three seconds`
      : `no key with the id ${id} is in use: run the command without an id to list the keys`,
  );
  return revoked ? 0 : 1;
});
