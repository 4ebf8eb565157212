import type { CommandKind } from '../modules/orders/rules/order-state.ts';

/** Tells an order's workflow of a command; what cannot be told now is told by the poller. */
export type TellOrder = (orderId: string, kind: CommandKind, commandId: string) => Promise<void>;
