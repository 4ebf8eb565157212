import { type CustomerRow, findCustomer, unknownCustomer } from '../modules/customers/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';

/** @throws NettermsError `customer-not-found` */
export const requireCustomer = async (sql: Sql, customerId: string): Promise<CustomerRow> =>
  (await findCustomer(sql, customerId)) ?? unknownCustomer(customerId);
