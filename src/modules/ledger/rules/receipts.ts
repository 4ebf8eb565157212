import type { Day } from '../../../kernel/calendar.ts';
import { type Balance, distribute, type Entry, entry, placeOf, type Share } from './entry.ts';

/** Money that was received; `amount` in minor units. */
type ReceivedPayment = {
  readonly paymentId: string;
  readonly amount: number;
  readonly receivedOn: Day;
};

/**
 * A payment on an order. It pays the instalments in the order given (the earliest due first, art. 1193 of the Italian
 * civil code); of each, interest and costs before the principal (art. 1194). What is left becomes unapplied credit.
 */
export function payment(
  orderId: string,
  instalments: readonly Balance[],
  received: ReceivedPayment,
): Entry[] {
  const { paymentId, amount, receivedOn } = received;
  const paid = distribute(instalments, amount);
  const entries = paid.map(({ number, part, amount }) =>
    entry({
      key: `payment/${paymentId}/${placeOf(number, part)}`,
      account: 'receivable',
      kind: 'payment',
      amount: -amount,
      orderId,
      instalment: number,
      part,
      valueOn: receivedOn,
      cause: { kind: 'payment', id: paymentId },
      paymentId,
    }),
  );
  const left = amount - paid.reduce((sum, { amount }) => sum + amount, 0);
  return left > 0 ? [...entries, unappliedPayment({ ...received, amount: left }, orderId)] : entries;
}

/** Money that pays no open order: it becomes credit held for the customer. */
export function unappliedPayment(
  { paymentId, amount, receivedOn }: ReceivedPayment,
  orderId: string | null,
): Entry {
  return entry({
    key: `payment/${paymentId}/unapplied`,
    account: 'unapplied',
    kind: 'payment',
    amount,
    orderId,
    valueOn: receivedOn,
    cause: { kind: 'payment', id: paymentId },
    paymentId,
  });
}

/**
 * Credit held for the customer pays parts of an order.
 * @param valueOn the day on which the payment was received; for credit without a payment, the day on which it is
 *   applied
 */
export function allocation(
  commandId: string,
  orderId: string,
  shares: readonly Share[],
  { paymentId, valueOn }: { paymentId: string | null; valueOn: Day },
): Entry[] {
  const source = paymentId === null ? 'credit' : `payment/${paymentId}`;
  return shares.flatMap(({ number, part, amount }) =>
    (['receivable', 'unapplied'] as const).map((account) =>
      entry({
        key: `${commandId}/${source}/allocation/${account}/${placeOf(number, part)}`,
        account,
        kind: 'allocation',
        amount: -amount,
        orderId,
        instalment: number,
        part,
        valueOn,
        cause: { kind: 'command', id: commandId },
        paymentId,
      }),
    ),
  );
}

/** Credit paid out to the customer, by its source: what is left of payments, or (null) other credit. */
export function refund(
  refundId: string,
  sources: readonly { readonly paymentId: string | null; readonly amount: number }[],
  refundedOn: Day,
): Entry[] {
  return sources.map(({ paymentId, amount }) =>
    entry({
      key: `refund/${refundId}${paymentId === null ? '' : `/${paymentId}`}`,
      account: 'unapplied',
      kind: 'refund',
      amount: -amount,
      valueOn: refundedOn,
      cause: { kind: 'refund', id: refundId },
      paymentId,
    }),
  );
}

/** An admin's correction of the credit held for the customer, upwards or downwards. */
export function creditAdjustment(adjustmentId: string, amount: number, valueOn: Day): Entry {
  return entry({
    key: `adjustment/${adjustmentId}`,
    account: 'unapplied',
    kind: 'credit_adjustment',
    amount,
    valueOn,
    cause: { kind: 'adjustment', id: adjustmentId },
  });
}
