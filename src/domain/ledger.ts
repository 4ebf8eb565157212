import { apportion } from './apportion.ts';
import type { Withholding } from './invoice.ts';
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

/** `charges`: interest and costs on top of the principal. */
export type Part = 'principal' | 'charges';

/** An entry to append. `key` is unique for ever: what it books is booked once, however often it is tried. */
export type Entry = {
  readonly key: string;
  readonly account: Account;
  readonly kind: EntryKind;
  readonly amount: number;
  readonly orderId: string | null;
  readonly instalment: number | null;
  readonly part: Part;
  /** More of its kind: "bank_fee", "rounding". */
  readonly label: string | null;
  readonly paymentId: string | null;
  readonly reverses: number | null;
};

/** An instalment as the ledger sees it; amounts in minor units. `charges` are a part of what is outstanding. */
export type Balance = {
  readonly number: number;
  readonly amount: number;
  readonly outstanding: number;
  readonly charges: number;
};

/** What is paid of one part of an instalment; `amount` in minor units. */
export type Share = { readonly number: number; readonly part: Part; readonly amount: number };

/** One part of an instalment: what is owed of it, and what was received for it and not taken back. */
export type Standing = {
  readonly number: number;
  readonly part: Part;
  readonly outstanding: number;
  readonly received: number;
};

/** An entry, of the principal and of nothing in particular unless said. */
export const entry = (
  fields: Partial<Entry> & Pick<Entry, 'key' | 'account' | 'kind' | 'amount'>,
): Entry => ({
  orderId: null,
  instalment: null,
  part: 'principal',
  label: null,
  paymentId: null,
  reverses: null,
  ...fields,
});

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

/** What is owed of instalments together, in minor units. */
export const outstandingOf = (instalments: readonly Balance[]): number =>
  instalments.reduce((sum, { outstanding }) => sum + outstanding, 0);

/** What an amount pays, instalment by instalment in the order given: of each what came on top before the principal. */
export function payable(instalments: readonly Balance[], amount: number): Share[] {
  let left = amount;
  return instalments.flatMap(({ number, outstanding, charges }) =>
    (['charges', 'principal'] as const).flatMap((part) => {
      const owed = part === 'charges' ? charges : outstanding - charges;
      const paid = Math.min(left, Math.max(owed, 0));
      left -= paid;
      return paid === 0 ? [] : [{ number, part, amount: paid }];
    }),
  );
}

/**
 * A payment on an order: it pays the instalments in the order given (the earliest due first, art. 1193 of the Italian
 * civil code), of each interest and costs before the principal (art. 1194), and what is left over becomes unapplied
 * credit.
 */
export function payment(
  orderId: string,
  instalments: readonly Balance[],
  { paymentId, amount }: { paymentId: string; amount: Money['amount'] },
): Entry[] {
  const paid = payable(instalments, amount);
  const entries = paid.map(({ number, part, amount }) =>
    entry({
      key: `payment/${paymentId}/${placeOf(number, part)}`,
      account: 'receivable',
      kind: 'payment',
      amount: -amount,
      orderId,
      instalment: number,
      part,
      paymentId,
    }),
  );
  const left = amount - paid.reduce((sum, { amount }) => sum + amount, 0);
  return left > 0 ? [...entries, unappliedPayment(paymentId, left, orderId)] : entries;
}

/** Names one part of an instalment in a key. */
export const placeOf = (number: number, part: Part): string =>
  part === 'principal' ? `${number}` : `${number}/charges`;

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

/**
 * A credit note: it reduces the principal of the instalments in the order given; what is over the balance becomes
 * unapplied credit. Interest and costs are waived, not credited.
 * @param received of the principal and not made credit yet: no more can become credit
 */
export function creditNote(
  orderId: string,
  instalments: readonly Balance[],
  { creditNoteId, amount, received }: { creditNoteId: string; amount: number; received: number },
): Entry[] {
  const principal = instalments.map((line) => ({
    ...line,
    outstanding: line.outstanding - line.charges,
    charges: 0,
  }));
  const reduced = payable(principal, amount);
  const left = Math.min(amount - reduced.reduce((sum, line) => sum + line.amount, 0), Math.max(received, 0));
  const of = (place: string, fields: Pick<Entry, 'account' | 'amount' | 'instalment'>): Entry =>
    entry({ key: `credit-note/${creditNoteId}/${place}`, kind: 'credit_note', orderId, ...fields });
  return [
    ...reduced.map((line) =>
      of(`${line.number}`, { account: 'receivable', amount: -line.amount, instalment: line.number }),
    ),
    ...(left > 0 ? [of('unapplied', { account: 'unapplied', amount: left, instalment: null })] : []),
  ];
}

