import fc from 'fast-check';
import { expect } from 'vitest';
import { dayAt } from '../../src/kernel/calendar.ts';
import type { OrderCommandRow } from '../../src/modules/commands/tables.ts';
import type { Answer, Api } from '../api/harness.ts';
import { aLook, settings } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { decision, openBank } from './bank.ts';
import { Books, type Command, SETTLED } from './books.ts';
import { amount, bankFile, numberOf, PLACED_BEFORE } from './statements.ts';

/** Does the orders' work, and gives the time of each step of a life. */
export type Workers = {
  /** Lets the orders work until the calls are answered and no command is pending. */
  answered<T>(orderIds: readonly string[], calls: Promise<T>[]): Promise<T[]>;
  /** The instant of the next step, later than all before. */
  tick(): string;
};

const money = (amount: number) => ({ amount, currency: 'EUR' });
const order = fc.nat({ max: 2 });

/** Without an amount: for half of the order. */
const invoice = fc.record({
  kind: fc.constant('invoice'),
  amount: fc.option(amount),
  twice: fc.boolean(),
});
const cancellation = fc.record({
  kind: fc.constant('cancel'),
  by: fc.constantFrom('storefront', 'admin'),
});

/** Asked of one order at the same time; they may arrive in any sequence. */
const asked = fc.oneof(
  fc.record({
    kind: fc.constantFrom('confirm', 'settle', 'extend', 'chase', 'waive', 'chargeInterest'),
  }),
  cancellation,
  fc.record({ kind: fc.constant('reschedule'), parts: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    kind: fc.constant('fulfil'),
    amount: fc.option(amount),
    final: fc.boolean(),
    twice: fc.boolean(),
  }),
  invoice,
  fc.record({ kind: fc.constant('recordPayment'), amount, twice: fc.boolean() }),
  fc.record({ kind: fc.constant('credit'), amount, twice: fc.boolean() }),
  fc.record({ kind: fc.constant('writeOff'), amount: fc.option(amount) }),
  fc.record({ kind: fc.constant('amend'), total: amount }),
  fc.record({ kind: fc.constant('applyCredit'), amount }),
);
type Asking = Pick<OrderCommandRow, 'id' | 'orderId' | 'kind' | 'body' | 'outcome' | 'refusal'> & {
  amount: number | null;
  paymentId: string | null;
};
type Asked = Of<typeof asked>;
type InvoiceBody = { number: string; total: { amount: number } };
type Of<A> = A extends fc.Arbitrary<infer One> ? One : never;

const asking = fc.record({
  do: fc.constant('ask'),
  order,
  all: fc.array(asked, { minLength: 1, maxLength: 4 }),
});
const reversal = fc.record({ do: fc.constant('reverse'), place: fc.nat({ max: 9 }) });
const standing = fc.record({
  do: fc.constant('stand'),
  as: fc.constantFrom('suspended', 'revoked', 'insolvency', 'by_rules'),
});
const step = fc.oneof(
  { weight: 5, arbitrary: asking },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('receive'),
      amount,
      parts: fc.array(fc.record({ order, amount }), { maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refund'), amount }) },
  { weight: 2, arbitrary: reversal },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('oldEpisode'), order }) },
  { weight: 1, arbitrary: standing },
);
/** The life of a customer whose terms end, and whose orders are partly invoiced or delivered, before the store goes on. */
const stepAtTheStore = fc.oneof(
  { weight: 1, arbitrary: standing },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('ask'),
      order,
      all: fc.tuple(
        fc.oneof(
          fc.record({ kind: fc.constant('confirm') }),
          fc.record({ kind: fc.constant('cancel'), by: fc.constant('storefront') }),
          fc.record({
            ...{ kind: fc.constant('invoice'), amount: fc.constant(null), twice: fc.constant(false) },
          }),
          fc.record({
            ...{ kind: fc.constant('fulfil'), amount: fc.integer({ min: 1, max: 12 }) },
            ...{ final: fc.constant(false), twice: fc.constant(false) },
          }),
        ),
      ),
    }),
  },
);
/** The life of a customer whose money comes through the bank's files. */
const stepAtTheBank = fc.oneof(
  { weight: 7, arbitrary: bankFile },
  { weight: 6, arbitrary: decision },
  { weight: 2, arbitrary: reversal },
  { weight: 1, arbitrary: asking },
  { weight: 1, arbitrary: standing },
);
const someOrders = (minLength: number, confirm: readonly ('now' | 'later')[], maxLength = 3) =>
  fc.array(fc.record({ total: amount, confirm: fc.constantFrom(...confirm) }), { minLength, maxLength });
