import { reconcile } from '../modules/overview/reconcile.ts';
import { sizeOfBooks } from '../modules/overview/reconcile-balances.ts';
import { connect } from '../platform/postgres/client.ts';
import { createTemporalClient } from '../platform/temporal/client.ts';
import { runCommand } from './run-command.ts';

await runCommand(async ({ databaseUrl }) => {
  const sql = connect(databaseUrl, { statementTimeoutMs: 0 });
  const temporal = createTemporalClient();
  const discrepancies = await reconcile(sql, temporal.client, new Date().toISOString());
  const { orders, entries } = await sizeOfBooks(sql);
  for (const { subject, problem } of discrepancies) console.log(`${subject}: ${problem}`);
  console.log(`${orders} orders, ${entries} ledger entries: ${discrepancies.length || 'no'} discrepancies`);
  return discrepancies.length > 0 ? 1 : 0;
});