/** Credit paid out to the customer, from where it came: what is left of payments, or (null) other credit. */
export function refund(
  refundId: string,
  sources: readonly { readonly paymentId: string | null; readonly amount: number }[],
): Entry[] {
  return sources.map(({ paymentId, amount }) =>
    entry({
      key: `refund/${refundId}${paymentId === null ? '' : `/${paymentId}`}`,
      account: 'unapplied',
      kind: 'refund',
      amount: -amount,
      paymentId,
    }),
  );
}

/** Gives up an amount of what is owed: the latest due first, so that the oldest debt stays the one that is chased. */
export function writeOff(
  commandId: string,
  orderId: string,
  instalments: readonly Balance[],
  amount: number,
): Entry[] {
  return payable(instalments.toReversed(), amount).map((line) =>
    entry({
      key: `${commandId}/write-off/${placeOf(line.number, line.part)}`,
      account: 'receivable',
      kind: 'write_off',
      amount: -line.amount,
      orderId,
      instalment: line.number,
      part: line.part,
    }),
  );
}

/**
 * What an invoice says that the customer keeps back: it reduces the principal, of each instalment in proportion to what
 * is unpaid. Where less is unpaid it was received, and becomes unapplied credit.
 * @param received on the order so far and not made credit yet: no more than that can become credit
 */
export function withholding(
  invoiceId: string,
  orderId: string,
  instalments: readonly Balance[],
  { amount, label, received }: { amount: number; label: Withholding; received: number },
): Entry[] {
  const unpaid = instalments.map(({ outstanding, charges }) => Math.max(outstanding - charges, 0));
  const reduced = Math.min(
    amount,
    unpaid.reduce((sum, principal) => sum + principal, 0),
  );
  const of = (place: string, fields: Pick<Entry, 'account' | 'amount' | 'instalment'>): Entry =>
    entry({
      key: `invoice/${invoiceId}/${orderId}/${place}`,
      kind: 'adjustment',
      label,
      orderId,
      ...fields,
    });
  const shares = apportion(reduced, unpaid).map((share, index) => {
    const { number } = instalments[index]!;
    return of(`${number}`, { account: 'receivable', amount: -share, instalment: number });
  });
  const credit = of('unapplied', {
    account: 'unapplied',
    amount: Math.min(amount - reduced, Math.max(received, 0)),
    instalment: null,
  });
  return [...shares, credit].filter((booked) => booked.amount !== 0);
}

/**
 * What an invoice lets the customer keep back had become credit, because all was paid. Now it is owed again, and the
 * credit reduces the principal after all, of each instalment in proportion to what is unpaid.
 * @param amount what of that credit is held still
 */
