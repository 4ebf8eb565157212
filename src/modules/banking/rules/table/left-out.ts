import { type Decimal, decimalOf, isNegative } from './amounts.ts';
import { stepsOf } from './balances.ts';
import { currencyOf } from './currencies.ts';
import type { Profile } from './profile.ts';
import type { Question } from './roles.ts';
import { type Columns, type Row, singleRoles } from './table.ts';
import { directionOf, statusOf } from './words.ts';

/**
 * Asks about columns that are not read and would change what a line means: other currencies than the file's, the
 * direction of amounts without a sign, and lines that are not booked. A column that is called so counts even if its
 * values are not known.
 */
export function leftOut(
  profiles: readonly Profile[],
  columns: Columns,
  ignored: readonly number[],
  currency: string,
): Question[] {
  const used = new Set([
    ...singleRoles.flatMap((role) => columns[role] ?? []),
    ...columns.reference,
    ...ignored,
  ]);
  const amounts = [columns.amount, columns.credit].flatMap((column) => profiles[column ?? -1]?.values ?? []);
  const unsigned = columns.debit === undefined && !amounts.some(isNegative);
  return profiles
    .filter(({ column, values }) => !used.has(column) && values.length > 0)
    .flatMap(({ name, values, meaning, called, by }): Question[] => {
      const ask = (parameter: string, what: string): Question[] => [
        {
          parameter,
          detail: `The column "${name}" ${what}: name it in ${parameter}, or in ignore if it does not count.`,
        },
      ];
      const kind = called ?? meaning;
      if (kind === 'currency' && columns.currencyColumn === undefined) {
        const found = values.map(currencyOf);
        if (found.some((code) => code !== currency && (code !== null || called !== null)))
          return ask('currencyColumn', `has other currencies than ${currency}`);
      }
      if (kind === 'direction' && columns.direction === undefined && unsigned) {
        const found = values.map(directionOf);
        const both = found.includes('debit') && found.includes('credit');
        if (
          called !== null
            ? found.some((side) => side !== 'credit')
            : both || (by === 'name' && found.includes('debit'))
        )
          return ask('direction', 'seems to tell incoming money from outgoing');
      }
      if (kind === 'status' && columns.status === undefined) {
        const found = values.map(statusOf);
        const known = found.filter((status) => status !== null).length > 0;
        if (
          found.some(
            (status) =>
              status === 'pending' || status === 'reverted' || (status === null && called !== null && known),
          )
        )
          return ask('status', 'says that some lines are not booked');
      }
      return [];
    });
}

/** Asks if the amounts are whole and the cells behind them have two digits each: decimals that a comma cut off. */
export function cutDecimals(profiles: readonly Profile[], { amount }: Columns): Question[] {
  const [own, next] = [profiles[amount ?? -1], profiles[(amount ?? -1) + 1]];
  const cut =
    own &&
    next &&
    own.values.length > 0 &&
    next.values.length > 0 &&
    own.values.every((value) => /^-?\d+$/.test(value)) &&
    next.values.every((value) => /^\d{2}$/.test(value));
  if (!cut) return [];
  return [
    {
      parameter: 'amount',
      detail: `"${own.name}" has whole numbers, and the next column has two digits each: the decimal comma seems to separate cells. Export the file with another separator, or name the amount.`,
    },
  ];
}

/** Asks if balances show that amounts without a sign are also outgoing ones. */
export function againstBalance(
  profiles: readonly Profile[],
  { amount, direction }: Columns,
  rows: readonly Row[],
  decimal: Decimal | null,
  currency: string,
): Question[] {
  if (amount === undefined || direction !== undefined || decimal === null) return [];
  const known = profiles[amount];
  if (!known || known.values.some(isNegative)) return [];
  const against = profiles.some(
    ({ column, values }) =>
      column !== amount &&
      values.length > 2 &&
      decimalOf(values, currency) !== null &&
      stepsOf(rows, amount, column)?.signed === false,
  );
  return against
    ? [
        {
          parameter: 'direction',
          detail:
            'The amounts have no sign, but the balances show that some of them went out: name the column that tells them apart.',
        },
      ]
    : [];
}
