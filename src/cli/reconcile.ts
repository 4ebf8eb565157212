import { readConfig } from '../config.ts';
import { connect } from '../db/client.ts';
import { createTemporalClient } from '../temporal/client.ts';
import { reconcile } from '../temporal/reconcile.ts';

const sql = connect(readConfig().databaseUrl);
const temporal = createTemporalClient();
const discrepancies = await reconcile(sql, temporal.client, new Date().toISOString());
const [count] = await sql<{ orders: number; entries: number }[]>`
  select (select count(*)::int from orders) as orders, (select count(*)::int from ledger) as entries`;
for (const { subject, problem } of discrepancies) console.log(`${subject}: ${problem}`);
console.log(
  `${count?.orders} orders, ${count?.entries} ledger entries: ${discrepancies.length || 'no'} discrepancies`,
);
await Promise.all([sql.end(), temporal.close()]);
process.exit(discrepancies.length > 0 ? 1 : 0);
