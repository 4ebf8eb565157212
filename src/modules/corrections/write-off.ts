import { z } from 'zod';
import { plainMoney } from '../../kernel/money.ts';
import { type Db, inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { type ApprovalRow, decideApproval, getApproval, type OrderApproval } from '../approvals/tables.ts';
import type { Asked } from '../commands/asked.ts';
import type { Commands } from '../commands/commands.ts';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { notOpen, otherCurrency, type Refusal } from '../commands/rules/refusal.ts';
import { writeOffEntries } from '../ledger/rules/corrections.ts';
import { outstandingOf } from '../ledger/rules/entry.ts';
import { book } from '../ledger/tables.ts';
import { close } from '../orders/close.ts';
import { balancesOf, type OrderRow } from '../orders/tables.ts';
import { writeOffLimit } from '../settings/rules/loosening.ts';

/**
 * Writes off an amount of what is owed, the latest due first. Without an amount it writes off all that is owed, but no
 * more than was owed at submission. If nothing is left, the order is closed as written off. A write-off that would
 * bring the write-offs of an order over the merchant's threshold waits for a second person.
 */
export const writeOff = orderCommand({
  kind: 'writeOff',
  permission: 'admin',
  body: z.object({
    amount: z.int().optional(),
    currency: z.string().optional(),
    /** All that was outstanding at submission: what became owed later was not part of the decision. */
    upTo: z.int().optional(),
    approvalId: z.string().optional(),
    requestedBy: z.string().optional(),
  }),
  pin({ order }, body) {
    if (body.amount !== undefined) return body;
    return { ...body, upTo: order.status === 'reserved' ? order.total : order.outstanding };
  },

  read: (tx, { order }) => writtenOffOf(tx, order.id),

  refuse: ({ order }, body) => refusalFor(order, body),
  // What a second person has approved is decided with it: an approval is not used up for nothing.
  refuseToKeep: ({ order }, body) => (body.approvalId === undefined ? null : refusalFor(order, body)),

  secondPerson: {
    approval: 'write-off',
    amount({ order, policies }, { amount, upTo = 0 }, writtenOff) {
      const limit = writeOffLimit(policies.settings.body, order.currency);
      if (limit === null) return null;
      const given = amount ?? upTo;
      return writtenOff + given > limit ? given : null;
    },
    named: ({ amount }) => amount ?? null,
  },

  async apply(tx, state, { amount, upTo }, { command }) {
    const { order, today, now } = state;
    const balances = await balancesOf(tx, order.id);
    const outstanding = outstandingOf(balances);
    const given = amount ?? Math.min(upTo ?? outstanding, outstanding);
    const entries = writeOffEntries(command.id, order.id, balances, { amount: given, today });
    await book(tx, entries, bookingOf(state, command));
    const { actor, reason } = command;
    if (given === outstanding) await close(tx, order, { status: 'written_off', actor, reason, now });
  },

  consequences: [],
});

function refusalFor(
  order: OrderRow,
  { amount, currency = order.currency }: { amount?: number | undefined; currency?: string | undefined },
): Refusal | null {
  const refusal = otherCurrency(order, currency) ?? notOpen(order);
  if (refusal) return refusal;
  if (amount === undefined || amount <= order.outstanding) return null;
  const owed = plainMoney({ amount: order.outstanding, currency: order.currency });
  return {
    code: 'write-off-exceeds-balance',
    detail: `${owed} is outstanding: write off that much or less.`,
  };
}

/** What was written off from an order so far, and what waiting commands will write off. In minor units. */
async function writtenOffOf(db: Db, orderId: string): Promise<number> {
  const [row] = await db<{ amount: number }[]>`
    select ((select coalesce(-sum(amount), 0) from ledger where order_id = ${orderId} and effect = 'write_off')
          + (select coalesce(sum(coalesce((body->>'amount')::bigint, (body->>'upTo')::bigint)), 0) from commands
             where order_id = ${orderId} and kind = 'writeOff' and outcome is null))::bigint as amount`;
  return row!.amount;
}

/**
 * The decision of a second person: what is approved is written off in the name of both. A repeat is the same command.
 * @throws NettermsError with the codes of `decideApproval`; `write-off-exceeds-balance` if less is owed by now: then
 *   the request stays undecided
 */
export async function decideWriteOff(
  { sql, commands, now }: { sql: Sql; commands: Commands; now: string },
  id: string,
  decided: { decision: 'approved' | 'rejected'; comment: string | null; actor: string },
): Promise<{ approval: ApprovalRow; asked: Asked | null }> {
  if (decided.decision === 'rejected') {
    const approval = await inTransaction(sql, (tx) => decideApproval(tx, id, { ...decided, now }));
    return { approval, asked: null };
  }
  const { orderId, amount, currency, reason, requestedBy } = (await getApproval(sql, id)) as OrderApproval;
  return commands.transact(async (tx, ask) => {
    const asked = await ask.order(writeOff, {
      orderId,
      body: { amount, currency, approvalId: id, requestedBy },
      approved: true,
      actor: decided.actor,
      reason,
      content: { approval: id, by: decided.actor },
      idempotencyKey: `approval ${id}`,
      now,
    });
    if (!asked.replayed) await decideApproval(tx, id, { ...decided, now });
    return { approval: await getApproval(tx, id), asked };
  });
}