export function withheldAfterAll(
  key: string,
  orderId: string,
  instalments: readonly Balance[],
  { amount, label }: { amount: number; label: Withholding },
): Entry[] {
  const unpaid = instalments.map(({ outstanding, charges }) => Math.max(outstanding - charges, 0));
  const reduced = Math.min(
    amount,
    unpaid.reduce((sum, principal) => sum + principal, 0),
  );
  const of = (account: Account, share: number, instalment: number | null): Entry =>
    entry({
      key: `${key}/withheld/${orderId}/${label}/${instalment ?? account}`,
      account,
      kind: 'adjustment',
      label,
      amount: -share,
      orderId,
      instalment,
    });
  const shares = apportion(reduced, unpaid).map((share, index) =>
    of('receivable', share, instalments[index]!.number),
  );
  return [of('unapplied', reduced, null), ...shares].filter((booked) => booked.amount !== 0);
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
export const compensationKey = (invoiceId: string): string => `invoice/${invoiceId}/compensation`;

/** Gives up unpaid interest and costs, the earliest due first. */
export function waiver(
  commandId: string,
  orderId: string,
  instalments: readonly Balance[],
  amount: number,
): Entry[] {
  const charges = instalments.map((line) => ({ ...line, outstanding: line.charges }));
  return payable(charges, amount).map((line) =>
    entry({
      key: `${commandId}/waiver/${line.number}`,
      account: 'receivable',
      kind: 'adjustment',
      label: 'waiver',
      amount: -line.amount,
      orderId,
      instalment: line.number,
      part: 'charges',
    }),
  );
}

/** More or less credit held for the customer, by an admin's word. */
export function adjustment(adjustmentId: string, amount: number): Entry {
  return entry({ key: `adjustment/${adjustmentId}`, account: 'unapplied', kind: 'adjustment', amount });
}

/**
 * Takes back all that was charged and is not credited; what was received on it becomes unapplied credit, less what of it
 * became that before. Where that is more than was received, the rest of it is taken back.
 * @param credited what the order's credit notes and invoices had made credit, in minor units
 */
export function cancellation(
  commandId: string,
  orderId: string,
  standings: readonly Standing[],
  credited: number,
): Entry[] {
  let left = credited;
  const open = standings.map((given, index) => {
    const taken = index === standings.length - 1 ? left : Math.min(given.received, left);
    left -= taken;
    return { ...given, received: given.received - taken };
  });
  return open.flatMap(({ number, part, outstanding, received }) => {
    const at = { orderId, instalment: number, part };
    const place = placeOf(number, part);
    const of = (key: string, account: Account, kind: EntryKind, amount: number): Entry[] =>
      amount === 0 ? [] : [entry({ key: `${commandId}/${key}/${place}`, account, kind, amount, ...at })];
    return [
      ...of('cancellation', 'receivable', 'cancellation', -outstanding - received),
      ...of('release', 'receivable', 'allocation', received),
      ...of('credit', 'unapplied', 'allocation', received),
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
    .flatMap(({ orderId, instalment, part, amount, reverses }) =>
      (['receivable', 'unapplied'] as const).map((account) =>
        entry({
          key: `${commandId}/withdrawal/${account}/${reverses}`,
          account,
          kind: 'allocation',
          amount: -amount,
          orderId,
          instalment,
          part,
        }),
      ),
    );
}

/** An instalment that is to be of another amount; `received`: what pays its principal, the newest first. */
export type Amended = Balance & {
  readonly amended: number;
  readonly received: readonly { readonly paymentId: string | null; readonly amount: number }[];
};

/**
 * Charges the instalments to other amounts. What was received for one above its new amount pays the others, in the order
 * given, and what is left over becomes unapplied credit; it stays money of its payment.
 */
export function amendment(commandId: string, orderId: string, instalments: readonly Amended[]): Entry[] {
  const on = (instalment: number | null) => ({ orderId, instalment });
  const adjusted = instalments.flatMap(({ number, amount, amended }) => {
    const key = `${commandId}/adjustment/${number}`;
    const by = { key, account: 'receivable', kind: 'adjustment', amount: amended - amount } as const;
    return amended === amount ? [] : [entry({ ...by, ...on(number) })];
  });
  const released = instalments.flatMap(({ number, received, ...given }) => {
    const excess = Math.max(0, given.amount - given.amended - given.outstanding + given.charges);
    return portions(received, excess).map((portion) => ({ number, ...portion }));
  });
  let balances: Balance[] = instalments.map(({ amended, ...given }) => ({
    ...given,
    outstanding: Math.max(given.outstanding + amended - given.amount, given.charges),
  }));
  const moved = released.flatMap(({ number, amount, paymentId }, index) => {
    const of = (key: string, account: Account, amount: number, at: Partial<Entry>): Entry =>
      entry({ key: `${commandId}/${key}`, account, kind: 'allocation', amount, paymentId, ...at });
    const paid = payable(balances, amount);
    balances = balances.map((given) => paidOff(given, paid));
    const left = amount - paid.reduce((sum, { amount }) => sum + amount, 0);
    return [
      of(`release/${index}`, 'receivable', amount, on(number)),
      ...paid.map(({ number, part, amount }) =>
        of(`moved/${index}/${placeOf(number, part)}`, 'receivable', -amount, { ...on(number), part }),
      ),
      ...(left > 0 ? [of(`credit/${index}`, 'unapplied', left, on(null))] : []),
    ];
  });
  return [...adjusted, ...moved];
}

/** Of which payments an excess is: the newest first. What no payment explains was credited otherwise. */
function portions(
  received: Amended['received'],
  excess: number,
): { paymentId: string | null; amount: number }[] {
  let left = excess;
  const parts = [...received, { paymentId: null, amount: excess }].map(({ paymentId, amount }) => {
    const taken = Math.min(amount, left);
    left -= taken;
    return { paymentId, amount: taken };
  });
  return parts.filter(({ amount }) => amount > 0);
}

function paidOff(balance: Balance, paid: ReturnType<typeof payable>): Balance {
  const of = (part: Part) =>
    paid.reduce(
      (sum, given) => (given.number === balance.number && given.part === part ? sum + given.amount : sum),
      0,
    );
  const charges = of('charges');
  return {
    ...balance,
    outstanding: balance.outstanding - charges - of('principal'),
    charges: balance.charges - charges,
  };
}

/** The sum of one account's entries, in minor units. */
export function balance(entries: readonly Pick<Entry, 'account' | 'amount'>[], account: Account): number {
  return entries.reduce((sum, { account: of, amount }) => (of === account ? sum + amount : sum), 0);
}
