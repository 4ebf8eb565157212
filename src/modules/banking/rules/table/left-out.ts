import { type Decimal, decimalOf, isNegative } from './amounts.ts';
import { stepsOf } from './balances.ts';
import type { Profile } from './profile.ts';
import type { Question } from './roles.ts';
import { type Columns, type Row, singleRoles } from './table.ts';
import { isCurrency } from './values.ts';
import { directionOf, statusOf } from './words.ts';

/** Asks about columns that are not read and would change what a line means. */
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
  return profiles
    .filter(({ column, values }) => !used.has(column) && values.length > 0)
    .flatMap(({ name, values, meaning }): Question[] => {
      const ask = (parameter: string, what: string): Question[] => [
        {
          parameter,
          detail: `The column "${name}" ${what}: name it in ${parameter}, or in ignore if it does not count.`,
        },
      ];
      const codes = values.every((value) => isCurrency(value) || value === '');
      if (
        columns.currencyColumn === undefined &&
        meaning === 'currency' &&
        codes &&
        values.some((value) => value.toUpperCase() !== currency)
      )
        return ask('currencyColumn', `has other currencies than ${currency}`);
      if (
        columns.direction === undefined &&
        columns.debit === undefined &&
        meaning === 'direction' &&
        values.some((value) => directionOf(value) === 'debit') &&
        !amounts.some(isNegative)
      )
        return ask('direction', 'seems to tell incoming money from outgoing');
      if (
        columns.status === undefined &&
        meaning === 'status' &&
        values.some((value) => !['booked', null].includes(statusOf(value)))
      )
        return ask('status', 'says that some lines are not booked');
      return [];
    });
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
