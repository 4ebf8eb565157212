import type { Db } from '../../platform/postgres/client.ts';
import type { Effect } from '../ledger/rules/entry.ts';
import type { LetterLine } from './letters/letter.ts';

/** What each effect is called in a letter; every entry has a line, so that the lines add up to what is owed. */
const lineOf: Readonly<Record<Effect, LetterLine['kind']>> = {
  charge: 'total',
  amendment: 'total',
  plan_move: 'total',
  credit_note: 'credit-notes',
  cancellation: 'credit-notes',
  return_fee: 'costs',
  compensation: 'costs',
  waiver: 'costs',
  interest: 'interest',
  early_payment_discount: 'discount',
  withholding: 'withheld',
  split_payment: 'withheld',
  payment: 'received',
  allocation: 'received',
  tolerance: 'discount',
  rounding: 'discount',
  bank_fee: 'discount',
  write_off: 'discount',
  refund: 'received',
  credit_adjustment: 'received',
};
const inOrder: readonly LetterLine['kind'][] = [
  'total',
  'credit-notes',
  'costs',
  'interest',
  'discount',
  'withheld',
  'received',
  'disputed',
];

export type Line = { kind: LetterLine['kind']; amount: number };

/** How what is owed on instalments comes about, line by line, by "order instalment"; amounts in minor units. */
export async function amountLines(db: Db, orderIds: readonly string[]): Promise<Map<string, Line[]>> {
  const sums = await db<{ orderId: string; instalment: number; effect: Effect; amount: number }[]>`
    select order_id, instalment, effect, sum(amount)::bigint as amount from ledger
    where order_id = any(${orderIds as string[]}) and account = 'receivable' group by 1, 2, 3`;
  const lines = new Map<string, Line[]>();
  for (const { orderId, instalment, effect, amount } of sums) {
    const key = `${orderId} ${instalment}`;
    lines.set(key, addLine(lines.get(key) ?? [], { kind: lineOf[effect], amount }));
  }
  return new Map([...lines].map(([item, all]) => [item, withoutWaived(all)]));
}

/** What was waived beyond the costs was interest. */
function withoutWaived(lines: readonly Line[]): Line[] {
  const costs = lines.find(({ kind }) => kind === 'costs')?.amount ?? 0;
  if (costs >= 0) return [...lines];
  return addLine(addLine(lines, { kind: 'costs', amount: -costs }), { kind: 'interest', amount: costs });
}

/** What banks charged for collections of these items that came back, in minor units of their one currency. */
export async function returnFees(
  db: Db,
  items: readonly { readonly orderId: string; readonly instalment: number }[],
): Promise<number> {
  const [row] = await db<{ fees: number }[]>`
    select coalesce(sum(amount), 0)::bigint as fees from ledger
    where (order_id, instalment) in (select * from unnest(${items.map(({ orderId }) => orderId)}::text[],
        ${items.map(({ instalment }) => instalment)}::int[]))
      and account = 'receivable' and effect = 'return_fee'`;
  return row!.fees;
}

/** The lines with another added to the one of its kind, in the order in which letters show them, without zeros. */
export function addLine(lines: readonly Line[], { kind, amount }: Line): Line[] {
  const sum = (lines.find((line) => line.kind === kind)?.amount ?? 0) + amount;
  const all = [...lines.filter((line) => line.kind !== kind), ...(sum === 0 ? [] : [{ kind, amount: sum }])];
  return all.sort((a, b) => inOrder.indexOf(a.kind) - inOrder.indexOf(b.kind));
}
