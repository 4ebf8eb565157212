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

export function mayBecome(from: OrderStatus, to: OrderStatus): boolean {
  return (transitions[from] as readonly OrderStatus[]).includes(to);
}

export const isClosed = (status: OrderStatus): boolean => status !== 'reserved' && status !== 'open';

/** What the store knows: `pending` is being told, `failed` waits for a person, `chased` goes on without the store. */
export type PaidInStore = 'pending' | 'marked' | 'failed' | 'chased';

/** What can be asked of an order; each is the name of the workflow's signal as well. */
export const commandKinds = [
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
export type CommandKind = (typeof commandKinds)[number];
