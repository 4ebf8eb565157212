import { Router } from 'express';
import { withAccountOf } from '../modules/banking/accounts.ts';
import type { Documents } from '../modules/reports/documents/documents.ts';
import { statementCsv } from '../modules/reports/documents/statement-csv.ts';
import { readStatement } from '../modules/reports/statement.ts';
import { activePolicies } from '../modules/settings/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { customerIdOf } from './customer-id.ts';

type StatementDeps = { sql: Sql; documents: Documents; now: () => string };

/** A customer's statement of account for this year, as a file to forward. */
export function statementRoutes({ sql, documents, now }: StatementDeps): Router {
  const router = Router();

  router.get('/customers/:customerId/statement.pdf', async (req, res) => {
    const statement = await readStatement(sql, customerIdOf(req), {}, now());
    const { body } = (await activePolicies(sql)).settings;
    const about = { customerId: statement.customer.id, currency: statement.currency, now: now() };
    const merchant = await withAccountOf(sql, body, about);
    const file = await documents.statementPdf(statement, merchant);
    res.attachment(`statement-${statement.customer.id}-${statement.to}.pdf`).send(file);
  });

  router.get('/customers/:customerId/statement.csv', async (req, res) => {
    const statement = await readStatement(sql, customerIdOf(req), {}, now());
    res
      .attachment(`statement-${statement.customer.id}-${statement.to}.csv`)
      .send(await statementCsv(statement));
  });

  return router;
}
