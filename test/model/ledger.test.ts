import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CommandRow } from '../../src/db/commands.ts';
import { advance } from '../../src/db/process.ts';
import { reconcileBalances } from '../../src/db/reconcile.ts';
import { type Answer, type Api, openApi } from '../api/harness.ts';
import { addCustomer } from '../support/merchant.ts';
import { Books, type Command, SETTLED } from './books.ts';

/** `MODEL_RUNS=1000 npx vitest run --project servers test/model` runs as many seeds. */
const RUNS = Number(process.env.MODEL_RUNS ?? 15);

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const money = (amount: number) => ({ amount, currency: 'EUR' });
const amount = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 400 }));
const order = fc.nat({ max: 2 });

/** Asked of one order at the same time, in whatever sequence they arrive. */
const asked = fc.oneof(
  fc.record({ kind: fc.constantFrom('confirm', 'settle', 'cancel', 'extend') }),
  fc.record({ kind: fc.constant('recordPayment'), amount, twice: fc.boolean() }),
  fc.record({ kind: fc.constant('credit'), amount, twice: fc.boolean() }),
  fc.record({ kind: fc.constant('writeOff'), amount: fc.option(amount) }),
  fc.record({ kind: fc.constant('amend'), total: amount }),
  fc.record({ kind: fc.constant('applyCredit'), amount }),
);
type Asking = Pick<CommandRow, 'orderId' | 'kind' | 'body' | 'outcome' | 'refusal'> & {
  amount: number | null;
};
type Asked = typeof asked extends fc.Arbitrary<infer One> ? One : never;

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('ask'),
      order,
      all: fc.array(asked, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('receive'),
      amount,
      parts: fc.array(fc.record({ order, amount }), { maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refund'), amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reverse'), place: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('oldEpisode'), order }) },
);
const life = fc.record({
  orders: fc.array(fc.record({ total: amount, confirm: fc.constantFrom('now', 'later') }), {
    minLength: 1,
    maxLength: 3,
  }),
  terms: fc.constantFrom('net30', 'weekly', 'deposit'),
  steps: fc.array(step, { minLength: 1, maxLength: 14 }),
});

let run = 0;

