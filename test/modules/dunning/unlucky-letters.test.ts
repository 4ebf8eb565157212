import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { sweep } from '../../../src/modules/dunning/look/sweep.ts';
import { reconcileLetters } from '../../../src/modules/overview/reconcile-letters.ts';
import { inTransaction } from '../../../src/platform/postgres/client.ts';
import { type Mail, MailOutcomeUnknown, MailRefused } from '../../../src/platform/smtp/mailer.ts';
import { bankFiles } from '../../api/bank-file.ts';
import { aLook, eur } from '../../support/builders.ts';
import { eventually } from '../../support/eventually.ts';
import { letPass } from '../../support/let-pass.ts';
import { addCustomer } from '../../support/merchant.ts';
import { useLetters } from '../../support/use-letters.ts';

/** Longer than an attempt has for its outcome, in seconds. */
const CLAIM = 91;
/** How many customers' data become fresh at once; `FRESH=2000 npm test -- test/modules/dunning/unlucky` is the full size. */
const FRESH = Number(process.env.FRESH ?? 30);

const { at, done, place, world } = useLetters();
/** What was handed to the mail server, whatever became of it. */
let handed: Mail[];
beforeEach(() => {
  handed = [];
});
afterEach(async () => {
  expect(await reconcileLetters(world.sql, '1970-01-01T00:00:00Z')).toEqual([]);
});

const pay = (orderId: string, amount = 600) =>
  world.ask(orderId, 'payments', { paymentId: `p-${orderId}`, amount: eur(amount) });
/** From now on the mail server does this with each mail. */
const server = (answer: (mail: Mail) => Promise<void>) => {
  handed = [];
  world.post.accept = (mail) => {
    handed.push(mail);
    return answer(mail);
  };
};
const takes = async () => {};
const isAway = () => Promise.reject(new MailRefused('nobody listens', { permanent: false, byServer: true }));
const refuses = () => Promise.reject(new MailRefused('451 later', { permanent: false }));
const breaksOff = () => Promise.reject(new MailOutcomeUnknown('the connection broke'));
const mails = () =>
  world.sql<{ id: string; state: string; attempts: number }[]>`
    select id, state, attempts from mails where kind = 'reminder' order by queued_at, id`;

describe('a mail server that is away', () => {
  /** The sender looks again after a minute, by its machine's clock. */
  const aMinute = () => vi.setSystemTime(Date.now() + 61_000);
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
  });

  it('for an hour is asked once a minute; then one letter leaves for each customer', async () => {
    const customers = ['rossi', 'verdi', 'neri', 'gialli', 'blu', 'viola', 'rosa', 'grigi'];
    for (const id of customers.slice(1)) await addCustomer(world.sql, id, { email: `${id}@example.com` });
    for (const customerId of customers) await place(customerId, { customerId });
    await at('2026-11-04', '09:00');
    server(isAway);
    await at('2026-11-04', '09:31');
    const first = handed.length;
    expect(first).toBeLessThanOrEqual(5); // those that were handed over together
    for (let minute = 0; minute < 60; minute++) {
      aMinute();
      world.clock.now = new Date(Date.parse(world.clock.now) + 61_000).toISOString();
      for (let look = 0; look < 3; look++) await world.sender.drain(world.clock.now);
    }
    expect(handed).toHaveLength(first + 60);
    server(takes);
    aMinute();
    await world.sender.drain(world.clock.now);
    expect(new Set(handed.map(({ to }) => to)).size).toBe(customers.length);
    expect(handed).toHaveLength(customers.length);
    for (const id of customers) expect((await world.reminders(id)).at(-1)).toBe('2026-11-04 overdue-1');
  });

  it('until the next level is due: one letter, by the newest level; the older one is superseded', async () => {
    await world.setDunning({
      levels: [
        { offset: '-P1D', tone: 'due-soon' },
        { offset: 'P1D', tone: 'overdue-1', payWithinDays: 7 },
      ],
    });
    await at('2026-10-04');
    await place('a'); // due on Tuesday, 3 November
    await at('2026-11-02', '09:00');
    server(isAway);
    await at('2026-11-02');
    await at('2026-11-04', '09:31');
    expect(await world.steps('a')).toMatchObject({ '1/-P1D': 'superseded', '1/P1D': 'in_letter' });
    server(takes);
    aMinute();
    await at('2026-11-04');
    expect(handed).toHaveLength(1);
    expect(await world.reminders()).toEqual(['2026-11-04 overdue-1']);
    expect(await world.steps('a')).toMatchObject({ '1/-P1D': 'superseded', '1/P1D': 'sent' });
    expect(await mails()).toHaveLength(1);
    aMinute();
    await at('2026-11-09');
    expect(handed).toHaveLength(1);
  });

  it('for days: the letter has failed, a person is told, and the next level says it once', async () => {
    await place('a');
    await at('2026-11-04', '09:00');
    server(isAway);
    await at('2026-11-04');
    aMinute();
    await at('2026-11-09');
    expect(await world.steps('a')).toMatchObject({ '1/P5D': 'mail-failed' });
    expect(await world.tasks()).toEqual(['letter-failed']);
    server(takes);
    aMinute();
    await at('2026-11-20');
    expect(handed).toHaveLength(1);
    // The customer has read of no delay yet: the tone of a first letter.
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon', '2026-11-17 overdue-1']);
    expect(await world.steps('a')).toMatchObject({ '1/P18D': 'sent' });
  });

  it('for days: what joined the letter at the instant at which it is given up is in the next one', async () => {
    await place('a');
    await place('b');
    await at('2026-11-04', '09:00');
    server(isAway);
    await at('2026-11-04');
    const letter = (await mails()).at(-1);
    // What `a` asks for joins a letter that was last composed without it.
    await world.sql`delete from letter_items where mail_id = ${letter!.id} and order_id = 'a'`;
    world.clock.now = new Date(Date.parse(world.clock.now) + 3 * 86_400_000 + 1).toISOString();
    await world.tryAgain(letter!.id);
    expect(await world.steps('a')).toMatchObject({ '1/P5D': 'planned' });
    expect(await world.steps('b')).toMatchObject({ '1/P5D': 'mail-failed' });
    server(takes);
    aMinute();
    await at('2026-11-09');
    expect(handed.map(({ text }) => [text.includes('N-a'), text.includes('N-b')])).toEqual([[true, false]]);
    expect(await world.steps('a')).toMatchObject({ '1/P5D': 'sent' });
  });
});

