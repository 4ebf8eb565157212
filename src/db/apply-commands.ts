import { dayAt } from '../domain/calendar.ts';
import { assertNever, type ErrorCode } from '../domain/errors.ts';
import { cancellation, charge, payment, unappliedPayment } from '../domain/ledger.ts';
import { isClosed, mayBecome, type OrderStatus } from '../domain/order-state.ts';
import { moveBalances } from './accounts.ts';
import { recordAudit } from './audit.ts';
import type { Tx } from './client.ts';
import { type CommandRow, decideCommand, pendingCommands } from './commands.ts';
import { balancesOf, book } from './ledger.ts';
import type { OrderRow } from './orders.ts';
import { findPayment, insertPayment, SETTLEMENT_PAYMENT } from './payments.ts';
import { activePolicies } from './policies.ts';

/** The order that commands are applied to, and the status that they have brought it to. */
type Subject = { readonly order: OrderRow; status: OrderStatus };

/**
 * Applies an order's pending commands, in the order in which they came, each with its outcome, and closes the order
 * when nothing is outstanding. The only place where commands are judged. Needs the locks of `lockOrder`.
 * @param told whether there is no store to tell: then a confirmation marks the order paid
 */
export async function applyPending(
  tx: Tx,
  order: OrderRow,
  { now, told }: { now: string; told: boolean },
): Promise<void> {
  const subject: Subject = { order, status: order.status };
  for (const command of await pendingCommands(tx, order.id)) {
    const refusal = await apply(tx, subject, command, { now, told });
    await decideCommand(tx, command.id, refusal, now);
    const { actor, reason } = command;
    const action = `order.${command.kind}${refusal ? '.refused' : ''}`;
    await recordAudit(tx, {
      at: now,
      actor,
      action,
      subject: `order/${order.id}`,
      reason,
      detail: refusal ? { refusal } : {},
    });
    if (subject.status === 'open') await settleIfPaid(tx, subject, command, now);
  }
}

async function settleIfPaid(tx: Tx, subject: Subject, { actor }: CommandRow, now: string): Promise<void> {
  const balances = await balancesOf(tx, subject.order.id);
  if (balances.every(({ outstanding }) => outstanding <= 0)) {
    await close(tx, subject, 'settled', { actor, reason: null }, now);
  }
}

/** Applies one command; returns the code of the refusal, or null. */
async function apply(
  tx: Tx,
  subject: Subject,
  command: CommandRow,
  { now, told }: { now: string; told: boolean },
): Promise<ErrorCode | null> {
  const { order } = subject;
  const booking = {
    customerId: order.customerId,
    currency: order.currency,
    commandId: command.id,
    actor: command.actor,
    now,
  };
  switch (command.kind) {
    case 'confirm': {
      if (subject.status !== 'reserved')
        return isClosed(subject.status) ? 'order-closed' : 'order-already-confirmed';
      become(subject, 'open');
      await moveBalances(tx, order.customerId, order.currency, { exposure: -order.total });
      await book(tx, charge(order.id, await balancesOf(tx, order.id)), booking);
      await tx`update orders set status = 'open', confirmed_at = ${now}, store_pending_since = ${now},
                                 paid_in_store = ${told ? 'marked' : 'pending'} where id = ${order.id}`;
      return null;
    }
    case 'recordPayment': {
      const received = (await findPayment(tx, String(command.body.paymentId)))!;
      const entries =
        subject.status === 'open'
          ? payment(order.id, await balancesOf(tx, order.id), received)
          : [unappliedPayment(received.paymentId, received.amount, order.id)];
      await book(tx, entries, booking);
      return null;
    }
    case 'settle': {
      if (subject.status !== 'open')
        return subject.status === 'reserved' ? 'order-not-confirmed' : 'order-closed';
      const balances = await balancesOf(tx, order.id);
      const amount = balances.reduce((sum, { outstanding }) => sum + outstanding, 0);
      const paymentId = `${SETTLEMENT_PAYMENT}${command.id}`;
      const inserted = await insertPayment(tx, {
        paymentId,
        customerId: order.customerId,
        orderId: order.id,
        amount,
        currency: order.currency,
        receivedOn: dayAt(now, (await activePolicies(tx)).settings.body.timeZone),
        method: null,
        reference: command.reason,
        fingerprint: command.fingerprint,
        commandId: command.id,
        actor: command.actor,
        createdAt: now,
      });
      if (!inserted) throw new Error(`payment ${paymentId} exists already`);
      await book(tx, payment(order.id, balances, { paymentId, amount }), booking);
      return null;
    }
    case 'cancel': {
      if (isClosed(subject.status)) return 'order-closed';
      if (command.body.onlyIfUntouched === true && (await wasTouched(tx, order))) return 'cancel-too-late';
      if (subject.status === 'reserved')
        await moveBalances(tx, order.customerId, order.currency, { exposure: -order.total });
      else await book(tx, cancellation(command.id, order.id, await balancesOf(tx, order.id)), booking);
      await close(tx, subject, 'cancelled', command, now);
      return null;
    }
    case 'retryStore':
    case 'chase': {
      const state = command.kind === 'chase' ? 'chased' : 'pending';
      const changed = await tx`update orders set paid_in_store = ${state}, store_pending_since = ${now}
                               where id = ${order.id} and status = 'open' and paid_in_store = 'failed' returning id`;
      return changed.length === 1 ? null : 'store-not-waiting';
    }
    default:
      return assertNever(command.kind);
  }
}

/** Money was received, or the store was told that the order is paid. */
async function wasTouched(tx: Tx, order: OrderRow): Promise<boolean> {
  const [row] = await tx<{ touched: boolean }[]>`
    select exists (select 1 from payments where order_id = ${order.id}) or (status = 'open' and paid_in_store in ('marked', 'chased')) as touched
    from orders where id = ${order.id}`;
  return row!.touched;
}

async function close(
  tx: Tx,
  subject: Subject,
  status: 'settled' | 'cancelled',
  { actor, reason }: Pick<CommandRow, 'actor' | 'reason'>,
  now: string,
): Promise<void> {
  become(subject, status);
  const { id } = subject.order;
  await tx`update orders set status = ${status}, closed_at = ${now}, close_reason = ${reason}, next_step = null where id = ${id}`;
  await recordAudit(tx, { at: now, actor, action: `order.${status}`, subject: `order/${id}`, reason });
}

function become(subject: Subject, status: OrderStatus): void {
  if (!mayBecome(subject.status, status))
    throw new Error(`an order that is ${subject.status} cannot become ${status}`);
  subject.status = status;
}
