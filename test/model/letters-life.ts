import { expect } from 'vitest';
import { sweep } from '../../src/modules/dunning/look/sweep.ts';
import { type Mail, MailRefused } from '../../src/platform/smtp/mailer.ts';
import type { Letters } from '../support/letters-world.ts';
import { addCustomer } from '../support/merchant.ts';
import { atTime, dayOf, nextWindowEnds, plusDays } from './bank-days.ts';
import { type Attempt, type Credit, Customer, type Instalment, type Item } from './letters-oracle.ts';
import type { Reminded, Step } from './letters-steps.ts';

/** What was decided on a step of an order. */
type StepRow = {
  orderId: string;
  key: string;
  kind: string;
  tone: string | null;
  instalment: number;
  plannedAt: string;
  state: string;
  lookAt: string | null;
  waitsFor: string | null;
  mailId: string | null;
  outcome: string | null;
  reason: string | null;
};
type Answer = Awaited<ReturnType<Letters['call']>>;

const HOUR = 3_600_000;
const later = (instant: string, ms: number) => new Date(Date.parse(instant) + ms).toISOString();
const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** Which state of a collection may follow which. */
const nextOfCollection = {
  none: ['planned', 'presented', 'cancelled'],
  planned: ['presented', 'cancelled'],
  presented: ['planned', 'credited', 'paid', 'unpaid'],
  credited: ['paid', 'unpaid'],
  paid: ['unpaid'],
  unpaid: ['planned', 'presented'],
  cancelled: ['planned', 'presented'],
};