/** What may happen to a customer of that name or to its order; and what its step waits for, or why it was skipped. */
const happenings: [name: string, happens: (name: string) => Promise<unknown>, step: string][] = [
  ['paid', (order) => pay(order), 'planned'],
  ['cancelled', (order) => world.ask(order, 'cancel', { reason: 'never shipped' }), 'planned'],
  ['held', (name) => done(`/customers/${name}/holds`, { holdId: 'h', reason: 'we talk' }), 'hold'],
  [
    'promised',
    (name) => done(`/customers/${name}/promises`, { promiseId: 'p', by: '2026-11-20' }),
    'promise',
  ],
  ['disputed', (order) => done(`/orders/${order}/disputes`, { disputeId: 'd', reason: 'other' }), 'dispute'],
  [
    'insolvent',
    (name) => done(`/customers/${name}/insolvency`, { reason: 'the court says so' }),
    'insolvency',
  ],
  [
    'never',
    (order) => done(`/orders/${order}/reminders`, { mode: 'never', reason: 'family' }, { method: 'PUT' }),
    'never',
  ],
];

describe('payment, cancellation, hold, promise, dispute, insolvency, "never": no letter leaves', () => {
  /** Each customer has one order, of which a letter is queued when it happens; all that left before is forgotten. */
  async function happenToAll(): Promise<void> {
    for (const [name, happens] of happenings) {
      expect(await stateOf(name)).toBe('queued');
      await happens(name);
    }
    server(takes);
  }
  const stateOf = async (customerId: string) =>
    (
      await world.sql<{ state: string }[]>`
        select state from mails where customer_id = ${customerId} and kind = 'reminder' order by queued_at desc limit 1`
    )[0]!.state;
  async function expectNone(): Promise<void> {
    expect(handed.filter(({ subject }) => !/saldat|annullat|grazie|ricevut/i.test(subject))).toEqual([]);
    for (const [name, , step] of happenings) {
      expect([name, await stateOf(name)]).toEqual([name, 'withdrawn']);
      expect([name, (await world.steps(name))['1/P5D']]).toEqual([name, step]);
    }
  }
  beforeEach(async () => {
    for (const [name] of happenings) {
      await addCustomer(world.sql, name);
      await place(name, { customerId: name });
    }
    await at('2026-11-04', '09:29');
  });

  it('if it happens after the look and before the letter is composed', async () => {
    world.clock.now = '2026-11-04T09:30:00.000Z';
    for (const [name] of happenings) await world.commands.advance(aLook(name, world.clock.now));
    await happenToAll();
    await world.sender.drain(world.clock.now);
    await expectNone();
  });

  it('if it happens after the mail server refused the letter for now', async () => {
    server(refuses);
    await at('2026-11-04');
    expect(handed).toHaveLength(happenings.length);
    await happenToAll();
    for (const { id, state } of await mails()) if (state === 'queued') await world.tryAgain(id);
    await expectNone();
  });
});