/** One customer's life, in the product and in the model. */
async function live({
  orders,
  terms,
  steps,
}: typeof life extends fc.Arbitrary<infer Life> ? Life : never): Promise<void> {
  run += 1;
  const customer = `m${run}`;
  const books = new Books();
  let serial = 0;
  const newId = (what: string) => `${customer}-${String(serial++).padStart(4, '0')}-${what}`;
  await addCustomer(api.sql, customer);
  const ids = orders.map((_, index) => `${customer}-o${index}`);
  for (const [index, { total, confirm }] of orders.entries()) {
    const placed = {
      orderId: ids[index],
      customerId: customer,
      total: money(total),
      confirm,
      termsCode: terms,
    };
    expect((await api.call('/orders', placed)).status).toBe(201);
    books.place(ids[index]!, total, confirm);
  }
  const idOf = (place: number) => ids[place % ids.length]!;

  for (const one of steps) {
    books.step += 1;
    api.clock.now = new Date(Date.parse(api.clock.now) + 1_000).toISOString();
    if (one.do === 'ask') await askAll(idOf(one.order), one.all);
    else if (one.do === 'receive') await receive(one.amount, one.parts);
    else if (one.do === 'refund') await refund(one.amount);
    else if (one.do === 'reverse') await reverse(one.place);
    else await oldEpisode(idOf(one.order));
    await compare();
  }

  /** Works for the orders until all is answered. */
  async function answered<T>(calls: Promise<T>[]): Promise<T[]> {
    const all = Promise.all(calls);
    const done = all.then(() => true);
    while (!(await Promise.race([done, sleep(4, false)]))) for (const id of ids) await api.work(id);
    return all;
  }

  async function askAll(id: string, all: readonly Asked[]): Promise<void> {
    const before = await lastPosition();
    const calls = all.flatMap((one) => {
      const body = bodyOf(one);
      const times = 'twice' in one && one.twice ? 2 : 1;
      return Array.from({ length: times }, () => api.call(`/orders/${id}/${pathOf[one.kind]}`, body));
    });
    const answers = await answered(calls);
    for (const answer of answers) expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
    await api.work(id);
    for (const row of await commandsSince(before)) follow(row);
  }

  function bodyOf(one: Asked): object {
    switch (one.kind) {
      case 'confirm':
        return {};
      case 'recordPayment':
        return { paymentId: newId('p'), amount: money(one.amount) };
      case 'credit':
        return { creditNoteId: newId('n'), amount: money(one.amount), reason: 'r' };
      case 'writeOff':
        return { reason: 'r', ...(one.amount === null ? {} : { amount: money(one.amount) }) };
      case 'amend':
        return { total: money(one.total) };
      case 'applyCredit':
        return { amount: money(one.amount) };
      case 'extend':
        return { dueOn: '2028-01-31', reason: 'r' };
      default:
        return { reason: 'r' };
    }
  }

  /** Compares a command's outcome with what the model says, and lets the model follow. */
  function follow({ orderId, kind, body, amount, outcome, refusal }: Asking): void {
    const command = { ...body, kind, amount } as Command;
    const must = books.judge(orderId, command);
    const what = `${JSON.stringify(command)} on ${JSON.stringify(books.orders.get(orderId))}: ${outcome} ${refusal}`;
    // An extension may come too late, or a second time.
    if (must !== null && kind !== 'extend') expect(outcome === 'applied', what).toBe(must);
    if (outcome === 'applied') books.apply(orderId, command);
  }

  async function receive(of: number, parts: readonly { order: number; amount: number }[]): Promise<void> {
    const paymentId = newId('r');
    const wanted = new Map(parts.map((part) => [idOf(part.order), part.amount]));
    const before = await lastPosition();
    const allocations = [...wanted].map(([orderId, part]) => ({ orderId, amount: money(part) }));
    const body = {
      paymentId,
      amount: money(of),
      ...(allocations.length > 0 ? { allocations } : { allocate: 'none' }),
    };
    const call = () => api.call(`/customers/${customer}/payments`, body);
    const [first, second] = (await answered([call(), call()])) as [Answer, Answer];
    const fits =
      [...wanted].every(([id, part]) => part <= books.outstanding(id)) &&
      [...wanted.values()].reduce((sum, part) => sum + part, 0) <= of;
    expect([first.status, second.status].map((status) => status < 300)).toEqual([fits, fits]);
    if (!fits) return;
    books.receive(paymentId, of);
    for (const row of await commandsSince(before)) follow(row);
  }

  async function refund(of: number): Promise<void> {
    const body = { refundId: newId('f'), amount: money(of) };
    const { status } = await api.call(`/customers/${customer}/refunds`, body);
    expect(status).toBe(of <= books.unapplied ? 200 : 409);
    if (status === 200) books.refund(of);
    expect((await api.call(`/customers/${customer}/refunds`, body)).status).toBe(status);
  }

  async function reverse(place: number): Promise<void> {
    const known = [...books.payments.keys()].filter((id) => !id.startsWith(SETTLED));
    const paymentId = known[place % Math.max(known.length, 1)];
    if (paymentId === undefined) return;
    const { status, body } = await api.call(`/payments/${paymentId}/reverse`, { reason: 'bounced' });
    const { reversed } = books.payments.get(paymentId)!;
    // Credit that it had become may be spent: then it is refused, and nothing changes.
    expect([200, reversed ? 200 : 409], JSON.stringify(body)).toContain(status);
    if (status === 200 && !reversed) books.reverse(paymentId);
  }

  /** A workflow of an episode that is over can do nothing. */
  async function oldEpisode(orderId: string): Promise<void> {
    const pass = { orderId, episode: 0, now: Date.parse(api.clock.now), nextStep: null, direct: [] };
    const given = { ...pass, expired: true, storeFailed: true };
    expect(await advance(api.sql, given, { told: true })).toEqual({ superseded: true });
  }

  async function compare(): Promise<void> {
    for (const id of ids) {
      const { body } = await api.call(`/orders/${id}`);
      const { status, total } = books.orders.get(id)!;
      expect([id, body.status, body.total.amount, body.outstanding.amount]).toEqual([
        id,
        status,
        total,
        books.outstanding(id),
      ]);
      const parts = body.instalments.map(
        (line: { outstanding: { amount: number } }) => line.outstanding.amount,
      );
      expect(parts.every((part: number) => part >= 0)).toBe(true);
    }
    const { credit } = (await api.call(`/customers/${customer}`)).body;
    expect([credit.exposure.amount, credit.unapplied.amount]).toEqual([books.exposure, books.unapplied]);
    expect(books.unapplied).toBeGreaterThanOrEqual(0);
    for (const [paymentId, { paid, left, reversed }] of books.payments) {
      if (paymentId.startsWith(SETTLED)) continue;
      const { body } = await api.call(`/payments/${paymentId}`);
      if (reversed) expect(body.reversed).toEqual(body.amount);
      else expect(body.allocated.amount).toBe([...paid.values()].reduce((sum, part) => sum + part, 0));
      expect(left).toBeGreaterThanOrEqual(0);
    }
  }

  async function commandsSince(position: number): Promise<Asking[]> {
    return api.sql<Asking[]>`
      select c.order_id, c.kind, c.body, c.outcome, c.refusal,
             coalesce((c.body->>'amount')::bigint, p.amount, n.amount) as amount
      from commands c left join payments p on p.command_id = c.id left join credit_notes n on n.command_id = c.id
      where c.position > ${position} and c.order_id = any(${ids}) order by c.position`;
  }
  async function lastPosition(): Promise<number> {
    const [row] = await api.sql<
      { last: number }[]
    >`select coalesce(max(position), 0)::bigint as last from commands`;
    return row!.last;
  }
}

const pathOf = {
  confirm: 'confirm',
  settle: 'settle',
  cancel: 'cancel',
  extend: 'extend',
  recordPayment: 'payments',
  credit: 'credit-notes',
  writeOff: 'write-off',
  amend: 'amend',
  applyCredit: 'apply-credit',
} as const satisfies Record<Asked['kind'], string>;

it(
  `${RUNS} lives: random commands, doubled, at once and in any order, end as a simple model says`,
  async () => {
    await fc.assert(fc.asyncProperty(life, live), { numRuns: RUNS, endOnFailure: false });
    expect(await reconcileBalances(api.sql)).toEqual([]);
  },
  60_000 + RUNS * 2_000,
);
