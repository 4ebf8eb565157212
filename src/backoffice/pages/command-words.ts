import type { OrderCommandKind } from '../../modules/orders/rules/order-state.ts';

export type Words = { readonly text: string; readonly tone?: 'good' | 'bad' | 'calm' };

/**
 * The texts of each command: its name, shown while it waits or if it was refused; its line in the order's history; and
 * the message to the person who gave it, when it is applied.
 */
export const commandWords = {
  confirm: {
    name: 'Confirmation',
    history: { text: 'Confirmed', tone: 'good' },
    applied: 'The order was confirmed.',
  },
  recordPayment: {
    name: 'Payment',
    history: { text: 'A payment was recorded' },
    applied: 'The payment was recorded.',
  },
  settle: {
    name: 'Settlement',
    history: { text: 'Settlement requested' },
    applied: 'The order was settled.',
  },
  cancel: {
    name: 'Cancellation',
    history: { text: 'Cancellation requested' },
    applied: 'The order was cancelled.',
  },
  retryStore: {
    name: 'Notifying the store again',
    history: { text: 'The store is notified again' },
    applied: 'The store is notified again.',
  },
  chase: {
    name: 'Continuing without the store',
    history: { text: 'The order continues without the store' },
    applied: 'The order continues without the store.',
  },
  extend: {
    name: 'Extension',
    history: { text: 'A due date was moved' },
    applied: 'The due date was moved.',
  },
  credit: {
    name: 'Credit note',
    history: { text: 'A credit note was booked' },
    applied: 'The credit note was booked.',
  },
  writeOff: {
    name: 'Write-off',
    history: { text: 'An amount was written off' },
    applied: 'The amount was written off.',
  },
  chargeInterest: {
    name: 'Charging late interest',
    history: { text: 'Late interest was charged' },
    applied: 'The late interest was charged.',
  },
  waive: {
    name: 'Waiver',
    history: { text: 'Charges were waived' },
    applied: 'The charges were waived.',
  },
  reschedule: {
    name: 'Instalment plan',
    history: { text: 'An instalment plan was agreed' },
    applied: 'The instalment plan is in force.',
  },
  demand: {
    name: 'Demand',
    history: { text: 'Terms were revoked: all that is open is due at once', tone: 'bad' },
    applied: 'All that is open is due today.',
  },
  allocate: {
    name: 'Allocation',
    history: { text: 'A customer’s payment was allocated' },
    applied: 'The payment was allocated.',
  },
  applyCredit: {
    name: 'Use of credit',
    history: { text: 'Credit was applied' },
    applied: 'The credit was applied.',
  },
  amend: {
    name: 'New total',
    history: { text: 'The total of the order was changed' },
    applied: 'The order has its new total.',
  },
  fulfil: {
    name: 'Fulfilment',
    history: { text: 'Delivered or rendered, in part or in whole' },
    applied: 'The fulfilment was recorded.',
  },
  invoice: {
    name: 'Invoice',
    history: { text: 'An invoice covers the order' },
    applied: 'The invoice was booked.',
  },
} as const satisfies Record<OrderCommandKind, { name: string; history: Words; applied: string }>;

/** The texts for a kind that a timeline names; undefined if it is not a command. */
export const wordsOf = (kind: string): (typeof commandWords)[OrderCommandKind] | undefined =>
  Object.hasOwn(commandWords, kind) ? commandWords[kind as OrderCommandKind] : undefined;