const terms = fc.constantFrom('net30', 'weekly', 'deposit', 'delivered', 'half');
/** Orders on the same terms, and what happens to them; `fromDelivery` must be offered. */
export const life = fc.oneof(
  fc.record({
    orders: someOrders(1, ['now', 'later']),
    terms,
    steps: fc.array(step, { minLength: 1, maxLength: 14 }),
  }),
  fc.record({
    orders: someOrders(2, ['now', 'now', 'later']),
    terms,
    steps: fc.array(stepAtTheBank, { minLength: 3, maxLength: 10, size: 'max' }),
  }),
  fc.record({
    orders: someOrders(1, ['now', 'later'], 1),
    terms,
    steps: fc.array(stepAtTheStore, { minLength: 2, maxLength: 6, size: 'max' }),
  }),
);

/** One customer's life, in the product and in the model: the ids of its orders. */
export async function live(
  api: Api,
  workers: Workers,
  customer: string,
  { orders, terms, steps }: Of<typeof life>,
): Promise<string[]> {
  const books = new Books();
  /** The day in the merchant's zone. */
  const today = () => dayAt(api.clock.now, settings.timeZone);
  let serial = 0;
  const newId = (what: string) => `${customer}-${String(serial++).padStart(4, '0')}-${what}`;
  api.clock.now = workers.tick();
  await addCustomer(api.sql, customer, { name: `Cliente life${customer}` });
  const ids = orders.map((_, index) => `${customer}-o${index}`);
  for (const [index, { total, confirm }] of orders.entries()) {
    // Not with a deposit, which would be overdue, nor a reservation, which would have expired.
    const daysBefore = confirm === 'now' && terms !== 'deposit' ? PLACED_BEFORE : 0;
    const placedAt = new Date(Date.parse(api.clock.now) - daysBefore * 86_400_000).toISOString();
    const placed = {
      ...(daysBefore > 0 ? { placedAt } : {}),
      orderId: ids[index],
      orderNumber: numberOf(ids[index]!),
      customerId: customer,
      total: money(total),
      confirm,
      termsCode: terms,
    };
    expect((await api.call('/orders', placed)).status).toBe(201);
    books.place(ids[index]!, total, confirm, dayAt(placedAt, settings.timeZone));
  }
  const dayAfter = (days: number) =>
    new Date(Date.parse(api.clock.now) + days * 86_400_000).toISOString().slice(0, 10);
  const idOf = (place: number) => ids[place % ids.length]!;
  const bank = openBank({
    api,
    customer,
    ids,
    idOf,
    newId,
    books,
    working,
    followSince,
    lastPosition,
    costsWithout,
    today,
  });

  try {
    for (const one of steps) {
      books.step += 1;
      api.clock.now = workers.tick();
      if (one.do === 'ask') await askAll(idOf(one.order), one.all);
      else if (one.do === 'receive') await receive(one.amount, one.parts);
      else if (one.do === 'refund') await refund(one.amount);
      else if (one.do === 'reverse') await reverse(one.place);
      else if (one.do === 'stand') await stand(one.as);
      else if (one.do === 'file') await bank.receive(one.lines);
      else if (one.do === 'decide') await bank.decide(one);
      else await oldEpisode(idOf(one.order));
      await compare();
    }
  } finally {
    await bank.end();
  }
  return ids;

  async function askAll(id: string, all: readonly Asked[]): Promise<void> {
    const before = await lastPosition();
    const asks = (kind: Asked['kind']) => all.some((one) => one.kind === kind);
    const order = books.orders.get(id)!;
    order.meanwhile = asks('invoice') ? 'invoice' : asks('fulfil') ? 'fulfil' : null;
    const invoices = new Map<string, number>();
    const calls = all.flatMap((one) => {
      const body = bodyOf(id, one);
      const times = 'twice' in one && one.twice ? 2 : 1;
      const call =
        one.kind === 'invoice'
          ? () => putInvoice(body as InvoiceBody, invoices)
          : () => api.call(`/orders/${id}/${pathOf[one.kind]}`, body, 'by' in one ? { as: one.by } : {});
      return Array.from({ length: times }, call);
    });
    const answers = await workers.answered(ids, calls);
    for (const answer of answers) expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
    const kept = await commandsSince(before);
    const [only] = all;
    if (answers.length === 1 && answers[0]!.status >= 400 && kept.length === 0) refusedAtOnce(id, only!);
    for (const row of kept) await follow(row);
    for (const invoiced of invoices.values()) order.invoiced += invoiced;
    order.meanwhile = null;
  }

  async function putInvoice(body: InvoiceBody, accepted: Map<string, number>): Promise<Answer> {
    const answer = await api.call(`/invoices/${body.number}`, body, { method: 'PUT' });
    if (answer.status < 300) accepted.set(body.number, body.total.amount);
    return answer;
  }

  /** What is refused at once keeps nothing. If it came alone, the model must refuse it too. */
  function refusedAtOnce(id: string, one: Asked): void {
    if (one.kind === 'extend' || one.kind === 'invoice') return;
    const body = { amount: null, ...bodyOf(id, one) } as Record<string, unknown>;
    const minor = (value: unknown) => (value as { amount?: number } | null)?.amount ?? value;
    const plan = (body.instalments as { amount: unknown }[] | undefined)?.map((line) => ({
      amount: minor(line.amount),
    }));
    const command = {
      ...{ ...body, kind: one.kind, amount: minor(body.amount), total: minor(body.total), instalments: plan },
      ...('final' in one ? { final: one.final } : {}),
      ...('by' in one ? { everything: one.by === 'admin' } : {}),
    } as unknown as Command;
    const { status } = books.orders.get(id)!;
    const may = one.kind === 'recordPayment' ? status !== 'reserved' : books.judge(id, command);
    const what = `${JSON.stringify(command)} on ${JSON.stringify(books.orders.get(id))} was refused at once`;
    expect(may, what).not.toBe(true);
  }

  function bodyOf(id: string, one: Asked): object {
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
        return { dueOn: dayAfter(300), reason: 'r' };
      case 'reschedule': {
        const share = Math.floor(books.outstanding(id) / one.parts) || 1;
        const amounts = Array.from({ length: one.parts - 1 }, () => share);
        const last = Math.max(books.outstanding(id) - share * (one.parts - 1), 1);
        const instalments = [...amounts, last].map((part, n) => ({
          dueOn: dayAfter(40 + n),
          amount: money(part),
        }));
        return { of: 'outstanding', instalments, reason: 'r' };
      }
      case 'fulfil':
        return {
          fulfilmentId: newId('d'),
          final: one.final,
          ...(one.amount === null ? {} : { amount: money(one.amount) }),
        };
      case 'invoice': {
        const total = money(one.amount ?? Math.ceil(books.orders.get(id)!.total / 2));
        return { number: newId('i'), issuedOn: dayAfter(0), total, orders: [{ orderId: id, amount: total }] };
      }
      case 'chargeInterest':
        return {};
      default:
        return { reason: 'r' };
    }
  }

  /** Compares a command's outcome with what the model says, and applies it to the model. */
  async function follow({
    id,
    orderId,
    kind,
    body,
    amount,
    paymentId,
    outcome,
    refusal,
  }: Asking): Promise<void> {
    const reducedTo = kind === 'cancel' ? await reducedBy(id, orderId) : null;
    const command = { ...body, kind, amount, paymentId, reducedTo } as Command;
    const must = books.judge(orderId, command);
    const what = `${JSON.stringify(command)} on ${JSON.stringify(books.orders.get(orderId))}: ${outcome} ${refusal}`;
    // An extension may come too late, or a second time.
    if (must !== null && kind !== 'extend') expect(outcome === 'applied', what).toBe(must);
    if (kind === 'confirm' && outcome !== 'applied' && books.orders.get(orderId)!.status === 'reserved')
      books.lapse(orderId);
    if (outcome !== 'applied') return;
    books.apply(orderId, command, { today: today(), costs: await costsAfter(id, orderId) });
    if (kind === 'amend' || kind === 'fulfil' || kind === 'waive' || reducedTo !== null)
      books.learnShares(orderId, await sharesOf(orderId));
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
    const [first, second] = (await workers.answered(ids, [call(), call()])) as [Answer, Answer];
    const fits =
      [...wanted].every(([id, part]) => part <= books.outstanding(id)) &&
      [...wanted.values()].reduce((sum, part) => sum + part, 0) <= of;
    expect([first.status, second.status].map((status) => status < 300)).toEqual([fits, fits]);
    if (!fits) return;
    books.receive(paymentId, of, today());
    await followSince(before);
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
    // The credit that it had become may be spent: then the reversal is refused, and nothing changes.
    expect([200, reversed ? 200 : 409], JSON.stringify(body)).toContain(status);
    if (status === 200 && !reversed) books.reverse(paymentId, await costsWithout(paymentId));
  }

  /** An admin's decision on the customer. Only a return to the rules ends an insolvency. */
  async function stand(as: 'suspended' | 'revoked' | 'insolvency' | 'by_rules'): Promise<void> {
    const path = { suspended: 'suspend', revoked: 'revoke', insolvency: 'insolvency', by_rules: 'use-rules' }[
      as
    ];
    const { status } = await api.call(`/customers/${customer}/${path}`, { reason: 'r' });
    const refused = books.standing === 'insolvent' && (as === 'suspended' || as === 'revoked');
    expect(status).toBe(refused ? 409 : 200);
    if (refused) return;
    books.standing = as === 'by_rules' ? 'may-buy' : as === 'insolvency' ? 'insolvent' : 'may-not';
  }

  /** A workflow of a finished episode can do nothing. */
  async function oldEpisode(orderId: string): Promise<void> {
    const look = aLook(orderId, api.clock.now, { episode: 0, storeFailed: true });
    expect(await api.commands.advance(look)).toEqual({ superseded: true });
  }

  async function compare(): Promise<void> {
    const [account, payments, ...orders] = await Promise.all([
      api.call(`/customers/${customer}`),
      api.call(`/payments?customerId=${customer}&limit=200`),
      ...ids.map((id) => api.call(`/orders/${id}`)),
      bank.compare(),
    ]);
    for (const [index, id] of ids.entries()) {
      const { body } = orders[index] as Answer;
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
    const { credit } = account.body;
    expect([credit.exposure.amount, credit.unapplied.amount]).toEqual([books.exposure, books.unapplied]);
    expect(books.unapplied).toBeGreaterThanOrEqual(0);
    for (const [paymentId, { paid, left, reversed }] of books.payments) {
      if (paymentId.startsWith(SETTLED)) continue;
      const body = payments.body.items.find((one: { paymentId: string }) => one.paymentId === paymentId);
      if (reversed) expect(body.reversed).toEqual(body.amount);
      else expect(body.allocated.amount).toBe([...paid.values()].reduce((sum, part) => sum + part, 0));
      expect(left).toBeGreaterThanOrEqual(0);
    }
  }

  function working<T>(call: Promise<T>): Promise<T> {
    return workers.answered(ids, [call]).then(([answer]) => answer!);
  }

  async function followSince(position: number): Promise<Asking[]> {
    const kept = await commandsSince(position);
    for (const row of kept) await follow(row);
    return kept;
  }

  async function commandsSince(position: number): Promise<Asking[]> {
    return api.sql<Asking[]>`
      select c.id, c.order_id, c.kind, c.body, c.outcome, c.refusal,
             coalesce((c.body->>'amount')::bigint, p.amount, n.amount) as amount,
             coalesce(c.body->>'paymentId', p.payment_id) as payment_id
      from commands c left join payments p on p.command_id = c.id left join credit_notes n on n.command_id = c.id
      where c.position > ${position} and c.order_id = any(${ids}) order by c.position`;
  }
  /** The total that a cancellation of a part has left; null if it took all, or nothing. */
  async function reducedBy(commandId: string, orderId: string): Promise<number | null> {
    const [row] = await api.sql<{ by: number | null }[]>`
      select sum(amount)::bigint as by from ledger where command_id = ${commandId} and kind = 'amendment'`;
    return row!.by === null ? null : books.orders.get(orderId)!.total + row!.by;
  }
  /** What was owed of an order's costs once the command was applied. */
  async function costsAfter(commandId: string, orderId: string): Promise<number> {
    const { open, paid } = books.orders.get(orderId)!.costs;
    if (open === 0 && paid === 0) return 0;
    const [row] = await api.sql<{ open: number | null }[]>`
      select sum(amount)::bigint as open from ledger
      where order_id = ${orderId} and account = 'receivable' and part = 'charges'
        and id <= (select max(id) from ledger where command_id = ${commandId})`;
    const [booked] = await api.sql`select 1 from ledger where command_id = ${commandId} limit 1`;
    return booked ? (row!.open ?? 0) : open;
  }
  /** What is owed of the costs of the orders that a payment paid, but for the fee of its return. */
  async function costsWithout(paymentId: string): Promise<ReadonlyMap<string, number>> {
    const rows = await api.sql<{ orderId: string; open: number }[]>`
      select order_id, sum(amount)::bigint as open from ledger
      where order_id = any(${ids}) and account = 'receivable' and part = 'charges'
        and not (kind = 'return_fee' and payment_id = ${paymentId}) group by 1`;
    return new Map(rows.map(({ orderId, open }) => [orderId, open]));
  }
  /** How much of each payment pays the order. */
  async function sharesOf(orderId: string): Promise<ReadonlyMap<string, number>> {
    const rows = await api.sql<{ paymentId: string; share: number }[]>`
      select l.payment_id, -sum(l.amount)::bigint as share from ledger l left join ledger r on r.id = l.reverses
      where l.order_id = ${orderId} and l.account = 'receivable' and coalesce(r.kind, l.kind) in ('payment', 'allocation')
        and l.payment_id is not null group by 1`;
    return new Map(rows.map(({ paymentId, share }) => [paymentId, share]));
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
  reschedule: 'instalment-plan',
  fulfil: 'fulfilled',
  chase: 'chase',
  waive: 'waive',
  chargeInterest: 'interest',
  applyCredit: 'apply-credit',
} as const satisfies Record<Exclude<Asked['kind'], 'invoice'>, string>;
