import fc from 'fast-check';
import { expect } from 'vitest';
import { bookCertain } from '../../src/modules/banking/book-bank-line.ts';
import { importLines } from '../../src/modules/banking/statement-file.ts';
import { bankLinesById, stateOf } from '../../src/modules/banking/tables.ts';
import { applyImport } from '../../src/modules/imports/apply-import.ts';
import { insertImport } from '../../src/modules/imports/tables.ts';
import { importAppliers } from '../../src/registry.ts';
import type { Answer, Api } from '../api/harness.ts';
import { type Books, SETTLED } from './books.ts';
import { type Line, Pool, type Seen } from './pool.ts';
import { amount, type Entry, newest, openStatements } from './statements.ts';

/** What a person does with a line of the pool. */
export const decision = fc.record({
  do: fc.constant('decide'),
  place: fc.nat({ max: 9 }),
  /** As proposed; for an order that the person names; for what is due first; as credit; or not at all. */
  how: fc.constantFrom('proposed', 'proposed', 'said', 'oldest', 'credit', 'ignore', 'restore'),
  order: fc.nat({ max: 2 }),
  amount,
  fee: fc.option(fc.nat({ max: 30 })),
});
type Decision = typeof decision extends fc.Arbitrary<infer One> ? One : never;

/** A customer's life, as far as the bank takes part in it. */
type Life = {
  api: Api;
  customer: string;
  ids: readonly string[];
  idOf(place: number): string;
  newId(what: string): string;
  books: Books;
  /** Lets the orders work until the call is answered. */
  working<T>(call: Promise<T>): Promise<T>;
  /** Follows what was asked of the orders after that position of the commands. */
  followSince(position: number): Promise<{ orderId: string; kind: string; amount: number | null }[]>;
  lastPosition(): Promise<number>;
  costsWithout(paymentId: string): Promise<ReadonlyMap<string, number>>;
  today(): string;
};

const money = (amount: number, currency = 'EUR') => ({ amount, currency });
const accounting = { as: 'accounting' } as const;

