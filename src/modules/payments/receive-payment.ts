import { createHash, randomBytes } from 'node:crypto';
import { NettermsError } from '../../kernel/errors.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import type { Money } from '../../kernel/money.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { type CommandRow, findCommand, insertCommand } from '../commands/tables.ts';
import { inCurrency } from '../credit/accounts.ts';
import { lockCustomer } from '../customers/tables.ts';
import { unappliedPayment } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { leftOfPayment, promisedBy } from './credit-sources.ts';
import { type AllocationRequest, type PlannedAllocation, planAllocations } from './plan-allocations.ts';
import { findPayment, insertPayment, type PaymentRow, SETTLEMENT_PAYMENT, unknownPayment } from './tables.ts';

/** Money that a customer paid for any number of orders. */
export type Receipt = AllocationRequest & {
  paymentId: string;
  customerId: string;
  amount: Money;
  /** A day in the merchant's zone, not in the future. */
  receivedOn: string;
  method: string | null;
  reference: string | null;
  /** False: all of it stays credit, unless allocations are given. */
  allocate: boolean;
  /** What the caller sent, before defaults. */
  content: unknown;
};

/** The commands that the orders' workflows are to apply. */
export type Allocated = { commandIds: string[]; orderIds: string[]; replayed: boolean };

type By = { actor: string; now: string };

/**
 * Books a customer's payment once, as credit, and asks each order that gets some of it to take it. Repeating the same
 * changes nothing.
 * @throws NettermsError `customer-not-found`, `currency-mismatch`, `conflict`; as `planAllocations`
 */
export async function receivePayment(
  sql: Sql | Tx,
  receipt: Receipt,
  { actor, now }: By,
): Promise<Allocated> {
  const { paymentId, customerId, amount, receivedOn, method, reference, content } = receipt;
  requireFreeId(paymentId);
  return inTransaction(sql, async (tx) => {
    const customer = await inCurrency(tx, await lockCustomer(tx, customerId), amount.currency);
    const payment: PaymentRow = {
      paymentId,
      customerId,
      orderId: null,
      amount: amount.amount,
      currency: amount.currency,
      receivedOn,
      method,
      reference,
      fingerprint: fingerprint({ customerId, content }),
      commandId: null,
      actor,
      createdAt: now,
    };
    if (!(await insertPayment(tx, payment))) return replay(tx, payment);
    await book(tx, [unappliedPayment(paymentId, amount.amount, null)], {
      customerId,
      currency: amount.currency,
      commandId: null,
      actor,
      now,
    });
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'payment.received',
      subject: `customer/${customerId}`,
      detail: { paymentId, amount },
    });
    const automatic = receipt.allocate && customer.privilege !== 'insolvency';
    const wanted = automatic || receipt.allocations !== null;
    const plans = wanted
      ? await planAllocations(tx, payment, receipt, { available: amount.amount, dated: true })
      : [];
    return ask(tx, plans, {
      idOf: (index) => commandIdOf(`receipt ${paymentId}`, index),
      content,
      actor,
      now,
    });
  });
}

/**
 * Allocates what is left of a payment. With an `Idempotency-Key` a repeat changes nothing.
 * @throws NettermsError `payment-not-found`; as `planAllocations`; `conflict` if the key came with another content
 */
export async function allocatePayment(
  sql: Sql,
  paymentId: string,
  request: AllocationRequest,
  { content, idempotencyKey, actor, now }: By & { content: unknown; idempotencyKey: string | null },
): Promise<Allocated> {
  return inTransaction(sql, async (tx) => {
    const payment = (await findPayment(tx, paymentId)) ?? unknownPayment(paymentId);
    await lockCustomer(tx, payment.customerId);
    const name = `allocate ${paymentId} ${idempotencyKey ?? randomBytes(16).toString('hex')}`;
    const idOf = (index: number) => commandIdOf(name, index);
    const known = await findCommand(tx, idOf(0));
    if (known && known.fingerprint !== fingerprint(content))
      throw new NettermsError(
        'conflict',
        'This Idempotency-Key was used already with another content: use a new one, or repeat the very same request.',
      );
    if (known) return asked(tx, idOf);
    const promised = (await promisedBy(tx, payment.customerId, payment.currency)).reduce(
      (sum, given) => (given.paymentId === paymentId ? sum + given.amount : sum),
      0,
    );
    const available = Math.max((await leftOfPayment(tx, paymentId)) - promised, 0);
    const plans = await planAllocations(tx, payment, request, { available, dated: false });
    return ask(tx, plans, { idOf, content, actor, now });
  });
}

/** Throws `conflict` for an id of the kind that settlements have. */
function requireFreeId(paymentId: string): void {
  if (!paymentId.startsWith(SETTLEMENT_PAYMENT)) return;
  throw new NettermsError(
    'conflict',
    `Payment ids that begin with "${SETTLEMENT_PAYMENT}" are kept for settlements: use another.`,
  );
}

async function replay(tx: Tx, payment: PaymentRow): Promise<Allocated> {
  const known = await findPayment(tx, payment.paymentId);
  if (known?.fingerprint === payment.fingerprint)
    return asked(tx, (index) => commandIdOf(`receipt ${payment.paymentId}`, index));
  throw new NettermsError(
    'conflict',
    `Payment ${payment.paymentId} was recorded already with another content${known?.orderId ? `, on order ${known.orderId}` : ''}: use a new id for another payment.`,
  );
}

async function ask(
  tx: Tx,
  plans: readonly PlannedAllocation[],
  { idOf, content, actor, now }: By & { idOf: (index: number) => string; content: unknown },
): Promise<Allocated> {
  for (const [index, { orderId, body }] of plans.entries())
    await insertCommand(
      tx,
      {
        id: idOf(index),
        orderId,
        kind: 'allocate',
        body,
        fingerprint: fingerprint(content),
        actor,
        reason: null,
      },
      now,
    );
  return {
    commandIds: plans.map((_, index) => idOf(index)),
    orderIds: plans.map(({ orderId }) => orderId),
    replayed: false,
  };
}

async function asked(tx: Tx, idOf: (index: number) => string): Promise<Allocated> {
  const commands: CommandRow[] = [];
  for (
    let known = await findCommand(tx, idOf(0));
    known;
    known = await findCommand(tx, idOf(commands.length))
  )
    commands.push(known);
  return {
    commandIds: commands.map(({ id }) => id),
    orderIds: commands.map(({ orderId }) => orderId),
    replayed: true,
  };
}

const commandIdOf = (name: string, index: number): string =>
  `cmd_${createHash('sha256').update(name).digest('hex').slice(0, 28)}-${index}`;
