import { type Day, dayAt, type Instant } from '../../kernel/calendar.ts';
import { type Money, plainMoney } from '../../kernel/money.ts';
import type { StepKind } from '../../modules/orders/rules/steps.ts';
import type { OrderView } from '../../modules/reports/order-views.ts';
import type { PaymentMeans } from '../../modules/terms/rules/terms.ts';
import { formatDay, formatInstant } from '../format.ts';

export const Amount = ({ money }: { money: Money }) => <span class="amount">{plainMoney(money)}</span>;

export const OnDay = ({ day }: { day: Day }) => <time datetime={day}>{formatDay(day)}</time>;

export const At = ({ at, zone, seconds = false }: { at: Instant; zone: string; seconds?: boolean }) => (
  <time datetime={at}>{formatInstant(at, zone, { seconds })}</time>
);

/** An instalment's due date; terms of seconds or hours show the time as well. */
export function Due({
  order,
  line,
  zone,
}: {
  order: OrderView;
  line: OrderView['instalments'][number];
  zone: string;
}) {
  const { terms } = order;
  const rules = terms.kind === 'instalments' ? terms.lines.map((given) => given.terms) : [terms];
  if (line.dueAt === null)
    return (
      <>
        <OnDay day={line.dueOn} /> <span class="id">provisional</span>
      </>
    );
  const isExact = rules.every(({ kind }) => kind === 'elapsed') && dayAt(line.dueAt, zone) === line.dueOn;
  return isExact ? <At at={line.dueAt} zone={zone} seconds /> : <OnDay day={line.dueOn} />;
}

/** The earliest unpaid due date, or else the last one. */
export function DueDate({ order, zone }: { order: OrderView; zone: string }) {
  const line =
    order.instalments.find(({ outstanding }) => outstanding.amount > 0) ?? order.instalments.at(-1);
  return line ? <Due order={order} line={line} zone={zone} /> : null;
}

/** How an instalment is paid. */
export const collectionWords = {
  transfer: 'bank transfer',
  riba: 'RiBa',
  sdd: 'SEPA direct debit',
  card: 'card',
} as const satisfies Record<PaymentMeans, string>;

export const stepWords = {
  remind: 'Reminder',
  overdue: 'Overdue reminder',
  returned: 'Letter about the return',
  decide: 'Decision by a person',
  expire: 'Reservation expires',
} as const satisfies Record<StepKind | 'expire', string>;

/** The name of an actor, for people. */
export function actorWords(actor: string): string {
  if (actor === 'system') return 'Netterms';
  if (actor === 'temporal') return 'an operator in Temporal';
  const [kind, id] = [actor.slice(0, actor.indexOf(':')), actor.slice(actor.indexOf(':') + 1)];
  return kind === 'key' ? `API key ${id}` : id;
}
