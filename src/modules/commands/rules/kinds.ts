import type { OrderCommandKind } from '../../orders/rules/order-state.ts';

/** The commands of a customer. They are decided at once, and may ask something of orders. */
export type CustomerCommandKind =
  | 'receivePayment'
  | 'allocatePayment'
  | 'reversePayment'
  | 'refundCredit'
  | 'adjustCredit'
  | 'registerInvoice'
  | 'revokeTerms';

export type CommandKind = OrderCommandKind | CustomerCommandKind;
