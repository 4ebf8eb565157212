import { type ErrorCode, errorTable, NettermsError } from '../../../kernel/errors.ts';
import { isClosed, type OrderStatus } from '../../orders/rules/order-state.ts';

/** Why a command is refused: the code, a sentence that says what was wrong, and further members of the problem. */
export type Refusal = {
  readonly code: ErrorCode;
  /** Left out if the code's title says enough. */
  readonly detail?: string;
  readonly because?: Readonly<Record<string, unknown>>;
};

type Order = { readonly id: string; readonly status: OrderStatus };

/** Refuses one field of the body, named by its JSON pointer. */
export const invalidField = (pointer: string, detail: string): Refusal => ({
  code: 'validation',
  detail: `${pointer}: ${detail}`,
  because: { errors: [{ pointer, detail }] },
});

/** Why an order refuses a command that needs a balance: it is not confirmed yet, or closed. Null while it is open. */
export const notOpen = (order: Order): Refusal | null => notConfirmed(order) ?? closed(order);

/** Why an order refuses a command that only a confirmed order takes. Null once it is not reserved any more. */
export const notConfirmed = ({ id, status }: Order): Refusal | null =>
  status === 'reserved'
    ? {
        code: 'order-not-confirmed',
        detail: `Order ${id} is only reserved: confirm it first (POST /v1/orders/${id}/confirm).`,
      }
    : null;

/** Why a closed order takes no more commands. Null while it is not closed. */
export const closed = ({ id, status }: Order): Refusal | null =>
  isClosed(status)
    ? { code: 'order-closed', detail: `Order ${id} is already ${status}: nothing was changed.` }
    : null;

/** An amount in another currency than the order's cannot be booked on it. */
export const otherCurrency = (order: { id: string; currency: string }, currency: string): Refusal | null =>
  currency === order.currency
    ? null
    : {
        code: 'currency-mismatch',
        detail: `Order ${order.id} is in ${order.currency}: nothing in ${currency} can be booked on it.`,
      };

/** Throws the refusal if there is one: a customer's command that is refused keeps nothing. */
export function throwIfRefused(refusal: Refusal | null): void {
  if (refusal)
    throw new NettermsError(refusal.code, refusal.detail ?? errorTable[refusal.code][1], refusal.because);
}
