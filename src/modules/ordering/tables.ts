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

/**
 * Notes that what is fulfilled so far completes the order; call it only if a part is. What comes after it, because the
 * total rose, is another delivery.
 * @returns the latest day of all parts, and that of the parts since the order was last complete, from which the due
 *   dates that still wait are counted; if there are none since, the latest day of all
 */
export async function completeFulfilment(
  tx: Tx,
  orderId: string,
): Promise<{ fulfilledOn: Day; countedFrom: Day }> {
  const parts = await tx<{ commandId: string; fulfilledOn: Day; completes: boolean }[]>`
    select f.command_id, f.fulfilled_on, f.completes from fulfilments f join commands c on c.id = f.command_id
    where f.order_id = ${orderId} and f.amount > 0 order by c.position`;
  await tx`update fulfilments set completes = true where command_id = ${parts.at(-1)!.commandId}`;
  const since = parts.slice(parts.findLastIndex(({ completes }) => completes) + 1);
  const latest = (of: typeof since) =>
    of
      .map(({ fulfilledOn }) => fulfilledOn)
      .sort()
      .at(-1);
  const fulfilledOn = latest([...parts])!;
  return { fulfilledOn, countedFrom: latest(since) ?? fulfilledOn };
}
