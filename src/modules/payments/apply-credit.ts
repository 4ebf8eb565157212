import { z } from 'zod';
import type { Day } from '../../kernel/calendar.ts';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { notOpen, otherCurrency } from '../commands/rules/refusal.ts';
import { afterCharges, bookLateInterest } from '../interest/late-charges.ts';
import { afterwards, distribute, outstandingOf } from '../ledger/rules/entry.ts';
import { allocation } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { type CreditSource, creditSources, draw } from './credit-sources.ts';

type Facts = { readonly sources: CreditSource[] | null; readonly owed: number };

/**
 * Credit held for the customer pays the order, the earliest instalment first: the whole amount or nothing. Interest is
 * charged up to the day on which the last of the money came; credit that does not come from a payment causes none.
 */
export const applyCredit = orderCommand({
  kind: 'applyCredit',
  permission: 'accounting',
  body: z.object({ amount: z.int(), currency: z.string() }),

  async read(tx, { order, policies }, { amount }, commandId): Promise<Facts> {
    const held = await creditSources(tx, order.customerId, order.currency, { before: commandId });
    const sources = draw(held, amount);
    const until = lastReceivedOn(sources);
    const balances = await balancesOf(tx, order.id);
    const owed = until === null ? balances : await afterCharges(tx, order, { until, policies }, balances);
    return { sources, owed: outstandingOf(owed) };
  },

  refuse({ order }, { amount, currency }, { sources, owed }) {
    const refusal = notOpen(order) ?? otherCurrency(order, currency);
    if (refusal) return refusal;
    if (amount > owed) return { code: 'allocation-exceeds-outstanding' };
    return sources ? null : { code: 'insufficient-credit' };
  },

  async apply(tx, state, _, { facts, command }) {
    const { order, policies, today } = state;
    const sources = facts.sources!;
    const booking = bookingOf(state, command);
    const until = lastReceivedOn(sources);
    if (until !== null)
      await bookLateInterest(tx, order, { commandId: command.id, until, booking, policies });
    let balances = await balancesOf(tx, order.id);
    const entries = sources.flatMap(({ paymentId, receivedOn, amount }) => {
      const paid = distribute(balances, amount);
      balances = afterwards(balances, paid);
      return allocation(command.id, order.id, paid, { paymentId, valueOn: receivedOn ?? today });
    });
    await book(tx, entries, booking);
    const last = sources.at(-1);
    return { paidWith: last && last.paymentId !== null ? last : null };
  },

  consequences: ['discountAndTolerance'],
});

/** The sources are sorted by the day on which their money came; null if the last one does not come from a payment. */
const lastReceivedOn = (sources: readonly CreditSource[] | null): Day | null =>
  sources?.at(-1)?.receivedOn ?? null;
