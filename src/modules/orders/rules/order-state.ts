// Deterministic: workflows import it, so it imports nothing, and histories must replay after every change of it.

/** Where an order stands. `reserved`: accepted, credit held, not yet confirmed by the store. */
export type OrderStatus = 'reserved' | 'open' | 'settled' | 'cancelled' | 'written_off';

/** Which status may follow which. A closed order opens again only when a payment is reversed. */
export const transitions = {
  reserved: ['open', 'cancelled'],
  open: ['settled', 'cancelled', 'written_off'],
  settled: ['open'],
  cancelled: [],
  written_off: ['open'],
} as const satisfies Record<OrderStatus, readonly OrderStatus[]>;

export const mayBecome = (from: OrderStatus, to: OrderStatus): boolean => follows(transitions, from, to);

/** Whether a state may follow another, by a table of transitions. */
export function follows<State extends string>(
  table: Readonly<Record<State, readonly State[]>>,
  from: State,
  to: State,
): boolean {
  return table[from].includes(to);
}

export const isClosed = (status: OrderStatus): boolean => status !== 'reserved' && status !== 'open';

/**
 * What the store knows. `pending`: it is being notified; `marked`: it has marked the order paid; `failed`: a person
 * must decide; `chased`: the order continues without the store.
 */
export const paidInStoreStates = ['pending', 'marked', 'failed', 'chased'] as const;
export type PaidInStore = (typeof paidInStoreStates)[number];

/** A store can answer late, after the notification has failed: it has still marked the order paid. */
export const storeTransitions = {
  pending: ['marked', 'failed'],
  marked: ['marked'],
  failed: ['pending', 'chased', 'marked'],
  chased: [],
} as const satisfies Record<PaidInStore, readonly PaidInStore[]>;

/** The state of an episode's workflow, as recorded in PostgreSQL. `stuck`: it runs but does not advance. */
export type WorkflowState = 'unstarted' | 'running' | 'stuck' | 'finished';

/** A new episode is unstarted: it follows when a workflow was lost, or an order was opened again. */
export const workflowTransitions = {
  unstarted: ['running', 'stuck', 'unstarted'],
  running: ['running', 'stuck', 'unstarted', 'finished'],
  stuck: ['running', 'stuck', 'unstarted', 'finished'],
  finished: ['finished', 'unstarted'],
} as const satisfies Record<WorkflowState, readonly WorkflowState[]>;

export function workflowStateOf(order: {
  readonly startedAt: string | null;
  readonly stuckSince: string | null;
  readonly finishedAt: string | null;
}): WorkflowState {
  if (order.finishedAt !== null) return 'finished';
  if (order.stuckSince !== null) return 'stuck';
  return order.startedAt === null ? 'unstarted' : 'running';
}

/** The commands of an order; each is also the name of the workflow's signal. `chase`: continue without the store. */
export const orderCommandKinds = [
  'confirm',
  'recordPayment',
  'settle',
  'cancel',
  'retryStore',
  'chase',
  'extend',
  'credit',
  'writeOff',
  'chargeInterest',
  'waive',
  'reschedule',
  'demand',
  'allocate',
  'applyCredit',
  'amend',
  'fulfil',
  'invoice',
] as const;
export type OrderCommandKind = (typeof orderCommandKinds)[number];
