import type { Db } from '../../platform/postgres/client.ts';
import { type Comparable, numbersIn, RESEMBLING_DAYS, resembles } from './rules/resemblance.ts';
import { type BankLineRow, bankLinesById, stateOf } from './tables.ts';

type Candidate = Comparable & Pick<BankLineRow, 'id' | 'createdAt'>;

/**
 * For each line another file's line that may be the same money: one that is older, or that is booked by now. However many
 * lines have the same amount, all of them are compared.
 */
export async function resemblingLines(
  db: Db,
  lines: readonly BankLineRow[],
): Promise<ReadonlyMap<string, string>> {
  const index = indexed(await linesOfSameSums(db, lines));
  const found = new Map<string, string>();
  const newer = new Map<string, string[]>();
  for (const line of lines) {
    const alike = candidatesFor(line, index).filter((other) => resembles(line, other));
    const older = alike.find((other) => placeOf(other) < placeOf(line));
    if (older) found.set(line.id, older.id);
    else if (alike.length > 0)
      newer.set(
        line.id,
        alike.map(({ id }) => id),
      );
  }
  const others = await bankLinesById(db, [...new Set([...newer.values()].flat())]);
  const booked = new Set(others.filter((other) => stateOf(other) === 'booked').map(({ id }) => id));
  for (const [id, alike] of newer) {
    const other = alike.find((one) => booked.has(one));
    if (other !== undefined) found.set(id, other);
  }
  return found;
}

/** The lines that the bank has booked, and nobody has ignored, with the sum of one of these lines within some days. */
async function linesOfSameSums(db: Db, lines: readonly BankLineRow[]): Promise<Candidate[]> {
  const sums = lines.map(({ amount, currency, direction, valueOn }) => ({
    ...{ amount, currency, direction },
    value_on: valueOn,
  }));
  return db<Candidate[]>`
    with sums as (
      select amount, currency, direction, min(value_on) as first, max(value_on) as last
      from jsonb_to_recordset(${db.json(sums)}) as s (amount bigint, currency text, direction text, value_on date) group by 1, 2, 3)
    select b.id, b.import_id, b.created_at, b.account, b.value_on, b.amount, b.currency, b.direction, b.reference, b.payer, b.payer_iban,
           b.bank_reference
    from sums s join bank_lines b using (amount, currency, direction)
    where b.value_on between s.first - ${RESEMBLING_DAYS}::int and s.last + ${RESEMBLING_DAYS}::int
      and b.status = 'booked' and b.ignored_at is null
    order by b.value_on, b.id`;
}

/** Lines by their sum and each number in their text; under `ANY` all of a sum. Most lines of one sum name others. */
type Index = ReadonlyMap<string, Candidate[]>;
const ANY = '*';
const NO_NUMBER = '';
const keyOf = ({ amount, currency, direction }: Comparable, number: string): string =>
  `${direction} ${amount} ${currency} ${number}`;

function indexed(lines: readonly Candidate[]): Index {
  const index = new Map<string, Candidate[]>();
  for (const line of lines) {
    const numbers = numbersIn(line.reference);
    for (const number of new Set([ANY, ...(numbers.length > 0 ? numbers : [NO_NUMBER])])) {
      const key = keyOf(line, number);
      const known = index.get(key);
      if (known) known.push(line);
      else index.set(key, [line]);
    }
  }
  return index;
}

/** The lines of the same sum that name a number of this line, or none; all of them if it names none itself. */
function candidatesFor(line: BankLineRow, index: Index): Candidate[] {
  const numbers = numbersIn(line.reference);
  const keys = numbers.length > 0 ? [...numbers, NO_NUMBER] : [ANY];
  return [...new Set(keys.flatMap((number) => index.get(keyOf(line, number)) ?? []))];
}

/** Lines in the sequence in which files brought them; those of one file have the same place. */
const placeOf = ({ createdAt, importId }: Candidate): string => `${createdAt} ${importId}`;
