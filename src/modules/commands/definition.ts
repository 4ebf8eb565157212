import type { z } from 'zod';
import type { Day, Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import type { Scope } from '../access/api-keys.ts';
import type { CustomerRow } from '../customers/tables.ts';
import type { Booking } from '../ledger/tables.ts';
import type { OrderCommandKind } from '../orders/rules/order-state.ts';
import type { OrderRow } from '../orders/tables.ts';
import type { ActivePolicies } from '../settings/tables.ts';
import type { CustomerCommandKind } from './rules/kinds.ts';
import type { Refusal } from './rules/refusal.ts';
import type { CommandRow } from './tables.ts';

/** What holds during one transaction; the settings are read once, after the locks. */
export type Situation = {
  readonly now: Instant;
  /** In the merchant's zone. */
  readonly today: Day;
  readonly policies: ActivePolicies;
  /** A store is notified by webhook; else the answer to the caller says that the order is paid. */
  readonly notifiesStore: boolean;
};

/** What a command is judged by and applied to, under the locks of the customer and the order. */
export type OrderSituation = Situation & { readonly customer: CustomerRow; readonly order: OrderRow };
/** The same of a command that is asked of a customer; it locks the orders that it needs itself, by id. */
export type CustomerSituation = Situation & { readonly customer: CustomerRow };

/** What a command's id is made of, and how a conflict names it: "Payment p-1". */
export type BusinessId = { readonly id: string; readonly called: string };

/**
 * What follows a command in the same transaction, in this order: due dates that waited for the delivery or the invoice,
 * what an invoice lets the customer keep back, the early-payment discount and the tolerance. Last of all an order that
 * owes nothing is closed.
 */
export const consequenceNames = ['fulfilment', 'invoicing', 'withholding', 'discountAndTolerance'] as const;
export type ConsequenceName = (typeof consequenceNames)[number];
export type Consequence = (tx: Tx, state: OrderSituation, trigger: Trigger) => Promise<void>;
export type Consequences = Readonly<Record<ConsequenceName, Consequence>>;
/** `paidWith`: the money that came in with the command; null: credit that no payment left. */
export type Trigger = { readonly command: CommandRow; readonly paidWith: MoneyIn | null | undefined };
/** Money of a payment, and the day on which it was received. */
export type MoneyIn = { readonly paymentId: string; readonly receivedOn: Day };

/**
 * Something that can be asked of an order. The module whose business it is defines it, and src/registry.ts lists it.
 * Its words for people are in src/backoffice/pages/timeline.tsx.
 */
export type OrderCommand<Body = unknown, Facts = unknown> = {
  /** Also the name of the workflow's signal, and what stands on the wire. */
  readonly kind: OrderCommandKind;
  /** The scope of a key that may ask it. */
  readonly permission: Scope;
  /** The body as it is stored; read again with it when the command is applied. Amounts in minor units. */
  readonly body: z.ZodType<Body>;
  /** Where the body names what is asked; else the caller's Idempotency-Key makes the id, or each call is a new command. */
  businessId?(body: Body): BusinessId | null;
  /** What is asked has happened already: a repeat is answered with it, and nothing is kept. */
  isDone?(state: OrderSituation): boolean;
  /** Fills in what the caller left open, as it is at the submission: "all that is outstanding" is an amount then. */
  pin?(state: OrderSituation, body: Body): Body;
  /** What else it is judged by and applied to. */
  read?(tx: Tx, state: OrderSituation, body: Body, commandId: string): Promise<Facts>;
  /**
   * Pure. Asked at the submission, and again when it is applied. Where another command waits for the order, that may
   * change the answer: then it is asked at the submission only of what `refusesAtOnce`.
   */
  refuse(state: OrderSituation, body: Body, facts: Facts): Refusal | null;
  /** Money is kept only where it will be booked: an order that cannot take it now refuses it, whatever waits. */
  readonly refusesAtOnce?: boolean;
  /** The amount that a second person has to approve first, in minor units; null if nobody has to. */
  needsSecondPerson?(state: OrderSituation, body: Body, facts: Facts): number | null;
  /** The amount that the caller named, of what a second person may have to approve. */
  amountOf?(body: Body): number | null;
  /** Writes what belongs to it, when it is submitted. */
  keep?(tx: Tx, state: OrderSituation, body: Body, command: CommandRow): Promise<void>;
  apply(
    tx: Tx,
    state: OrderSituation,
    body: Body,
    given: { readonly facts: Facts; readonly command: CommandRow },
    // biome-ignore lint/suspicious/noConfusingVoidType: most commands bring no money
  ): Promise<{ readonly paidWith: MoneyIn | null } | void>;
  readonly consequences: readonly ConsequenceName[];
  /** Whether what it did still holds, for an answer that comes later; if not said, it does. */
  stillHolds?(order: OrderRow): boolean;
};

/** What follows a customer's command that asks for it: `bankCollections`: a collection that was paid is unpaid after all. */
export type CustomerConsequenceName = 'bankCollections';
export type CustomerConsequences = Readonly<
  Record<
    CustomerConsequenceName,
    (tx: Tx, state: CustomerSituation, given: { body: unknown; command: CommandRow }) => Promise<void>
  >
>;

/** Asks an order something in the name of a customer's command. Needs the locks of the customer and the order. */
export type AskOrder = <Body>(
  definition: OrderCommand<Body, never> | OrderCommand<Body>,
  asked: { order: OrderRow; body: Body },
) => Promise<CommandRow>;

/** Something that can be asked of a customer; it is decided at once: what is refused is thrown, and nothing is kept. */
export type CustomerCommand<Body = unknown> = {
  readonly kind: CustomerCommandKind;
  readonly permission: Scope;
  readonly body: z.ZodType<Body>;
  /** Whose lock is taken. Throws if there is no such customer, payment or order. */
  customerOf(tx: Tx, body: Body): Promise<string>;
  businessId(body: Body): BusinessId | null;
  /** What is asked has happened already: a repeat is answered with it, and nothing is kept. */
  isDone?(tx: Tx, state: CustomerSituation, body: Body): Promise<boolean>;
  apply(
    tx: Tx,
    state: CustomerSituation,
    body: Body,
    given: { readonly command: CommandRow; readonly ask: AskOrder },
    // biome-ignore lint/suspicious/noConfusingVoidType: most commands change no order themselves
  ): Promise<{ readonly changedOrders: readonly string[] } | void>;
  readonly consequences: readonly CustomerConsequenceName[];
};

/** Lets TypeScript find the types of a definition. */
export const orderCommand = <Body, Facts = undefined>(given: OrderCommand<Body, Facts>) => given;
export const customerCommand = <Body>(given: CustomerCommand<Body>) => given;

/** How the entries of a command on an order are booked. */
export const bookingOf = ({ order, now }: OrderSituation, { id, actor }: CommandRow): Booking => ({
  customerId: order.customerId,
  currency: order.currency,
  commandId: id,
  actor,
  now,
});
