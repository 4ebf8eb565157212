import type { BookedOrder, Evidence } from '../evidence.ts';
import { type Comparison, compareEach, groupBy, sumOf } from './comparison.ts';

type Standing = Pick<BookedOrder, 'status' | 'outstanding' | 'credit'>;

/** How an order stands after what happened to it, in whatever sequence. */
function standingOf(total: number, paid: number, credited: number, isCancelled: boolean): Standing {
  if (isCancelled) return { status: 'cancelled', outstanding: 0, credit: paid };
  const outstanding = Math.max(0, total - paid - credited);
  const credit = Math.max(0, paid + credited - total);
  return { status: outstanding > 0 ? 'open' : 'settled', outstanding, credit };
}

/** Compares every balance with what follows from the orders, and from the commands that were applied. */
export function compareMoney(
  amountOf: (commandId: string) => number,
  { orders, commands, accounts, discrepancies }: Evidence,
): Comparison[] {
  const applied = groupBy(
    commands.filter(({ outcome }) => outcome === 'applied'),
    ({ orderId }) => orderId,
  );
  const expected = new Map(
    orders.map(({ id, total }) => {
      const done = applied.get(id) ?? [];
      const amountsOf = (kind: string) =>
        sumOf(done.filter((command) => command.kind === kind).map((command) => amountOf(command.id)));
      const isCancelled = done.some(({ kind }) => kind === 'cancel');
      return [id, standingOf(total, amountsOf('recordPayment'), amountsOf('credit'), isCancelled)];
    }),
  );
  const ordersOf = groupBy(orders, ({ customerId }) => customerId);

  return [
    compareEach('orders: status, balance and credit follow from what happened', orders, (order) => {
      const { status, outstanding, credit } = order;
      const [is, should] = [
        JSON.stringify({ status, outstanding, credit }),
        JSON.stringify(expected.get(order.id)),
      ];
      return is === should ? null : `order ${order.id} is ${is}, and should be ${should}`;
    }),
    compareEach(
      'customers: debt and credit are the sums of these',
      accounts,
      ({ customerId, exposure, unapplied }) => {
        const standings = (ordersOf.get(customerId) ?? []).map(({ id }) => expected.get(id)!);
        const [debt, credit] = [
          sumOf(standings.map(({ outstanding }) => outstanding)),
          sumOf(standings.map((standing) => standing.credit)),
        ];
        return exposure === debt && unapplied === credit
          ? null
          : `${customerId} owes ${exposure} and has ${unapplied}, and should owe ${debt} and have ${credit}`;
      },
    ),
    {
      what: '`reconcile` finds nothing',
      count: orders.length,
      wrong: discrepancies.map(({ subject, problem }) => `${subject} ${problem}`),
    },
  ];
}
