import type { OrderCommandKind } from '../../orders/rules/order-state.ts';

/** The commands of a customer. They are decided at once, and may ask something of orders. */
export const customerCommandKinds = [
  'receivePayment',
  'allocatePayment',
  'reversePayment',
  'refundCredit',
  'adjustCredit',
  'registerInvoice',
  'revokeTerms',
] as const;
export type CustomerCommandKind = (typeof customerCommandKinds)[number];

export type CommandKind = OrderCommandKind | CustomerCommandKind;
