import type { Day } from '../../../kernel/calendar.ts';
import { digitsKey, numberKey, type Place, placesIn } from './numbers.ts';
import { isNameOf } from './words-in-names.ts';

/** Money on the bank account, in minor units, with what the payer wrote. */
export type BankLine = {
  readonly amount: number;
  readonly currency: string;
  readonly reference: string;
  readonly payer: string;
  /** The day of receipt. */
  readonly valueOn: Day;
  /** Set if the bank says that it is money of the merchant that came back. */
  readonly returned: string | null;
};

/** What is known of a line from others. */
export type Known = {
  /** Words that are in the names of several customers. */
  readonly sharedWords: ReadonlySet<string>;
  /** The customers whose payments came from the line's IBAN before. */
  readonly customersOfIban: readonly string[];
  /** The customers that a word of the payer's name belongs to, and to nobody else. */
  readonly customersOfName: readonly string[];
  /** An earlier line that may be the same money. */
  readonly resembling: string | null;
};
const nothing: Known = {
  sharedWords: new Set(),
  customersOfIban: [],
  customersOfName: [],
  resembling: null,
};

/** An open order, or an invoice for open orders, by the number that a payer would quote. Amounts in minor units. */
export type OpenDocument = {
  /** `reference`: what a letter asked for, by the reference that it printed. */
  readonly kind: 'order' | 'invoice' | 'reference';
  readonly number: string;
  readonly customerId: string;
  readonly customerName: string;
  readonly currency: string;
  /** False: a person must allocate this customer's money (insolvency). */
  readonly automatic: boolean;
  /** What it asks for each of its orders: an order all that is outstanding, an invoice its part of that. */
  readonly orders: readonly {
    readonly orderId: string;
    readonly amount: number;
    readonly outstanding: number;
    /** When its earliest unpaid instalment is due. */
    readonly dueOn: Day;
    readonly placedOn: Day;
    /** The bank is collecting it (RiBa, direct debit): the money may be the bank's credit. */
    readonly collecting: boolean;
    /** Of a reference: what the letter that printed it last asks, if that is less than all that is outstanding. */
    readonly asked?: number;
  }[];
};

export const reasons = [
  'number-named',
  'amount-equal',
  'amount-differs',
  'several-customers',
  'payer-named',
  'iban-known',
  'iban-of-another',
  'payer-of-another',
  'before-order',
  'collection-under-way',
  'resembles-another',
  'returned',
  'advance-or-refund',
  'not-automatic',
] as const;
export type Reason = (typeof reasons)[number];

/** What a bank line probably pays. Only what is `certain` is booked without a person. */
export type Match = {
  readonly certainty: 'certain' | 'likely' | 'none';
  readonly customerId: string | null;
  readonly allocations: readonly { readonly orderId: string; readonly amount: number }[];
  /** Without allocations: `oldest-due` pays the orders that are due first, `none` keeps the money as credit. */
  readonly otherwise: 'oldest-due' | 'none' | null;
  readonly reasons: readonly Reason[];
  /** An earlier line that may be the same money. */
  readonly resembles: string | null;
};

/** A number of a few digits is also a year, a postcode or a part of a sentence. */
const SHORT_NUMBER = /^\d{1,4}$/;

const none: Match = {
  certainty: 'none',
  customerId: null,
  allocations: [],
  otherwise: null,
  reasons: [],
  resembles: null,
};

/**
 * Which open documents a bank line pays. Certain: it names documents of exactly one customer, who is not insolvent, and
 * its amount is exactly what they ask for, or what the letter with the reference asks; the bank is not collecting them; it
 * is not older than the orders, does not come from the IBAN of another customer, and resembles no line that is already
 * here. Likely: it names documents of one customer, but something else
 * speaks against them; or it names none, but has the amount of exactly one document, and a payer whose name or IBAN
 * fits; or only its IBAN is known. A number of up to four digits names nothing if another payer is given and the amount
 * is another one, too. The orders are paid the earliest due first (art. 1193 of the Italian civil code).
 */
export function match(line: BankLine, documents: readonly OpenDocument[], known: Known = nothing): Match {
  const open = documents.filter(({ currency }) => currency === line.currency);
  const places = placesIn(line.reference);
  const named = meantBy(line, mostSpecific(open, places), known);
  const byDigits = named.length > 0 ? [] : namedByDigits(line, open, places, known);
  const found =
    named.length + byDigits.length > 0
      ? byNumber(line, named.length > 0 ? named : byDigits, known)
      : (byAmount(line, open, known) ?? byIban(known));
  return doubted(found, line, known, [...named, ...byDigits]);
}

