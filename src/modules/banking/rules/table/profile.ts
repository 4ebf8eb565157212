import { type Meaning, meaningOf } from './column-names.ts';
import { columnName, type Header, type Row } from './table.ts';
import {
  areAmounts,
  areCurrencies,
  areDays,
  areDirections,
  areIbans,
  areStatuses,
  mayBeAmounts,
  valuesOf,
} from './values.ts';

/** What a column is, by its name and by its values; `by` says which of the two told it. */
export type Profile = {
  readonly column: number;
  readonly name: string;
  readonly values: readonly string[];
  readonly meaning: Meaning | 'text' | null;
  readonly by: 'name' | 'values';
};

/** What each column of a table is. A usual name counts as far as the values agree with it. */
export function profilesOf(header: Header, rows: readonly Row[]): Profile[] {
  const width = Math.max(header.names.length, ...rows.slice(0, 1_000).map(({ cells }) => cells.length));
  const namesPayers = header.names.some((name) => meaningOf(name) === 'payer');
  // The same IBAN in all lines, without a name beside it that says whose it is, is the merchant's own.
  const isOwn = (column: number, values: readonly string[]) =>
    values.length === 1 &&
    rows.length > 2 &&
    !namesPayers &&
    /^(?:iban)?$/i.test(header.names[column]?.trim() ?? '');
  return Array.from({ length: Math.min(width, 200) }, (_, column) => {
    const values = valuesOf(rows, column);
    const named = meaningOf(header.names[column] ?? '');
    const byName = named !== null && agrees(named, values) ? named : null;
    const found = byName ?? byValues(values);
    const meaning = found === 'payerIban' && isOwn(column, values) ? 'account' : found;
    return { column, name: columnName(header, column), values, meaning, by: byName ? 'name' : 'values' };
  });
}

/** Whether a column can be what its name says. An empty column can be anything. */
function agrees(meaning: Meaning, values: readonly string[]): boolean {
  if (values.length === 0) return true;
  switch (meaning) {
    case 'valueOn':
    case 'bookedOn':
      return areDays(values);
    case 'amount':
    case 'credit':
    case 'debit':
    case 'fee':
      return mayBeAmounts(values);
    case 'currency':
      return areCurrencies(values);
    case 'direction':
      return areDirections(values);
    case 'status':
      return areStatuses(values);
    case 'reference':
      return !areDays(values);
    case 'account':
      return areIbans(values);
    default:
      return true;
  }
}

function byValues(values: readonly string[]): Profile['meaning'] {
  if (values.length === 0) return null;
  if (areCurrencies(values)) return 'currency';
  if (areDays(values)) return 'bookedOn';
  if (areIbans(values)) return 'payerIban';
  if (areAmounts(values)) return 'amount';
  if (areDirections(values)) return 'direction';
  if (areStatuses(values) && values.length <= 5) return 'status';
  const texts = values.filter((value) => /\p{L}{2}/u.test(value)).length;
  return texts * 2 >= values.length ? 'text' : null;
}
