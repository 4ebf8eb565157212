import { dayOf, daysFromTo, isInPause, isInWindow, plusBankDays } from './bank-days.ts';

type Mode = 'automatic' | 'approve' | 'never';
const STRICTNESS: readonly Mode[] = ['automatic', 'approve', 'never'];
/** From mild to sharp. */
const TONES = ['due-soon', 'due', 'returned', 'overdue-1', 'overdue-2', 'final'];
const isLateTone = (tone: string) => tone !== 'due-soon' && tone !== 'due';

export type Hold = { id: string; orders: string[] | null; until: string | null; released: boolean };
export type Promised = {
  id: string;
  orders: string[] | null;
  by: string;
  amount: number | null;
  covers: number;
  madeAt: string;
  state: 'open' | 'kept' | 'broken' | 'withdrawn';
};
export type Dispute = {
  id: string;
  order: string;
  amount: number | null;
  state: 'open' | 'upheld' | 'credited' | 'rejected';
};
export type Payment = {
  id: string;
  on: string;
  at: string;
  paid: Map<string, number>;
  rest: number;
  reversed: boolean;
};
export type Order = {
  id: string;
  status: 'open' | 'closed';
  outstanding: number;
  mode: Mode;
  /** By instalment. */
  collections: Map<number, 'planned' | 'presented' | 'credited' | 'paid' | 'unpaid' | 'cancelled'>;
};
/** An instalment, as it is booked. */
export type Instalment = {
  orderId: string;
  number: number;
  dueOn: string;
  dueAt: string;
  outstanding: number;
};
export type Item = { orderId: string; instalment: number; tone: string; asked: number };
/** A letter on its way to the customer. */
export type Attempt = {
  letterId: string;
  at: string;
  tone: string;
  payBy: string | null;
  items: readonly Item[];
  text: string;
  approved: boolean;
  /** The same bytes were tried before, and may have arrived. */
  again: boolean;
};
/** A letter that the customer got, or may have got. */
type Got = Attempt & { day: string };

/** How many days lie between two letters, and how many there are in 30 days. */
const INTERVAL = 7;
const IN_30_DAYS = 4;
const MINIMUM = 1_000;

/** What a credit note, a cancellation or a write-off took off an instalment, in minor units. */
export type Credit = { at: string; dueOn: string; amount: number };

/**
 * One customer, as the written rules of docs/reminders.md see it: what is owed, what people have said of it, and which
 * letters the customer got. It knows nothing of the product but what is booked on each instalment.
 */
export class Customer {
  readonly orders = new Map<string, Order>();
  readonly holds: Hold[] = [];
  readonly promises: Promised[] = [];
  readonly disputes: Dispute[] = [];
  readonly payments: Payment[] = [];
  readonly got: Got[] = [];
  /** By letter: what a person who asked for it did not want to wait for. */
  readonly ignored = new Map<string, Set<string>>();
  mode: Mode = 'automatic';
  credit = { amount: 0, since: '' };

  addCredit(amount: number, day: string): void {
    if (amount <= 0) return;
    this.credit = { amount: this.credit.amount + amount, since: day };
  }

  modeOf(orderId: string): Mode {
    const own = this.orders.get(orderId)!.mode;
    return STRICTNESS.indexOf(own) > STRICTNESS.indexOf(this.mode) ? own : this.mode;
  }

  /** Why nothing of an instalment may be asked for now, though it is owed; null if it may. */
  reserveOn(
    { orderId, number, dueOn }: Pick<Instalment, 'orderId' | 'number' | 'dueOn'>,
    now: string,
    ignored = new Set<string>(),
  ) {
    const today = dayOf(now);
    const concerns = (orders: string[] | null) => orders === null || orders.includes(orderId);
    const collection = this.orders.get(orderId)!.collections.get(number);
    if (collection === 'planned' || collection === 'presented' || collection === 'credited')
      return 'bank-collection';
    const held = this.holds.some(
      (hold) => !hold.released && concerns(hold.orders) && (hold.until === null || hold.until >= today),
    );
    if (held && !ignored.has('hold')) return 'hold';
    // A promise without an amount is of what is due by its day.
    const promised = this.promises.some(
      ({ state, orders, amount, by }) =>
        state === 'open' && concerns(orders) && (amount !== null || dueOn <= by),
    );
    if (promised && !ignored.has('promise')) return 'promise';
    return null;
  }

