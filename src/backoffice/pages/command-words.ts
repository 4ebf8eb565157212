import type { OrderCommandKind } from '../../modules/orders/rules/order-state.ts';

export type Words = { readonly text: string; readonly tone?: 'good' | 'bad' | 'calm' };

/**
 * How each command is said: its name, while it waits or where it was refused; what the order's history says of it; and
 * what whoever gave it reads when it is applied.
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
    history: { text: 'Settlement asked for' },
    applied: 'The order was settled.',
  },
  cancel: {
    name: 'Cancellation',
    history: { text: 'Cancellation asked for' },
    applied: 'The order was cancelled.',
  },
  retryStore: {
    name: 'Notifying the store again',
    history: { text: 'The store is notified again' },
    applied: 'The store is notified again.',
  },
  chase: {
    name: 'Going on without the store',
    history: { text: 'The order goes on without the store’s answer' },
    applied: 'The order goes on without the store’s answer.',
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
    history: { text: 'Terms were revoked: all that is open is demanded', tone: 'bad' },
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
    name: 'Another total',
    history: { text: 'The order was given another total' },
    applied: 'The order has its new total.',
  },
  fulfil: {
    name: 'Fulfilment',
    history: { text: 'Delivered or rendered, in part or whole' },
    applied: 'The fulfilment was recorded.',
  },
  invoice: {
    name: 'Invoice',
    history: { text: 'An invoice covers the order' },
    applied: 'The invoice was booked.',
  },
} as const satisfies Record<OrderCommandKind, { name: string; history: Words; applied: string }>;

/** The words of a kind that a timeline names; none of what is no command. */
export const wordsOf = (kind: string): (typeof commandWords)[OrderCommandKind] | undefined =>
  Object.hasOwn(commandWords, kind) ? commandWords[kind as OrderCommandKind] : undefined;
