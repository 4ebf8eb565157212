import type { Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { credit } from '../corrections/issue-credit-note.ts';
import { writeOff } from '../corrections/write-off.ts';
import { chargeInterest, waive } from '../interest/charges.ts';
import { invoice } from '../invoicing/apply-invoice.ts';
import { amend } from '../ordering/amend.ts';
import { cancel } from '../ordering/cancel.ts';
import { confirm } from '../ordering/confirm.ts';
import { extend } from '../ordering/extend.ts';
import { fulfil } from '../ordering/fulfil.ts';
import { reschedule } from '../ordering/reschedule.ts';
import type { CommandKind } from '../orders/rules/order-state.ts';
import type { OrderRow } from '../orders/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { allocate } from '../payments/allocate.ts';
import { applyCredit } from '../payments/apply-credit.ts';
import { recordPayment } from '../payments/record-payment.ts';
import { settle } from '../payments/settle.ts';
import { demand } from '../revocation/demand.ts';
import { chase, retryStore } from '../storefronts/retry-store.ts';
import { type Apply, type Context, close, type Subject } from './command.ts';
import { type CommandRow, decideCommand, pendingCommands } from './tables.ts';

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
