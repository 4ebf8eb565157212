import type { ApprovalRow } from '../approvals/tables.ts';
import type { CommandRow, OrderCommandRow } from './tables.ts';

/** What was kept of a request. */
export type Asked = {
  /** Null if nothing was left to do, or if a second person must approve first. */
  readonly command: CommandRow | null;
  /** The commands that a customer's command asked of orders. */
  readonly children: readonly OrderCommandRow[];
  readonly replayed: boolean;
  /** The request for a second person's approval. */
  readonly approval: ApprovalRow | null;
  /** Orders whose workflows have to read them again. */
  readonly changedOrders: readonly string[];
};

/** Nothing was kept: what was asked is already so. */
export const nothing: Asked = {
  command: null,
  children: [],
  replayed: true,
  approval: null,
  changedOrders: [],
};
