import { NettermsError } from '../../kernel/errors.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import type { Ask, Commands } from '../commands/commands.ts';
import type { Asked } from '../commands/submit.ts';
import type { AllocationRequest } from '../payments/plan-allocations.ts';
import { receivePayment } from '../payments/receive-payment.ts';
import type { Match } from './rules/matching.ts';
import { lockBankLine, matchesFor, neverBookedLines, paymentIdOf, stateOf } from './tables.ts';

/** Lines that are looked at together. */
const BATCH = 250;

/** What a line is booked as: by a person's decision, or as it was proposed. */
export type BankLineBooking = {
  customerId: string;
  /** Null: the oldest due is paid first. */
  allocations: readonly { orderId: string; instalment?: number | undefined; amount: number }[] | null;
  deductions: AllocationRequest['deductions'];
};

/**
 * Books a bank line as a payment; one that is booked already answers with that. After its payment was reversed it is
 * booked as another.
 * @throws NettermsError as `receivePayment` is refused; `bank-line-ignored`; `conflict` if it was booked otherwise
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
      `Line ${line.id} was taken out of the pool by ${line.ignoredBy}.`,
    );
  const money = (amount: number) => ({ amount, currency: line.currency });
  const paymentId = line.paymentId ?? paymentIdOf(line.id, line.takenBack);
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
 * Books the lines of an import's file whose match is certain, one by one, each in its transaction, also where an earlier
 * import without booking brought them into the pool; the others stay there.
 * May be broken off and repeated. What an order refuses meanwhile stays in the pool as well.
 */
export async function bookCertain(
  { sql, commands }: { sql: Sql; commands: Commands },
  importId: string,
  by: { actor: string; now: string },
): Promise<void> {
  for (let after = 0; ; ) {
    const lines = await neverBookedLines(sql, importId, { after, limit: BATCH });
    if (lines.length === 0) return;
    after = lines.at(-1)!.number;
    const matches = await matchesFor(sql, lines);
    for (const line of lines) {
      const found = matches.get(line.id);
      if (found?.certainty !== 'certain') continue;
      const booked = await inTransaction(sql, (tx) =>
        bookBankLine(tx, commands.within(tx), line.id, asMatched(found), by),
      ).catch(stays);
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

/** What is not as it was proposed any more (a line before it paid the same order) is for a person. */
function stays(error: unknown): null {
  if (error instanceof NettermsError) return null;
  throw error;
}