  /** What of an instalment is disputed: all parts together come off the earliest instalments. */
  disputedOf(
    { orderId, number }: Pick<Instalment, 'orderId' | 'number'>,
    all: readonly Instalment[],
  ): number {
    const standing = this.disputes.filter(
      ({ order, state }) => order === orderId && (state === 'open' || state === 'upheld'),
    );
    const own = all
      .filter((one) => one.orderId === orderId)
      .sort((a, b) => (a.dueAt < b.dueAt ? -1 : a.dueAt > b.dueAt ? 1 : a.number - b.number));
    let left = standing.some(({ amount }) => amount === null)
      ? Number.POSITIVE_INFINITY
      : standing.reduce((sum, { amount }) => sum + amount!, 0);
    for (const one of own) {
      const part = Math.min(left, Math.max(one.outstanding, 0));
      if (one.number === number) return part;
      left -= part;
    }
    return 0;
  }

  /** What is wrong with a letter at the instant at which it is handed to the mail server. */
  faultsOf(letter: Attempt, all: readonly Instalment[]): string[] {
    const { letterId, at, items, tone, payBy, text, approved, again } = letter;
    const faults: string[] = [];
    const expect = (holds: boolean, what: string) => {
      if (!holds) faults.push(`${letterId}: ${what}`);
    };
    const ignored = this.ignored.get(letterId) ?? new Set<string>();
    const today = dayOf(at);
    const before = this.got.filter((one) => one.letterId !== letterId);

    expect(items.length > 0, 'asks for nothing');
    expect(again || ignored.has('window') || isInWindow(at), `leaves at ${at}, outside the window`);
    expect(
      again || ignored.has('window') || !isLateTone(tone) || !isInPause(today),
      `is about something overdue, in a pause`,
    );
    expect(
      ignored.has('interval') || before.every(({ day }) => day !== today),
      'is the second one of its day',
    );
    const late = items.filter((item) => item.tone !== 'returned');
    const last = before
      .map(({ day }) => day)
      .sort()
      .at(-1);
    if (!ignored.has('interval') && late.length > 0 && last !== undefined)
      expect(daysFromTo(last, today) >= INTERVAL, `comes too soon after the one of ${last}`);
    const lately = new Set(
      before.filter(({ day }) => daysFromTo(day, today) < 30).map((one) => one.letterId),
    );
    if (!ignored.has('limit') && late.length > 0)
      expect(lately.size < IN_30_DAYS, `is number ${lately.size + 1} in 30 days`);
    expect(
      tone === TONES.findLast((one) => items.some((item) => item.tone === one)),
      'has not its sharpest tone',
    );
    expect(
      new Set(items.map((item) => `${item.orderId} ${item.instalment}`)).size === items.length,
      'names an item twice',
    );
    expect(isLateTone(tone) === (payBy !== null), `names the deadline ${payBy}`);
    expect(payBy === null || payBy > today, `names the deadline ${payBy}`);
    if (tone === 'final')
      expect(
        items.every((item) => item.tone === 'final'),
        'is final, and not about all items',
      );
    for (const item of items) this.faultsOfItem(item, letter, { all, ignored, today, before, expect });
    const needsApproval = tone === 'final' || items.some(({ orderId }) => this.modeOf(orderId) === 'approve');
    expect(!needsApproval || approved, 'was not approved');

    const total = items.reduce((sum, { asked }) => sum + asked, 0);
    expect(ignored.has('minimum') || total >= MINIMUM, `asks for ${total}, which is less than the minimum`);
    if (this.credit.amount > 0 && !ignored.has('credit')) {
      expect(
        this.credit.amount < total,
        `asks for ${total}, and the customer has ${this.credit.amount} of credit`,
      );
      expect(
        today >= plusBankDays(this.credit.since, 5),
        `leaves too soon after credit of ${this.credit.since}`,
      );
    }
    const payable = sumOf(
      items.filter((item) => isLateTone(item.tone) === isLateTone(tone)).map(({ asked }) => asked),
    );
    for (const fault of faultsOfText(text, { total, payable })) expect(false, fault);
    return faults;
  }