/** The bank's files in a customer's life, and what people decide about their lines. */
export function openBank({ api, customer, ids, idOf, newId, books, working, ...life }: Life) {
  const pool = new Pool(books);
  const nextFile = openStatements({ customer, idOf, books, today: life.today });
  const payer = `CLIENTE LIFE${customer.toUpperCase()}`;

  /** A file of the bank is imported. */
  async function receive(entries: readonly Entry[]): Promise<void> {
    const file = nextFile(entries);
    if (file.length === 0) return;
    const { clock, sql } = api;
    const importId = newId('b');
    const by = { actor: 'user:accounting', now: clock.now };
    const lines = [...importLines(file.map((seen, index) => rowOf(seen, index + 2, payer)))];
    const given = { id: importId, kind: 'payments', onRejected: 'skip', fingerprint: importId } as const;
    await insertImport(sql, { ...given, ...by, options: { book: 'certain' } }, inOne(lines), by.now);
    await applyImport(sql, importId, { appliers: importAppliers, now: by.now });
    const kept = file
      .map((seen, index) => ({ ...seen, id: lines[index]!.subject! }))
      .filter(
        (seen) => seen.direction === 'credit' || seen.returned !== null || pool.takesBack(seen) !== null,
      );
    const certain = pool.certain(pool.receive(kept));
    const before = await life.lastPosition();
    await working(bookCertain(api, importId, by));
    for (const line of certain) {
      const twice = pool.lines.some(
        (other) => other.money === line.money && pool.standing(other.payments) !== null,
      );
      expect(twice, `${line.text} was booked by itself, and is booked already`).toBe(false);
      booked(line);
    }
    await life.followSince(before);
  }

  /** A line becomes a payment: money that the orders may then take. */
  function booked(line: Line): string {
    const paymentId = line.payments.length === 0 ? line.id : `${line.id}:${line.payments.length}`;
    line.payments.push(paymentId);
    books.receive(paymentId, line.amount, line.day);
    return paymentId;
  }

  async function decide({ place, how, order, amount, fee }: Decision): Promise<void> {
    // Open lines first, as people work through them.
    const isOpen = (line: Line) => pool.stateOf(line) === 'open';
    const line = newest([...pool.lines.filter((one) => !isOpen(one)), ...pool.lines.filter(isOpen)], place);
    if (!line) return;
    if (how === 'ignore' || how === 'restore') return setAside(line, how);
    if (line.direction === 'debit') return takeBack(line, { how, fee, place: order });
    const state = pool.stateOf(line);
    const named = idOf(order);
    const part = Math.min(amount, line.amount);
    const body = {
      proposed: {},
      said: { customerId: customer, allocations: [{ orderId: named, amount: money(part, line.currency) }] },
      oldest: { customerId: customer },
      credit: { customerId: customer, allocate: 'none' },
    }[how];
    const before = await life.lastPosition();
    const answer = await confirm(line, body);
    if (state === 'booked') {
      if (how === 'proposed') expect(answer.headers.get('idempotent-replayed')).toBe('true');
      // A person's other decision about a line that is booked is a conflict, the same one a repeat.
      else expect([200, 409]).toContain(answer.status);
      expect(await life.followSince(before)).toEqual([]);
      return;
    }
    const proposed = pool.partsOf(line);
    const fits = {
      proposed: line.currency === 'EUR' && (proposed.size > 0 || books.openOf(line.names).length > 0),
      said:
        line.currency === 'EUR' &&
        part <= books.outstanding(named) &&
        line.day >= books.orders.get(named)!.placedOn,
      oldest: line.currency === 'EUR',
      credit: line.currency === 'EUR',
    }[how];
    const what = `${how} ${JSON.stringify(line)} ${JSON.stringify(answer.body)}`;
    expect(answer.status < 300, what).toBe(state === 'open' && fits);
    if (answer.status >= 300) return;
    expect(answer.body.paymentId, what).toBe(booked(line));
    const given = new Map<string, number>();
    const owedBefore = ids.reduce(
      (sum, id) => sum + (pool.isBefore(line, [id]) ? 0 : books.outstanding(id)),
      0,
    );
    for (const { orderId, amount } of await life.followSince(before)) given.set(orderId, amount!);
    const sum = [...given.values()].reduce((all, part) => all + part, 0);
    if (how === 'credit' || (how === 'proposed' && pool.isBefore(line, [...proposed.keys()])))
      expect(sum, what).toBe(0);
    else if (how === 'said') expect([...given], what).toEqual([[named, part]]);
    else if (how === 'oldest')
      expect(sum, what).toBe(books.standing === 'insolvent' ? 0 : Math.min(line.amount, owedBefore));
    else if (proposed.size < 2) expect([...given], what).toEqual([...proposed]);
    // Which of several orders is due first, the model does not know.
    else expect(sum, what).toBe([...proposed.values()].reduce((all, part) => all + part, 0));
  }

  const confirm = (line: Line, body: object): Promise<Answer> =>
    working(api.call(`/bank-lines/${line.id}/confirm`, body, accounting));

  /** A person takes a line out of the pool, or puts it back. */
  async function setAside(line: Line, how: 'ignore' | 'restore'): Promise<void> {
    const { status } = await api.call(`/bank-lines/${line.id}/${how}`, { reason: 'r' }, accounting);
    const isBooked = pool.stateOf(line) === 'booked';
    expect(status).toBe(isBooked ? 409 : 200);
    if (!isBooked) line.ignored = how === 'ignore';
  }

  /** A person confirms that a debit takes back a payment: as proposed, or another one that they name. */
  async function takeBack(
    line: Line,
    { how, fee, place }: { how: string; fee: number | null; place: number },
  ): Promise<void> {
    const known = [...books.payments.keys()].filter((id) => !id.startsWith(SETTLED));
    const said = how === 'proposed' ? undefined : known[place % Math.max(known.length, 1)];
    const found = pool.takesBack(line);
    const paymentId = said ?? line.reverses ?? (found === 'several' ? null : found);
    const more =
      found === paymentId && paymentId !== null ? line.amount - books.payments.get(paymentId)!.amount : 0;
    const charged = fee ?? more;
    const answer = await confirm(line, {
      ...(said === undefined ? {} : { reverses: said }),
      ...(fee === null ? {} : { fee: fee === 0 ? 'none' : money(fee) }),
    });
    const state = pool.stateOf(line);
    const what = `${JSON.stringify(line)} takes back ${paymentId} ${charged}: ${JSON.stringify(answer.body)}`;
    const other = line.reverses !== null && line.reverses !== paymentId;
    if (paymentId === null || state === 'ignored' || other)
      return expect(answer.status, what).toBeGreaterThan(399);
    const { reversed, orders } = books.payments.get(paymentId)!;
    if (reversed) expect(answer.status, what).toBe(200);
    else {
      // Its credit may be spent, or no open order may be left that could take the fee.
      expect([200, 409, ...(charged > 0 ? [422] : [])], what).toContain(answer.status);
      if (answer.status === 422)
        expect(
          [...orders].every((id) => books.outstanding(id) === 0),
          what,
        ).toBe(true);
    }
    if (answer.status !== 200) return;
    line.reverses = paymentId;
    if (reversed) return;
    books.reverse(paymentId, await life.costsWithout(paymentId));
    const fees = await api.sql<{ orderId: string; amount: number; valueOn: string }[]>`
      select order_id, amount, value_on from ledger where payment_id = ${paymentId} and kind = 'return_fee'`;
    const [bearer] = fees;
    const expected = charged > 0 ? [{ orderId: bearer?.orderId, amount: charged, valueOn: line.day }] : [];
    expect([...fees], what).toEqual(expected);
    if (bearer) books.chargeFee(bearer.orderId, charged);
  }

  /** The pool has exactly these lines, in these states. */
  async function compare(): Promise<void> {
    const own = await api.sql<{ id: string }[]>`select id from bank_lines where payer = ${payer}`;
    const rows = await bankLinesById(
      api.sql,
      own.map(({ id }) => id),
    );
    const isSo = rows.map((row) => [row.id, stateOf(row), row.paymentId, row.reverses]);
    const shouldBe = pool.lines.map((line) => [
      line.id,
      pool.stateOf(line),
      pool.standing(line.payments),
      line.reverses,
    ]);
    expect(isSo.toSorted()).toEqual(shouldBe.toSorted());
  }

  /** Lines that are announced would be taken for those of later lives. */
  async function end(): Promise<void> {
    await api.sql`
      update bank_lines set ignored_at = ${api.clock.now}, ignored_by = 'user:test', ignored_why = 'its life is over'
      where payer = ${payer} and status = 'pending' and ignored_at is null`;
  }

  return { receive, decide, compare, end };
}

/** A line of a file as it was read. */
function rowOf(seen: Seen, number: number, payer: string) {
  const { day, text: reference, direction, amount, currency, status, returned } = seen;
  const line = {
    ...{
      account: null,
      bookedOn: day,
      valueOn: day,
      amount,
      currency,
      direction,
      status,
      returned,
      reference,
      payer,
    },
    ...{ payerIban: null, bankReference: null, fee: null },
  };
  return { number, raw: JSON.stringify(line), line };
}

async function* inOne<Given>(lines: Given[]): AsyncGenerator<Given[]> {
  yield lines;
}
