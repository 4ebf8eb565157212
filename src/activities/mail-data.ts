import { dayAt, daysLate } from '../kernel/calendar.ts';
import { replyAddress } from '../modules/customers/rules/contacts.ts';
import type { CustomerRow } from '../modules/customers/tables.ts';
import type { DemandData, MailData } from '../modules/dunning/letters/render.ts';
import type { OrderInvoice } from '../modules/invoicing/tables.ts';
import type { InstalmentRow, OrderRow } from '../modules/orders/tables.ts';
import type { Owed, RevocationRow } from '../modules/revocation/tables.ts';
import type { Settings } from '../modules/settings/rules/settings.ts';
import { partsOf } from '../modules/terms/rules/instalments.ts';
import { type BaseDay, type LaterBaseDay, labelFor } from '../modules/terms/rules/terms.ts';

/** The data for the mails of an order. */
export function mailData(given: {
  order: OrderRow;
  customer: CustomerRow;
  settings: Settings;
  replyTo: string | null;
  instalments: InstalmentRow[];
  /** The instalment of a reminder; other mails are about the next unpaid one. */
  about: InstalmentRow | undefined;
  invoices: OrderInvoice[];
  withheld: number;
  now: string;
}): MailData {
  const { order, customer, settings, replyTo, instalments, invoices, withheld, now } = given;
  const unpaid = instalments.find(({ outstanding }) => outstanding > 0);
  const about = given.about ?? unpaid ?? instalments.at(-1)!;
  const { currency } = order;
  const bases = partsOf(order.terms).map(({ from }) => from);
  const part = ({ number, dueOn, dueAt, line, collection, amount, outstanding }: InstalmentRow) => ({
    number,
    dueOn,
    waitsFor: dueAt === null ? waitedFor(bases[line]) : null,
    collection,
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
    withheld: { amount: withheld, currency },
    outstanding: { amount: order.outstanding, currency },
    instalments: instalments.map(part),
    instalment: part(about),
    daysLate: daysLate(about.dueAt, Date.parse(now), settings.timeZone),
    isDueOver: about.dueOn < dayAt(now, settings.timeZone),
    iban: settings.iban,
    replyTo,
  };
}

/** The data for the letter of a revocation. */
export function demandData({
  revocation,
  customer,
  owed,
  settings,
}: {
  revocation: RevocationRow;
  customer: CustomerRow;
  owed: readonly Owed[];
  settings: Settings;
}): DemandData {
  return {
    company: settings.company,
    customerName: customer.name,
    customerId: customer.id,
    dueOn: dayAt(revocation.startedAt ?? revocation.createdAt, settings.timeZone),
    orders: owed.map(({ orderId, orderNumber, outstanding, currency }) => ({
      orderId,
      orderNumber,
      outstanding: { amount: outstanding, currency },
    })),
    iban: settings.iban,
    replyTo: replyAddress(customer, settings),
  };
}

/** The event that a provisional due date waits for. */
const waitedFor = (from: BaseDay | undefined): LaterBaseDay | null =>
  from === undefined || from === 'placed' ? null : from;
