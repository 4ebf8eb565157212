import type { Sql } from '../../platform/postgres/client.ts';
import { undecidedOf } from '../commands/tables.ts';
import { patiently, tellAll } from '../commands/tell-and-wait.ts';
import type { OrderProcess } from '../orders/order-workflows.ts';
import { commandsOfInvoice, type Registered, registerInvoice } from './register-invoice.ts';
import type { InvoiceFacts } from './rules/invoice.ts';

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
  if (registered.done === 'created') {
    const commands = await undecidedOf(sql, ids);
    tellAll(
      process,
      commands.map(({ orderId, kind, id: commandId }) => ({ orderId, kind, commandId })),
    ).catch(() => {});
  }
  const undecided = await patiently(
    () => undecidedOf(sql, ids),
    ({ length }) => length === 0,
  );
  return { ...registered, booked: undecided.length === 0 };
}
