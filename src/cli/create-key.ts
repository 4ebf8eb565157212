import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { createApiKey, type Scope, scopes } from '../db/api-keys.ts';
import { connect } from '../db/client.ts';

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
const sql = connect(readConfig().databaseUrl, { max: 1 });
const expiresAt = values.expires ? new Date(values.expires).toISOString() : null;
const { id, key } = await createApiKey(
  sql,
  { name: values.name, scopes: values.scope as Scope[], expiresAt },
  new Date().toISOString(),
);
console.log(`${key}\n(id ${id}; it is shown this once and cannot be read again)`);
await sql.end();
