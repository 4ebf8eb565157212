import { z } from 'zod';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { notOpen, otherCurrency } from '../commands/rules/refusal.ts';
import { waiver } from '../ledger/rules/reallocations.ts';
import { book, moneyOn } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';

/** Waives all or part of the charged interest and costs, paid or not. A settled order takes a waiver as well. */
export const waive = orderCommand({
  kind: 'waive',
  permission: 'admin',
  /** Without an amount, all of them. */
  body: z.object({ amount: z.int().optional(), currency: z.string().optional() }),

  async read(tx, { order }) {
    const [balances, received] = await Promise.all([
      balancesOf(tx, order.id),
      moneyOn(tx, order.id, 'charges'),
    ]);
    const unpaid = balances.reduce((sum, { charges }) => sum + charges, 0);
    const charged = received.reduce((sum, { amount }) => sum + amount, unpaid);
    return { balances, received, charged };
  },

  refuse({ order }, { amount, currency = order.currency }, { charged }) {
    const refusal = otherCurrency(order, currency) ?? (order.status === 'settled' ? null : notOpen(order));
    if (refusal) return refusal;
    const given = amount ?? charged;
    return given === 0 || given > charged ? { code: 'waiver-exceeds-charges' } : null;
  },

  async apply(tx, state, { amount }, { facts: { balances, received, charged }, command }) {
    const { order, today } = state;
    const given = { amount: amount ?? charged, received, today };
    const entries = waiver(command.id, order.id, balances, given);
    await book(tx, entries, bookingOf(state, command));
  },

  consequences: [],
});
