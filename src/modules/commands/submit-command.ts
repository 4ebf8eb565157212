import { randomBytes } from 'node:crypto';
import { dayAt } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import { invalid } from '../../kernel/invalid.ts';
import type { Money } from '../../kernel/money.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { findSameNumber, insertCreditNote } from '../corrections/credit-notes.ts';
import { unappliedPayment } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import type { OrderProcess } from '../orders/order-workflows.ts';
import { type CommandKind, isClosed } from '../orders/rules/order-state.ts';
import { instalmentsOfOrders, type LockedOrder, lockOrder, type OrderRow } from '../orders/tables.ts';
import { findPayment, insertPayment, SETTLEMENT_PAYMENT } from '../payments/tables.ts';
import { merchantZone } from '../settings/tables.ts';
import { applyPending } from './apply-pending.ts';
import { type CommandRow, decideCommand, findCommand, getCommand, insertCommand } from './tables.ts';
import { outcomesOf } from './tell-and-wait.ts';

/** A settled order takes these too; its workflow may be over, so they are applied at once. */
const ON_SETTLED: ReadonlySet<CommandKind> = new Set(['credit', 'waive']);

export type Received = {
  paymentId: string;
  amount: Money;
  receivedOn: string;
  method: string | null;
  reference: string | null;
  /** The instalment that it pays first. */
  instalment?: number | undefined;
};

export type Credited = { creditNoteId: string; amount: Money; issuedOn: string; number: string | null };

export type Submission = {
  orderId: string;
  kind: CommandKind;
  actor: string;
  reason: string | null;
  /** What the caller sent, before defaults: the same id with another content is a conflict. */
  content: unknown;
  /** The caller's `Idempotency-Key`; without one each call is a new command. */
  idempotencyKey: string | null;
  body?: Record<string, unknown>;
  payment?: Received;
  creditNote?: Credited;
  /** What is written together with the command, or not at all. */
  within?: (tx: Tx, locked: LockedOrder) => Promise<unknown>;
  /** What is refused at once, under the order's lock: nothing is kept then. */
  check?: (order: OrderRow) => void;
  /** What the id of the command is made of, for who reads of a conflict: "Fulfilment f-1". */
  called?: string;
};

export type Submitted = { command: CommandRow; replayed: boolean };

/**
 * Asks something of an order: writes the command (and the money that came with it), tells the workflow, and waits a
 * moment for its word. Money for a closed order is booked at once, as unapplied credit.
 * @returns the command; its `outcome` is null if the workflow has not answered yet
 * @throws NettermsError `order-not-found`, `order-closed`, `order-not-confirmed`, `currency-mismatch`, `conflict`,
 *   `instalment-not-found`, `credit-note-number-taken`, `validation`
 */
export async function submitCommand(
  { sql, process, now }: { sql: Sql; process: OrderProcess; now: string },
  submission: Submission,
): Promise<Submitted> {
  const id = commandId(submission);
  const { command, replayed } = await inTransaction(sql, (tx) => write(tx, id, submission, now));
  if (command.outcome) return { command, replayed };
  // Beside the wait: a Temporal that does not answer must not double it, and the poller tells what could not be told.
  process.tell(command.orderId, command.kind, command.id).catch(() => {});
  const [decided] = await outcomesOf(sql, [command.id]);
  return { command: decided!, replayed };
}

async function write(tx: Tx, id: string, submission: Submission, now: string): Promise<Submitted> {
  const { orderId, kind, actor, reason, payment, creditNote, body = {} } = submission;
  const locked = await lockOrder(tx, orderId);
  const content = fingerprint({ orderId, kind, content: submission.content });
  const known = await findCommand(tx, id);
  if (known) {
    if (known.fingerprint === content) return { command: known, replayed: true };
    throw new NettermsError(
      'conflict',
      `${payment ? `Payment ${payment.paymentId}` : creditNote ? `Credit note ${creditNote.creditNoteId}` : (submission.called ?? 'This Idempotency-Key')} was used already with another content: use a new one, or repeat the very same request.`,
    );
  }
  requireOpen(locked, submission);
  if (payment) await requireFit(tx, locked, payment);
  submission.check?.(locked.order);
  await insertCommand(
    tx,
    {
      id,
      orderId,
      kind,
      body: payment ? bodyOf(payment) : creditNote ? { creditNoteId: creditNote.creditNoteId } : body,
      fingerprint: content,
      actor,
      reason,
    },
    now,
  );
  if (payment) await receive(tx, locked, { id, payment, content, actor, now });
  if (creditNote) await issue(tx, locked, { id, creditNote, content, actor, now });
  await submission.within?.(tx, locked);
  if (locked.order.status === 'settled' && ON_SETTLED.has(kind))
    await applyPending(tx, locked.order, { now, told: true });
  return { command: await getCommand(tx, id), replayed: false };
}

