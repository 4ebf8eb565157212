import { NettermsError } from '../../../kernel/errors.ts';
import { type Money, plainMoney } from '../../../kernel/money.ts';
import { percentOf, percentUnits } from '../../../kernel/percent.ts';
import { type DueContext, type DueDate, dueDate } from './due-dates.ts';
import type {
  BaseDay,
  DueRule,
  Instalment,
  InstalmentLine,
  MovedDays,
  PaymentMeans,
  Terms,
} from './terms.ts';

/** What the terms say about one line: when it is due, from which day that is counted, and how it is paid. */
export type TermsPart = {
  readonly rule: DueRule & MovedDays;
  readonly from: BaseDay;
  readonly collection: PaymentMeans;
};

/** An instalment of a new order; `line` is the place in the terms, from 0. */
export type NewInstalment = Instalment & Pick<TermsPart, 'from' | 'collection'> & { readonly line: number };

/**
 * The lines of the terms; one line if they have no instalments. A fixed day is not counted from any day: it is final
 * from the start.
 */
export function partsOf(terms: Terms): TermsPart[] {
  const { from = 'placed', collection = 'transfer', nonBusinessDays, paymentDays } = terms;
  const based = (rule: DueRule, given: BaseDay): BaseDay => (rule.kind === 'fixed' ? 'placed' : given);
  if (terms.kind !== 'instalments') return [{ rule: terms, from: based(terms, from), collection }];
  return terms.lines.map((line) => ({
    rule: { nonBusinessDays, paymentDays, ...line.terms },
    from: based(line.terms, line.terms.from ?? from),
    collection: line.collection ?? collection,
  }));
}

/**
 * The instalments of an order on these terms, the earliest due first; their amounts add up to the total exactly. A line
 * of zero (30 % of one cent, no remainder) is left out. A due date that is counted from a later day is provisional.
 * @throws NettermsError `terms-not-applicable` if a fixed day is past, or the lines ask for more than the total or for
 *   another currency
 */
export function instalmentsOf(
  terms: Terms,
  { total, ...context }: DueContext & { readonly total: Money },
): NewInstalment[] {
  if (terms.kind === 'instalments') requireFit(terms.lines, total);
  const amounts = sharesOf(terms, total.amount);
  return partsOf(terms)
    .map(({ rule, ...part }, line) => ({ ...part, line, amount: amounts[line]!, ...dueDate(rule, context) }))
    .filter(({ amount }) => amount > 0)
    .sort(byDueDate)
    .map(({ dueAt, ...part }, index) => ({
      number: index + 1,
      ...part,
      dueAt: part.from === 'placed' ? dueAt : null,
    }));
}

/**
 * The amount of each line for a total, in minor units: percentages are rounded half up; the remainder line takes what
 * the others leave. If the total is less than the lines ask for, the fixed amounts come first, in their order.
 */
export function sharesOf(terms: Terms, total: number): number[] {
  if (terms.kind !== 'instalments') return [total];
  let left = total;
  const take = (amount: number): number => {
    const taken = Math.min(amount, left);
    left -= taken;
    return taken;
  };
  const set = terms.lines.map((line) => ('amount' in line ? take(line.amount.amount) : 0));
  const shares = terms.lines.map((line, index) =>
    'percent' in line ? take(percentOf(total, line.percent)) : set[index]!,
  );
  return shares.map((share, index) => ('remainder' in terms.lines[index]! ? left : share));
}

function requireFit(lines: readonly InstalmentLine[], total: Money): void {
  const refuse = (detail: string): never => {
    throw new NettermsError('terms-not-applicable', detail);
  };
  for (const line of lines)
    if ('amount' in line && line.amount.currency !== total.currency)
      refuse(
        `An instalment is ${plainMoney(line.amount)}, but the order is in ${total.currency}: choose other terms.`,
      );
  const percents = lines.reduce(
    (sum, line) => ('percent' in line ? sum + percentUnits(line.percent) : sum),
    0,
  );
  const set = lines.reduce((sum, line) => ('amount' in line ? sum + line.amount.amount : sum), 0);
  const asked = set + percentOf(total.amount, percents);
  if (asked > total.amount)
    refuse(
      `The instalments without the remainder add up to ${plainMoney({ ...total, amount: asked })}, but the order is only ${plainMoney(total)}: choose other terms.`,
    );
}

const byDueDate = (a: DueDate, b: DueDate): number =>
  Date.parse(a.dueAt) - Date.parse(b.dueAt) || a.dueOn.localeCompare(b.dueOn);
