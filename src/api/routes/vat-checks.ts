import { checkCustomer } from '../../modules/customers/check-vat-number.ts';
import { findCustomer, unknownCustomer } from '../../modules/customers/tables.ts';
import { vatChecksOf } from '../../modules/customers/vat-checks.ts';
import type { VatRegister } from '../../modules/customers/vat-register.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { vatCheck, vatCheckHistory } from '../schemas/vat-check.ts';

const tag = 'Customers';
const HISTORY = 200;

/** What the EU's register says of customers' VAT numbers. */
export function vatCheckEndpoints(deps: { sql: Sql; vatRegister: VatRegister }): Endpoint[] {
  const { sql } = deps;
  return [
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/vat-check',
      operationId: 'checkVatNumber',
      tag,
      summary: 'Check a customer’s VAT number in VIES and keep the answer; takes at most about five seconds',
      scopes: ['storefront'],
      answer: vatCheck,
      statuses: { 200: 'asked; the outcome may also be that VIES did not answer' },
      handle: async ({ params: { customerId }, actor, now }) => ({
        body: await checkCustomer(deps, customerId, { actor, now }),
      }),
    }),
    endpoint({
      method: 'get',
      path: '/customers/{customerId}/vat-checks',
      operationId: 'listVatChecks',
      tag,
      summary: `Read the latest ${HISTORY} checks of a customer’s VAT numbers`,
      scopes: ['read'],
      answer: vatCheckHistory,
      handle: async ({ params: { customerId } }) => {
        if (!(await findCustomer(sql, customerId))) unknownCustomer(customerId);
        return { body: { items: await vatChecksOf(sql, customerId, HISTORY) } };
      },
    }),
  ];
}
