import { ibanIn } from '../iban.ts';
import { type Meaning, meaningOf } from './column-names.ts';
import { currencyOf } from './currencies.ts';
import { columnName, type Header, type Row } from './table.ts';
import {
  areAmounts,
  areCurrencies,
  areDays,
  areDirections,
  areIbans,
  areStatuses,
  halfAre,
  mayBeAmounts,
  valuesOf,
} from './values.ts';
import { directionOf, statusOf } from './words.ts';

/** What a column holds; `by` says whether its name or its values decided that. */
export type Profile = {
  readonly column: number;
  readonly name: string;
  readonly values: readonly string[];
  readonly meaning: Meaning | 'text' | null;
  readonly by: 'name' | 'values';
  /** What it is called, if that would change what a line means, whether its values are known or not. */
  readonly called: Safeguard | null;
};

/** Columns that nobody may leave out by mistake. */
const SAFEGUARDS: readonly Meaning[] = ['currency', 'direction', 'status'];
type Safeguard = 'currency' | 'direction' | 'status';
const MOST_COLUMNS = 200;
const MOST_ACCOUNTS = 5;

/**
 * What each column of a table is. A usual name counts as far as the values agree with it. A column that is called
 * currency, direction or status stays one even if not all of its values are known: they are rejected line by line.
 * @param own the merchant's own IBANs, as far as they are known
 */
export function profilesOf(header: Header, rows: readonly Row[], own: ReadonlySet<string>): Profile[] {
  const width = Math.max(header.names.length, ...rows.slice(0, 1_000).map(({ cells }) => cells.length));
  const namesPayers = header.names.some((name) => meaningOf(name) === 'payer');
  /** One of the merchant's IBANs; or the same in all lines, without a name beside it that says whose it is. */
  const isOwn = (column: number, values: readonly string[]) => {
    const ibans = new Set(values.flatMap((value) => ibanIn(value) ?? []));
    if (ibans.size > 0 && [...ibans].every((iban) => own.has(iban))) return true;
    const bare = /^(?:iban)?$/i.test(header.names[column]?.trim() ?? '');
    return ibans.size === 1 && rows.length > 2 && !namesPayers && bare;
  };
  return Array.from({ length: Math.min(width, MOST_COLUMNS) }, (_, column) => {
    const values = valuesOf(rows, column);
    const named = meaningOf(header.names[column] ?? '');
    const byName = named !== null && agrees(named, values) ? named : null;
    const found = byName ?? byValues(values);
    const meaning = found === 'payerIban' && isOwn(column, values) ? 'account' : found;
    const called = named !== null && SAFEGUARDS.includes(named) ? (named as Safeguard) : null;
    return {
      column,
      name: columnName(header, column),
      values,
      meaning,
      by: byName ? 'name' : 'values',
      called,
    };
  });
}

/** Whether a column can be what its name says. An empty column can be anything. */
function agrees(meaning: Meaning, values: readonly string[]): boolean {
  if (values.length === 0) return true;
  switch (meaning) {
    case 'valueOn':
    case 'bookedOn':
    case 'transactedOn':
      return areDays(values);
    case 'amount':
    case 'credit':
    case 'debit':
    case 'fee':
      return mayBeAmounts(values);
    case 'currency':
      return halfAre(values, (value) => currencyOf(value) !== null);
    case 'direction':
      return halfAre(values, (value) => directionOf(value) !== null);
    case 'status':
      return halfAre(values, (value) => statusOf(value) !== null);
    case 'reference':
      return !areDays(values);
    case 'payer':
      return !areIbans(values);
    case 'account':
      // A file of many accounts is one of other people's.
      return areIbans(values) && values.length <= MOST_ACCOUNTS;
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
