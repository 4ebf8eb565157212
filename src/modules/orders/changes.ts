import type { Day, Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import type { PaymentMeans } from '../terms/rules/terms.ts';

/*
 * What use cases of other modules change in an order's row, except for its life (life-cycle.ts). All functions need the
 * locks of `lockOrder`; amounts are in minor units. Only `book` changes what is owed.
 */

/** Gives the order another total, and the early-payment discount that goes with it. */
export async function changeTotal(tx: Tx, id: string, total: number, discount: object | null): Promise<void> {
  await tx`update orders set total = ${total}, discount = ${discount && tx.json(discount as never)} where id = ${id}`;
}

/** Gives an instalment another amount. */
export async function changeInstalment(tx: Tx, id: string, number: number, amount: number): Promise<void> {
  await tx`update instalments set amount = ${amount} where order_id = ${id} and number = ${number}`;
}

/** Reduces an instalment by what is moved to others. */
export async function reduceInstalment(tx: Tx, id: string, number: number, by: number): Promise<void> {
  await tx`update instalments set amount = amount - ${by} where order_id = ${id} and number = ${number}`;
}

/** Adds instalments; nothing is owed on them until it is booked. */
export async function addInstalments(
  tx: Tx,
  id: string,
  instalments: readonly {
    number: number;
    dueOn: Day;
    /** Null: the due date is provisional. */
    dueAt: Instant | null;
    amount: number;
    line: number;
    /** A transfer, if not given. */
    collection?: PaymentMeans;
  }[],
): Promise<void> {
  const rows = instalments.map(({ number, dueOn, dueAt, amount, line, collection = 'transfer' }) => ({
    ...{ order_id: id, number, due_on: dueOn, due_at: dueAt, amount, line, collection },
  }));
  await tx`insert into instalments ${tx(rows)}`;
}

/** Another part of the order was delivered or rendered. */
export async function addFulfilled(tx: Tx, id: string, amount: number): Promise<void> {
  await tx`update orders set fulfilled = fulfilled + ${amount} where id = ${id}`;
}

/** The order is completely fulfilled; the last part was fulfilled on that day. */
export async function completeOrder(tx: Tx, id: string, fulfilledOn: Day): Promise<void> {
  await tx`update orders set fulfilled_on = ${fulfilledOn} where id = ${id}`;
}

/** The total has risen above what is fulfilled: the rest is still to come. */
export async function reopenFulfilment(tx: Tx, id: string): Promise<void> {
  await tx`update orders set fulfilled_on = null where id = ${id}`;
}

/** The number of the order's next event for the store, from 1. */
export async function nextStoreSequence(tx: Tx, id: string): Promise<number> {
  const [row] = await tx<{ storeSequence: number }[]>`
    update orders set store_sequence = store_sequence + 1 where id = ${id} returning store_sequence`;
  return row!.storeSequence;
}