/** One customer's life, in the product and by the written rules; what differs is thrown, with what had happened. */
export async function liveReminded(
  world: Letters,
  id: string,
  { startsOn, startsAt, orders, steps, endsClean }: Reminded,
): Promise<void> {
  const { sql, clock, post } = world;
  const customer = new Customer();
  const trace: string[] = [];
  const faults: string[] = [];
  const note = (text: string) => trace.push(`${clock.now} ${text}`);
  const done = new Set<string>();
  const retries = new Map<string, string>();
  const claims = new Map<string, string>();
  const bytes = new Map<string, string>();
  const looks = new Map<string, number>();
  const died = new Map<string, number>();
  let does: Extract<Step, { do: 'post' }>['does'] = 'accepts';
  let senderWorks = true;
  let serial = 0;
  const newId = (what: string) => `${id}-${what}${serial++}`;

  clock.now = atTime(startsOn, startsAt);
  await addCustomer(sql, id, { name: `Cliente ${id}` });
  post.accept = accept;
  try {
    for (const one of orders) await take(one);
    for (const one of steps) await take(one);
    await end();
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${trace.join('\n')}`, { cause: error });
  } finally {
    post.accept = async () => {};
    await sql`update mails set state = 'withdrawn', claim = null, claimed_until = null, try_at = null, wake_by = null
              where customer_id = ${id} and state in ('held', 'queued', 'sending')`;
    await sql`update promises set state = 'withdrawn', decided_at = now() where customer_id = ${id} and state = 'open'`;
  }

  async function take(one: Step): Promise<void> {
    note(JSON.stringify(one));
    if (one.do === 'wait') await passTime(one);
    else await act(one);
    if (senderWorks) await world.sender.drain(clock.now);
    await pass(clock.now);
    await compare();
  }

  function fail(what: string): void {
    note(`FAULT ${what}`);
    faults.push(what);
  }
  function throwFaults(): void {
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }

  // What the mail server does.

  async function accept(mail: Mail): Promise<void> {
    const [row] = await sql<{ id: string; kind: string; customerId: string; copies: number }[]>`
      select id, kind, customer_id, (select count(*)::int from mails m where m.message_id = mails.message_id) as copies
      from mails where message_id = ${mail.messageId} order by id limit 1`;
    if (row?.customerId !== id) throw new Error(`a mail of ${row?.customerId} leaves in the life of ${id}`);
    if (row.copies !== 1) fail(`${row.copies} mails have the Message-ID of ${row.id}`);
    const again = claims.has(row.id);
    const content = `${mail.to} ${mail.subject} ${mail.text} ${mail.html} ${mail.date}`;
    if (again && bytes.get(row.id) !== content)
      fail(`${row.id} has other bytes than when it may have arrived`);
    bytes.set(row.id, content);
    note(`${row.id} is handed to a server that ${does}${again ? ', again' : ''}`);
    if (row.kind === 'reminder') await judge(row.id, mail, again);
    if (does === 'refuses') throw new MailRefused('451', { permanent: false });
    if (does === 'rejects') {
      if (!again)
        customer.got.splice(0, customer.got.length, ...customer.got.filter((one) => one.letterId !== row.id));
      throw new MailRefused('550', { permanent: true });
    }
    if (does === 'accepts') {
      claims.delete(row.id);
      return;
    }
    // Each attempt has twice the time of the one before.
    died.set(row.id, (died.get(row.id) ?? 0) + 1);
    claims.set(row.id, later(clock.now, 60_000 * 2 ** died.get(row.id)!));
    throw new Error('the connection has ended');
  }

  async function judge(letterId: string, mail: Mail, again: boolean): Promise<void> {
    const [letter] = await sql<{ tone: string; payBy: string | null; approvedAt: string | null }[]>`
      select tone, pay_by, approved_at from letters where mail_id = ${letterId}`;
    const items = await sql<Item[]>`
      select order_id, instalment, tone, asked from letter_items where mail_id = ${letterId} order by order_id, instalment`;
    const attempt: Attempt = {
      ...{
        letterId,
        at: clock.now,
        tone: letter!.tone,
        payBy: letter!.payBy,
        items: [...items],
        text: mail.text,
      },
      ...{ approved: letter!.approvedAt !== null, again },
    };
    note(
      `${letter!.tone} by ${letter!.payBy}: ${items.map((i) => `${i.orderId}/${i.instalment} ${i.tone} ${i.asked}`).join(', ')}`,
    );
    for (const fault of customer.faultsOf(attempt, await instalments())) fail(fault);
    if (does === 'refuses' || does === 'rejects') return;
    const others = customer.got.filter((one) => one.letterId !== letterId);
    customer.got.splice(0, customer.got.length, ...others, { ...attempt, day: dayOf(clock.now) });
  }

  function instalments(): Promise<Instalment[]> {
    return sql<Instalment[]>`
    select i.order_id, i.number, i.due_on, i.due_at,
      coalesce((select sum(l.amount) from ledger l where l.order_id = i.order_id and l.instalment = i.number and l.account = 'receivable'), 0)::bigint as outstanding
    from instalments i join orders o on o.id = i.order_id where o.customer_id = ${id} order by i.due_at, i.order_id, i.number`;
  }

  // Time.

  async function passTime({ hours, without }: Extract<Step, { do: 'wait' }>): Promise<void> {
    const until = later(clock.now, hours * HOUR);
    if (without === 'workflows') clock.now = until;
    else {
      senderWorks = without !== 'sender';
      await pass(until);
      senderWorks = true;
    }
  }

  /** Lets time pass: workflows look when PostgreSQL said, mails are tried again, promises are judged. */
  async function pass(until: string): Promise<void> {
    for (let round = 0; ; round++) {
      const next = await nextEvent();
      if (next === null || next.at > until) break;
      if (round > 300) throw new Error(`${next.what} again and again, at ${next.at} until ${until}`);
      if (next.at > clock.now) clock.now = next.at;
      await next.happens();
      await inspect();
      throwFaults();
    }
    clock.now = until;
  }

  type Event = { what: string; at: string; happens: () => Promise<void> };

  async function nextEvent(): Promise<Event | null> {
    const events: Event[] = [];
    const [look] = await sql<{ id: string; nextLook: string }[]>`
      select id, next_look from orders where customer_id = ${id} and status = 'open' and next_look is not null
      order by next_look, id limit 1`;
    if (look) events.push({ what: 'a look', at: look.nextLook, happens: () => lookAt(look) });
    const mails = senderWorks
      ? await sql<{ id: string; state: string; tryAt: string | null }[]>`
          select id, state, try_at from mails where customer_id = ${id} and state in ('queued', 'sending') order by id`
      : [];
    for (const { id: mailId, state, tryAt } of mails) {
      if (state === 'sending')
        events.push({
          ...{ what: `the end of the claim on ${mailId}`, at: claims.get(mailId) ?? clock.now },
          happens: () => expire(mailId),
        });
      else if (tryAt === null) {
        if (!retries.has(mailId)) retries.set(mailId, later(clock.now, HOUR));
        events.push({
          ...{ what: `another attempt of ${mailId}`, at: retries.get(mailId)! },
          happens: () => tryAgain(mailId),
        });
      } else if (tryAt > clock.now) events.push({ what: 'the sender', at: tryAt, happens: drain });
    }
    const judged = customer.promises
      .filter(({ state }) => state === 'open')
      .map(customer.judgedOn)
      .sort();
    if (judged[0] !== undefined)
      events.push({ what: 'a judgement', at: atTime(judged[0], '00:01:00'), happens: judgePromises });
    return events.reduce<Event | null>(
      (first, one) => (first === null || one.at < first.at ? one : first),
      null,
    );
  }

  async function drain(): Promise<void> {
    if (senderWorks) await world.sender.drain(clock.now);
  }

  /** An order is looked at twice at an instant if a letter was given up at it, which is followed by another. */
  async function lookAt({ id: orderId, nextLook }: { id: string; nextLook: string }): Promise<void> {
    const look = `${orderId} at ${nextLook}`;
    looks.set(look, (looks.get(look) ?? 0) + 1);
    if (looks.get(look)! > 3) throw new Error(`${look} is looked at again and again`);
    await judgePromises();
    await world.work(orderId);
    await drain();
  }

  async function expire(mailId: string): Promise<void> {
    await sql`update mails set claimed_until = now() - interval '1 second' where id = ${mailId}`;
    claims.set(mailId, later(clock.now, 6 * HOUR));
    await drain();
  }

  async function tryAgain(mailId: string): Promise<void> {
    retries.set(mailId, later(clock.now, 4 * HOUR));
    await world.tryAgain(mailId);
  }

  async function judgePromises(): Promise<void> {
    if (!customer.promises.some((one) => one.state === 'open' && customer.judgedOn(one) <= dayOf(clock.now)))
      return;
    const credits = await sql<Credit[]>`
      select l.booked_at as at, i.due_on, -l.amount as amount from ledger l
        join instalments i on i.order_id = l.order_id and i.number = l.instalment
      where l.customer_id = ${id} and l.account = 'receivable' and l.effect in ('credit_note', 'cancellation', 'write_off')`;
    customer.judge(clock.now, await instalments(), credits);
    await sweep(sql, clock.now);
  }

  // What people and the bank do.

  function orderAt(place: number): string {
    const ids = [...customer.orders.keys()];
    return ids[place % ids.length]!;
  }

  function ordersAt(places: readonly number[] | null): string[] | null {
    return places === null ? null : [...new Set(places.map(orderAt))];
  }

  async function ask(path: string, body: object, options: object = {}): Promise<Answer> {
    const answer = await world.working(world.call(path, body, { method: 'POST', ...options }));
    if (answer.status >= 500 || (answer.status === 202 && !path.endsWith('/letters')))
      throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    if (answer.status >= 300) note(`  refused: ${answer.body.code}`);
    return answer;
  }

  async function succeeds(path: string, body: object, options: object = {}): Promise<boolean> {
    return (await ask(path, body, options)).status < 300;
  }

  function mustBe(may: boolean, did: boolean, what: string): void {
    if (may !== did) throw new Error(`${what} was ${did ? 'done' : 'refused'}`);
  }

  async function act(one: Exclude<Step, { do: 'wait' }>): Promise<void> {
    const { now } = clock;
    const today = dayOf(now);
    const reason = 'r';
    if (one.do === 'post') {
      does = one.does;
      return;
    }
    if (one.do === 'order') return placeOrder(one);
    if (one.do === 'approve') return approve();
    if (one.do === 'remind') return remind(one);
    const of = 'place' in one && one.place !== null ? customer.orders.get(orderAt(one.place))! : null;
    switch (one.do) {
      case 'hold': {
        const until = one.days === null ? null : plusDays(today, one.days);
        const hold = { id: newId('h'), orders: ordersAt(one.orders), until, released: false };
        const body = {
          holdId: hold.id,
          reason,
          ...(until && { until }),
          ...(hold.orders && { orderIds: hold.orders }),
        };
        mustBe(true, await succeeds(`/customers/${id}/holds`, body), 'a hold');
        customer.holds.push(hold);
        return;
      }
      case 'release': {
        const hold = customer.holds.filter(({ released }) => !released)[
          one.place % Math.max(1, customer.holds.length)
        ];
        if (!hold) return;
        hold.released = await succeeds(`/customers/${id}/holds/${hold.id}/release`, {});
        return mustBe(true, hold.released, 'a release');
      }
      case 'promise': {
        const by = plusDays(today, one.days);
        const orders = ordersAt(one.orders);
        const covers = one.amount ?? customer.owed(await instalments(), orders, by);
        const promise = {
          id: newId('p'),
          orders,
          by,
          amount: one.amount,
          covers,
          madeAt: now,
          state: 'open' as const,
        };
        const body = {
          ...{ promiseId: promise.id, by, ...(one.amount !== null && { amount: eur(one.amount) }) },
          ...(orders && { orderIds: orders }),
        };
        const made = await succeeds(`/customers/${id}/promises`, body);
        mustBe(covers > 0, made, `a promise of ${covers}`);
        if (made) customer.promises.push(promise);
        return;
      }
      case 'withdraw': {
        const open = customer.promises.filter(({ state }) => state === 'open');
        const promise = open[one.place % Math.max(1, open.length)];
        if (!promise) return;
        mustBe(true, await succeeds(`/customers/${id}/promises/${promise.id}/withdraw`, {}), 'a withdrawal');
        promise.state = 'withdrawn';
        return;
      }
      case 'dispute': {
        const standing = customer.disputes.filter(
          ({ order, state }) => order === of!.id && (state === 'open' || state === 'upheld'),
        );
        const left = standing.some(({ amount }) => amount === null)
          ? 0
          : of!.outstanding - standing.reduce((sum, { amount }) => sum + amount!, 0);
        const dispute = { id: newId('d'), order: of!.id, amount: one.amount, state: 'open' as const };
        const body = {
          disputeId: dispute.id,
          reason: 'other',
          ...(one.amount !== null && { amount: eur(one.amount) }),
        };
        const opened = await succeeds(`/orders/${of!.id}/disputes`, body);
        mustBe(
          of!.status === 'open' && left > 0 && (one.amount ?? 0) <= left,
          opened,
          `a dispute of ${left}`,
        );
        if (opened) customer.disputes.push(dispute);
        return;
      }
      case 'resolve': {
        const open = customer.disputes.filter(({ state }) => state === 'open' || state === 'upheld');
        const dispute = open[one.place % Math.max(1, open.length)];
        if (!dispute) return;
        const outcome = dispute.state === 'upheld' ? 'upheld' : one.outcome;
        let creditNoteId: string | undefined;
        if (outcome === 'upheld' && (one.note || dispute.state === 'upheld')) {
          const order = customer.orders.get(dispute.order)!;
          const amount = Math.min(dispute.amount ?? order.outstanding, order.outstanding);
          if (order.status !== 'open' || amount <= 0) return;
          creditNoteId = newId('n');
          await creditNote(order.id, creditNoteId, amount);
        }
        const body = { outcome, ...(creditNoteId && { creditNoteId }) };
        mustBe(
          true,
          await succeeds(`/orders/${dispute.order}/disputes/${dispute.id}/resolve`, body),
          'an answer',
        );
        dispute.state = creditNoteId ? 'credited' : outcome;
        return;
      }
      case 'mode': {
        const path = of ? `/orders/${of.id}/reminders` : `/customers/${id}/reminders`;
        mustBe(
          true,
          await succeeds(path, { mode: one.mode, reason: newId('why') }, { method: 'PUT' }),
          'a mode',
        );
        if (of) of.mode = one.mode;
        else customer.mode = one.mode;
        return;
      }
      case 'pay': {
        if (of!.status !== 'open') return;
        return pay(of!.id, newId('m'), one.amount ?? of!.outstanding);
      }
      case 'receive': {
        const payment = {
          id: newId('m'),
          on: today,
          at: now,
          paid: new Map(),
          rest: one.amount,
          reversed: false,
        };
        const body = { paymentId: payment.id, amount: eur(one.amount), allocate: 'none' };
        mustBe(true, await succeeds(`/customers/${id}/payments`, body), 'a payment');
        customer.payments.push(payment);
        customer.addCredit(one.amount, today);
        return;
      }
      case 'apply': {
        const part = Math.min(one.amount, customer.credit.amount, of!.outstanding);
        if (of!.status !== 'open' || part <= 0) return;
        mustBe(
          true,
          await succeeds(`/orders/${of!.id}/apply-credit`, { amount: eur(part) }),
          'an allocation',
        );
        return learn();
      }
      case 'reverse': {
        const known = customer.payments.filter(({ reversed }) => !reversed);
        const payment = known[one.place % Math.max(1, known.length)];
        if (!payment) return;
        // Its credit may be spent.
        payment.reversed = await succeeds(`/payments/${payment.id}/reverse`, { reason });
        return learn();
      }
      case 'credit': {
        const amount = Math.min(one.amount, of!.outstanding);
        if (of!.status !== 'open' || amount <= 0) return;
        return creditNote(of!.id, newId('n'), amount);
      }
      case 'cancel':
      case 'writeOff': {
        if (of!.status !== 'open') return;
        const path = one.do === 'cancel' ? 'cancel' : 'write-off';
        mustBe(true, await succeeds(`/orders/${of!.id}/${path}`, { reason }), one.do);
        await learn();
        return mustBe(true, customer.orders.get(of!.id)!.status === 'closed', one.do);
      }
      case 'extend': {
        const lines = (await instalments()).filter(
          ({ orderId, outstanding }) => orderId === of!.id && outstanding > 0,
        );
        if (of!.status !== 'open' || lines.length === 0) return;
        const dueOn = plusDays([lines[0]!.dueOn, today].sort().at(-1)!, one.days);
        mustBe(true, await succeeds(`/orders/${of!.id}/extend`, { dueOn, reason }), 'an extension');
        return;
      }
      case 'bank':
        return collect(of!.id, one.instalment, one.to);
    }
  }

  async function placeOrder({ total, terms, ago }: Extract<Step, { do: 'order' }>): Promise<void> {
    const orderId = newId('o');
    const placedAt = later(clock.now, -ago * 24 * HOUR);
    const body = {
      ...{ orderId, customerId: id, orderNumber: `N-${orderId}`, total: eur(total), termsCode: terms },
      ...(ago > 0 && { placedAt }),
    };
    mustBe(true, await succeeds('/orders', body), 'an order');
    const order = { id: orderId, status: 'open' as const, outstanding: total, mode: 'automatic' as const };
    customer.orders.set(orderId, { ...order, collections: new Map() });
    // The workflow's first look.
    await world.work(orderId);
  }

  async function pay(orderId: string, paymentId: string, amount: number): Promise<void> {
    const order = customer.orders.get(orderId)!;
    const part = Math.min(amount, order.outstanding);
    const body = { paymentId, amount: eur(amount) };
    mustBe(true, await succeeds(`/orders/${orderId}/payments`, body), 'a payment');
    const payment = { id: paymentId, on: dayOf(clock.now), at: clock.now, reversed: false };
    customer.payments.push({ ...payment, paid: new Map([[orderId, part]]), rest: amount - part });
    const owed = order.outstanding - part;
    await learn();
    if (order.outstanding !== owed) throw new Error(`${orderId} owes ${order.outstanding}, not ${owed}`);
  }

  async function creditNote(orderId: string, creditNoteId: string, amount: number): Promise<void> {
    const order = customer.orders.get(orderId)!;
    const owed = order.outstanding - amount;
    const body = { creditNoteId, amount: eur(amount), reason: 'r' };
    mustBe(true, await succeeds(`/orders/${orderId}/credit-notes`, body), 'a credit note');
    await learn();
    if (order.outstanding !== owed) throw new Error(`${orderId} owes ${order.outstanding}, not ${owed}`);
  }

  async function collect(
    orderId: string,
    number: number,
    to: 'planned' | 'presented' | 'credited' | 'unpaid' | 'paid' | 'cancelled',
  ): Promise<void> {
    const order = customer.orders.get(orderId)!;
    const line = (await instalments()).find((one) => one.orderId === orderId && one.number === number);
    const before = order.collections.get(number) ?? 'none';
    if (!line || !nextOfCollection[before].includes(to)) return;
    if (order.status !== 'open' && to !== 'unpaid') return;
    if (to === 'paid' && line.outstanding <= 0) return;
    const paymentId = newId('m');
    const body = {
      state: to,
      fee: to === 'unpaid' ? eur(450) : 'none',
      ...(to === 'paid' && { paymentId, confirmed: true }),
    };
    const path = `/orders/${orderId}/instalments/${number}/collection`;
    // What came back after it was paid is a reversal, which the spent credit may prevent.
    const moved = await succeeds(path, body, { as: 'accounting' });
    if (before !== 'paid') mustBe(true, moved, `a collection, ${before} to ${to}`);
    if (!moved) return;
    order.collections.set(number, to);
    await learn();
    if (to !== 'paid') return;
    const payment = { id: paymentId, on: dayOf(clock.now), at: clock.now, rest: 0, reversed: false };
    customer.payments.push({ ...payment, paid: new Map([[orderId, line.outstanding]]) });
  }

  /** The states of orders and the credit after what the other models know: reversals, allocations, fees. */
  async function learn(): Promise<void> {
    const today = dayOf(clock.now);
    for (const order of customer.orders.values()) {
      const { body } = await world.call(`/orders/${order.id}`);
      order.status = body.status === 'open' ? 'open' : 'closed';
      order.outstanding = body.outstanding.amount;
    }
    const { body } = await world.call(`/customers/${id}`);
    const { amount } = body.credit.unapplied;
    if (amount > customer.credit.amount) customer.credit = { amount, since: today };
    else customer.credit = { ...customer.credit, amount };
    const paid = await sql<{ paymentId: string; orderId: string; part: number }[]>`
      select payment_id, order_id, -sum(amount)::bigint as part from ledger
      where customer_id = ${id} and account = 'receivable' and effect in ('payment', 'allocation') and payment_id is not null
      group by 1, 2`;
    const bounced = await sql<{ id: string }[]>`
      select distinct l.payment_id as id from ledger l join ledger r on r.reverses = l.id
      where l.customer_id = ${id} and l.kind = 'payment' and l.account = 'receivable'`;
    for (const payment of customer.payments) {
      const own = paid.filter(({ paymentId }) => paymentId === payment.id);
      const whole = [...payment.paid.values()].reduce((sum, part) => sum + part, payment.rest);
      if (own.length > 0) {
        payment.paid = new Map(own.map(({ orderId, part }) => [orderId, part]));
        payment.rest = whole - own.reduce((sum, { part }) => sum + part, 0);
      }
      if (bounced.some((one) => one.id === payment.id)) {
        const [state] = await sql<{ reversed: boolean }[]>`
          select exists (select 1 from ledger l where l.payment_id = ${payment.id} and l.kind = 'payment' and exists (
            select 1 from ledger r where r.reverses = l.id)) as reversed`;
        payment.reversed ||= state!.reversed;
      }
    }
    for (const order of customer.orders.values())
      for (const [number, state] of order.collections)
        if (state === 'paid') {
          const [row] = await sql<{ state: 'paid' | 'unpaid' }[]>`
            select state from bank_collections where order_id = ${order.id} and instalment = ${number}`;
          order.collections.set(number, row!.state);
        }
  }

  async function approve(): Promise<void> {
    const held = await sql<
      { id: string }[]
    >`select id from mails where customer_id = ${id} and state = 'held'`;
    for (const { id: letterId } of held)
      mustBe(true, await succeeds(`/letters/${letterId}/approve`, {}), 'an approval');
  }

  async function remind({ kind, ignore }: Extract<Step, { do: 'remind' }>): Promise<void> {
    const body = { letterRequestId: newId('r'), kind, ignore };
    const answer = await ask(`/customers/${id}/letters`, body);
    if (answer.status >= 300) return;
    const { letterId } = answer.body;
    customer.ignored.set(letterId, new Set([...(customer.ignored.get(letterId) ?? []), ...ignore]));
  }

  // What must be so at every moment.

  /** Steps that were just decided: each has an outcome that is true. */
  async function inspect(): Promise<void> {
    const rows = await sql<StepRow[]>`
      select order_id, key, kind, tone, instalment, planned_at, state, look_at, waits_for, mail_id, outcome, reason
      from steps where customer_id = ${id} order by order_id, key`;
    const all = await instalments();
    for (const row of rows) {
      const called = `step ${row.orderId} ${row.key}`;
      const seen = `${called} ${row.outcome}`;
      if (row.state === 'done' && !done.has(seen)) {
        done.add(seen);
        note(`  ${called}: ${row.outcome} ${row.reason ?? ''} ${row.mailId ?? ''}`);
        for (const fault of await faultsOfOutcome(row, rows, all))
          fail(`${called} is ${row.outcome}: ${fault}`);
      }
      const order = customer.orders.get(row.orderId)!;
      if (order.status === 'open' && row.state === 'waiting' && senderWorks) {
        const fault = faultOfWait(row, all);
        if (fault) fail(`${called} waits for ${row.waitsFor} until ${row.lookAt}: ${fault}`);
      }
    }
  }

  async function faultsOfOutcome(row: StepRow, rows: StepRow[], all: Instalment[]): Promise<string[]> {
    const { outcome, reason, mailId, orderId, instalment, plannedAt } = row;
    if (outcome === 'skipped') {
      const line = all.find((one) => one.orderId === orderId && one.number === instalment)!;
      if (reason === 'paid' && line.outstanding > 0) return [`${line.outstanding} is owed`];
      if (reason === 'never' && customer.modeOf(orderId) !== 'never') return ['the mode is another one'];
      if (reason === 'superseded') {
        const newer = rows.some(
          (one) =>
            one.orderId === orderId &&
            one.instalment === instalment &&
            one.kind !== 'decide' &&
            one.key !== row.key,
        );
        if (!newer) return ['nothing has superseded it'];
      }
      return reason === null ? ['without a reason'] : [];
    }
    const [mail] = await sql<{ state: string; asks: boolean }[]>`
      select m.state, exists (select 1 from letter_items i where i.mail_id = m.id and i.order_id = ${orderId}
        and i.instalment = ${instalment}) as asks from mails m where m.id = ${mailId}`;
    if (!mail) return [`in no letter, planned at ${plannedAt}`];
    if (!mail.asks) return [`${mailId} does not ask for it`];
    const fits = outcome === 'sent' ? ['sent', 'sent_maybe_twice'] : [outcome];
    return fits.includes(mail.state) ? [] : [`${mailId} is ${mail.state}`];
  }

  /** A step that waits has a cause, and is looked at soon after its end. */
  function faultOfWait({ waitsFor, lookAt, orderId, instalment }: StepRow, all: Instalment[]): string | null {
    if (lookAt !== null && lookAt <= nextWindowEnds(clock.now)) return null;
    const line = all.find((one) => one.orderId === orderId && one.number === instalment)!;
    if (line.outstanding <= 0) return null;
    const reserve = customer.reserveOn(line, clock.now);
    switch (waitsFor) {
      case 'hold':
      case 'promise':
      case 'bank-collection':
        return reserve === null ? 'there is nothing of the kind' : null;
      case 'dispute':
        return customer.disputedOf(line, all) < line.outstanding ? 'not all of it is disputed' : null;
      case 'credit':
        return customer.credit.amount === 0 ? 'there is no credit' : null;
      case 'letter-under-way':
        return [...claims.keys()].some((mailId) => mailId.startsWith('reminder'))
          ? null
          : 'none is on its way';
      case 'minimum':
      case 'deadline':
      case 'interval':
      case 'limit':
      case 'final-letter':
      case 'window':
      case 'other-steps':
      case 'decision':
        return lookAt === null && waitsFor !== 'minimum' ? 'nobody looks at it again' : null;
      default:
        return lookAt === null ? 'nobody looks at it again' : null;
    }
  }

  /** The product and the model agree on what is owed and on the promises, and no step is overlooked. */
  async function compare(): Promise<void> {
    throwFaults();
    const all = await instalments();
    for (const order of customer.orders.values()) {
      const own = all.filter(({ orderId }) => orderId === order.id);
      expect([order.id, own.reduce((sum, { outstanding }) => sum + outstanding, 0)]).toEqual([
        order.id,
        order.outstanding,
      ]);
    }
    const promises = await sql<{ id: string; state: string }[]>`
      select id, state from promises where customer_id = ${id} order by id`;
    expect([...promises]).toEqual(
      customer.promises
        .map((one) => ({ id: one.id, state: one.state }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
    await inspect();
    throwFaults();
    const overlooked = await sql`
      select s.order_id, s.key, s.state, s.look_at, s.waits_for from steps s join orders o on o.id = s.order_id
      where s.customer_id = ${id} and o.status = 'open' and (
        (s.state in ('planned', 'waiting') and s.look_at <= ${clock.now}::timestamptz - interval '3 minutes')
        or (s.state = 'in_letter' and not exists (
          select 1 from mails m where m.id = s.mail_id and m.state in ('held', 'queued', 'sending'))))`;
    expect([...overlooked]).toEqual([]);
  }

  // The end.

  async function end(): Promise<void> {
    note('the end');
    does = 'accepts';
    if (endsClean) await clear();
    const lastDue = (await instalments())
      .map(({ dueAt }) => dueAt)
      .sort()
      .at(-1)!;
    const from = [lastDue, clock.now].sort().at(-1)!;
    const until = later(from, 150 * 24 * HOUR);
    while (clock.now < until && !(await isOver())) {
      await pass(later(clock.now, 10 * 24 * HOUR));
      await approve();
      await drain();
      await compare();
    }
    await expectNothingLost();
  }

  /** Nothing is left but what people decide. */
  async function isOver(): Promise<boolean> {
    const [more] = await sql`
      select 1 from steps s join orders o on o.id = s.order_id
      where s.customer_id = ${id} and o.status = 'open' and s.state <> 'done'
        and (s.kind <> 'decide' or s.waits_for is distinct from 'decision') and (s.state <> 'waiting' or s.look_at is not null)
      union all select 1 from mails where customer_id = ${id} and state in ('held', 'queued', 'sending') limit 1`;
    return more === undefined;
  }

  /** All that holds letters back ends. */
  async function clear(): Promise<void> {
    for (const hold of customer.holds.filter(({ released }) => !released)) {
      hold.released = true;
      mustBe(true, await succeeds(`/customers/${id}/holds/${hold.id}/release`, {}), 'a release');
    }
    for (const promise of customer.promises.filter(({ state }) => state === 'open')) {
      promise.state = 'withdrawn';
      mustBe(true, await succeeds(`/customers/${id}/promises/${promise.id}/withdraw`, {}), 'a withdrawal');
    }
    for (let left = customer.disputes.length; left > 0; left--)
      await act({ do: 'resolve', place: 0, outcome: 'rejected', note: false });
    for (const order of customer.orders.values())
      for (const [number, state] of order.collections) {
        if (state === 'planned' && order.status === 'open') await collect(order.id, number, 'presented');
        if (state !== 'paid') await collect(order.id, number, 'unpaid');
      }
    await act({ do: 'mode', place: null, mode: 'automatic' });
    for (let place = 0; place < customer.orders.size; place++)
      await act({ do: 'mode', place, mode: 'automatic' });
    if (customer.credit.amount > 0) {
      const body = { refundId: newId('f'), amount: eur(customer.credit.amount) };
      mustBe(true, await succeeds(`/customers/${id}/refunds`, body), 'a refund');
      await learn();
    }
    await drain();
    await compare();
  }

  /** Each step has ended, or has a cause to wait; a person decides about all that is still overdue. */
  async function expectNothingLost(): Promise<void> {
    const all = await instalments();
    const rows = await sql<StepRow[]>`
      select s.order_id, s.key, s.kind, s.instalment, s.state, s.waits_for, s.look_at from steps s join orders o on o.id = s.order_id
      where s.customer_id = ${id} and o.status = 'open' and s.state <> 'done'`;
    const tasks = await sql<{ orderId: string }[]>`
      select order_id from tasks where customer_id = ${id} and kind = 'decide' and state = 'open'`;
    for (const line of all) {
      if (line.outstanding <= 0 || customer.orders.get(line.orderId)!.status !== 'open') continue;
      const own = rows.filter((row) => row.orderId === line.orderId && row.instalment === line.number);
      const waits = own.flatMap(({ waitsFor }) => waitsFor ?? []);
      const called = `${line.orderId}/${line.number}`;
      const decides = tasks.some(({ orderId }) => orderId === line.orderId);
      const reserved =
        customer.reserveOn(line, clock.now) ??
        (customer.disputedOf(line, all) >= line.outstanding ? 'dispute' : null);
      const stuck = waits.some((reason) => reason === 'minimum' || reason === 'credit');
      if (reserved === null && !waits.includes('credit') && !decides)
        throw new Error(`${called} is overdue, and nobody decides: ${JSON.stringify(own)}`);
      const open = own.filter(({ kind }) => kind !== 'decide');
      if (reserved === null && !stuck && open.length > 0)
        throw new Error(`steps of ${called} have no end: ${JSON.stringify(open)}`);
      if (endsClean && reserved !== null) throw new Error(`${called} is ${reserved} though all has ended`);
    }
    const [left] =
      await sql`select id, state from mails where customer_id = ${id} and state in ('held', 'queued', 'sending')`;
    expect(left).toBeUndefined();
  }
}
