import { parseArgs } from 'node:util';
import { withoutDirectionControls } from '../kernel/foreign-text.ts';
import { createApiKey, type Scope, scopes } from '../modules/access/api-keys.ts';
import { connect } from '../platform/postgres/client.ts';
import { runCommand } from './run-command.ts';

const { values } = parseArgs({
  options: {
    name: { type: 'string' },
    scope: { type: 'string', multiple: true },
    expires: { type: 'string' },
  },
});
const unknown = (values.scope ?? []).filter((scope) => !scopes.includes(scope as Scope));
if (
  !values.name ||
  !values.scope ||
  unknown.length > 0 ||
  (values.expires && Number.isNaN(Date.parse(values.expires)))
) {
  console.error(
    `usage: npm run create-key -- --name "web shop" --scope storefront [--scope read] [--expires 2027-12-31]\nscopes: ${scopes.join(', ')}`,
  );
  process.exit(2);
}
const { scope, expires } = values;
const name = withoutDirectionControls(values.name);
await runCommand(async ({ databaseUrl }) => {
  const sql = connect(databaseUrl, { max: 1 });
  const expiresAt = expires ? new Date(expires).toISOString() : null;
  const { id, key } = await createApiKey(
    sql,
    { name, scopes: scope as Scope[], expiresAt },
    new Date().toISOString(),
  );
  console.log(`${key}\n(id ${id}; the key is shown only once and cannot be read again)`);
  return 0;
});