it('a letter that was refused for now goes to the address that the customer has by then', async () => {
  await place('a');
  await at('2026-11-04', '09:29');
  server(refuses);
  await at('2026-11-04');
  const [refused] = handed;
  const facts = {
    name: 'Officine Rossi S.r.l.',
    email: 'new@officine-rossi.example',
    locale: 'it-IT',
    country: 'IT',
  };
  await done('/customers/rossi', facts, { method: 'PUT' });
  server(takes);
  await world.tryAgain((await mails()).at(-1)!.id);
  expect(handed.map(({ to }) => to)).toEqual(['new@officine-rossi.example']);
  expect(handed[0]!.to).not.toBe(refused!.to);
  expect(handed[0]!.messageId).toBe(refused!.messageId);
  expect(await world.reminders()).toEqual(['2026-10-23 due-soon', '2026-11-04 overdue-1']);
});

it('a letter that was refused for now can be previewed, with what it would say by then', async () => {
  await place('a');
  await at('2026-11-04', '09:00');
  server(refuses);
  await at('2026-11-04');
  await pay('a', 200);
  for (const query of ['', '?kind=overdue']) {
    const { body } = await world.call(`/customers/rossi/letters/preview${query}`);
    expect(body).toMatchObject({ wouldSend: true, tone: 'overdue-1', totals: [eur(400)] });
  }
});

it('a letter about five items whose outcome is unknown, one of them then paid: it never follows, and the interval counts', async () => {
  const five = ['a', 'b', 'c', 'd', 'e'];
  await world.setDunning({
    levels: [
      { offset: 'P5D', tone: 'overdue-1', payWithinDays: 1 },
      { offset: 'P6D', tone: 'overdue-2', payWithinDays: 1 },
    ],
  });
  for (const id of five) await place(id);
  await at('2026-11-04', '09:29');
  server(breaksOff);
  await at('2026-11-04');
  const [unknown] = handed;
  for (const id of five) expect(unknown!.text).toContain(`N-${id}`);
  await pay('c');
  server(takes);
  await letPass(world.sql, CLAIM);
  await world.sender.drain(world.clock.now);
  const { id } = (await mails()).at(-1)!;
  expect((await mails()).at(-1)!.state).toBe('unknown');
  expect(handed.filter(({ messageId }) => messageId === unknown!.messageId)).toEqual([]);
  expect(await world.tasks()).toEqual(['letter-unknown']);

  await at('2026-11-10', '18:00');
  expect((await mails()).filter(({ state }) => state !== 'unknown')).toEqual([]);
  expect((await world.steps('a'))['1/P6D']).toBe('interval');
  await at('2026-11-11');
  const [next, ...more] = handed.filter(({ messageId }) => messageId !== unknown!.messageId).slice(-1);
  expect(more).toEqual([]);
  for (const one of five) expect(next!.text.includes(`N-${one}`), one).toBe(one !== 'c');
  await letPass(world.sql, CLAIM);
  await at('2026-11-12');
  expect((await mails()).find((mail) => mail.id === id)).toMatchObject({ state: 'unknown', attempts: 1 });
});

it('what falls due while a letter is in doubt is not looked at again before its outcome', async () => {
  await place('a');
  await at('2026-10-01', '12:00');
  await place('b');
  await at('2026-11-04', '09:29');
  server(breaksOff);
  await at('2026-11-05', '12:00');
  expect((await world.steps('b'))['1/P5D']).toBe('letter-under-way');
  const looks = await world.sql`
    select 1 from orders where next_look <= '2026-11-06' union all
    select 1 from steps where order_id = 'b' and key = '1/P5D' and look_at is not null`;
  expect([...looks]).toEqual([]);
  server(takes);
  await letPass(world.sql, CLAIM);
  await world.sender.drain(world.clock.now);
  await at('2026-11-05', '12:10');
  expect((await world.steps('b'))['1/P5D']).toBe('interval');
});

