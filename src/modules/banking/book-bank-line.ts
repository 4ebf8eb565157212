import { NettermsError } from '../../kernel/errors.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import type { Asked } from '../commands/asked.ts';
import type { Ask, Commands } from '../commands/commands.ts';
import type { AllocationRequest } from '../payments/plan-allocations.ts';
import { receivePayment } from '../payments/receive-payment.ts';
import type { Match } from './rules/matching.ts';
import { lockBankLine, matchesFor, paymentIdOf, stateOf, unbookedLines } from './tables.ts';

/** How many lines are read at a time. */
const BATCH = 250;

/** What a line is booked as: as a person decided, or as the match proposed. */
export type BankLineBooking = {
  customerId: string;
  /** Null: the oldest due is paid first. */
  allocations: readonly { orderId: string; instalment?: number | undefined; amount: number }[] | null;
  deductions: AllocationRequest['deductions'];
};

/**
 * Books a bank line as a payment. If it is already booked, that payment is the answer; after a reversal it is booked as
 * a new payment.
 * @throws NettermsError with the codes of `receivePayment`; `bank-line-ignored`; `conflict` if it was booked otherwise
 */
export async function bookBankLine(
  tx: Tx,
  ask: Ask,
  lineId: string,
  { customerId, allocations, deductions }: BankLineBooking,
  { actor, now }: { actor: string; now: string },
): Promise<{ asked: Asked; paymentId: string }> {
  const line = await lockBankLine(tx, lineId);
  if (stateOf(line) === 'ignored')
    throw new NettermsError(
      'bank-line-ignored',
      `Line ${line.id} was taken out of the pool by ${line.ignoredBy}: it cannot be booked.`,
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
      allocate: true,
    },
    content: { bankLine: line.id, customerId, allocations, deductions },
    ...{ actor, reason: null, idempotencyKey: null, now },
  });
  return { asked, paymentId };
}

/**
 * Books the lines of an import's file whose match is certain, one by one, each in a transaction of its own. This
 * includes lines that an earlier import brought into the pool without booking them. The others stay in the pool, and so
 * does what an order refuses in the meantime. Can be interrupted and repeated.
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
      ).catch(leftToAPerson);
      if (booked) await commands.notify(booked.asked);
    }
  }
}

/** A match as it is booked. */
export const asMatched = ({ customerId, allocations }: Match): BankLineBooking => ({
  customerId: customerId!,
  allocations,
  deductions: [],
});

/** A line whose match no longer holds (an earlier line paid the same order) is left to a person. */
function leftToAPerson(error: unknown): null {
  if (error instanceof NettermsError) return null;
  throw error;
}