  private faultsOfItem(
    { orderId, instalment, tone, asked }: Item,
    { at }: Attempt,
    {
      all,
      ignored,
      today,
      before,
      expect,
    }: {
      all: readonly Instalment[];
      ignored: Set<string>;
      today: string;
      before: readonly Got[];
      expect: (holds: boolean, what: string) => void;
    },
  ): void {
    const called = `${orderId}/${instalment} (${tone}, ${asked})`;
    const one = all.find((line) => line.orderId === orderId && line.number === instalment)!;
    const order = this.orders.get(orderId)!;
    const disputed = this.disputedOf(one, all);
    expect(order.status === 'open', `asks for ${called}, which is closed`);
    expect(this.modeOf(orderId) !== 'never', `asks for ${called}, of which nobody is to be reminded`);
    const reserve = this.reserveOn(one, at, ignored);
    expect(reserve === null, `asks for ${called}: ${reserve}`);
    expect(asked > 0, `asks for ${called}`);
    expect(
      asked === one.outstanding - disputed,
      `asks for ${called}: owed ${one.outstanding}, disputed ${disputed}`,
    );
    expect(isLateTone(tone) ? at >= one.dueAt : at < one.dueAt, `asks for ${called}, due at ${one.dueAt}`);
    if (tone === 'returned')
      expect(order.collections.get(instalment) === 'unpaid', `${called} was not returned`);
    const history = before.flatMap((letter) =>
      letter.items
        .filter((item) => item.orderId === orderId && item.instalment === instalment)
        .map((item) => ({
          tone: item.tone,
          payBy: letter.payBy,
          letterId: letter.letterId,
        })),
    );
    const lateLetters = new Set(
      history.filter((item) => isLateTone(item.tone)).map(({ letterId }) => letterId),
    ).size;
    if (tone === 'final') expect(lateLetters >= 2, `${called} is final after ${lateLetters} letters`);
    if (tone === 'overdue-2') expect(lateLetters >= 1, `${called} has the second tone after no letter`);
    for (const earlier of history)
      if (
        earlier.payBy !== null &&
        TONES.indexOf(tone) > TONES.indexOf(earlier.tone) &&
        !ignored.has('deadline')
      )
        expect(
          today >= plusBankDays(earlier.payBy, 2),
          `${called} is sharper than ${earlier.tone}, whose deadline was ${earlier.payBy}`,
        );
  }

  /** When a promise is judged: two bank days after its day. */
  judgedOn = ({ by }: Promised): string => plusBankDays(plusBankDays(by, 1), 1);

  /** Judges the promises whose time has come. */
  judge(now: string, all: readonly Instalment[], credits: readonly Credit[]): void {
    for (const promise of this.promises)
      if (promise.state === 'open' && this.judgedOn(promise) <= dayOf(now))
        promise.state = this.isKept(promise, all, credits) ? 'kept' : 'broken';
  }

  private isKept(
    { by, orders, covers, amount, madeAt }: Promised,
    all: readonly Instalment[],
    credits: readonly Credit[],
  ): boolean {
    const last = plusBankDays(by, 1);
    const money = this.payments.filter(({ at, reversed }) => !reversed && at >= madeAt);
    const counted = ({ paid, rest }: Payment) =>
      [...paid].reduce((sum, [id, part]) => sum + (orders === null || orders.includes(id) ? part : 0), rest);
    const inTime = sumOf(money.filter(({ on }) => on <= last).map(counted));
    const tooLate = sumOf(money.filter(({ on }) => on > last).map(counted));
    // An amount that names no orders is of what is due by its day, and a credit note of that serves as well as money.
    const credited =
      amount === null || orders !== null
        ? 0
        : sumOf(
            credits.filter(({ at, dueOn }) => at >= madeAt && dueOn <= by).map((credit) => credit.amount),
          );
    return inTime + credited >= covers || this.owed(all, orders, amount === null ? by : null) + tooLate <= 0;
  }

  /** What is owed on open orders. */
  owed(all: readonly Instalment[], orders: string[] | null, dueBy: string | null): number {
    return sumOf(
      all
        .filter(({ orderId }) => this.orders.get(orderId)!.status === 'open')
        .filter(({ orderId }) => orders === null || orders.includes(orderId))
        .filter(({ dueOn }) => dueBy === null || dueOn <= dueBy)
        .map(({ outstanding }) => Math.max(outstanding, 0)),
    );
  }
}

const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);

/** The lines of each item add up, the items to all that is named, and what is to be paid now is right. */
function faultsOfText(text: string, { total, payable }: { total: number; payable: number }): string[] {
  const faults: string[] = [];
  const minor = (shown: string) => Number(shown.replaceAll('.', '').replace(',', '').replace('\u2212', '-'));
  const amountIn = (line: string) => /: +([-\u2212]?[\d.]+,\d\d)\s*\u20ac\s*$/.exec(line)?.[1];
  let sum = 0;
  for (const block of text.split(/\n(?! {2})/)) {
    const amounts = block
      .split('\n')
      .filter((line) => line.startsWith('  '))
      .flatMap((line) => amountIn(line) ?? [])
      .map(minor);
    if (amounts.length === 0) continue;
    const asked = amounts.at(-1)!;
    if (amounts.length > 1 && sumOf(amounts.slice(0, -1)) !== asked)
      faults.push(`its lines do not add up: ${amounts.join(', ')}`);
    sum += asked;
  }
  const [, toPay = '-'] = /^Importo: +([\d.]+,\d\d)/m.exec(text) ?? [];
  if (sum !== total) faults.push(`its items come to ${sum}, and it asks for ${total}`);
  if (minor(toPay) !== payable) faults.push(`is to be paid with ${toPay}, and asks for ${payable}`);
  return faults;
}
