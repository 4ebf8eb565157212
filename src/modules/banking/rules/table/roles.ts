import { isNegative } from './amounts.ts';
import { isBalanceOf } from './balances.ts';
import type { Profile } from './profile.ts';
import { type Columns, cellAt, quoted, type Role, type Row, type SingleRole, singleRoles } from './table.ts';

/** Why a column has a role; `parameter` is the one that says otherwise. */
export type Reason = { readonly parameter: Role; readonly column: string; readonly reason: string };
/** What the file does not tell, and which parameter does. */
export type Question = { readonly parameter: string; readonly detail: string };

/** The columns that the caller names, by role; `ignored` are those that do not count. */
export type Asked = {
  readonly columns: Partial<Record<SingleRole, number>>;
  readonly reference: readonly number[] | null;
  readonly ignored: readonly number[];
};

/** Gives each role its column: the caller's, or the one whose name or values say so. */
export function assign(
  profiles: readonly Profile[],
  { columns: given, reference, ignored }: Asked,
  rows: readonly Row[],
): { columns: Columns; questions: Question[]; reasons: Reason[] } {
  const taken = new Set([...Object.values(given), ...(reference ?? []), ...ignored]);
  const free = profiles.filter(({ column }) => !taken.has(column));
  const called = (meaning: Profile['meaning']) =>
    [...free.filter((one) => one.by === 'name'), ...free.filter((one) => one.by === 'values')].filter(
      (one) => one.meaning === meaning,
    );
  const questions: Question[] = [];
  const found: Partial<Record<SingleRole, Profile>> = {};
  // With a day and an amount of the caller's, only what they name is read.
  const complete = given.date !== undefined && (given.amount !== undefined || given.credit !== undefined);

  if (given.date === undefined) {
    const [value] = called('valueOn');
    const [booked, second] = called('bookedOn');
    const [date, booking] = value
      ? [value, booked]
      : booked?.by === 'values' && second
        ? [second, booked]
        : [booked, undefined];
    if (date) found.date = date;
    else questions.push({ parameter: 'date', detail: 'No column has days: name the one of the value date.' });
    if (booking && given.bookingDate === undefined) found.bookingDate = booking;
  }
  if (given.amount === undefined && given.credit === undefined) {
    const chosen = amountsAmong(free, called, rows, questions);
    Object.assign(found, given.debit === undefined ? chosen : { ...chosen, debit: undefined });
  }
  if (!complete)
    for (const [role, meaning] of [
      ['currencyColumn', 'currency'],
      ['status', 'status'],
      ['payer', 'payer'],
      ['payerIban', 'payerIban'],
      ['bankReference', 'bankReference'],
      ['fee', 'fee'],
      ['accountColumn', 'account'],
    ] as const) {
      const [first] = called(meaning).filter(({ values }) => values.length > 0);
      if (first && given[role] === undefined) found[role] = first;
    }
  const amount = profiles[given.amount ?? found.amount?.column ?? -1];
  if (!complete && given.direction === undefined && amount) {
    const [first] = called('direction');
    if (first && (first.by === 'name' || !amount.values.some(isNegative))) found.direction = first;
  }
  nearestCurrency(found, called('currency'), amount);

  const used = new Set([...taken, ...Object.values(found).flatMap((one) => (one ? [one.column] : []))]);
  const texts = free.filter(({ meaning, column }) => meaning === 'reference' && !used.has(column));
  const unnamed = free.filter(({ meaning, column }) => meaning === 'text' && !used.has(column));
  const references = (texts.length > 0 ? texts : unnamed).filter(({ values }) => values.length > 0);
  const columns: Columns = {
    ...Object.fromEntries(Object.entries(found).flatMap(([role, one]) => (one ? [[role, one.column]] : []))),
    ...given,
    reference: reference ?? (complete ? [] : references.map(({ column }) => column)),
  };
  const reasons = [
    ...singleRoles.flatMap((role) => reasonFor(role, columns[role], given[role] !== undefined, profiles)),
    ...columns.reference.flatMap((column) => reasonFor('reference', column, reference !== null, profiles)),
  ];
  return { columns, questions, reasons };
}

function reasonFor(
  parameter: Role,
  column: number | undefined,
  given: boolean,
  profiles: readonly Profile[],
): Reason[] {
  const one = profiles[column ?? -1];
  if (!one) return [];
  const reason = given
    ? 'as given'
    : one.by === 'name'
      ? 'by its name'
      : `by its values, such as ${quoted(one.values.slice(0, 2))}`;
  return [{ parameter, column: one.name, reason }];
}

/** The column of the amount, or those of credits and debits. Asks where several columns have different amounts. */
function amountsAmong(
  free: readonly Profile[],
  called: (meaning: Profile['meaning']) => Profile[],
  rows: readonly Row[],
  questions: Question[],
): Partial<Record<SingleRole, Profile>> {
  const [credit] = called('credit');
  const [debit] = called('debit');
  if (credit && debit) return { credit, debit };
  const named = called('amount').filter(({ by, values }) => by === 'name' && values.length > 0);
  const candidates = named.length > 0 ? named : called('amount');
  if (candidates.length === 0 && credit) return { credit };
  const others = candidates.filter((one) => !isBalanceOf(one, candidates, rows));
  const [amount, ...more] = others;
  if (!amount) {
    const empty = free.find(({ meaning, by }) => meaning === 'amount' && by === 'name');
    if (empty) return { amount: empty };
    questions.push({
      parameter: 'amount',
      detail: 'No column has amounts: name it, or those of credit and debit.',
    });
    return {};
  }
  const differ = more.filter((one) =>
    rows.some((row) => cellAt(row, one.column) !== cellAt(row, amount.column)),
  );
  if (differ.length > 0)
    questions.push({
      parameter: 'amount',
      detail: `Several columns have amounts: ${quoted([amount, ...differ].map(({ name }) => name))}. Say which one is the amount, or which are credit and debit.`,
    });
  return { amount };
}

/** Of several currencies in a line, that of the amount is next to it. */
function nearestCurrency(
  found: Partial<Record<SingleRole, Profile>>,
  currencies: readonly Profile[],
  amount: Profile | undefined,
): void {
  if (!found.currencyColumn || !amount) return;
  const filled = currencies.filter(({ values }) => values.length > 0);
  const distance = ({ column }: Profile) =>
    Math.abs(column - amount.column) - (column > amount.column ? 0.5 : 0);
  const [nearest] = filled.toSorted((a, b) => distance(a) - distance(b));
  if (nearest) found.currencyColumn = nearest;
}
