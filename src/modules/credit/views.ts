import type { Db } from '../../platform/postgres/client.ts';
import { type AuditRecord, latestOf } from '../audit/tables.ts';

const actions = [
  'customer.credit_limit',
  'customer.credit_raise',
  'customer.credit_adjusted',
  'customer.credit_group',
] as const;

/** A change of a customer's credit, as the audit trail shows it; amounts in minor units. */
export type CreditChange = Extract<AuditRecord, { action: (typeof actions)[number] }>;

/** The changes of a customer's own limits, raises, credit held and group, the newest first. */
export const creditChanges = (db: Db, customerId: string, limit: number): Promise<CreditChange[]> =>
  latestOf(db, `customer/${customerId}`, actions, limit);
