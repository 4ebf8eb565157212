import { type Balance, type Entry, entry } from './entry.ts';

/** The customer owes each instalment of the order. */
export function charge(orderId: string, instalments: readonly Balance[]): Entry[] {
  return instalments
    .filter(({ amount }) => amount > 0)
    .map(({ number, amount }) =>
      entry({
        key: `order/${orderId}/charge/${number}`,
        account: 'receivable',
        kind: 'charge',
        amount,
        orderId,
        instalment: number,
      }),
    );
}

/** Late interest by instalment, and the compensations; amounts of nothing or less are left out. */
export function lateCharges(
  key: string,
  orderId: string,
  {
    interest,
    compensation,
  }: {
    interest: readonly { readonly number: number; readonly amount: number }[];
    /** Of each overdue invoice; without one, of the order. */
    compensation: readonly {
      readonly invoiceId: string | null;
      readonly number: number;
      readonly amount: number;
    }[];
  },
): Entry[] {
  const of = (place: string, number: number, fields: Pick<Entry, 'kind' | 'amount' | 'label'>): Entry =>
    entry({
      key: place,
      account: 'receivable',
      orderId,
      instalment: number,
      part: 'charges',
      ...fields,
    });
  return [
    ...interest.map(({ number, amount }) =>
      of(`${key}/interest/${number}`, number, { kind: 'interest', amount, label: null }),
    ),
    ...compensation.map(({ invoiceId, number, amount }) =>
      of(invoiceId === null ? `${key}/compensation/${number}` : compensationKey(invoiceId), number, {
        kind: 'fee',
        amount,
        label: 'compensation',
      }),
    ),
  ].filter(({ amount }) => amount > 0);
}

/** An invoice is compensated once, whichever of its orders is late. */
const compensationKey = (invoiceId: string): string => `invoice/${invoiceId}/compensation`;

/** The bank's fee for a payment that it returned or could not collect, charged on to the customer. */
export function returnFee(
  key: string,
  orderId: string,
  { number, amount, paymentId }: { number: number; amount: number; paymentId: string | null },
): Entry {
  return entry({
    key: `${key}/fee`,
    account: 'receivable',
    kind: 'fee',
    amount,
    orderId,
    instalment: number,
    part: 'charges',
    label: 'returned_payment',
    paymentId,
  });
}