function requireOpen({ order }: LockedOrder, { kind, payment, creditNote }: Submission): void {
  if (payment?.paymentId.startsWith(SETTLEMENT_PAYMENT)) {
    throw new NettermsError(
      'conflict',
      `Payment ids that begin with "${SETTLEMENT_PAYMENT}" are kept for settlements: use another.`,
    );
  }
  const amount = (payment ?? creditNote)?.amount;
  if (amount && amount.currency !== order.currency) {
    throw new NettermsError(
      'currency-mismatch',
      `Order ${order.id} is in ${order.currency}: nothing in ${amount.currency} can be booked on it.`,
    );
  }
  if (order.status === 'reserved' && (kind === 'recordPayment' || kind === 'settle')) {
    throw new NettermsError(
      'order-not-confirmed',
      `Order ${order.id} is only reserved: confirm it first (POST /v1/orders/${order.id}/confirm).`,
    );
  }
  const fits = kind === 'recordPayment' || (order.status === 'settled' && ON_SETTLED.has(kind));
  if (isClosed(order.status) && !fits) {
    throw new NettermsError(
      'order-closed',
      `Order ${order.id} is ${order.status} already: nothing was changed.`,
      { orderStatus: order.status },
    );
  }
}

/** Money comes neither before the order, nor for an instalment that there is not. */
async function requireFit(
  tx: Tx,
  { order }: LockedOrder,
  { receivedOn, instalment }: Received,
): Promise<void> {
  const placedOn = dayAt(order.placedAt, await merchantZone(tx));
  if (receivedOn < placedOn)
    invalid('/receivedOn', `This is before order ${order.id}, which was placed on ${placedOn}.`);
  if (instalment === undefined) return;
  const instalments = await instalmentsOfOrders(tx, [order.id]);
  if (!instalments.some(({ number }) => number === instalment))
    throw new NettermsError(
      'instalment-not-found',
      `Order ${order.id} has no instalment ${instalment}, it has ${instalments.length}.`,
    );
}

const bodyOf = ({ paymentId, instalment }: Received): Record<string, unknown> => ({
  paymentId,
  ...(instalment === undefined ? {} : { instalment }),
});

async function receive(
  tx: Tx,
  { order }: LockedOrder,
  {
    id,
    payment,
    content,
    actor,
    now,
  }: { id: string; payment: Received; content: string; actor: string; now: string },
): Promise<void> {
  const { paymentId, amount, receivedOn, method, reference } = payment;
  const row = {
    paymentId,
    customerId: order.customerId,
    orderId: order.id,
    amount: amount.amount,
    currency: amount.currency,
    receivedOn,
    method,
    reference,
    fingerprint: content,
    commandId: id,
    actor,
    createdAt: now,
  };
  if (!(await insertPayment(tx, row))) {
    const other = await findPayment(tx, paymentId);
    throw new NettermsError(
      'conflict',
      `Payment ${paymentId} was recorded already${other?.orderId ? `, on order ${other.orderId}` : ''}: use a new id for another payment.`,
    );
  }
  if (!isClosed(order.status)) return;
  await book(tx, [unappliedPayment(paymentId, amount.amount, order.id)], {
    customerId: order.customerId,
    currency: order.currency,
    commandId: id,
    actor,
    now,
  });
  await decideCommand(tx, id, null, now);
}

async function issue(
  tx: Tx,
  { order }: LockedOrder,
  {
    id,
    creditNote,
    content,
    actor,
    now,
  }: { id: string; creditNote: Credited; content: string; actor: string; now: string },
): Promise<void> {
  const { creditNoteId, amount, issuedOn, number } = creditNote;
  const first = number === null ? null : await findSameNumber(tx, { number, issuedOn }, order);
  if (first)
    throw new NettermsError(
      'credit-note-number-taken',
      `Credit note ${first.creditNoteId} has the number ${number} in that year, on order ${first.orderId}: give this one its own number, unless it is the same one.`,
      first,
    );
  const inserted = await insertCreditNote(tx, {
    creditNoteId,
    orderId: order.id,
    amount: amount.amount,
    currency: amount.currency,
    issuedOn,
    number,
    fingerprint: content,
    commandId: id,
    actor,
    createdAt: now,
  });
  if (!inserted) throw new Error(`credit note ${creditNoteId} exists without its command`);
}

/** A payment's command follows from the payment's id, a keyed call's from its key, any other is new. */
export function commandId({
  orderId,
  kind,
  payment,
  creditNote,
  idempotencyKey,
}: Pick<Submission, 'orderId' | 'kind' | 'payment' | 'creditNote' | 'idempotencyKey'>): string {
  const given = payment
    ? `payment ${payment.paymentId}`
    : creditNote
      ? `credit-note ${creditNote.creditNoteId}`
      : idempotencyKey
        ? `${orderId} ${kind} ${idempotencyKey}`
        : null;
  return `cmd_${given ? fingerprint(given).slice(0, 32) : randomBytes(16).toString('hex')}`;
}
