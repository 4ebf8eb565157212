import type { Day } from '../../../kernel/calendar.ts';

/** `receivable`: + is owed by the customer. `unapplied`: + is credit that the merchant holds for the customer. */
export type Account = 'receivable' | 'unapplied';

/** The effects that an entry can have; docs/ledger.md explains each. */
export const effects = [
  'charge',
  'amendment',
  'payment',
  'allocation',
  'credit_note',
  'refund',
  'cancellation',
  'early_payment_discount',
  'tolerance',
  'rounding',
  'bank_fee',
  'withholding',
  'split_payment',
  'interest',
  'compensation',
  'return_fee',
  'waiver',
  'write_off',
  'plan_move',
  'credit_adjustment',
] as const;
export type Effect = (typeof effects)[number];

export const entryKinds = [...effects, 'reversal'] as const;
export type EntryKind = (typeof entryKinds)[number];

export const causeKinds = [
  'order',
  'command',
  'payment',
  'credit-note',
  'invoice',
  'refund',
  'adjustment',
  'collection',
  'terms',
  'receipts-policy',
] as const;

/** What an entry was booked for, by its business id. */
export type Cause = { readonly kind: (typeof causeKinds)[number]; readonly id: string };

/** `charges`: interest and costs on top of the principal. */
export type Part = 'principal' | 'charges';

/** An entry to append. `key` is unique forever: the entry is booked once, however often it is tried. */
export type Entry = {
  readonly key: string;
  readonly account: Account;
  readonly kind: EntryKind;
  /** Its own kind; for a reversal, the kind of the entry that it reverses. */
  readonly effect: Effect;
  readonly amount: number;
  readonly orderId: string | null;
  readonly instalment: number | null;
  readonly part: Part;
  /** The day on which it counts, in the merchant's zone. */
  readonly valueOn: Day;
  readonly cause: Cause;
  readonly paymentId: string | null;
  readonly reverses: number | null;
};

/** An instalment as the ledger sees it; amounts in minor units. `charges` is a part of `outstanding`. */
export type Balance = {
  readonly number: number;
  readonly amount: number;
  readonly outstanding: number;
  readonly charges: number;
};

/** What is paid on one part of an instalment; `amount` in minor units. */
export type Share = { readonly number: number; readonly part: Part; readonly amount: number };

/**
 * One part of an instalment: what is owed of it, what was received for it and not reversed, and how much of that credit
 * notes and invoices turned into credit of the customer.
 */
export type PartStanding = {
  readonly number: number;
  readonly part: Part;
  readonly outstanding: number;
  readonly received: number;
  readonly made: number;
};

/** An entry that is not a reversal; by default of the principal, and of no order. */
export const entry = (
  fields: Partial<Entry> & Pick<Entry, 'key' | 'account' | 'amount' | 'valueOn' | 'cause'> & { kind: Effect },
): Entry => ({
  effect: fields.kind,
  orderId: null,
  instalment: null,
  part: 'principal',
  paymentId: null,
  reverses: null,
  ...fields,
});

/** What instalments owe together, in minor units. */
export const outstandingOf = (instalments: readonly Balance[]): number =>
  instalments.reduce((sum, { outstanding }) => sum + outstanding, 0);

/**
 * What an amount pays, instalment by instalment in the order given; of each, interest and costs before the principal.
 */
export function distribute(instalments: readonly Balance[], amount: number): Share[] {
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

/** What is left of the instalments after shares of them were paid. */
export function afterwards<Line extends Balance>(balances: readonly Line[], paid: readonly Share[]): Line[] {
  return balances.map((line) => {
    const of = paid.filter(({ number }) => number === line.number);
    const total = of.reduce((sum, { amount }) => sum + amount, 0);
    const charges = of.reduce((sum, { part, amount }) => (part === 'charges' ? sum + amount : sum), 0);
    return { ...line, outstanding: line.outstanding - total, charges: line.charges - charges };
  });
}

/** The instalment without its interest and costs. */
export const principalOf = <Line extends Balance>(line: Line): Line => ({
  ...line,
  outstanding: line.outstanding - line.charges,
  charges: 0,
});

/** Names one part of an instalment in a key. */
export const placeOf = (number: number, part: Part): string =>
  part === 'principal' ? `${number}` : `${number}/charges`;

/** Takes `amount` from what is given, in that order; those from which nothing is taken are left out. */
export function portions<R extends { readonly amount: number }>(given: readonly R[], amount: number): R[] {
  let left = amount;
  return given
    .map((portion) => {
      const taken = Math.min(portion.amount, left);
      left -= taken;
      return { ...portion, amount: taken };
    })
    .filter((portion) => portion.amount > 0);
}

/** The sum of the amounts, in minor units. */
export const sumOf = (parts: readonly { readonly amount: number }[]): number =>
  parts.reduce((sum, { amount }) => sum + amount, 0);

/** The sum of one account's entries, in minor units. */
export function balance(entries: readonly Pick<Entry, 'account' | 'amount'>[], account: Account): number {
  return entries.reduce((sum, { account: of, amount }) => (of === account ? sum + amount : sum), 0);
}

/** What was received for the principal of each instalment and has not become credit, and the total of it. */
export function paidOf(
  instalments: readonly Balance[],
  standings: readonly PartStanding[],
): { paid: { number: number; amount: number }[]; total: number } {
  const left = instalments.map(({ number }) => {
    const own = standings.find((given) => given.number === number && given.part === 'principal');
    return { number, amount: own ? own.received - own.made : 0 };
  });
  const paid = left.map(({ number, amount }) => ({ number, amount: Math.max(amount, 0) }));
  return { paid, total: Math.max(sumOf(left), 0) };
}
