import { DateTime } from 'luxon';
import type { FieldError } from '../../kernel/errors.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import { MAX_AMOUNT, minorDigits } from '../../kernel/money.ts';
import { day } from '../schemas/fields.ts';
import type { LineReader, Read } from './read-lines.ts';

/** What the columns of the bank's file contain, and how its days and amounts are written. */
export type BankMapping = {
  date: string;
  amount: string;
  reference: string;
  payer?: string | undefined;
  /** In Luxon's notation, such as "dd/MM/yyyy". */
  dateFormat: string;
  decimal: ',' | '.';
  currency: string;
};

/**
 * Reads the lines of one bank's file; only incoming money is accepted. A line's id follows from its raw text and from
 * its place among equal lines, so that it is the same in whatever way the file is read.
 * @param today days after it are rejected
 */
export function bankLineReader(mapping: BankMapping, today: string): LineReader {
  const { date, amount, reference, payer } = mapping;
  const equal = new Map<string, number>();
  return {
    columns: {
      required: [date, amount, reference, ...(payer === undefined ? [] : [payer])],
      optional: [],
      others: 'left-alone',
    },
    ofCells: (cells, raw) => {
      const errors: FieldError[] = [];
      const valueOn = dayOf(cells[date] ?? '', mapping, today, errors);
      const minor = minorOf(cells[amount] ?? '', mapping, errors);
      const content = fingerprint(raw);
      const place = (equal.get(content) ?? 0) + 1;
      equal.set(content, place);
      if (errors.length > 0) return { subject: null, errors };
      const facts = {
        valueOn,
        amount: minor,
        currency: mapping.currency,
        reference: cells[reference] ?? '',
        payer: payer === undefined ? '' : (cells[payer] ?? ''),
      };
      return { subject: `bank_${fingerprint({ raw, place }).slice(0, 32)}`, facts, fingerprint: content };
    },
    ofObject: (): Read => ({ subject: null, errors: [{ pointer: '', detail: 'Send the lines as CSV.' }] }),
  };
}

function dayOf(cell: string, { date, dateFormat }: BankMapping, today: string, errors: FieldError[]): string {
  const wrong = (detail: string): string => {
    errors.push({ pointer: date, detail });
    return '';
  };
  const read = DateTime.fromFormat(cell, dateFormat, { zone: 'utc' });
  if (!read.isValid) return wrong(`This is not a day. Write it as ${dateFormat}.`);
  const { data, error } = day.safeParse(read.toISODate());
  if (error) return wrong(error.issues[0]!.message);
  return data <= today ? data : wrong(`This is in the future: today is ${today}.`);
}

/** The amount in minor units, read digit by digit, with or without thousands separators. */
function minorOf(cell: string, { amount, decimal, currency }: BankMapping, errors: FieldError[]): number {
  const wrong = (detail: string): number => {
    errors.push({ pointer: amount, detail });
    return 0;
  };
  const digits = minorDigits(currency);
  const thousands = decimal === ',' ? '.' : ',';
  const plain = cell.replace(/[\s\u00a0\u202f]/g, '');
  const [, sign, whole, fraction = ''] =
    new RegExp(`^([+-]?)(\\d{1,15}|\\d{1,3}(?:\\${thousands}\\d{3})+)(?:\\${decimal}(\\d+))?$`).exec(plain) ??
    [];
  if (whole === undefined) return wrong(`This is not an amount. Write it as 1${thousands}234${decimal}50.`);
  if (fraction.length > digits)
    return wrong(`${currency} has at most ${digits} digits after the "${decimal}".`);
  const minor = Number(whole.replaceAll(thousands, '') + fraction.padEnd(digits, '0'));
  if (sign === '-' || minor === 0)
    return wrong('This line is not an incoming payment: its amount must be above zero.');
  return minor <= MAX_AMOUNT ? minor : wrong('This amount is too large.');
}
