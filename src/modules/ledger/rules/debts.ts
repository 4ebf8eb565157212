import type { Day } from '../../../kernel/calendar.ts';
import { type Balance, type Entry, entry } from './entry.ts';

/** The customer owes each instalment of the order, from the day on which the order was placed. */
export function charge(orderId: string, instalments: readonly Balance[], placedOn: Day): Entry[] {
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
        valueOn: placedOn,
        cause: { kind: 'order', id: orderId },
      }),
    );
}

/** Late interest by instalment up to a day, and the compensations; amounts of zero or less are left out. */
export function lateCharges(
  commandId: string,
  orderId: string,
  {
    until,
    interest,
    compensation,
  }: {
    until: Day;
    interest: readonly { readonly number: number; readonly amount: number }[];
    /** For each overdue invoice; without an invoice, for the order. */
    compensation: readonly {
      readonly invoiceId: string | null;
      readonly number: number;
      readonly amount: number;
    }[];
  },
): Entry[] {
  const of = (
    fields: Pick<Entry, 'key' | 'amount' | 'instalment' | 'cause'> & { kind: 'interest' | 'compensation' },
  ) => entry({ account: 'receivable', orderId, part: 'charges', valueOn: until, ...fields });
  return [
    ...interest.map(({ number, amount }) =>
      of({
        key: `${commandId}/interest/${number}`,
        kind: 'interest',
        amount,
        instalment: number,
        cause: { kind: 'command', id: commandId },
      }),
    ),
    ...compensation.map(({ invoiceId, number, amount }) =>
      of({
        // Compensation is charged once per invoice, whichever of its orders is late.
        key: invoiceId === null ? `${commandId}/compensation/${number}` : `invoice/${invoiceId}/compensation`,
        kind: 'compensation',
        amount,
        instalment: number,
        cause: invoiceId === null ? { kind: 'order', id: orderId } : { kind: 'invoice', id: invoiceId },
      }),
    ),
  ].filter(({ amount }) => amount > 0);
}
