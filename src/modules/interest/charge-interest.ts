import { z } from 'zod';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { notOpen } from '../commands/rules/refusal.ts';
import { book } from '../ledger/tables.ts';
import { lateEntries } from './late-charges.ts';

/** Charges the late interest that has accrued up to a day. */
export const chargeInterest = orderCommand({
  kind: 'chargeInterest',
  permission: 'admin',
  body: z.object({ until: z.string() }),
  read: (tx, { order, policies }, { until }, commandId) =>
    lateEntries(tx, order, { commandId, until, policies }),

  refuse({ order }, _, entries) {
    const refusal = notOpen(order);
    if (refusal) return refusal;
    if (typeof entries === 'string') return { code: entries };
    return entries.length === 0 ? { code: 'nothing-to-charge' } : null;
  },

  async apply(tx, state, _, { facts: entries, command }) {
    if (typeof entries !== 'string') await book(tx, entries, bookingOf(state, command));
  },

  consequences: [],
});
