import type { Asked, Call } from '../client.ts';
import type { BookedCommand, BookedOrder, Evidence } from '../evidence.ts';
import { ORDERS_WITHIN_LIMIT } from '../merchant.ts';
import { type Comparison, compareEach, groupBy } from './comparison.ts';

/** Compares what the clients were told with the books. */
export function compareAnswers(
  asked: readonly Asked[],
  calls: readonly Call[],
  { orders, commands, payments, accounts }: Evidence,
): Comparison[] {
  const orderOf = groupBy(orders, ({ id }) => id);
  const commandOf = groupBy(commands, ({ id }) => id);
  const paymentOf = groupBy(payments, ({ id }) => id);
  const askedOf = groupBy(asked, ({ id }) => id);
  const ofKind = (...kinds: Asked['kind'][]) => asked.filter(({ kind }) => kinds.includes(kind));

  return [
    compareEach(
      'calls: each answer is one that the documentation names',
      calls.filter(({ status }) => status !== null),
      ({ kind, status }) =>
        ![200, 201, 202, 409, 422, 503].includes(status!) && `a ${kind} was answered ${status}`,
    ),
    compareEach(
      'orders: what was acknowledged exists with its total, what was refused does not',
      ofKind('order'),
      (order) => orderProblem(order, orderOf.get(order.id)?.[0]),
    ),
    compareEach('orders: charged once, and asked by somebody', orders, ({ id, total, charges }) => {
      if (!askedOf.has(id)) return `nobody asked for order ${id}`;
      return charges.length === 1 && charges[0] === total
        ? null
        : `order ${id} of ${total} is charged ${charges}`;
    }),
    compareEach(
      'payments: what was acknowledged is booked once, with its amount',
      ofKind('payment'),
      (payment) => {
        const { id, amount, orderId } = payment;
        const problem = commandProblem(payment, commandOf.get(id), null);
        const rows = paymentOf.get(id) ?? [];
        if (problem || rows.length === 0) return problem;
        const [row] = rows;
        const right = rows.length === 1 && row!.amount === amount && row!.orderId === orderId;
        return right && row!.booked === amount
          ? null
          : `payment ${id} of ${amount} is in the books as ${JSON.stringify(rows)}`;
      },
    ),
    compareEach(
      'cancellations, credit notes, changes of due dates: what was acknowledged is in effect once',
      ofKind('cancel', 'credit', 'extend'),
      (command) =>
        commandProblem(command, commandOf.get(command.id), orderOf.get(command.orderId)?.[0] ?? null),
    ),
    compareEach(
      'commands: asked by somebody',
      commands,
      ({ id }) => !askedOf.has(id) && `nobody asked for ${id}`,
    ),
    compareEach(
      'due dates: moved once by each change, and by nothing else',
      orders,
      ({ id, dueOn, moves }) => {
        const changes = commands.filter(
          ({ orderId, kind, outcome }) => orderId === id && kind === 'extend' && outcome === 'applied',
        );
        const right = moves === changes.length && changes.every((change) => change.dueOn === dueOn);
        return right
          ? null
          : `order ${id} is due on ${dueOn}, moved ${moves} times, by ${JSON.stringify(changes)}`;
      },
    ),
    compareEach(
      'credit limits: as many orders as the limit allows, and never one more',
      accounts.filter(({ customerId }) => customerId.startsWith('limit-')),
      ({ customerId, exposure, creditLimit }) => {
        const accepted = orders.filter((order) => order.customerId === customerId).length;
        const wanted = askedOf.has(`${customerId}-0`) ? ORDERS_WITHIN_LIMIT : 0;
        const right = accepted === wanted && exposure <= creditLimit;
        return right ? null : `${customerId} has ${accepted} orders and owes ${exposure} of ${creditLimit}`;
      },
    ),
  ];
}

function orderProblem(
  { id, amount, customerId, answer }: Asked,
  found: BookedOrder | undefined,
): string | null {
  if (answer?.status === 201)
    return found?.total === amount && found.customerId === customerId
      ? null
      : `order ${id} of ${amount} was acknowledged, and is in the books as ${JSON.stringify(found)}`;
  if (answer === null) return null;
  const right = answer.body.code === 'not-eligible' && customerId.startsWith('limit-') && !found;
  return right
    ? null
    : `order ${id} was answered ${answer.status} ${answer.body.code}, and is ${found?.status}`;
}

/** What is wrong with a command, by its answer: 200 applied, 202 decided later, 409 refused, null unknown. */
function commandProblem(
  { id, kind, answer }: Asked,
  found: readonly BookedCommand[] = [],
  order: BookedOrder | null,
): string | null {
  const told = answer ? `answered ${answer.status} ${answer.body.code ?? ''}` : 'never answered';
  const wrong = `${id} was ${told}, and is in the books as ${JSON.stringify(found)}`;
  if (found.length > 1) return wrong;
  const [command] = found;
  if (command?.outcome === null) return wrong;
  const refusal = command?.outcome === 'refused' ? command.refusal : (answer?.body.code ?? null);
  if (refusal !== null && !mayBeRefused(kind, refusal, order))
    return `${wrong}; its order is ${order?.status}`;
  const allowed: (string | undefined)[] = {
    200: ['applied'],
    202: ['applied', 'refused'],
    409: ['refused', undefined],
  }[answer?.status ?? 0] ?? ['applied', 'refused', undefined];
  return allowed.includes(command?.outcome) ? null : wrong;
}

/** Money is never refused. A settled order still takes a credit note. */
function mayBeRefused(kind: Asked['kind'], code: string, order: BookedOrder | null): boolean {
  if (kind === 'payment' || code !== 'order-closed') return false;
  return order?.status === 'cancelled' || (order?.status === 'settled' && kind !== 'credit');
}
