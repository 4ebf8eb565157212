import { defineQuery, defineSignal } from '@temporalio/workflow';
import {
  type OrderCommandKind,
  type OrderStatus,
  orderCommandKinds,
  type PaidInStore,
} from '../modules/orders/rules/order-state.ts';
import type { Step } from '../modules/orders/rules/steps.ts';

/** Workflows and all activities but mail. */
export const TASK_QUEUE = 'netterms';
/** Mail has a queue of its own, so that it can be rate-limited and a slow server holds nothing else up. */
export const MAIL_TASK_QUEUE = 'netterms-mail';

/** Names the row in `commands` that says what is asked. Sent by hand from Temporal's UI it may be missing. */
export type Message = { readonly commandId?: string };

/** Each command's signal has its name. */
export const commandSignals = orderCommandKinds.map((kind) =>
  defineSignal<[Message?], OrderCommandKind>(kind),
);
export const settle = defineSignal<[Message?]>('settle');
export const cancel = defineSignal<[Message?]>('cancel');
/** PostgreSQL knows more than the workflow: a payment was reversed, or a signal was lost. */
export const lookAgain = defineSignal<[Message?]>('lookAgain');

export type OrderReport = {
  readonly status: OrderStatus;
  readonly outstanding: { readonly amount: number; readonly currency: string };
  readonly paidInStore: PaidInStore;
  readonly remindersSent: number;
  readonly nextStep: Step | null;
};
export const status = defineQuery<OrderReport>('status');

/** Only ids and instants: nothing that names a person goes into Temporal. */
export type DeferredOrder = {
  readonly orderId: string;
  readonly episode: number;
  readonly plan: readonly Step[];
  readonly planVersion: number;
};

/** `superseded`: a newer episode follows the order. */
export type Ending = { readonly status: OrderStatus | 'superseded' };

/** Names the row in `imports`. */
export type FileImport = { readonly importId: string };
export type ImportEnding = { readonly state: string; readonly lines: number; readonly rejected: number };
/** Only its id: the orders are read from PostgreSQL. */
export type Revocation = { readonly revocationId: string };
