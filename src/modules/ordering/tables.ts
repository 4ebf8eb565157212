import type { Day } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { addFulfilled } from '../orders/changes.ts';

/** A part of an order that was delivered or rendered; `amount` in minor units. */
export type FulfilmentRow = {
  commandId: string;
  orderId: string;
  fulfilmentId: string | null;
  amount: number;
  fulfilledOn: Day;
};

/** Keeps a part, and adds it to what is fulfilled of its order. */
export async function insertFulfilment(tx: Tx, part: FulfilmentRow): Promise<void> {
  const { commandId, orderId, fulfilmentId, amount, fulfilledOn } = part;
  await tx`insert into fulfilments (command_id, order_id, fulfilment_id, amount, fulfilled_on)
           values (${commandId}, ${orderId}, ${fulfilmentId}, ${amount}, ${fulfilledOn})`;
  await addFulfilled(tx, orderId, amount);
}

/** The latest day on which a part of the order was fulfilled; call it only if there is one. */
export async function lastFulfilledOn(tx: Tx, orderId: string): Promise<Day> {
  const [row] = await tx<{ day: Day }[]>`
    select max(fulfilled_on) as day from fulfilments where order_id = ${orderId} and amount > 0`;
  return row!.day;
}
