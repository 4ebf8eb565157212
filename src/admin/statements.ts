import { Router } from 'express';
import type { Sql } from '../db/client.ts';
import { activePolicies } from '../db/policies.ts';
import { readStatement } from '../db/reports/statement.ts';
import { statementCsv } from '../documents/statement-csv.ts';
import { statementPdf } from '../documents/statement-pdf.ts';
import { customerIdOf } from './customer-id.ts';

/** A customer's statement of account of this year, as a file to send on. */
export function statementRoutes({ sql, now }: { sql: Sql; now: () => string }): Router {
  const router = Router();

  router.get('/customers/:customerId/statement.pdf', async (req, res) => {
    const statement = await readStatement(sql, customerIdOf(req), {}, now());
    const merchant = (await activePolicies(sql)).settings.body;
    const file = await statementPdf(statement, merchant);
    res.attachment(`statement-${statement.customer.id}-${statement.to}.pdf`).send(file);
  });

  router.get('/customers/:customerId/statement.csv', async (req, res) => {
    const statement = await readStatement(sql, customerIdOf(req), {}, now());
    res.attachment(`statement-${statement.customer.id}-${statement.to}.csv`).send(statementCsv(statement));
  });

  return router;
}