/**
 * The named documents without those whose short number is meant otherwise: another payer and another amount, or a longer
 * number beside it that the amount fits.
 */
function meantBy(line: BankLine, named: readonly OpenDocument[], known: Known): OpenDocument[] {
  const isShort = (one: OpenDocument) => SHORT_NUMBER.test(keyOf(one));
  const long = named.filter((one) => !isShort(one));
  const fits = long.length > 0 && askedOf(long).reduce((sum, { amount }) => sum + amount, 0) === line.amount;
  return fits ? long : named.filter((one) => !isShort(one) || isMeant(one, line, known));
}

/** The documents that have the digits of a number behind a word for one, from this payer or with exactly this amount. */
function namedByDigits(
  line: BankLine,
  open: readonly OpenDocument[],
  places: readonly Place[],
  known: Known,
): OpenDocument[] {
  const keys = new Set(places.filter(({ digits }) => digits).map(({ key }) => key));
  if (keys.size === 0) return [];
  return open.filter(
    (one) => keys.has(digitsKey(one.number)) && (owedOf(one) === line.amount || isFrom(line, one, known)),
  );
}

/** Words of money that no customer pays: the bank's advance on collections, refunds, reversals. */
const NO_PAYMENT =
  /\b(?:anticip[oi]|sbf|s\.b\.f|salvo buon fine|rimbors[oi]|storn[oi]|insolut[oaie]|ruckuberweisung|erstattung|refund)\b/;

/** What speaks against a match, whatever it was found by. */
function doubted(found: Match, line: BankLine, known: Known, named: readonly OpenDocument[]): Match {
  const { customersOfIban, customersOfName, resembling } = known;
  const isOther = (customers: readonly string[]) =>
    found.customerId !== null && customers.length > 0 && !customers.includes(found.customerId);
  // A number of digits alone may be anything: a postcode, a quantity.
  const bare =
    isOther(customersOfName) &&
    named.length > 0 &&
    named.every(
      (one) => /^\d+$/.test(keyOf(one)) || !placesIn(line.reference).some(({ key }) => key === keyOf(one)),
    );
  const doubts: Reason[] = [
    ...(isOther(customersOfIban) ? (['iban-of-another'] as const) : []),
    ...(bare ? (['payer-of-another'] as const) : []),
    ...(resembling === null ? [] : (['resembles-another'] as const)),
    ...(line.returned === null ? [] : (['returned'] as const)),
    ...(NO_PAYMENT.test(line.reference.toLowerCase()) ? (['advance-or-refund'] as const) : []),
  ];
  if (doubts.length === 0) return found;
  const certainty = found.certainty === 'none' ? 'none' : 'likely';
  return { ...found, certainty, reasons: [...found.reasons, ...doubts], resembles: resembling };
}

/** A document's number as it is compared; the same documents are compared with many lines. */
function keyOf(one: OpenDocument): string {
  const key = keys.get(one) ?? numberKey(one.number);
  keys.set(one, key);
  return key;
}
const keys = new WeakMap<OpenDocument, string>();

/** The named documents, without those whose number occurs only within the number of another named document. */
function mostSpecific(open: readonly OpenDocument[], places: readonly Place[]): OpenDocument[] {
  const numbers = new Set(open.map(keyOf));
  const named = places.filter(({ key, digits }) => !digits && numbers.has(key));
  const inside = (one: Place) =>
    named.some(({ from, to }) => from <= one.from && one.to <= to && to - from > one.to - one.from);
  const whole = new Set(named.filter((one) => !inside(one)).map(({ key }) => key));
  return open.filter((one) => whole.has(keyOf(one)));
}

const isMeant = (one: OpenDocument, line: BankLine, known: Known): boolean =>
  line.payer === '' || isFrom(line, one, known) || owedOf(one) === line.amount;

/** Whether the payer may be the customer, by name or by an IBAN that they paid from before. */
const isFrom = ({ payer }: BankLine, { customerId, customerName }: OpenDocument, known: Known): boolean =>
  known.customersOfIban.includes(customerId) || isNameOf(payer, customerName, known.sharedWords);

const owedOf = ({ orders }: OpenDocument): number => orders.reduce((sum, { amount }) => sum + amount, 0);