it('orders that were promised under two versions of the policy: one letter, by the levels of each', async () => {
  await world.setDunning({
    levels: [
      { offset: 'P5D', tone: 'overdue-1', payWithinDays: 7 },
      { offset: 'P18D', tone: 'overdue-2', payWithinDays: 5 },
    ],
  });
  await place('a');
  world.clock.now = '2026-10-01T08:00:00.000Z';
  await world.setDunning({
    levels: [
      { offset: '-P3D', tone: 'due-soon' },
      { offset: 'P4D', tone: 'overdue-1', payWithinDays: 3 },
      { offset: 'P10D', tone: 'overdue-2', payWithinDays: 3 },
    ],
  });
  await place('b'); // due on the 31st
  await at('2026-11-05');
  expect(await world.reminders()).toEqual(['2026-10-28 due-soon', '2026-11-04 overdue-1']);
  const letter = world.lastReminder();
  for (const id of ['a', 'b']) expect(letter.text).toContain(`N-${id}`);
  expect(await world.steps('a')).toMatchObject({ '1/P5D': 'sent', '1/P18D': 'planned' });
  expect(await world.steps('b')).toMatchObject({ '1/P4D': 'sent', '1/P10D': 'planned' });
  // The time to pay is that of the policy in force, for all: by Monday the 9th.
  const [{ payBy }] = await world.sql<[{ payBy: string }]>`
    select pay_by from letters where left_on = '2026-11-04'`;
  expect(payBy).toBe('2026-11-09');
  await at('2026-12-01');
  expect(await world.steps('a')).toMatchObject({ '1/P18D': 'sent' });
  expect(await world.steps('b')).toMatchObject({ '1/P10D': 'sent' });
});

describe('bank data that become fresh for many customers at once', () => {
  const file = (day: string) =>
    ['Data contabile;Data valuta;Importo;Causale;Ordinante', `${day};${day};5,00;something else;Gamma`].join(
      '\n',
    );
  const customers = Array.from({ length: FRESH }, (_, n) => `c${String(n).padStart(4, '0')}`);

  /** Each customer has an order that is late, and is not told so because the last statement is old. */
  async function allWait(customers: readonly string[]): Promise<void> {
    await world.setDunning({ levels: [{ offset: 'P5D', tone: 'overdue-1' }], spreadMinutes: 30 });
    for (const id of customers) {
      await addCustomer(world.sql, id, { email: `${id}@customers.example` });
      await place(`o-${id}`, { customerId: id });
    }
    await at('2026-10-28');
    await bankFiles(world).imported(file('28/10/2026'));
    server(takes);
    await at('2026-11-05');
    expect(handed).toEqual([]);
    expect(await waiting()).toBe(customers.length);
  }
  const waiting = async () =>
    (await world.sql`select 1 from steps where waits_for = 'bank-data' and look_at is null`).length;
  const imported = () => bankFiles(world).imported(file('05/11/2026'));

  it('all are reminded in the next window, each once; meanwhile payments are booked', async () => {
    await allWait(customers);
    await imported();
    // Within the thousand that one sweep takes, and before the transaction below has been idle for too long.
    const middle = customers[Math.min(Math.floor(FRESH / 2), 200)]!;
    let sweeping: Promise<void> | undefined;
    await inTransaction(world.sql, async (tx) => {
      await tx`select 1 from customers where id = ${middle} for update`;
      sweeping = sweep(world.sql, world.clock.now);
      await eventually('the sweep waits for a customer on whom somebody works', async () => {
        const [row] = await world.sql<[{ waits: number }]>`
          select count(*)::int as waits from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        return row.waits > 0;
      });
      // It keeps nobody else waiting, neither those whom it has dealt with nor those to come.
      for (const id of [customers[0]!, customers.at(-1)!]) {
        const { status, body } = await pay(`o-${id}`);
        expect([status, body.detail]).toEqual([200, undefined]);
      }
    });
    await sweeping;
    while ((await waiting()) > 0) await sweep(world.sql, world.clock.now); // it takes a thousand at a time
    await at('2026-11-06');
    const reminded = handed.filter(({ text }) => text.includes('N-o-'));
    const unpaid = customers.slice(1, -1);
    const asked = reminded.filter(({ to }) => unpaid.some((id) => to === `${id}@customers.example`));
    expect(asked.map(({ to }) => to).sort()).toEqual(unpaid.map((id) => `${id}@customers.example`));
    expect(await world.reminders(customers[0])).toEqual([]);
    expect(await world.reminders(customers.at(-1))).toEqual([]);
  });

  it('a customer with whom something is wrong does not keep the others waiting', async () => {
    const [wrong, ...others] = customers.slice(0, 4);
    await allWait([wrong!, ...others]);
    await imported();
    await world.sql.unsafe(`
      create function refuse() returns trigger language plpgsql as $$ begin
        raise exception 'not this one';
      end $$;
      create trigger refuse before update on steps for each row
        when (new.customer_id = '${wrong}' and new.look_at is not null) execute function refuse()`);
    await expect(sweep(world.sql, world.clock.now)).rejects.toThrow('not this one');
    expect(await waiting()).toBe(1);
    await world.sql`drop trigger refuse on steps`;
    await at('2026-11-06');
    for (const id of others) expect(await world.reminders(id)).toEqual(['2026-11-06 overdue-1']);
  });
});
