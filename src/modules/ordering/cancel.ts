import type { Tx } from '../../platform/postgres/client.ts';
import { type Apply, bookingOf, close } from '../commands/command.ts';
import { reread } from '../credit/accounts.ts';
import { moveBalances } from '../ledger/move-balances.ts';
import { cancellation } from '../ledger/rules/corrections.ts';
import { balance } from '../ledger/rules/entry.ts';
import { book, creditMadeOf, standingsOf } from '../ledger/tables.ts';
import { isClosed } from '../orders/rules/order-state.ts';
import type { OrderRow } from '../orders/tables.ts';

/** Takes the whole charge back; what was received becomes unapplied credit, as far as it is not that already. */
export const cancel: Apply = async (tx, subject, command, context) => {
  const { order } = subject;
  if (isClosed(subject.status)) return 'order-closed';
  if (command.body.onlyIfUntouched === true && (await wasTouched(tx, order))) return 'cancel-too-late';
  if (subject.status === 'reserved')
    await moveBalances(tx, order.customerId, order.currency, { exposure: -order.total });
  else {
    const [standings, credited] = await Promise.all([standingsOf(tx, order.id), creditMadeOf(tx, order.id)]);
    const entries = cancellation(command.id, order.id, standings, credited);
    const { unapplied } = await reread(tx, order.customerId, order.currency);
    if (unapplied + balance(entries, 'unapplied') < 0) return 'insufficient-credit';
    await book(tx, entries, bookingOf(subject, command, context));
  }
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
