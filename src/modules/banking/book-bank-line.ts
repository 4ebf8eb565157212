import { NettermsError } from '../../kernel/errors.ts';
import type { Money } from '../../kernel/money.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import type { Asked } from '../commands/asked.ts';
import type { Ask, Commands } from '../commands/commands.ts';
import type { AllocationRequest } from '../payments/plan-allocations.ts';
import { receivePayment } from '../payments/receive-payment.ts';
import { reversePayment } from '../payments/reverse-payment.ts';
import { matchesFor } from './matches.ts';
import type { Match } from './rules/matching.ts';
import {
  type BankLineRow,
  lockBankLine,
  noteLeftWhy,
  paymentIdOf,
  stateOf,
  unbookedLines,
} from './tables.ts';

/** How many lines are read at a time. */
const BATCH = 250;

/** What an incoming line is booked as: as a person decided, or as the match proposed. */
export type BankLineBooking = {
  customerId: string;
  /** Null: the orders that are due first are paid, or none with `allocate` false. */
  allocations: readonly { orderId: string; instalment?: number | undefined; amount: number }[] | null;
  deductions: AllocationRequest['deductions'];
  /** False: the money stays credit, unless allocations are given. */
  allocate: boolean;
};

/**
 * Books an incoming bank line as a payment. If it is already booked, that payment is the answer; after a reversal it is
 * booked as a new payment.
 * @throws NettermsError with the codes of `receivePayment` and `requireBookable`; `bank-line-direction` for money that
 *   went out; `conflict` if it was booked otherwise
 */
export async function bookBankLine(
  tx: Tx,
  ask: Ask,
  lineId: string,
  { customerId, allocations, deductions, allocate }: BankLineBooking,
  { actor, now }: { actor: string; now: string },
): Promise<{ asked: Asked; paymentId: string }> {
  const line = await lockBankLine(tx, lineId);
  requireBookable(line);
  if (line.direction === 'debit')
    throw new NettermsError(
      'bank-line-direction',
      `Money went out by line ${line.id}: it cannot be booked as a payment. Confirm it as the return of a payment, with \`reverses\`.`,
    );
  const money = (amount: number) => ({ amount, currency: line.currency });
  const paymentId = line.paymentId ?? paymentIdOf(line.id, line.reversedPayments);
  const asked = await ask.customer(receivePayment, {
    body: {
      paymentId,
      customerId,
      amount: money(line.amount),
      receivedOn: line.valueOn,
      method: 'bank-transfer',
      reference: line.reference.slice(0, 200) || null,
      allocations: allocations?.map(({ amount, ...place }) => ({ ...place, amount: money(amount) })) ?? null,
      deductions: [...deductions],
      allocate,
    },
    content: { bankLine: line.id, customerId, allocations, deductions, ...(allocate ? {} : { allocate }) },
    ...{ actor, reason: null, idempotencyKey: null, now },
  });
  await noteLeftWhy(tx, line.id, null);
  return { asked, paymentId };
}

/**
 * Reverses the payment that an outgoing line takes back, with the day and the fee of the return. A repeat changes nothing.
 * @throws NettermsError with the codes of `reversePayment` and `requireBookable`; `bank-line-direction` for money that
 *   came in; `conflict` if the line has reversed another payment
 */
export async function bookReturn(
  tx: Tx,
  ask: Ask,
  lineId: string,
  { paymentId, fee }: { paymentId: string; fee: Money | null },
  { actor, now }: { actor: string; now: string },
): Promise<Asked> {
  const line = await lockBankLine(tx, lineId);
  requireBookable(line);
  if (line.direction === 'credit')
    throw new NettermsError(
      'bank-line-direction',
      `Money came in by line ${line.id}: it cannot be the return of a payment.`,
    );
  if (line.reverses !== null && line.reverses !== paymentId)
    throw new NettermsError('conflict', `Line ${line.id} has already reversed payment ${line.reverses}.`);
  const asked = await ask.customer(reversePayment, {
    body: { paymentId, returnedOn: line.valueOn, ...(fee === null ? {} : { fee }) },
    content: { paymentId },
    ...{ actor, reason: line.returned ?? line.reference.slice(0, 200), idempotencyKey: null, now },
  });
  await tx`update bank_lines set reverses = ${paymentId} where id = ${line.id}`;
  return asked;
}

/** Throws `bank-line-ignored`, `bank-line-pending`, `bank-line-reverted` or `bank-line-booked` (divided). */
export function requireBookable(line: BankLineRow): void {
  if (line.items > 0)
    throw new NettermsError('bank-line-booked', `Line ${line.id} was divided over collections.`);
  switch (stateOf(line)) {
    case 'ignored':
      throw new NettermsError(
        'bank-line-ignored',
        `Line ${line.id} was taken out of the pool by ${line.ignoredBy}: restore it first.`,
      );
    case 'pending':
      throw new NettermsError(
        'bank-line-pending',
        `The bank has not booked line ${line.id} yet: import the next statement, which shows it as booked.`,
      );
    case 'reverted':
      throw new NettermsError(
        'bank-line-reverted',
        `By the bank's statement the money of line ${line.id} never arrived: there is nothing to book.`,
      );
    default:
  }
}

/**
 * Books the lines of an import's file whose match is certain, one by one, each in a transaction of its own. This
 * includes lines that an earlier import brought into the pool without booking them. The others stay in the pool, and so
 * does what an order refuses in the meantime, with the reason. Can be interrupted and repeated.
 */
export async function bookCertain(
  { sql, commands }: { sql: Sql; commands: Commands },
  importId: string,
  by: { actor: string; now: string },
): Promise<void> {
  for (let after = 0; ; ) {
    const lines = await unbookedLines(sql, importId, { after, limit: BATCH });
    if (lines.length === 0) return;
    after = lines.at(-1)!.number;
    const matches = await matchesFor(sql, lines);
    for (const line of lines) {
      const found = matches.get(line.id);
      if (found?.certainty !== 'certain') continue;
      const booked = await inTransaction(sql, (tx) =>
        bookBankLine(tx, commands.within(tx), line.id, asMatched(found), by),
      ).catch((error) => leftToAPerson(sql, line.id, error));
      if (booked) await commands.notify(booked.asked);
    }
  }
}

/** A match as it is booked. */
export const asMatched = ({ customerId, allocations, otherwise }: Match): BankLineBooking => ({
  customerId: customerId!,
  allocations: otherwise === null ? allocations : null,
  deductions: [],
  allocate: otherwise !== 'none',
});

/** A line whose match no longer holds (an earlier line paid the same order) is left to a person, with the reason. */
async function leftToAPerson(sql: Sql, id: string, error: unknown): Promise<null> {
  if (!(error instanceof NettermsError)) throw error;
  await noteLeftWhy(sql, id, error.message);
  return null;
}
