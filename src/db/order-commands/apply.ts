import type { CommandKind } from '../../domain/order-state.ts';
import { recordAudit } from '../audit.ts';
import type { Tx } from '../client.ts';
import { balancesOf } from '../ledger.ts';
import { type CommandRow, decideCommand, pendingCommands } from '../orders/commands.ts';
import type { OrderRow } from '../orders/orders.ts';
import { allocate } from './allocate.ts';
import { amend } from './amend.ts';
import { applyCredit } from './apply-credit.ts';
import { cancel } from './cancel.ts';
import { chargeInterest, waive } from './charges.ts';
import { type Apply, type Context, close, type Subject } from './command.ts';
import { confirm } from './confirm.ts';
import { credit } from './credit.ts';
import { demand } from './demand.ts';
import { extend } from './extend.ts';
import { fulfil } from './fulfil.ts';
import { invoice } from './invoice.ts';
import { recordPayment } from './record-payment.ts';
import { reschedule } from './reschedule.ts';
import { settle } from './settle.ts';
import { chase, retryStore } from './store.ts';
import { writeOff } from './write-off.ts';

const applied = {
  confirm,
  recordPayment,
  settle,
  cancel,
  retryStore,
  chase,
  extend,
  credit,
  writeOff,
  chargeInterest,
  waive,
  reschedule,
  demand,
  allocate,
  applyCredit,
  amend,
  fulfil,
  invoice,
} as const satisfies Record<CommandKind, Apply>;

/**
 * Applies an order's pending commands, in the order in which they came, each with its outcome, and closes the order
 * when nothing is outstanding. The only place where commands are judged. Needs the locks of `lockOrder`.
 */
export async function applyPending(tx: Tx, order: OrderRow, context: Context): Promise<void> {
  const subject: Subject = { order, status: order.status };
  for (const command of await pendingCommands(tx, order.id)) {
    const { actor, reason, kind } = command;
    const refused = await applied[kind](tx, subject, command, context);
    const { code: refusal, because } =
      typeof refused === 'string'
        ? { code: refused, because: null }
        : (refused ?? { code: null, because: null });
    await decideCommand(tx, command.id, refusal, context.now, because);
    await recordAudit(tx, {
      at: context.now,
      actor,
      action: `order.${kind}${refusal ? '.refused' : ''}`,
      subject: `order/${order.id}`,
      reason,
      detail: refusal ? { refusal } : command.body,
    });
    if (subject.status === 'open') await settleIfPaid(tx, subject, command, context.now);
  }
}

async function settleIfPaid(tx: Tx, subject: Subject, { actor }: CommandRow, now: string): Promise<void> {
  const balances = await balancesOf(tx, subject.order.id);
  if (balances.every(({ outstanding }) => outstanding <= 0)) {
    await close(tx, subject, 'settled', { actor, reason: null }, now);
  }
}
