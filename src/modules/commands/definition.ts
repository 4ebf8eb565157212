import type { z } from 'zod';
import type { Day, Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import type { Scope } from '../access/api-keys.ts';
import type { KindAbout } from '../approvals/rules/kinds.ts';
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
  /** True: a store is notified by webhook. False: the answer to the caller says that the order is paid. */
  readonly notifiesStore: boolean;
};

/** What a command is checked against and applied to, under the locks of the customer and the order. */
export type OrderSituation = Situation & { readonly customer: CustomerRow; readonly order: OrderRow };
/** The same for a command that is asked of a customer. It locks the orders that it needs itself, sorted by id. */
export type CustomerSituation = Situation & { readonly customer: CustomerRow };

/** What a command's id is made from, and how a conflict names it: "Payment p-1". */
export type BusinessId = { readonly id: string; readonly called: string };

/**
 * What follows a command in the same transaction, in this order: due dates that waited for the delivery or the invoice,
 * what an invoice allows the customer to keep back, the early-payment discount and the tolerance. Finally, an order
 * that owes nothing is closed.
 */
export const consequenceNames = ['fulfilment', 'invoicing', 'keptBack', 'discountAndTolerance'] as const;
export type ConsequenceName = (typeof consequenceNames)[number];
export type Consequence = (tx: Tx, state: OrderSituation, trigger: Trigger) => Promise<void>;
export type Consequences = Readonly<Record<ConsequenceName, Consequence>>;
/** `paidWith`: the money that the command brought; null: credit that comes from no payment; undefined: no money. */
export type Trigger = { readonly command: CommandRow; readonly paidWith: MoneyIn | null | undefined };
/**
 * What an applied command says of itself: the money that came in with it; that nothing follows from it; or why it was
 * refused after all, when something else was done in its place.
 */
export type Applied =
  | { readonly paidWith: MoneyIn | null }
  | { readonly follows: false }
  | { readonly refusal: Refusal };
/** Money of a payment, and the day on which it was received. */
export type MoneyIn = { readonly paymentId: string; readonly receivedOn: Day };

/**
 * Something that can be asked of an order. The module whose business it is defines it, and src/registry.ts lists it.
 * Its texts for people are in src/backoffice/pages/command-words.ts.
 */
export type OrderCommand<Body = unknown, Facts = unknown> = {
  /** Also the name of the workflow's signal, and the value on the wire. */
  readonly kind: OrderCommandKind;
  /** The scope that an API key needs to ask it. */
  readonly permission: Scope;
  /** The schema of the stored body, which is parsed again when the command is applied. Amounts in minor units. */
  readonly body: z.ZodType<Body>;
  /** Null if the body has no id for it: then the caller's Idempotency-Key makes one, or each call is a new command. */
  businessId?(body: Body): BusinessId | null;
  /** True if what is asked has already happened: the call is answered as a repeat, and nothing is kept. */
  alreadyDone?(state: OrderSituation): boolean;
  /** Fills in at submission what the caller left open: "all that is outstanding" becomes an amount. */
  pin?(state: OrderSituation, body: Body): Body;
  /** Reads what else the command is checked against and applied to. */
  read?(tx: Tx, state: OrderSituation, body: Body, commandId: string): Promise<Facts>;
  /**
   * Pure. Asked at submission and again when the command is applied. If another command waits for the order, it may
   * change the answer: then the submission does not refuse.
   */
  refuse(state: OrderSituation, body: Body, facts: Facts): Refusal | null;
  /** Pure. Asked at submission alone, whatever waits: without it, the rows that the command keeps would be wrong. */
  refuseToKeep?(state: OrderSituation, body: Body, facts: Facts): Refusal | null;
  /** Set if a second person may have to approve the command first. */
  readonly secondPerson?: SecondPerson<Body, Facts>;
  /** Writes the rows that belong to the command, at submission. */
  keep?(tx: Tx, state: OrderSituation, body: Body, command: CommandRow): Promise<void>;
  apply(
    tx: Tx,
    state: OrderSituation,
    body: Body,
    given: { readonly facts: Facts; readonly command: CommandRow },
    // biome-ignore lint/suspicious/noConfusingVoidType: most commands have nothing to say
  ): Promise<Applied | void>;
  /** What the audit trail keeps of the body; all of it, if not given. */
  auditDetail?(body: Body): Readonly<Record<string, unknown>>;
  readonly consequences: readonly ConsequenceName[];
  /** Whether what the command did still holds, for an answer that comes later. If not given, it does. */
  stillHolds?(order: OrderRow): boolean;
};

/** How a second person comes in; amounts in minor units. */
export type SecondPerson<Body, Facts> = {
  readonly approval: KindAbout<'order'>;
  /** The amount to approve; null if no approval is needed. */
  amount(state: OrderSituation, body: Body, facts: Facts): number | null;
  /** The amount that the caller gave; null if they gave none. */
  named(body: Body): number | null;
};

/** What follows a customer's command. `bankCollections`: a collection that counted as paid becomes unpaid. */
export type CustomerConsequenceName = 'bankCollections';
export type CustomerConsequences = Readonly<
  Record<
    CustomerConsequenceName,
    (tx: Tx, state: CustomerSituation, given: { body: unknown; command: CommandRow }) => Promise<void>
  >
>;

/** Asks something of an order on behalf of a customer's command. Needs the locks of the customer and the order. */
export type AskOrder = <Body>(
  definition: OrderCommand<Body, never> | OrderCommand<Body>,
  asked: { order: OrderRow; body: Body },
) => Promise<CommandRow>;

/** Something that can be asked of a customer. It is decided at once: a refusal is thrown, and nothing is kept. */
export type CustomerCommand<Body = unknown> = {
  readonly kind: CustomerCommandKind;
  readonly permission: Scope;
  readonly body: z.ZodType<Body>;
  /** The id of the customer to lock. Throws if there is no such customer, payment or order. */
  customerOf(tx: Tx, body: Body): Promise<string>;
  businessId(body: Body): BusinessId | null;
  /** What an `Idempotency-Key` is unique within; the customer, if not given. */
  keyedBy?(body: Body): string;
  /** True if what is asked has already happened: the call is answered as a repeat, and nothing is kept. */
  alreadyDone?(tx: Tx, state: CustomerSituation, body: Body): Promise<boolean>;
  apply(
    tx: Tx,
    state: CustomerSituation,
    body: Body,
    given: { readonly command: CommandRow; readonly ask: AskOrder },
  ): Promise<void>;
  /** Orders that it changes itself: their workflows have to read them again, after a repeat as well. */
  changedOrders?(tx: Tx, body: Body): Promise<string[]>;
  readonly consequences: readonly CustomerConsequenceName[];
};

/**
 * What reminders need of the pipeline. src/registry.ts gives it the functions of `dunning`, which commands do not know.
 */
export type Reminding = {
  /** Looks at all that is due of an order's customer. Needs the locks of the customer and the order. */
  look(tx: Tx, state: CustomerSituation): Promise<void>;
  /** Something has happened to a customer or their orders: what waited for an event is looked at again. */
  wake(tx: Tx, state: CustomerSituation): Promise<void>;
};

/** Lets TypeScript infer the types of a definition. */
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