function byNumber(line: BankLine, all: readonly OpenDocument[], known: Known): Match {
  const several = new Set(all.map(({ customerId }) => customerId)).size > 1;
  // Numbers of several customers: whoever pays means their own.
  const named = several ? all.filter((one) => isFrom(line, one, known)) : all;
  const [customerId, ...others] = new Set(named.map((one) => one.customerId));
  if (customerId === undefined || others.length > 0)
    return { ...none, reasons: ['number-named', 'several-customers'] };
  const ways = [askedOf(named), askedByLetter(named)];
  const exact = ways.find((way) => way.reduce((sum, { amount }) => sum + amount, 0) === line.amount);
  const equal = exact !== undefined;
  const orders = exact ?? askedOf(named);
  const before = orders.some(({ placedOn }) => line.valueOn < placedOn);
  let left = line.amount;
  const allocations = orders.flatMap(({ orderId, amount }) => {
    const part = Math.min(amount, left);
    left -= part;
    return part > 0 ? [{ orderId, amount: part }] : [];
  });
  const automatic = named.every((one) => one.automatic);
  const collecting = named.some((one) => one.orders.some((order) => order.collecting));
  return {
    certainty: equal && automatic && !before && !several && !collecting ? 'certain' : 'likely',
    customerId,
    // No order is paid before it was placed: the money is kept as credit, and can be allocated then.
    allocations: before ? [] : allocations,
    otherwise: before ? 'none' : null,
    reasons: [
      'number-named',
      equal ? 'amount-equal' : 'amount-differs',
      ...(several ? (['payer-named'] as const) : []),
      ...(before ? (['before-order'] as const) : []),
      ...(collecting ? (['collection-under-way'] as const) : []),
      ...(automatic ? [] : (['not-automatic'] as const)),
    ],
    resembles: null,
  };
}

/**
 * What the documents ask for each order, at most what is outstanding on it. If both an order and invoices for it are
 * named, the invoices say how much.
 */
function askedOf(named: readonly OpenDocument[]): { orderId: string; amount: number; placedOn: Day }[] {
  const lines = named.flatMap(({ kind, orders }) => orders.map((order) => ({ kind, ...order })));
  const inTime = lines.toSorted((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0));
  return [...new Set(inTime.map(({ orderId }) => orderId))].map((orderId) => {
    const own = lines.filter((line) => line.orderId === orderId);
    const { outstanding, placedOn } = own[0]!;
    const parts = own.filter(({ kind }) => kind === 'invoice');
    const invoiced = parts.reduce((sum, { amount }) => sum + amount, 0);
    return {
      orderId,
      placedOn,
      amount: parts.length === 0 ? outstanding : Math.min(invoiced, outstanding),
    };
  });
}

/** What a letter asks that printed the reference: an instalment of an order, what is not disputed, not what is only coming due. */
function askedByLetter(named: readonly OpenDocument[]): ReturnType<typeof askedOf> {
  if (named.length !== 1 || named[0]!.kind !== 'reference') return [];
  const asked = new Map(named[0]!.orders.map((order) => [order.orderId, order.asked ?? 0]));
  return askedOf(named).flatMap((order) => {
    const amount = Math.min(asked.get(order.orderId)!, order.amount);
    return amount > 0 ? [{ ...order, amount }] : [];
  });
}

function byAmount(line: BankLine, open: readonly OpenDocument[], known: Known): Match | null {
  const equal = open.filter((one) => owedOf(one) === line.amount && isFrom(line, one, known));
  const wholes = new Set(equal.map(({ orders }) => orders.map(({ orderId }) => orderId).join()));
  if (wholes.size !== 1) return null;
  const { customerId, customerName, orders } = equal[0]!;
  const before = orders.some(({ placedOn }) => line.valueOn < placedOn);
  const byName = isNameOf(line.payer, customerName, known.sharedWords);
  return {
    certainty: 'likely',
    customerId,
    allocations: before ? [] : orders.map(({ orderId, amount }) => ({ orderId, amount })),
    otherwise: before ? 'none' : null,
    reasons: [
      'amount-equal',
      ...(byName ? (['payer-named'] as const) : []),
      ...(known.customersOfIban.includes(customerId) ? (['iban-known'] as const) : []),
      ...(before ? (['before-order'] as const) : []),
    ],
    resembles: null,
  };
}

/** Only the account is known that the money came from: it pays what its customer owes first. */
function byIban({ customersOfIban }: Known): Match {
  const [customerId, ...others] = customersOfIban;
  if (customerId === undefined || others.length > 0) return none;
  return { ...none, certainty: 'likely', customerId, otherwise: 'oldest-due', reasons: ['iban-known'] };
}
