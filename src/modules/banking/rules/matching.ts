/** Money on the bank account, in minor units, with what the payer wrote. */
export type BankLine = {
  readonly amount: number;
  readonly currency: string;
  readonly reference: string;
  readonly payer: string;
};

/** An open order, or an invoice for open orders, by the number that a payer would quote. Amounts in minor units. */
export type OpenDocument = {
  readonly kind: 'order' | 'invoice';
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
  }[];
};

export const reasons = [
  'number-named',
  'amount-equal',
  'amount-differs',
  'several-customers',
  'payer-named',
  'not-automatic',
] as const;
export type Reason = (typeof reasons)[number];

/** What a bank line probably pays. Only what is `certain` is booked without a person. */
export type Match = {
  readonly certainty: 'certain' | 'likely' | 'none';
  readonly customerId: string | null;
  readonly allocations: readonly { readonly orderId: string; readonly amount: number }[];
  readonly reasons: readonly Reason[];
};

/** Shorter keys occur in any sentence. */
const SHORTEST_KEY = 3;
/** The most pieces in which a number may be written: "FT 2027 / 12 - B". */
const PIECES = 6;
/** How many characters of a reference are read; those of banks have a few hundred. */
const LONGEST_REFERENCE = 2_000;
/** Words of a company's name that say nothing about who it is. */
const LEGAL_FORMS = ['SRL', 'SPA', 'SNC', 'SAS', 'GMBH', 'LTD', 'SARL', 'SOCIETA', 'THE', 'AND'];

const notAutomatic: readonly Reason[] = ['not-automatic'];
const none: Match = { certainty: 'none', customerId: null, allocations: [], reasons: [] };

/** A number without punctuation, as it is compared: "SO-1042" is SO1042. */
export const numberKey = (number: string): string => number.toUpperCase().replace(/[^A-Z0-9]/g, '');

/** A key, and the pieces of the text that it is made of: from `from` up to, but not including, `to`. */
type Place = { readonly key: string; readonly from: number; readonly to: number };

/** Everything in a text that could be a number, with its place: single pieces, and up to six of them joined. */
function placesIn(text: string): Place[] {
  // The last piece may be cut off: it could be the beginning of a longer number.
  const read =
    text.length <= LONGEST_REFERENCE ? text : text.slice(0, LONGEST_REFERENCE).replace(/[A-Z0-9]+$/i, '');
  const pieces = read
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((piece) => piece !== '');
  const places = pieces.flatMap((_, from) =>
    Array.from({ length: Math.min(PIECES, pieces.length - from) }, (__, more): Place => {
      const to = from + more + 1;
      return { key: pieces.slice(from, to).join(''), from, to };
    }),
  );
  return places.filter(({ key }) => key.length >= SHORTEST_KEY && /\d/.test(key));
}

/** Everything in a text that could be a number. */
export const numberKeysIn = (text: string): string[] => [...new Set(placesIn(text).map(({ key }) => key))];

/**
 * Which open documents a bank line pays. Certain: it names documents of exactly one customer, who is not insolvent, and
 * its amount is exactly what they ask for. Likely: it names documents of one customer, but the amount differs or the
 * customer is insolvent; or it names none, but has the amount of exactly one document, and a payer whose name fits.
 */
export function match(line: BankLine, documents: readonly OpenDocument[]): Match {
  const open = documents.filter(({ currency }) => currency === line.currency);
  const named = mostSpecific(open, placesIn(line.reference));
  return named.length > 0 ? byNumber(line, named) : byAmount(line, open);
}

/** The named documents, without those whose number occurs only within the number of another named document. */
function mostSpecific(open: readonly OpenDocument[], places: readonly Place[]): OpenDocument[] {
  const numbers = new Set(open.map(({ number }) => numberKey(number)));
  const named = places.filter(({ key }) => numbers.has(key));
  const inside = (one: Place) =>
    named.some(({ from, to }) => from <= one.from && one.to <= to && to - from > one.to - one.from);
  const whole = new Set(named.filter((one) => !inside(one)).map(({ key }) => key));
  return open.filter(({ number }) => whole.has(numberKey(number)));
}

function byNumber(line: BankLine, named: readonly OpenDocument[]): Match {
  const customers = new Set(named.map(({ customerId }) => customerId));
  if (customers.size > 1) return { ...none, reasons: ['number-named', 'several-customers'] };
  const [customerId] = customers;
  const orders = askedOf(named);
  const owed = orders.reduce((sum, { amount }) => sum + amount, 0);
  const equal = owed === line.amount;
  let left = line.amount;
  const allocations = orders.flatMap(({ orderId, amount }) => {
    const part = Math.min(amount, left);
    left -= part;
    return part > 0 ? [{ orderId, amount: part }] : [];
  });
  const automatic = named.every((one) => one.automatic);
  return {
    certainty: equal && automatic ? 'certain' : 'likely',
    customerId: customerId!,
    allocations,
    reasons: ['number-named', equal ? 'amount-equal' : 'amount-differs', ...(automatic ? [] : notAutomatic)],
  };
}

/**
 * What the documents ask for each order, at most what is outstanding on it. If both an order and invoices for it are
 * named, the invoices say how much.
 */
function askedOf(named: readonly OpenDocument[]): { orderId: string; amount: number }[] {
  const lines = named.flatMap(({ kind, orders }) => orders.map((order) => ({ kind, ...order })));
  return [...new Set(lines.map(({ orderId }) => orderId))].map((orderId) => {
    const own = lines.filter((line) => line.orderId === orderId);
    const { outstanding } = own[0]!;
    const parts = own.filter(({ kind }) => kind === 'invoice');
    const invoiced = parts.reduce((sum, { amount }) => sum + amount, 0);
    return { orderId, amount: parts.length === 0 ? outstanding : Math.min(invoiced, outstanding) };
  });
}

function byAmount(line: BankLine, open: readonly OpenDocument[]): Match {
  const payer = wordsOf(line.payer);
  const equal = open.filter(({ orders, customerName }) => {
    const owed = orders.reduce((sum, { amount }) => sum + amount, 0);
    return owed === line.amount && wordsOf(customerName).some((word) => payer.includes(word));
  });
  const wholes = new Set(equal.map(({ orders }) => orders.map(({ orderId }) => orderId).join()));
  if (wholes.size !== 1) return none;
  const { customerId, orders } = equal[0]!;
  const allocations = orders.map(({ orderId, amount }) => ({ orderId, amount }));
  return { certainty: 'likely', customerId, allocations, reasons: ['amount-equal', 'payer-named'] };
}

const wordsOf = (name: string): string[] =>
  name
    .normalize('NFD')
    .replace(/[\u0300-\u036f.]/g, '')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word.length >= 3 && !LEGAL_FORMS.includes(word));
