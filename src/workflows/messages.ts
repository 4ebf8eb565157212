import { defineQuery, defineSignal } from '@temporalio/workflow';
import {
  type OrderCommandKind,
  type OrderStatus,
  orderCommandKinds,
  type PaidInStore,
} from '../modules/orders/rules/order-state.ts';
import type { StepKind } from '../modules/orders/rules/steps.ts';

/** The queue of the workflows and of all activities. */
export const TASK_QUEUE = 'netterms';

/** Refers to the row in `commands` with the request. Missing if the signal is sent by hand from Temporal's UI. */
export type Message = { readonly commandId?: string };

/** The signals of the commands, each with the name of its command. */
export const commandSignals = orderCommandKinds.map((kind) =>
  defineSignal<[Message?], OrderCommandKind>(kind),
);
export const settle = defineSignal<[Message?]>('settle');
export const cancel = defineSignal<[Message?]>('cancel');
/** PostgreSQL has something new that the workflow has not seen: a payment was reversed, or a signal was lost. */
export const lookAgain = defineSignal<[Message?]>('lookAgain');

export type OrderReport = {
  readonly status: OrderStatus;
  readonly outstanding: { readonly amount: number; readonly currency: string };
  readonly paidInStore: PaidInStore;
  readonly remindersSent: number;
  readonly nextStep: {
    readonly key: string;
    readonly kind: StepKind | 'expire';
    readonly at: string;
    readonly waitsFor: string | null;
  } | null;
};
export const status = defineQuery<OrderReport>('status');

/** Only ids and instants: personal data must not go into Temporal. */
export type DeferredOrder = {
  readonly orderId: string;
  readonly episode: number;
};

/** `superseded`: a newer episode follows the order. */
export type Ending = { readonly status: OrderStatus | 'superseded' };

/** Refers to the row in `imports`. */
export type FileImport = { readonly importId: string };
export type ImportEnding = { readonly state: string; readonly lines: number; readonly rejected: number };
/** Refers to the row in `mails`: a mail that the mail server has refused for now. */
export type KeptBackMail = { readonly mailId: string };
/** Only the id: the orders are read from PostgreSQL. */
export type Revocation = { readonly revocationId: string };
