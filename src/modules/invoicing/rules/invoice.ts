import { apportion } from '../../../kernel/apportion.ts';
import type { Day } from '../../../kernel/calendar.ts';

/** Why the customer owes less than an invoice's total: the VAT goes to the state directly, or tax is withheld. */
export const withholdings = ['split_payment', 'withholding'] as const;
export type Withholding = (typeof withholdings)[number];

/** An invoice as its issuer states it; amounts in minor units of `currency`, days in the merchant's zone. */
export type InvoiceFacts = {
  readonly number: string;
  readonly issuedOn: Day;
  readonly receivedOn: Day | null;
  readonly total: number;
  /** What the customer owes of the total. */
  readonly payable: number;
  readonly currency: string;
  /** Null if all is owed. */
  readonly withheld: Withholding | null;
  readonly documentUrl: string | null;
  readonly orders: readonly { readonly orderId: string; readonly amount: number }[];
};

/** What an invoice asks for one of its orders. */
export type InvoicePart = { readonly orderId: string; readonly amount: number; readonly payable: number };

/** The parts, each with what is owed of it: what is withheld is divided in proportion, to the cent. */
export function invoiceParts({ total, payable, orders }: InvoiceFacts): InvoicePart[] {
  const withheld = apportion(
    total - payable,
    orders.map(({ amount }) => amount),
  );
  return orders.map((part, index) => ({ ...part, payable: part.amount - withheld[index]! }));
}
