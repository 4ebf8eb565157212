import type { Request } from 'express';
import { unknownCustomer } from '../modules/customers/tables.ts';
import { isId } from './forms.ts';

/**
 * The customer that the address names.
 * @throws NettermsError `customer-not-found` if it cannot be an id
 */
export function customerIdOf({ params: { customerId } }: Request): string {
  return isId(customerId) ? customerId : unknownCustomer(String(customerId));
}
