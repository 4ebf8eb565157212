import type { Sql } from '../../platform/postgres/client.ts';
import type { CommandRow } from '../commands/tables.ts';
import { outcomesOf, tellAll } from '../commands/tell-and-wait.ts';
import type { OrderProcess } from '../orders/order-workflows.ts';
import {
  type Allocated,
  allocatePayment,
  type Receipt,
  receivePayment,
} from '../payments/receive-payment.ts';
import { type Booking, bookBankLine } from './book-bank-line.ts';

type Deps = { sql: Sql; process: OrderProcess; now: string };
export type AllocatedPayment = { commands: CommandRow[]; replayed: boolean };

/**
 * Books a customer's payment, tells the workflows of the orders that get some of it, and waits a moment for their word.
 * @throws NettermsError as `receivePayment` does
 */
export async function takeReceipt(deps: Deps, receipt: Receipt, actor: string): Promise<AllocatedPayment> {
  return follow(deps, await receivePayment(deps.sql, receipt, { actor, now: deps.now }));
}

/**
 * Books a bank line as a payment, in the same way.
 * @throws NettermsError as `bookBankLine` does
 */
export async function takeBankLine(
  deps: Deps,
  lineId: string,
  booking: Booking,
  actor: string,
): Promise<AllocatedPayment & { paymentId: string }> {
  const booked = await bookBankLine(deps.sql, lineId, booking, { actor, now: deps.now });
  return { ...(await follow(deps, booked)), paymentId: booked.paymentId };
}

/**
 * Allocates what is left of a payment, in the same way.
 * @throws NettermsError as `allocatePayment` does
 */
export async function allocateRest(
  deps: Deps,
  ...[paymentId, request, by]: [
    string,
    Parameters<typeof allocatePayment>[2],
    Omit<Parameters<typeof allocatePayment>[3], 'now'>,
  ]
): Promise<AllocatedPayment> {
  return follow(deps, await allocatePayment(deps.sql, paymentId, request, { ...by, now: deps.now }));
}

async function follow(
  { sql, process }: Deps,
  { commandIds, orderIds, replayed }: Allocated,
): Promise<AllocatedPayment> {
  // Beside the wait: a Temporal that does not answer must not double it, and the poller tells what could not be told.
  tellAll(
    process,
    orderIds.map((orderId, index) => ({ orderId, kind: 'allocate', commandId: commandIds[index] })),
  ).catch(() => {});
  return { commands: await outcomesOf(sql, commandIds), replayed };
}
