import type { Day } from '../../../kernel/calendar.ts';
import { numberKey, type Place, placesIn } from './numbers.ts';

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
    /** When its earliest unpaid instalment is due. */
    readonly dueOn: Day;
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

/** A number of a few digits is also a year, a postcode or a part of a sentence. */
const SHORT_NUMBER = /^\d{1,4}$/;
/** Words of a company's name that are no part of it for a payer. */
const LEGAL_FORMS = ['SRL', 'SPA', 'SNC', 'SAS', 'GMBH', 'LTD', 'SARL', 'SOCIETA', 'THE', 'AND'];
/** Words that are in the names of many companies: alone, they do not make a payer a customer. */
const COMMON_WORDS = (
  'STUDIO OFFICINA OFFICINE FRATELLI FLLI AZIENDA AGRICOLA IMMOBILIARE COSTRUZIONI IMPRESA DITTA GRUPPO GROUP ITALIA ' +
  'SERVIZI SERVICE SERVICES COMMERCIALE LEGALE ASSOCIATO TECNICO COOPERATIVA CONSORZIO COMPANY HOLDING HANDEL SOCIETE'
).split(' ');

const notAutomatic: readonly Reason[] = ['not-automatic'];
const none: Match = { certainty: 'none', customerId: null, allocations: [], reasons: [] };

/**
 * Which open documents a bank line pays. Certain: it names documents of exactly one customer, who is not insolvent, and
 * its amount is exactly what they ask for. Likely: it names documents of one customer, but the amount differs or the
 * customer is insolvent; or it names none, but has the amount of exactly one document, and a payer whose name fits.
 * A number of up to four digits names nothing if another payer is given and the amount is another one, too. The orders
 * are paid the earliest due first (art. 1193 of the Italian civil code).
 */
export function match(line: BankLine, documents: readonly OpenDocument[]): Match {
  const open = documents.filter(({ currency }) => currency === line.currency);
  const named = mostSpecific(open, placesIn(line.reference)).filter(
    (one) => !SHORT_NUMBER.test(numberKey(one.number)) || isMeant(one, line),
  );
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

const isMeant = (one: OpenDocument, line: BankLine): boolean =>
  line.payer === '' || isNameOf(line.payer, one.customerName) || owedOf(one) === line.amount;

const owedOf = ({ orders }: OpenDocument): number => orders.reduce((sum, { amount }) => sum + amount, 0);

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
  const inTime = lines.toSorted((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0));
  return [...new Set(inTime.map(({ orderId }) => orderId))].map((orderId) => {
    const own = lines.filter((line) => line.orderId === orderId);
    const { outstanding } = own[0]!;
    const parts = own.filter(({ kind }) => kind === 'invoice');
    const invoiced = parts.reduce((sum, { amount }) => sum + amount, 0);
    return { orderId, amount: parts.length === 0 ? outstanding : Math.min(invoiced, outstanding) };
  });
}

function byAmount(line: BankLine, open: readonly OpenDocument[]): Match {
  const equal = open.filter((one) => owedOf(one) === line.amount && isNameOf(line.payer, one.customerName));
  const wholes = new Set(equal.map(({ orders }) => orders.map(({ orderId }) => orderId).join()));
  if (wholes.size !== 1) return none;
  const { customerId, orders } = equal[0]!;
  const allocations = orders.map(({ orderId, amount }) => ({ orderId, amount }));
  return { certainty: 'likely', customerId, allocations, reasons: ['amount-equal', 'payer-named'] };
}

/** Whether a payer may be a customer: a word of the name is the same that is not common, or all of a name's words. */
function isNameOf(payer: string, customerName: string): boolean {
  const [given, known] = [wordsOf(payer), wordsOf(customerName)];
  const shared = known.filter((word) => given.includes(word));
  if (shared.some((word) => !COMMON_WORDS.includes(word))) return true;
  return shared.length > 0 && shared.length === known.length && shared.length === given.length;
}

const wordsOf = (name: string): string[] =>
  name
    .normalize('NFD')
    .replace(/[\u0300-\u036f.]/g, '')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word.length >= 3 && !LEGAL_FORMS.includes(word));
