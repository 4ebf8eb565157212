// Deterministic: workflows import it, so it imports nothing, and a change of it must replay.

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

/** What the store knows: `pending` is being notified, `failed` waits for a person, `chased` goes on without the store. */
export const paidInStoreStates = ['pending', 'marked', 'failed', 'chased'] as const;
export type PaidInStore = (typeof paidInStoreStates)[number];

/** A store that answers late, after it was given up, has marked the order paid all the same. */
export const storeTransitions = {
  pending: ['marked', 'failed'],
  marked: ['marked'],
  failed: ['pending', 'chased', 'marked'],
  chased: [],
} as const satisfies Record<PaidInStore, readonly PaidInStore[]>;

/** How an episode's workflow stands, as PostgreSQL has heard of it. `stuck`: it runs and does not get on. */
export type WorkflowState = 'unstarted' | 'running' | 'stuck' | 'finished';

/** A new episode is unstarted: it follows a workflow that was lost, or an order that is open again. */
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

/** What can be asked of an order; each is the name of the workflow's signal as well. `chase`: go on without the store. */
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
