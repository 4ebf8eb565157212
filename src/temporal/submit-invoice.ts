import pLimit from 'p-limit';
import type { Sql } from '../db/client.ts';
import { undecidedOf } from '../db/commands.ts';
import { commandsOfInvoice, type Registered, registerInvoice } from '../db/register-invoice.ts';
import type { InvoiceFacts } from '../domain/invoice.ts';
import type { OrderProcess } from './order-process.ts';
import { patiently } from './submit-command.ts';

/** An invoice may cover hundreds of orders: so many workflows are told at once. */
const TOLD_AT_ONCE = 8;

/**
 * Registers an invoice, tells the workflows of its orders, and waits a moment for their word; what could not be told the
 * poller tells.
 * @returns with `booked` where all its orders have taken it
 * @throws NettermsError as `registerInvoice`
 */
export async function submitInvoice(
  { sql, process, now }: { sql: Sql; process: OrderProcess; now: string },
  id: string,
  facts: InvoiceFacts,
  by: { fingerprint: string; actor: string },
): Promise<Registered & { booked: boolean }> {
  const registered = await registerInvoice(sql, id, facts, { ...by, now });
  const ids = commandsOfInvoice(registered.invoice);
  const limit = pLimit(TOLD_AT_ONCE);
  if (registered.done === 'created')
    for (const { orderId, kind, id: commandId } of await undecidedOf(sql, ids))
      limit(() => process.tell(orderId, kind, commandId)).catch(() => {});
  const undecided = await patiently(
    () => undecidedOf(sql, ids),
    ({ length }) => length === 0,
  );
  return { ...registered, booked: undecided.length === 0 };
}
