import { z } from 'zod';
import type { Day } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { notOpen, otherCurrency } from '../commands/rules/refusal.ts';
import { afterCharges, chargeInterest } from '../interest/charge-interest.ts';
import { afterwards, outstandingOf, payable } from '../ledger/rules/entry.ts';
import { allocation } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { type CreditSource, creditSources, draw } from './credit-sources.ts';
import { findPayment } from './tables.ts';

type Facts = { readonly sources: CreditSource[] | null; readonly until: Day | null; readonly owed: number };

/**
 * Credit held for the customer pays the order, the earliest instalment first: all of the amount, or nothing. Where money
 * of it came late, interest is charged up to the day of the last that did; credit that no payment left is charged none.
 */
export const applyCredit = orderCommand({
  kind: 'applyCredit',
  permission: 'accounting',
  body: z.object({ amount: z.int(), currency: z.string() }),

  async read(tx, { order }, { amount }, commandId): Promise<Facts> {
    const held = await creditSources(tx, order.customerId, order.currency, { before: commandId });
    const sources = draw(held, amount);
    const until = sources && (await lastReceivedOn(tx, sources));
    const balances = await balancesOf(tx, order.id);
    const owed = until === null ? balances : await afterCharges(tx, order, until, balances);
    return { sources, until, owed: outstandingOf(owed) };
  },

  refuse({ order }, { amount, currency }, { sources, owed }) {
    const refusal = otherCurrency(order, currency) ?? notOpen(order);
    if (refusal) return refusal;
    if (amount > owed) return { code: 'allocation-exceeds-outstanding' };
    return sources ? null : { code: 'insufficient-credit' };
  },

  async apply(tx, state, _, { facts: { sources, until }, command }) {
    const { order } = state;
    const booking = bookingOf(state, command);
    if (until !== null) await chargeInterest(tx, order, { key: command.id, until, booking });
    let balances = await balancesOf(tx, order.id);
    const entries = sources!.flatMap(({ paymentId, amount }) => {
      const paid = payable(balances, amount);
      balances = afterwards(balances, paid);
      return allocation(
        `${command.id}/${paymentId === null ? 'credit' : `payment/${paymentId}`}`,
        order.id,
        paid,
        paymentId,
      );
    });
    await book(tx, entries, booking);
    return { paidWith: sources!.at(-1)?.paymentId ?? null };
  },

  consequences: ['discountAndTolerance'],
});

/** Sources are in the order in which their money came. */
async function lastReceivedOn(tx: Tx, sources: readonly CreditSource[]): Promise<Day | null> {
  const last = sources.at(-1)?.paymentId ?? null;
  return last === null ? null : (await findPayment(tx, last))!.receivedOn;
}
