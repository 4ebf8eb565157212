import { daysLate } from '../../kernel/calendar.ts';
import { isTransferred } from '../bank-collections/rules/bank-collection.ts';
import type { BankCollectionRow } from '../bank-collections/tables.ts';
import type { CustomerRow } from '../customers/tables.ts';
import type { OrderInvoice } from '../invoicing/tables.ts';
import type { InstalmentRow, OrderRow } from '../orders/tables.ts';
import type { Settings } from '../settings/rules/settings.ts';
import { partsOf } from '../terms/rules/instalments.ts';
import { type BaseDay, type LaterBaseDay, labelFor } from '../terms/rules/terms.ts';
import { addLine, type Line } from './amount-lines.ts';
import type { MailData } from './letters/render.ts';

/** What a letter about one order says, by what holds now. */
export function orderLetterData(given: {
  order: OrderRow;
  customer: CustomerRow;
  settings: Settings & { holder: string; bic: string | null };
  reference: string;
  replyTo: string | null;
  instalments: InstalmentRow[];
  collections: BankCollectionRow[];
  invoices: OrderInvoice[];
  /** The amounts of its instalments, line by line. */
  lines: readonly Line[];
  now: string;
}): MailData {
  const { order, customer, settings, reference, replyTo, instalments, collections, invoices, lines, now } =
    given;
  const unpaid = instalments.find(({ outstanding }) => outstanding > 0);
  const about = unpaid ?? instalments.at(-1)!;
  const { currency } = order;
  const bases = partsOf(order.terms).map(({ from }) => from);
  const part = ({ number, dueOn, dueAt, line, collection, amount, outstanding }: InstalmentRow) => ({
    number,
    dueOn,
    waitsFor: dueAt === null ? waitedFor(bases[line]) : null,
    collection: meansOf(collections.find(({ instalment }) => instalment === number)) ?? collection,
    amount: { amount, currency },
    outstanding: { amount: outstanding, currency },
  });
  return {
    company: settings.company,
    customerName: customer.name,
    orderId: order.id,
    orderNumber: order.orderNumber,
    invoices: invoices.map(({ number, issuedOn, shared }) => ({ number, issuedOn, shared })),
    termsLabel: labelFor(order.terms.label, customer.locale),
    total: { amount: order.total, currency },
    changes: lines
      .reduce(addLine, [] as Line[])
      .filter(({ kind }) => kind !== 'total')
      .map(({ kind, amount }) => ({ kind, amount: { amount, currency } })),
    outstanding: { amount: order.outstanding, currency },
    instalments: instalments.map(part),
    instalment: part(about),
    daysLate: daysLate(about.dueAt, Date.parse(now), settings.timeZone),
    iban: settings.iban,
    holder: settings.holder,
    bic: settings.bic,
    reference,
    replyTo,
  };
}

/** How the bank collects an instalment, whatever its terms say; after a return or a cancellation the customer transfers the money. */
const meansOf = (collection: BankCollectionRow | undefined) =>
  collection && isTransferred(collection.state) ? 'transfer' : collection?.method;

/** The event that a provisional due date waits for. */
const waitedFor = (from: BaseDay | undefined): LaterBaseDay | null =>
  from === undefined || from === 'placed' ? null : from;
