import type { Day } from '../../../kernel/calendar.ts';
import type { Money } from '../../../kernel/money.ts';
import { type Balance, outstandingOf } from '../../ledger/rules/entry.ts';

/** Why a customer pays less than is owed without owing the difference: the merchant bears it. */
export const deductionKinds = ['bank_fee', 'rounding', 'withholding', 'discount'] as const;
export type DeductionKind = (typeof deductionKinds)[number];

/** What the merchant forgives when money comes in. An amount in another currency than the receipt's counts as zero. */
export type ReceiptsPolicy = {
  /** How much of each kind may be deducted from one receipt; null: any amount. */
  readonly deductions: Readonly<Record<DeductionKind, Money | null>>;
  /** The largest rest of an order that is forgiven after a payment. */
  readonly underpayment: Money;
  /** What the customer is charged for a payment that the bank returns; null: nothing. */
  readonly returnFee: Money | null;
  /** The number of bank days after the due date during which the bank can still return a collection. */
  readonly bankDays: number;
};

/** The amount in that currency, in minor units; zero in another. */
export const amountIn = (money: Money, currency: string): number =>
  money.currency === currency ? money.amount : 0;

/** An order that money can be allocated to; what is already promised to it is taken off its balances. */
export type OpenOrder = {
  readonly orderId: string;
  readonly placedOn: Day;
  readonly placedAt: string;
  readonly balances: readonly (Balance & Due)[];
};

/**
 * Distributes an amount over a customer's orders, the earliest due instalment first, whichever order it belongs to
 * (art. 1193 of the Italian civil code).
 * @param asked what is asked for an order; less than its balance if a deduction or a discount covers the rest
 * @returns the amount for each order that gets some, in minor units
 */
export function shareOut(
  orders: readonly OpenOrder[],
  amount: number,
  asked: (order: OpenOrder) => number,
): Map<string, number> {
  const shares = new Map<string, number>();
  let left = amount;
  const due = orders
    .flatMap((order) => order.balances.map((line) => ({ order, line })))
    .filter(({ line }) => line.outstanding > 0)
    .sort(
      (a, b) =>
        byDueDate(a.line, b.line) ||
        Date.parse(a.order.placedAt) - Date.parse(b.order.placedAt) ||
        (a.order.orderId < b.order.orderId ? -1 : Number(a.order.orderId > b.order.orderId)) ||
        a.line.number - b.line.number,
    );
  for (const { order, line } of due) {
    const had = shares.get(order.orderId) ?? 0;
    const share = Math.min(left, line.outstanding, Math.max(asked(order) - had, 0));
    if (share === 0) continue;
    shares.set(order.orderId, had + share);
    left -= share;
  }
  return shares;
}

type Due = { readonly dueOn: Day; readonly dueAt: string | null };

/** The earliest first; a provisional due date comes last. */
export const byDueDate = (a: Due, b: Due): number =>
  dueTime(a) - dueTime(b) || a.dueOn.localeCompare(b.dueOn);

const dueTime = ({ dueAt }: Due): number => (dueAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(dueAt));

/** What is owed on an order, in minor units. */
export const owedOf = ({ balances }: OpenOrder): number => outstandingOf(balances);
