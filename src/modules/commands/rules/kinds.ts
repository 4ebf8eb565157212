import type { OrderCommandKind } from '../../orders/rules/order-state.ts';

/** The commands of a customer. They are decided at once, and may ask something of orders. */
export type CustomerCommandKind =
  | 'receivePayment'
  | 'allocatePayment'
  | 'reversePayment'
  | 'refundCredit'
  | 'adjustCredit'
  | 'registerInvoice'
  | 'revokeTerms'
  | 'placeHold'
  | 'releaseHold'
  | 'makePromise'
  | 'withdrawPromise'
  | 'openDispute'
  | 'resolveDispute'
  | 'setReminders'
  | 'liftAddress';

export type CommandKind = OrderCommandKind | CustomerCommandKind;
