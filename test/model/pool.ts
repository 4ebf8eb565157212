import type { Books } from './books.ts';

/** Money on the bank account, as a file of the bank shows it. */
export type Seen = {
  direction: 'credit' | 'debit';
  amount: number;
  currency: string;
  day: string;
  status: 'booked' | 'pending';
  text: string;
  /** The orders that the text names, and everything in it that may be a number. */
  names: readonly string[];
  marks: readonly string[];
  /** Why money came back, as the bank says it. */
  returned: string | null;
  /** Which money it is: the bank knows it, and the product does not. */
  money: number;
};

/** A line of the pool. */
export type Line = Seen & {
  id: string;
  /** The file that had it first, and the file from which it is: the first that showed it as booked. */
  since: number;
  file: number;
  ignored: boolean;
  /** The payments as which it was booked; only the last one may stand. */
  payments: string[];
  /** The payment that it has taken back. */
  reverses: string | null;
};

/** The highest fee that a bank takes with a returned payment, in minor units. */
const HIGHEST_FEE = 5_000;
const RESEMBLING_DAYS = 10;
/** How many days later than it was announced a line may be booked. */
const PENDING_DAYS = 10;

/** What the bank's files have brought, by rules that are written down in docs/receipts.md, without the product's code. */
export class Pool {
  readonly lines: Line[] = [];
  private files = 0;
  private readonly books: Books;

  constructor(books: Books) {
    this.books = books;
  }

  /** A file arrives: each of its lines is a known one, the booked form of a pending one, or new. Returns its lines. */
  receive(file: readonly (Seen & { id: string })[]): Line[] {
    this.files += 1;
    const found = new Map<Seen & { id: string }, Line>();
    const free = () => this.lines.filter((line) => ![...found.values()].includes(line));
    for (const seen of file) {
      const line = this.lines.find(({ id }) => id === seen.id);
      if (line) found.set(seen, line);
    }
    for (const seen of file) {
      const same = free().find((line) => contentOf(line) === contentOf(seen));
      if (same && !found.has(seen)) found.set(seen, same);
    }
    const announced = free()
      .filter(({ status, ignored }) => status === 'pending' && !ignored)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const fresh = file.filter((seen) => !found.has(seen));
    const booked = inTime(fresh.filter((seen) => announced.some((line) => mayBecome(line, seen))));
    const waiting = inTime(announced.filter((line) => fresh.some((seen) => mayBecome(line, seen))));
    for (const sum of new Set(waiting.map(sumOf))) {
      // The earliest of the file is the earliest that was announced.
      const lines = waiting.filter((line) => sumOf(line) === sum);
      for (const [place, seen] of booked.filter((seen) => sumOf(seen) === sum).entries())
        if (lines[place] && mayBecome(lines[place], seen)) found.set(seen, lines[place]);
    }
    return file.map((seen) => {
      const line = found.get(seen);
      if (!line) return this.add(seen);
      if (this.stateOf(line) === 'booked' || line.ignored) return line;
      if (line.status === 'booked' && seen.status === 'pending') return line;
      // As a booked line it is of the file that shows it as booked.
      const file = line.status === seen.status ? line.file : this.files;
      return Object.assign(line, { ...seen, file, id: line.id });
    });
  }

  private add(seen: Seen & { id: string }): Line {
    const line = {
      ...seen,
      since: this.files,
      file: this.files,
      ignored: false,
      payments: [],
      reverses: null,
    };
    this.lines.push(line);
    return line;
  }

  stateOf({ payments, reverses, ignored, status }: Line): 'open' | 'booked' | 'ignored' | 'pending' {
    if (reverses !== null || this.standing(payments) !== null) return 'booked';
    if (ignored) return 'ignored';
    return status === 'pending' ? 'pending' : 'open';
  }

  /** The payment that stands, out of those as which a line was booked. */
  standing(payments: readonly string[]): string | null {
    return payments.find((id) => !this.books.payments.get(id)!.reversed) ?? null;
  }

