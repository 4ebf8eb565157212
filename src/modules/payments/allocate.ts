import { z } from 'zod';
import { dayAt } from '../../kernel/calendar.ts';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { notOpen } from '../commands/rules/refusal.ts';
import { bookLateInterest } from '../interest/late-charges.ts';
import { kindOfDeduction, reduction } from '../ledger/rules/deductions.ts';
import { afterwards, distribute } from '../ledger/rules/entry.ts';
import { allocation } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { leftOfPayment } from './credit-sources.ts';
import { allocatedShares, startingWith } from './rules/allocations.ts';
import { deductionKinds } from './rules/receipts.ts';
import { findPayment } from './tables.ts';

/**
 * Money of a customer's payment for this order, with the deductions. If the money is late, interest is charged up to
 * its day, and is paid first. What exceeds the order's balance stays unapplied. A customer's command submits it.
 */
export const allocate = orderCommand({
  kind: 'allocate',
  permission: 'accounting',
  body: z.object({
    paymentId: z.string(),
    /** The sum of the parts. */
    amount: z.int(),
    parts: z.array(z.object({ instalment: z.int().optional(), amount: z.int() })),
    deductions: z.array(z.object({ kind: z.enum(deductionKinds), amount: z.int() })),
  }),

  async read(tx, _, { paymentId }) {
    return { left: await leftOfPayment(tx, paymentId) };
  },

  refuse({ order }, { amount }, { left }) {
    return notOpen(order) ?? (left < amount ? { code: 'insufficient-credit' } : null);
  },

  async apply(tx, state, { paymentId, parts, deductions }, { command }) {
    const { order, policies } = state;
    const booking = bookingOf(state, command);
    const { receivedOn } = (await findPayment(tx, paymentId))!;
    await bookLateInterest(tx, order, { commandId: command.id, until: receivedOn, booking, policies });
    const balances = await balancesOf(tx, order.id);
    const paid = allocatedShares(balances, parts);
    const entries = allocation(command.id, order.id, paid, { paymentId, valueOn: receivedOn });
    const placedOn = dayAt(order.placedAt, policies.settings.body.timeZone);
    const cause = { kind: 'payment', id: paymentId } as const;
    let left = startingWith(afterwards(balances, paid), parts[0]?.instalment);
    for (const deduction of deductions) {
      const less = distribute(left, deduction.amount);
      left = afterwards(left, less);
      const kind = kindOfDeduction[deduction.kind];
      // What is withheld was never owed: it counts from the day of the order.
      const valueOn = kind === 'withholding' ? placedOn : receivedOn;
      entries.push(
        ...reduction(`${command.id}/deduction`, order.id, kind, less, { paymentId, cause, valueOn }),
      );
    }
    await book(tx, entries, booking);
    return { paidWith: { paymentId, receivedOn } };
  },

  consequences: ['discountAndTolerance'],
});
