import type { Money } from './money.ts';

/** `receivable`: + is owed by the customer. `unapplied`: + is credit that the merchant holds for the customer. */
export type Account = 'receivable' | 'unapplied';
export const entryKinds = [
  'charge',
  'payment',
  'cancellation',
  'credit_note',
  'refund',
  'interest',
  'fee',
  'write_off',
  'adjustment',
  'allocation',
  'reversal',
] as const;
export type EntryKind = (typeof entryKinds)[number];

/** An entry to append. `key` is unique for ever: what it books is booked once, however often it is tried. */
export type Entry = {
  readonly key: string;
  readonly account: Account;
  readonly kind: EntryKind;
  readonly amount: number;
  readonly orderId: string | null;
  readonly instalment: number | null;
  readonly paymentId: string | null;
  readonly reverses: number | null;
};

/** An instalment as the ledger sees it; amounts in minor units. */
export type Balance = { readonly number: number; readonly amount: number; readonly outstanding: number };

const entry = (fields: Partial<Entry> & Pick<Entry, 'key' | 'account' | 'kind' | 'amount'>): Entry => ({
  orderId: null,
  instalment: null,
  paymentId: null,
  reverses: null,
  ...fields,
});

/** The customer owes each instalment of the order. */
export function charge(orderId: string, instalments: readonly Balance[]): Entry[] {
  return instalments.map(({ number, amount }) =>
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

/**
 * A payment on an order: it pays the instalments in their order (the earliest due first, art. 1193 of the
 * Italian civil code), and what is left over becomes unapplied credit.
 */
export function payment(
  orderId: string,
  instalments: readonly Balance[],
  { paymentId, amount }: { paymentId: string; amount: Money['amount'] },
): Entry[] {
  const entries: Entry[] = [];
  let left = amount;
  for (const { number, outstanding } of instalments) {
    const part = Math.min(left, Math.max(outstanding, 0));
    if (part === 0) continue;
    left -= part;
    entries.push(
      entry({
        key: `payment/${paymentId}/${number}`,
        account: 'receivable',
        kind: 'payment',
        amount: -part,
        orderId,
        instalment: number,
        paymentId,
      }),
    );
  }
  if (left > 0) entries.push(unappliedPayment(paymentId, left, orderId));
  return entries;
}

/** Money that no open order takes: credit held for the customer. */
export function unappliedPayment(paymentId: string, amount: number, orderId: string | null): Entry {
  return entry({
    key: `payment/${paymentId}/unapplied`,
    account: 'unapplied',
    kind: 'payment',
    amount,
    orderId,
    paymentId,
  });
}

/** More or less credit held for the customer, by an admin's word. */
export function adjustment(adjustmentId: string, amount: number): Entry {
  return entry({ key: `adjustment/${adjustmentId}`, account: 'unapplied', kind: 'adjustment', amount });
}

/** Takes back the whole charge; what was received on it becomes unapplied credit. */
export function cancellation(commandId: string, orderId: string, instalments: readonly Balance[]): Entry[] {
  return instalments.flatMap(({ number, amount, outstanding }) => {
    const received = amount - outstanding;
    const at = { orderId, instalment: number };
    const cancelled = entry({
      key: `${commandId}/cancellation/${number}`,
      account: 'receivable',
      kind: 'cancellation',
      amount: -amount,
      ...at,
    });
    if (received === 0) return [cancelled];
    return [
      cancelled,
      entry({
        key: `${commandId}/release/${number}`,
        account: 'receivable',
        kind: 'allocation',
        amount: received,
        ...at,
      }),
      entry({
        key: `${commandId}/credit/${number}`,
        account: 'unapplied',
        kind: 'allocation',
        amount: received,
        ...at,
      }),
    ];
  });
}

/** Takes back booked entries one by one; nothing is ever edited. */
export function reversal(commandId: string, booked: readonly (Entry & { readonly id: number })[]): Entry[] {
  return booked.map(({ id, ...original }) => ({
    ...original,
    key: `${commandId}/reversal/${id}`,
    kind: 'reversal',
    amount: -original.amount,
    reverses: id,
  }));
}

/** Takes back the credit that reversed payments of a cancelled order had become. */
export function withdrawal(commandId: string, reversed: readonly Entry[]): Entry[] {
  return reversed
    .filter(({ account }) => account === 'receivable')
    .flatMap(({ orderId, instalment, amount }) =>
      (['receivable', 'unapplied'] as const).map((account) =>
        entry({
          key: `${commandId}/withdrawal/${account}/${instalment}`,
          account,
          kind: 'allocation',
          amount: -amount,
          orderId,
          instalment,
        }),
      ),
    );
}

/** The sum of one account's entries, in minor units. */
export function balance(entries: readonly Pick<Entry, 'account' | 'amount'>[], account: Account): number {
  return entries.reduce((sum, { account: of, amount }) => (of === account ? sum + amount : sum), 0);
}
