import type { Day } from '../../../kernel/calendar.ts';
import { numberKey, placesIn } from './numbers.ts';
import { isNameOf } from './words-in-names.ts';

/**
 * What outgoing money may take back: a payment that is booked and not reversed, with the numbers of what it paid; or a
 * collection that the bank has, of which nothing is booked. Amounts in minor units.
 */
export type Returnable = {
  /** Null for a collection. */
  readonly paymentId: string | null;
  readonly collection: Collection | null;
  readonly customerId: string;
  readonly customerName: string;
  readonly amount: number;
  readonly currency: string;
  readonly receivedOn: Day;
  readonly numbers: readonly string[];
  /** The IBAN that it came from, if a bank line says so. */
  readonly payerIban: string | null;
};

/** Outgoing money on the bank account, as far as it tells which payment it takes back. */
export type Debit = {
  readonly amount: number;
  readonly currency: string;
  readonly reference: string;
  readonly payer: string;
  readonly payerIban: string | null;
  readonly valueOn: Day;
  readonly returned: string | null;
  readonly fee: number | null;
};

/** An instalment that the bank collects: RiBa, direct debit. */
export type Collection = { readonly orderId: string; readonly instalment: number };

/** The payment or the collection that a debit takes back; the bank's fee for it, in minor units. */
export type ReturnMatch = {
  readonly paymentId: string | null;
  readonly collections: readonly Collection[];
  readonly customerId: string | null;
  readonly fee: number | null;
  readonly returnedOn: Day;
  readonly reasons: readonly (
    | 'number-named'
    | 'iban-known'
    | 'payer-named'
    | 'amount-equal'
    | 'several-payments'
    | 'returned'
  )[];
};

/** The highest fee that a bank takes together with the returned amount, in minor units of the currency. */
export const HIGHEST_FEE = 5_000;

/** Whether a debit may take back a payment by its amount: all of it, and the bank's fee. */
const fits = (debit: Debit, payment: Returnable): boolean =>
  payment.currency === debit.currency &&
  payment.receivedOn <= debit.valueOn &&
  debit.amount >= payment.amount &&
  debit.amount <= payment.amount + HIGHEST_FEE;

/**
 * Which payment or collection a debit takes back: one with its amount, or less by the bank's fee, whose order or invoice the text names
 * or whose payer it comes from. A person decides always. Null: the debit takes back nothing that is known here.
 */
export function matchReturn(debit: Debit, payments: readonly Returnable[]): ReturnMatch | null {
  const keys = new Set(placesIn(debit.reference).map(({ key }) => key));
  const named = (payment: Returnable) => payment.numbers.some((number) => keys.has(numberKey(number)));
  const sameIban = ({ payerIban }: Returnable) => payerIban !== null && payerIban === debit.payerIban;
  const sameName = ({ customerName }: Returnable) => isNameOf(debit.payer, customerName, new Set());
  const possible = payments.filter((payment) => fits(debit, payment));
  const byNumber = possible.filter(named);
  // Without a number, only what the bank calls a return is one.
  const others =
    debit.returned === null ? [] : possible.filter((payment) => sameIban(payment) || sameName(payment));
  const found = byNumber.length > 0 ? byNumber : others;
  const exact = found.filter(
    ({ amount }) => amount === debit.amount - (debit.fee ?? 0) || amount === debit.amount,
  );
  const chosen = exact.length > 0 ? exact : found;
  const said = debit.returned === null ? [] : (['returned'] as const);
  const unknown = {
    paymentId: null,
    collections: [],
    customerId: null,
    fee: debit.fee,
    returnedOn: debit.valueOn,
  };
  if (chosen.length === 0) return debit.returned === null ? null : { ...unknown, reasons: said };
  if (chosen.length > 1) return { ...unknown, reasons: ['several-payments', ...said] };
  const [payment] = chosen;
  const { paymentId, collection, customerId, amount } = payment!;
  const more = debit.amount - amount;
  return {
    ...{ paymentId, customerId, collections: collection === null ? [] : [collection] },
    fee: more > 0 ? more : debit.fee,
    returnedOn: debit.valueOn,
    reasons: [
      ...(named(payment!) ? (['number-named'] as const) : []),
      ...(sameIban(payment!) ? (['iban-known'] as const) : []),
      ...(sameName(payment!) ? (['payer-named'] as const) : []),
      ...(more === 0 || more === debit.fee ? (['amount-equal'] as const) : []),
      ...said,
    ],
  };
}
