import { importBankLines } from './modules/banking/import-bank-lines.ts';
import { claimUnsignalled } from './modules/commands/tables.ts';
import { importCustomers } from './modules/customers/import-customers.ts';
import type { Appliers } from './modules/imports/apply-import.ts';
import type { ImportProcess } from './modules/imports/import-workflows.ts';
import { claimWaitingImports, wakeImports } from './modules/imports/tables.ts';
import { claimOverdueOrders, wakeOrders } from './modules/orders/lost-workflows.ts';
import type { OrderProcess } from './modules/orders/order-workflows.ts';
import type { RevocationProcess } from './modules/revocation/revocation-workflows.ts';
import { claimRevocations, wakeRevocations } from './modules/revocation/tables.ts';
import type { Db, Sql } from './platform/postgres/client.ts';
import type { Lookout } from './platform/temporal/poller.ts';

/*
 * What modules define and others take without knowing them: one of the three ways by which something low reaches what
 * is above it (docs/decisions/0015). Besides the processes the only file that imports all; no module imports it.
 */

/** How the lines of each kind of import are applied. */
export const importAppliers: Appliers = { customers: importCustomers, payments: importBankLines };

/**
 * What the poller looks for: orders whose workflow was never started or has not been heard of, commands that no workflow
 * has taken, files that were not applied, and revocations that are not finished.
 */
export const lookoutsOf = ({
  sql,
  process,
  imports,
  revocations,
}: {
  sql: Sql;
  process: OrderProcess;
  imports: Pick<ImportProcess, 'ensureRunning'>;
  revocations: Pick<RevocationProcess, 'ensureRunning'>;
}): Lookout[] => [
  async (claim) =>
    (await claimOverdueOrders(sql, claim)).map((order) => ({
      named: { orderId: order.id },
      look: () => process.ensureRunning(order),
    })),
  async (claim) =>
    (await claimUnsignalled(sql, claim)).map(({ orderId, kind, id }) => ({
      named: { orderId },
      look: () => process.tell(orderId, kind, id),
    })),
  async (claim) =>
    (await claimWaitingImports(sql, claim)).map((row) => ({
      named: { importId: row.id },
      look: () => imports.ensureRunning(row),
    })),
  async (claim) =>
    (await claimRevocations(sql, claim)).map((row) => ({
      named: { revocationId: row.id },
      look: () => revocations.ensureRunning(row),
    })),
];

/** Temporal's data is gone: the poller is to look at all that is unfinished now, and starts it again. */
export async function wakeAll(db: Db, now: string): Promise<void> {
  await wakeOrders(db, now);
  await wakeRevocations(db, now);
  await wakeImports(db, now);
}
