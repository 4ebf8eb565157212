import { type ErrorCode, errorTable } from '../../../kernel/errors.ts';
import type { OrderCommandRow } from '../../../modules/commands/tables.ts';
import { commandWords } from '../command-words.ts';
import { orderUrl } from '../orders.tsx';

/** The outcome of the command that the visitor has just given. */
export function CommandMessage({
  command: { id, orderId, kind, outcome, refusal },
}: {
  command: OrderCommandRow;
}) {
  if (outcome === 'applied')
    return (
      <p class="message good" role="status">
        {commandWords[kind].applied}
      </p>
    );
  if (outcome === 'refused')
    return (
      <p class="message bad" role="alert">
        This was refused: {errorTable[refusal as ErrorCode]?.[1] ?? refusal}.
      </p>
    );
  return (
    <p class="message warn" role="status">
      This was accepted, but the order’s workflow has not answered yet.{' '}
      <a href={`${orderUrl(orderId)}?command=${id}`}>Look again</a>
    </p>
  );
}
