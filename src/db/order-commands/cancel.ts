import { cancellation } from '../../domain/ledger.ts';
import { isClosed } from '../../domain/order-state.ts';
import { moveBalances } from '../accounts.ts';
import type { Tx } from '../client.ts';
import { book, standingsOf } from '../ledger.ts';
import type { OrderRow } from '../orders.ts';
import { type Apply, bookingOf, close } from './command.ts';

/** Takes the whole charge back; what was received becomes unapplied credit. */
export const cancel: Apply = async (tx, subject, command, context) => {
  const { order } = subject;
  if (isClosed(subject.status)) return 'order-closed';
  if (command.body.onlyIfUntouched === true && (await wasTouched(tx, order))) return 'cancel-too-late';
  if (subject.status === 'reserved')
    await moveBalances(tx, order.customerId, order.currency, { exposure: -order.total });
  else
    await book(
      tx,
      cancellation(command.id, order.id, await standingsOf(tx, order.id)),
      bookingOf(subject, command, context),
    );
  await close(tx, subject, 'cancelled', command, context.now);
  return null;
};

/** Money was received, or the store was told that the order is paid. */
async function wasTouched(tx: Tx, order: OrderRow): Promise<boolean> {
  const [row] = await tx<{ touched: boolean }[]>`
    select exists (select 1 from payments where order_id = ${order.id})
           or exists (select 1 from ledger where order_id = ${order.id} and kind = 'allocation') or (status = 'open' and paid_in_store in ('marked', 'chased')) as touched
    from orders where id = ${order.id}`;
  return row!.touched;
}
