import { z } from 'zod';
import { withoutDirectionControls } from '../kernel/foreign-text.ts';
import type { OrderStatus } from '../modules/orders/rules/order-state.ts';
import type { OrderFilter } from '../modules/reports/order-views.ts';
import { isId } from './forms.ts';

export const listedStatuses = [
  'open',
  'reserved',
  'settled',
  'cancelled',
  'written_off',
] as const satisfies readonly OrderStatus[];

/** The last order of a page; the next page begins after it. */
export type Place = { readonly placedAt: string; readonly orderId: string };

/** The filter in the address of the orders' list; invalid parts are ignored. */
export type OrdersQuery = Pick<OrderFilter, 'status' | 'overdue'> & {
  readonly customer: string;
  readonly after: Place | null;
};

const place = z.string().transform((text): Place | null => {
  const at = text.indexOf('~');
  const [placedAt, orderId] = [text.slice(0, at), text.slice(at + 1)];
  return z.iso.datetime().safeParse(placedAt).success && isId(orderId) ? { placedAt, orderId } : null;
});

const query = z.object({
  status: z.enum(listedStatuses).optional().catch(undefined),
  overdue: z
    .literal('true')
    .transform(() => true)
    .optional()
    .catch(undefined),
  customer: z
    .string()
    .overwrite(withoutDirectionControls)
    .trim()
    .max(100)
    .regex(/^\P{Cc}*$/u)
    .catch(''),
  after: place.nullable().catch(null),
});

export const readOrdersQuery = (given: unknown): OrdersQuery => query.parse(given);

/** The address of the list for a query. */
export function ordersUrl({ status, overdue, customer, after }: Partial<OrdersQuery>): string {
  const parameters = new URLSearchParams();
  if (status) parameters.set('status', status);
  if (overdue) parameters.set('overdue', 'true');
  if (customer) parameters.set('customer', customer);
  if (after) parameters.set('after', `${after.placedAt}~${after.orderId}`);
  return `/admin/orders${parameters.size > 0 ? `?${parameters}` : ''}`;
}
