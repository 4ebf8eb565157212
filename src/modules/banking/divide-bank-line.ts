import { apportion } from '../../kernel/apportion.ts';
import { NettermsError } from '../../kernel/errors.ts';
import { invalid } from '../../kernel/invalid.ts';
import { plainMoney } from '../../kernel/money.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { stepBankCollection } from '../bank-collections/step-bank-collection.ts';
import { instalmentOf } from '../bank-collections/tables.ts';
import { type Asked, nothing } from '../commands/asked.ts';
import type { Ask } from '../commands/commands.ts';
import { lockOrders } from '../orders/tables.ts';
import { requireBookable } from './book-bank-line.ts';
import { lockBankLine } from './tables.ts';

/** A collection (RiBa, direct debit) that is a part of a line; `amount` in minor units, all that is open if not given. */
export type Item = { orderId: string; instalment: number; amount?: number | undefined };

/**
 * Divides one line over several collections: what the bank credited for the month's presentations, or took back for
 * those that were returned. Incoming money moves each collection to `credited` (subject to collection: nothing is
 * booked), outgoing money to `unpaid`, on the line's day. What outgoing money is more than its parts is the bank's fee,
 * which the customers are charged in equal parts if `charge` says so. The parts are remembered with the line; a repeat with the same parts changes nothing.
 * @throws NettermsError with the codes of `stepBankCollection` and `requireBookable`; `validation` if the parts are more
 *   than the line, or less than incoming money; `conflict` if it was divided otherwise
 */
export async function divideBankLine(
  tx: Tx,
  ask: Ask,
  lineId: string,
  { items, charge }: { items: readonly Item[]; charge: boolean },
  { actor, now }: { actor: string; now: string },
): Promise<{ asked: Asked }> {
  const line = await lockBankLine(tx, lineId);
  const known = await tx<{ orderId: string; instalment: number }[]>`
    select order_id, instalment from bank_line_items where bank_line_id = ${lineId}`;
  if (known.length > 0) {
    const same = items.every((one) =>
      known.some((other) => other.orderId === one.orderId && other.instalment === one.instalment),
    );
    if (same && known.length === items.length) return { asked: { ...nothing, replayed: true } };
    throw new NettermsError('conflict', `Line ${lineId} was already divided over other collections.`);
  }
  requireBookable(line);
  if (line.paymentId !== null || line.reverses !== null)
    throw new NettermsError('bank-line-booked', `Line ${lineId} is booked already.`);
  const money = (amount: number) => plainMoney({ amount, currency: line.currency });
  await lockOrders(tx, [...new Set(items.map(({ orderId }) => orderId))].sort());
  const parts: (Item & { amount: number })[] = [];
  for (const [index, item] of items.entries()) {
    const instalment = await instalmentOf(tx, item.orderId, item.instalment);
    const amount = item.amount ?? (line.direction === 'credit' ? instalment.outstanding : instalment.amount);
    if (amount <= 0)
      invalid(
        `/collections/${index}`,
        `Instalment ${item.instalment} of order ${item.orderId} has nothing open.`,
      );
    parts.push({ ...item, amount });
  }
  const sum = parts.reduce((total, { amount }) => total + amount, 0);
  if (line.direction === 'credit' ? sum !== line.amount : sum > line.amount)
    invalid(
      '/collections',
      `The parts add up to ${money(sum)}, but the line is ${money(line.amount)}: give the amount of each part.`,
    );
  const fees = apportion(
    charge ? line.amount - sum : 0,
    parts.map(() => 1),
  );
  const changedOrders: string[] = [];
  for (const [index, { orderId, instalment, amount }] of parts.entries()) {
    const fee = fees[index] ?? 0;
    const step = await stepBankCollection(tx, ask, {
      ...{ orderId, instalment, method: null, on: line.valueOn, paymentId: null, confirmed: false },
      ...{ state: line.direction === 'credit' ? 'credited' : 'unpaid', actor, now },
      fee: fee > 0 ? { amount: fee, currency: line.currency } : 'none',
      reason: `bank line ${lineId}`,
    } as const);
    changedOrders.push(...step.asked.changedOrders);
    await tx`
      insert into bank_line_items (bank_line_id, order_id, instalment, amount)
      values (${lineId}, ${orderId}, ${instalment}, ${amount})`;
  }
  await recordAudit(tx, {
    at: now,
    actor,
    action: 'bank_line.divided',
    subject: `bank-line/${lineId}`,
    detail: { collections: parts.length },
  });
  return { asked: { ...nothing, changedOrders } };
}