  /**
   * Which of a file's lines must be booked without a person: those that were never booked, name open orders, and are
   * exactly what is outstanding on them; not older than an order, and not like another line of another file that is older
   * or booked. Two that want the same: the first one.
   */
  certain(lines: readonly Line[]): Line[] {
    const left = new Map([...this.books.orders.keys()].map((id) => [id, this.books.outstanding(id)]));
    return lines
      .filter((line) => this.isCertain(line))
      .filter((line) => {
        const parts = this.partsOf(line);
        if ([...parts].some(([id, part]) => part > left.get(id)!)) return false;
        for (const [id, part] of parts) left.set(id, left.get(id)! - part);
        return true;
      });
  }

  private isCertain(line: Line): boolean {
    const named = this.books.openOf(line.names);
    return (
      this.stateOf(line) === 'open' &&
      line.direction === 'credit' &&
      line.currency === 'EUR' &&
      line.payments.length === 0 &&
      this.books.standing !== 'insolvent' &&
      named.length > 0 &&
      !this.isBefore(line, named) &&
      named.reduce((sum, id) => sum + this.books.outstanding(id), 0) === line.amount &&
      !this.lines.some((other) => this.isLike(line, other))
    );
  }

  /** Whether a line is dated before one of the orders was placed. */
  isBefore({ day }: Seen, orderIds: readonly string[]): boolean {
    return orderIds.some((id) => day < this.books.orders.get(id)!.placedOn);
  }

  /** Whether another file's line may be the same money, and came first or is booked. */
  private isLike(line: Line, other: Line): boolean {
    const shared = line.marks.filter((mark) => other.marks.includes(mark)).length;
    return (
      other.file !== line.file &&
      (other.since < line.since ||
        (other.since === line.since && other.file < line.file) ||
        this.stateOf(other) === 'booked') &&
      sumOf(other) === sumOf(line) &&
      other.status === 'booked' &&
      !other.ignored &&
      Math.abs(Date.parse(other.day) - Date.parse(line.day)) <= RESEMBLING_DAYS * 86_400_000 &&
      shared >= Math.min(line.marks.length, other.marks.length)
    );
  }

  /** What a line pays of the open orders that it names, or else of the only open order with its amount. */
  partsOf(line: Line): Map<string, number> {
    const named = this.books.openOf(line.names);
    const equal = this.books
      .openOf([...this.books.orders.keys()])
      .filter((id) => this.books.outstanding(id) === line.amount);
    const paid = named.length > 0 ? named : equal.length === 1 ? equal : [];
    let left = line.amount;
    const parts = new Map<string, number>();
    for (const id of paid) {
      const part = Math.min(left, this.books.outstanding(id));
      left -= part;
      if (part > 0) parts.set(id, part);
    }
    return parts;
  }

  /**
   * The payment that a debit takes back: by a number that it names, or by its customer if the bank calls it a return; of
   * exactly its amount, or else of one that is less by a fee. 'several' if it is not clear which; null for none.
   */
  takesBack({ names, amount, day, returned }: Seen): string | 'several' | null {
    const fits = [...this.books.payments.values()].filter(
      (payment) =>
        !payment.reversed &&
        payment.receivedOn <= day &&
        payment.amount <= amount &&
        payment.amount >= amount - HIGHEST_FEE,
    );
    const named = fits.filter(({ orders }) => names.some((id) => orders.has(id)));
    const found = named.length > 0 ? named : returned === null ? [] : fits;
    const exact = found.filter((payment) => payment.amount === amount);
    const [only, ...others] = exact.length > 0 ? exact : found;
    return only === undefined ? null : others.length > 0 ? 'several' : only.id;
  }
}

const sumOf = ({ direction, amount, currency }: Seen): string => `${direction} ${amount} ${currency}`;
const contentOf = (line: Seen): string => `${sumOf(line)} ${line.day} ${line.text}`;
/** Known lines in the order of their ids, those of a file as they stand in it. */
const inTime = <One extends Seen>(lines: readonly One[]): One[] =>
  lines.toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
/** Whether an announced line may be the one that is booked now. */
const mayBecome = (announced: Seen, seen: Seen): boolean => {
  const days = (Date.parse(seen.day) - Date.parse(announced.day)) / 86_400_000;
  return sumOf(announced) === sumOf(seen) && days >= -2 && days <= PENDING_DAYS;
};
