import { type ErrorCode, errorTable } from '../../../kernel/errors.ts';
import type { CommandRow } from '../../../modules/commands/tables.ts';
import type { CommandKind } from '../../../modules/orders/rules/order-state.ts';
import { orderUrl } from '../orders.tsx';

const appliedWords = {
  confirm: 'The order was confirmed.',
  recordPayment: 'The payment was recorded.',
  settle: 'The order was settled.',
  cancel: 'The order was cancelled.',
  retryStore: 'The store is told again.',
  chase: 'The order goes on without the store’s word.',
  extend: 'The due date was moved.',
  credit: 'The credit note was booked.',
  writeOff: 'The amount was written off.',
  chargeInterest: 'The late interest was charged.',
  waive: 'The charges were waived.',
  reschedule: 'The instalment plan is in force.',
  demand: 'All that is open is due today.',
  allocate: 'The payment was allocated.',
  applyCredit: 'The credit was applied.',
  amend: 'The order has its new total.',
  fulfil: 'The fulfilment was recorded.',
  invoice: 'The invoice was booked.',
} as const satisfies Record<CommandKind, string>;

/** What became of the command that the visitor has just given. */
export function CommandNotice({ command: { id, orderId, kind, outcome, refusal } }: { command: CommandRow }) {
  if (outcome === 'applied')
    return (
      <p class="notice good" role="status">
        {appliedWords[kind]}
      </p>
    );
  if (outcome === 'refused')
    return (
      <p class="notice bad" role="alert">
        This was refused: {errorTable[refusal as ErrorCode]?.[1] ?? refusal}.
      </p>
    );
  return (
    <p class="notice warn" role="status">
      This is kept and still under way: the order’s process has not taken it yet.{' '}
      <a href={`${orderUrl(orderId)}?command=${id}`}>Look again</a>
    </p>
  );
}
