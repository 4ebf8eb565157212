import { NettermsError } from '../../kernel/errors.ts';
import { inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { type Allocated, receivePayment } from '../payments/receive-payment.ts';
import type { Proposal } from './rules/matching.ts';
import { lockBankLine, neverBookedLines, paymentIdOf, proposalsFor, stateOf } from './tables.ts';

/** Lines that are looked at together. */
const BATCH = 250;

/** What a line is booked as: by a person's word, or as it was proposed. */
export type Booking = {
  customerId: string;
  /** Null: the oldest due is paid first. */
  allocations: readonly { orderId: string; instalment?: number | undefined; amount: number }[] | null;
  deductions: Parameters<typeof receivePayment>[1]['deductions'];
};

/**
 * Books a bank line as a payment; one that is booked already answers with that. After its payment was taken back it is
 * booked as another.
 * @throws NettermsError as `receivePayment`; `bank-line-ignored`; `conflict` if it was booked otherwise
 */
export async function bookBankLine(
  sql: Sql,
  lineId: string,
  { customerId, allocations, deductions }: Booking,
  by: { actor: string; now: string },
): Promise<Allocated & { paymentId: string }> {
  return inTransaction(sql, async (tx) => {
    const line = await lockBankLine(tx, lineId);
    if (stateOf(line) === 'ignored')
      throw new NettermsError(
        'bank-line-ignored',
        `Line ${line.id} was taken out of the pool by ${line.ignoredBy}.`,
      );
    const money = (amount: number) => ({ amount, currency: line.currency });
    const paymentId = line.paymentId ?? paymentIdOf(line.id, line.takenBack);
    const allocated = await receivePayment(
      tx,
      {
        paymentId,
        customerId,
        amount: money(line.amount),
        receivedOn: line.valueOn,
        method: 'bank-transfer',
        reference: line.reference.slice(0, 200) || null,
        allocations:
          allocations?.map(({ amount, ...place }) => ({ ...place, amount: money(amount) })) ?? null,
        deductions,
        allocate: true,
        content: { bankLine: line.id, customerId, allocations, deductions },
      },
      by,
    );
    return { ...allocated, paymentId };
  });
}

/**
 * Books the lines of an import's file whose match is certain, one by one, each in its transaction, also where an earlier
 * import without booking brought them into the pool; the others stay there.
 * May be broken off and repeated. What an order refuses meanwhile stays in the pool as well.
 * @param went is told of each line that was booked
 */
export async function bookCertain(
  sql: Sql,
  importId: string,
  { actor, now, went }: { actor: string; now: string; went: (booked: Allocated) => Promise<void> },
): Promise<void> {
  for (let after = 0; ; ) {
    const lines = await neverBookedLines(sql, importId, { after, limit: BATCH });
    if (lines.length === 0) return;
    after = lines.at(-1)!.number;
    const proposals = await proposalsFor(sql, lines);
    for (const line of lines) {
      const proposal = proposals.get(line.id);
      if (proposal?.certainty === 'certain') {
        const booked = await bookBankLine(sql, line.id, bookingOf(proposal), { actor, now }).catch(stays);
        if (booked) await went(booked);
      }
    }
  }
}

/** A proposal as it is booked. */
export const bookingOf = ({ customerId, allocations }: Proposal): Booking => ({
  customerId: customerId!,
  allocations,
  deductions: [],
});

/** What is not as it was proposed any more (a line before it paid the same order) is for a person. */
function stays(error: unknown): null {
  if (error instanceof NettermsError) return null;
  throw error;
}
