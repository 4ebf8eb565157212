import { beforeEach, describe, expect, it } from 'vitest';
import { sweep } from '../../../src/modules/dunning/look/sweep.ts';
import { reconcileLetters } from '../../../src/modules/overview/reconcile-letters.ts';
import { MailRefused } from '../../../src/platform/smtp/mailer.ts';
import { bankFiles } from '../../api/bank-file.ts';
import { aLook, eur } from '../../support/builders.ts';
import { offerMore } from '../../support/merchant.ts';
import { useLetters } from '../../support/use-letters.ts';

const { at, done, pay, place, world } = useLetters();

const collect = (orderId: string, state: string, more: object = {}) =>
  done(`/orders/${orderId}/instalments/1/collection`, { state, ...more }, { as: 'accounting' });
const last = () => world.lastReminder();

describe('a bank collection', () => {
  it('under way is left alone (M2), and its return is said in the next window, with the fee (M16)', async () => {
    await place('a');
    await collect('a', 'planned');
    await collect('a', 'presented');
    await at('2026-11-03');
    await collect('a', 'credited');
    expect(await world.reminders()).toEqual([]);
    await at('2026-11-04', '18:00');
    expect((await world.steps('a'))['1/P5D']).toBe('bank-collection');
    await collect('a', 'unpaid', { fee: eur(4.5) });
    await at('2026-11-05', '09:29');
    expect(await world.reminders()).toEqual([]);
    await at('2026-11-05', '09:31');
    expect(await world.reminders()).toEqual(['2026-11-05 returned']);
    expect(last().text).toContain('4,50');
    expect(last().text).toContain('604,50');
  });

  it('that is planned and never presented is a task before and on the due date, and no letter (M15)', async () => {
    await place('a');
    await collect('a', 'planned');
    await at('2026-10-24');
    expect(await world.tasks()).toEqual([]);
    await at('2026-10-25');
    expect(await world.tasks()).toEqual(['not-presented a']);
    await world.sql`update tasks set state = 'done', outcome = 'done', closed_at = now(), closed_by = 'x', reason = 'x'`;
    await at('2026-10-29');
    expect(await world.tasks()).toEqual([]);
    await at('2026-10-30');
    expect(await world.tasks()).toEqual(['not-presented a']);
    await at('2026-11-20');
    expect(await world.reminders()).toEqual([]);
  });

  it('that was agreed with the order, and that nobody has recorded, is planned: a task and no letter, until it is presented and comes back', async () => {
    const riba = { code: 'riba', label: 'RiBa, 30 days', kind: 'net', days: 30, collection: 'riba' } as const;
    await offerMore(world.sql, [riba]);
    await place('a', { termsCode: 'riba' });
    await at('2026-10-25');
    expect(await world.tasks()).toEqual(['not-presented a']);
    await at('2026-11-05');
    expect(await world.reminders()).toEqual([]);
    expect(await world.steps('a')).toMatchObject({ '1/P5D': 'bank-collection' });
    expect(await reconcileLetters(world.sql, world.clock.now)).toEqual([]);
    await collect('a', 'presented');
    expect(await world.tasks()).toEqual([]);
    await collect('a', 'unpaid');
    await at('2026-11-06');
    expect(await world.reminders()).toEqual(['2026-11-06 returned']);
  });

  it('that is cancelled because a transfer was agreed is no collection any more: reminded as a transfer', async () => {
    await place('a');
    await collect('a', 'planned');
    await at('2026-11-05');
    expect(await world.tasks()).toEqual(['not-presented a']);
    await collect('a', 'cancelled');
    expect(await world.tasks()).toEqual([]);
    await at('2026-11-06');
    expect(await world.reminders()).toEqual(['2026-11-06 overdue-1']);
    expect(last().text).toContain('IBAN');
    expect(last().text).not.toContain('RiBa');
  });
});

describe('what a person has said', () => {
  it('a hold: nothing leaves; released at 22:00, the letter leaves the next morning', async () => {
    await place('a');
    await done('/customers/rossi/holds', { holdId: 'h', reason: 'we talk' });
    await at('2026-11-09', '21:00');
    expect(await world.reminders()).toEqual([]);
    expect((await world.steps('a'))['1/P5D']).toBe('hold');
    await done('/customers/rossi/holds/h/release', {});
    await at('2026-11-10', '09:29');
    expect(await world.reminders()).toEqual([]);
    await at('2026-11-10', '09:31');
    expect(await world.reminders()).toEqual(['2026-11-10 overdue-1']);
  });

  it('a hold with an end: the letter leaves in the first window after its last day', async () => {
    await place('a');
    await done('/customers/rossi/holds', { holdId: 'h', reason: 'we talk', until: '2026-11-06' });
    await at('2026-11-12');
    expect(await world.reminders()).toEqual(['2026-11-09 overdue-1']);
  });

  it('a hold that ends or is released within a pause: what is only announced does not wait for its end', async () => {
    await world.setDunning({ pauses: [{ from: '10-12', to: '11-27' }] });
    await place('a');
    await at('2026-10-05');
    await place('b');
    const orders = (orderId: string) => ({ reason: 'we talk', orderIds: [orderId] });
    await done('/customers/rossi/holds', { holdId: 'a', ...orders('a'), until: '2026-10-25' });
    await done('/customers/rossi/holds', { holdId: 'b', ...orders('b') });
    await at('2026-11-02', '18:00');
    expect(await world.reminders()).toEqual(['2026-10-26 due-soon']);
    await done('/customers/rossi/holds/b/release', {});
    await at('2026-11-04');
    expect((await world.reminders()).slice(1)).toEqual(['2026-11-03 due-soon']);
  });

  it('a hold on one order leaves the others alone', async () => {
    await place('a');
    await place('b');
    await done('/customers/rossi/holds', { holdId: 'h', reason: 'we talk', orderIds: ['a'] });
    await at('2026-11-05');
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon', '2026-11-04 overdue-1']);
    expect(last().text).not.toContain('N-a');
  });

  it('a promise kept a day late: no letter in the meantime (M11)', async () => {
    await place('a');
    await at('2026-11-05');
    world.clock.now = '2026-12-01T08:00:00.000Z';
    await world.until('2026-12-01T08:00:00.000Z');
    const before = world.left.length;
    await done('/customers/rossi/promises', { promiseId: 'p', by: '2026-12-10' });
    await at('2026-12-11');
    await done('/orders/a/payments', { paymentId: 'm', amount: eur(600), receivedOn: '2026-12-11' });
    await at('2026-12-20');
    const { body } = await world.call('/customers/rossi/promises');
    expect(body.items[0].state).toBe('kept');
    expect(world.left.slice(before).filter(({ subject }) => !/thank|grazie|saldat/i.test(subject))).toEqual(
      [],
    );
  });

  it('a broken promise: a task, and the next letter says so', async () => {
    await place('a');
    await at('2026-11-05');
    await done('/customers/rossi/promises', { promiseId: 'p', by: '2026-11-18' });
    await at('2026-11-19');
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon', '2026-11-04 overdue-1']);
    await at('2026-11-23');
    expect(await world.tasks()).toEqual(['promise-broken']);
    expect(await world.reminders()).toContain('2026-11-20 overdue-2');
    expect(last().text.replace(/\s+/g, ' ')).toContain('entro il 18 novembre 2026');
  });

  it('a broken promise is named in the first letter as well', async () => {
    await place('a');
    await at('2026-10-31');
    await done('/customers/rossi/promises', { promiseId: 'p', by: '2026-11-04' });
    await at('2026-11-12');
    expect((await world.reminders()).at(-1)).toBe('2026-11-06 overdue-1');
    expect(last().text.replace(/\s+/g, ' ')).toContain(
      'In data 31 ottobre 2026 ci avevate indicato il pagamento entro il 4 novembre 2026',
    );
  });

  it('a dispute that was upheld: its credit note is not left out twice', async () => {
    await place('a');
    await done('/orders/a/disputes', {
      ...{ disputeId: 'd1', reason: 'price-or-terms', amount: eur(200) },
    });
    await done('/orders/a/disputes/d1/resolve', { outcome: 'upheld' });
    const note = { creditNoteId: 'n1', amount: eur(200), reason: 'price' };
    expect((await world.ask('a', 'credit-notes', note)).status).toBe(200);
    const [dispute] = await world.sql`select credit_note_id from disputes where id = 'd1'`;
    expect(dispute).toEqual({ creditNoteId: 'n1' });
    await at('2026-11-04');
    const [item] =
      await world.sql`select asked from letter_items where order_id = 'a' and tone = 'overdue-1'`;
    expect(item).toEqual({ asked: 40_000 });
    expect(await world.tasks()).toEqual([]);
  });

  it('a dispute of all of an order that was upheld: the credit note that ends the debt ends the task', async () => {
    await place('a');
    await done('/orders/a/disputes', { disputeId: 'd', reason: 'other' });
    await done('/orders/a/disputes/d/resolve', { outcome: 'upheld' });
    await at('2026-10-02');
    expect(await world.tasks()).toEqual(['credit-note-missing a']);
    await world.ask('a', 'credit-notes', { creditNoteId: 'n', amount: eur(600), reason: 'goods' });
    expect(await world.tasks()).toEqual([]);
  });

  it('a dispute of all of an order that was upheld, and is paid nevertheless: the credit note is still owed', async () => {
    await place('a');
    await done('/orders/a/disputes', { disputeId: 'd', reason: 'other' });
    await done('/orders/a/disputes/d/resolve', { outcome: 'upheld' });
    await at('2026-10-02');
    await world.ask('a', 'credit-notes', { creditNoteId: 'n', amount: eur(100), reason: 'goods' });
    await pay('a', 500);
    expect(await world.tasks()).toEqual(['credit-note-missing a']);
  });

  it('two holds: when the one without an end is released, the other order’s look does not leave it unlooked at', async () => {
    await world.setDunning({ levels: [{ offset: 'P5D', tone: 'overdue-1', payWithinDays: 7 }] });
    await place('a');
    await place('b');
    await done('/customers/rossi/holds', { holdId: 'all', reason: 'we talk' });
    await done('/customers/rossi/holds', {
      holdId: 'b',
      reason: 'we talk',
      until: '2026-12-01',
      orderIds: ['b'],
    });
    await at('2026-11-20', '20:00');
    await done('/customers/rossi/holds/all/release', {});
    await at('2026-11-23');
    expect(await world.reminders()).toEqual(['2026-11-23 overdue-1']);
    await at('2026-12-02');
    expect(await world.reminders()).toEqual(['2026-11-23 overdue-1', '2026-12-02 overdue-1']);
  });

  it('the minimum: a look for another order, out of the window, does not leave it unlooked at', async () => {
    await world.setDunning({ pauses: [{ from: '10-24', to: '11-05' }] });
    await place('a', { total: eur(5) });
    await at('2026-10-23');
    expect((await world.steps('a'))['1/-P7D']).toBe('minimum');
    // On a Saturday an older order comes in; it is late, and waits for the end of the pause.
    await at('2026-10-24');
    await place('b', { placedAt: '2026-09-15T08:00:00.000Z', total: eur(5) });
    await at('2026-10-24', '13:00');
    await at('2026-10-26');
    expect((await world.steps('a'))['1/-P7D']).toBe('minimum');
  });

  it('a dispute of a part: the rest is asked for; of all: nothing is', async () => {
    await place('a');
    await place('b');
    await done('/orders/a/disputes', {
      disputeId: 'd1',
      reason: 'goods-missing-or-faulty',
      amount: eur(100),
    });
    await done('/orders/b/disputes', { disputeId: 'd2', reason: 'other' });
    await at('2026-11-05');
    expect(last().text).toContain('500,00');
    expect(last().text).toMatch(/Contestato: +[−-]100,00/);
    expect(last().text).not.toContain('N-b');
    expect((await world.steps('b'))['1/P5D']).toBe('dispute');
    await done('/orders/b/disputes/d2/resolve', { outcome: 'rejected' });
    await at('2026-11-12');
    expect((await world.reminders()).at(-1)).toBe('2026-11-11 overdue-1');
    expect(last().text).toContain('N-b');
    await at('2026-11-20');
    expect(await world.tasks()).toEqual(['dispute-open a']);
  });

  it('never: nothing; approve: each letter waits for a person', async () => {
    await place('a');
    await done('/orders/a/reminders', { mode: 'never', reason: 'family' }, { method: 'PUT' });
    await at('2026-10-24');
    expect(await world.steps('a')).toMatchObject({ '1/-P7D': 'never' });
    await done('/orders/a/reminders', { mode: 'automatic', reason: 'again' }, { method: 'PUT' });
    await done('/customers/rossi/reminders', { mode: 'approve', reason: 'careful' }, { method: 'PUT' });
    await at('2026-11-05');
    expect(await world.reminders()).toEqual([]);
    expect(await world.tasks()).toEqual(['approve-letter']);
  });
});

describe('money', () => {
  it('that is held for the customer and covers what is due: no letter, a task (M12)', async () => {
    await place('a');
    await done(
      '/customers/rossi/payments',
      { paymentId: 'm', amount: eur(5000), allocate: 'none' },
      { as: 'accounting' },
    );
    await at('2026-11-10');
    expect(await world.reminders()).toEqual([]);
    expect(await world.steps('a')).toMatchObject({ '1/P5D': 'credit' });
    expect(await world.tasks()).toEqual(['credit-held']);
  });

  it('that covers a part: the letter waits five business days, then names it', async () => {
    await place('a');
    await at('2026-11-03');
    await done(
      '/customers/rossi/payments',
      { paymentId: 'm', amount: eur(64.56), allocate: 'none' },
      { as: 'accounting' },
    );
    await at('2026-11-09');
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon']);
    await at('2026-11-10');
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon', '2026-11-10 overdue-1']);
    expect(last().text).toContain('64,56');
  });

  it('that covers all that is overdue: it is not chased, whatever else falls due later, until that is overdue as well', async () => {
    await place('a');
    await at('2026-10-10');
    await place('b');
    const credit = { paymentId: 'm', amount: eur(700), allocate: 'none' };
    await done('/customers/rossi/payments', credit, { as: 'accounting' });
    await at('2026-11-10');
    expect(await world.reminders()).toEqual([]);
    expect((await world.steps('a'))['1/P5D']).toBe('credit');
    expect(await world.tasks()).toEqual(['credit-held']);
    await at('2026-11-16');
    expect(await world.reminders()).toEqual(['2026-11-16 overdue-1']);
    expect(last().text).toMatch(/1\.200,00[\s\S]*700,00/);
  });

  it('that leaves less than the minimum: no letter, a task', async () => {
    await place('a');
    await at('2026-10-25');
    const credit = { paymentId: 'm', amount: eur(595), allocate: 'none' };
    await done('/customers/rossi/payments', credit, { as: 'accounting' });
    await at('2026-11-20');
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon']);
    expect(await world.tasks()).toEqual(['credit-held']);
  });

  it('below the minimum: waits until more is due', async () => {
    await place('a', { total: eur(9) });
    await at('2026-11-05');
    expect(await world.steps('a')).toMatchObject({ '1/P5D': 'minimum' });
    await world.until('2026-11-05T12:00:00.000Z');
    await place('b', { total: eur(50) });
    await at('2026-11-30');
    expect(await world.reminders()).toEqual(['2026-11-27 overdue-1']);
    expect(last().text).toContain('N-a');
    expect(last().text).toContain('N-b');
  });

  it('below the minimum after the last level: a person decides (M17)', async () => {
    await place('a', { total: eur(9) });
    await at('2026-11-30');
    expect(await world.tasks()).toEqual([]);
    await at('2026-12-02');
    expect(await world.tasks()).toEqual(['decide a']);
    expect(await world.reminders()).toEqual([]);
  });

  it('a pause or an interval that the merchant has shortened: leaves in the next window', async () => {
    await world.setDunning({ pauses: [{ from: '11-01', to: '11-20' }] });
    await place('a');
    await at('2026-11-05');
    expect(await world.steps('a')).toMatchObject({ '1/P5D': 'window' });
    await world.setDunning({ pauses: [] });
    await sweep(world.sql, world.clock.now);
    await at('2026-11-06');
    expect((await world.reminders()).at(-1)).toBe('2026-11-06 overdue-1');
    await place('b', { placedAt: '2026-10-05T08:00:00.000Z' });
    await at('2026-11-09');
    expect(await world.steps('b')).toMatchObject({ '1/P5D': 'interval' });
    await world.setDunning({ minIntervalDays: 2 });
    await sweep(world.sql, world.clock.now);
    await at('2026-11-10');
    expect((await world.reminders()).at(-1)).toBe('2026-11-10 overdue-1');
  });

  it('below the minimum: leaves in the next window once the merchant has lowered it', async () => {
    await place('a', { total: eur(9) });
    await at('2026-11-10', '20:00');
    expect(await world.steps('a')).toMatchObject({ '1/P5D': 'minimum' });
    await world.setDunning({ minimumAmounts: [{ amount: 1_000, currency: 'CHF' }] });
    await at('2026-11-10', '20:01');
    await at('2026-11-11');
    expect(await world.reminders()).toEqual(['2026-11-11 overdue-1']);
  });

  it('that is due soon, and waits until it is late: "due soon" is not said any more', async () => {
    await place('a', { total: eur(9) });
    await at('2026-10-10');
    await place('b', { total: eur(50) });
    await at('2026-11-02');
    expect(await world.reminders()).toEqual(['2026-11-02 due-soon']);
    expect(last().text).not.toContain('N-a');
    expect((await world.steps('a'))['1/-P7D']).toBe('due-is-over');
  });

  it('paid before the letter is composed: it is withdrawn', async () => {
    await place('a');
    await at('2026-11-03');
    world.clock.now = '2026-11-04T09:30:00.000Z';
    const [row] = await world.sql`select episode from orders where id = 'a'`;
    await world.commands.advance(aLook('a', world.clock.now, { episode: row!.episode }));
    const [queued] = await world.sql`select state from mails where kind = 'reminder' and state = 'queued'`;
    expect(queued).toEqual({ state: 'queued' });
    await pay('a', 600);
    await world.sender.drain(world.clock.now);
    const [after] =
      await world.sql`select state, why from mails where kind = 'reminder' order by queued_at desc limit 1`;
    expect(after).toEqual({ state: 'withdrawn', why: 'nothing is to be asked any more' });
  });
});

describe('the merchant', () => {
  it('who invoices, and has not yet: the letter waits, and a task says so (M14)', async () => {
    await place('x');
    const invoice = {
      number: '1',
      issuedOn: '2026-09-30',
      total: eur(600),
      orders: [{ orderId: 'x', amount: eur(600) }],
    };
    await done('/invoices/inv-x', invoice, { method: 'PUT', as: 'accounting' });
    await pay('x', 600);
    await place('a');
    await at('2026-11-05');
    expect(await world.reminders()).toEqual([]);
    expect(await world.steps('a')).toMatchObject({ '1/P5D': 'not-invoiced' });
    expect(await world.tasks()).toEqual(['not-invoiced a']);
    const preview = '/customers/rossi/letters/preview?kind=overdue';
    expect((await world.call(preview)).body).toMatchObject({ wouldSend: false });
    // An admin may decide that it is asked for all the same.
    expect((await world.call(`${preview}&ignore=not-invoiced`)).body).toMatchObject({ wouldSend: true });
    const own = {
      number: '2',
      issuedOn: '2026-11-05',
      total: eur(600),
      orders: [{ orderId: 'a', amount: eur(600) }],
    };
    await done('/invoices/inv-a', own, { method: 'PUT', as: 'accounting' });
    await at('2026-11-06');
    expect(await world.reminders()).toEqual(['2026-11-06 overdue-1']);
    expect(await world.tasks()).toEqual([]);
  });

  it('with letters switched off: nothing leaves, and nothing is caught up', async () => {
    await world.setDunning({ letters: 'off' });
    await place('a');
    await at('2026-11-05');
    expect(await world.steps('a')).toMatchObject({ '1/-P7D': 'letters-off', '1/P5D': 'letters-off' });
    await world.setDunning({ letters: 'on' });
    await at('2026-11-20');
    expect(await world.reminders()).toEqual(['2026-11-17 overdue-1']);
  });

  it('who pauses at Christmas: overdue letters wait', async () => {
    await world.setDunning({ pauses: [{ from: '12-24', to: '01-06' }] });
    world.clock.now = '2026-11-20T08:00:00.000Z';
    await place('a');
    await at('2027-01-10');
    expect(await world.reminders()).toEqual(['2026-12-11 due-soon', '2027-01-07 overdue-1']);
  });

  it('gets a task for a mail that is refused for good; the step says so (M5)', async () => {
    await place('a');
    await at('2026-10-01');
    world.post.accept = async () => {
      throw new MailRefused('550 no such user', { permanent: true });
    };
    await at('2026-10-24');
    expect(await world.steps('a')).toMatchObject({ '1/-P7D': 'mail-failed' });
    expect(await world.tasks()).toEqual(['letter-failed']);
  });
});

it('an order that is paid between the look and the sending is not in the letter', async () => {
  await place('a');
  await place('b');
  await at('2026-11-03');
  world.clock.now = '2026-11-04T09:30:00.000Z';
  await world.commands.advance(aLook('a', world.clock.now));
  expect(await world.steps('b')).toMatchObject({ '1/P5D': 'in_letter' });
  await pay('b', 600);
  await world.sender.drain(world.clock.now);
  const letter = world.left.findLast(({ subject }) => subject.includes('N-a'))!;
  expect(letter.at).toBe('2026-11-04T09:30:00.000Z');
  expect(letter.text).not.toContain('N-b');
  expect(await world.steps('a')).toMatchObject({ '1/P5D': 'sent' });
  expect(await world.steps('b')).toMatchObject({ '1/P5D': 'planned' });
});

describe('a letter that a person has to approve', () => {
  const held = async () =>
    (
      await world.sql<{ id: string; state: string; why: string | null }[]>`
      select id, state, why from mails where kind = 'reminder' order by queued_at desc limit 1`
    )[0]!;
  const levels = [{ offset: 'P5D', tone: 'overdue-1', approve: true }] as const;
  beforeEach(async () => {
    await world.setDunning({ levels });
    await place('a');
    await at('2026-11-04', '11:00');
    expect(await held()).toMatchObject({ state: 'held', why: 'approval' });
  });

  it('in the evening leaves the next morning, by what holds then', async () => {
    await place('b', { placedAt: '2026-09-30T08:00:00.000Z' });
    await at('2026-11-04', '21:00');
    await pay('a', 100);
    await done(`/letters/${(await held()).id}/approve`, {});
    await world.sender.drain(world.clock.now);
    expect(await world.reminders()).toEqual([]);
    expect((await held()).state).toBe('queued');
    world.clock.now = '2026-11-05T09:30:00.000Z';
    await world.sql`update mails set try_at = now() where state = 'queued'`;
    await world.sender.drain(world.clock.now);
    expect(await world.reminders()).toEqual(['2026-11-05 overdue-1']);
    expect(last().text).toContain('500,00');
  });

  it('waits again if something joins it after the approval that has to be approved as well', async () => {
    await place('b', { placedAt: '2026-10-01T08:00:00.000Z' });
    await at('2026-11-04', '21:00');
    await done(`/letters/${(await held()).id}/approve`, {});
    await at('2026-11-05', '11:00');
    expect(await world.reminders()).toEqual([]);
    expect(await held()).toMatchObject({ state: 'held', why: 'approval' });
    expect(await world.tasks()).toEqual(['approve-letter']);
    await done(`/letters/${(await held()).id}/approve`, {});
    await world.sender.drain(world.clock.now);
    expect(await world.reminders()).toEqual(['2026-11-05 overdue-1']);
    expect(last().text).toContain('1.200,00');
  });

  it.each([
    ['hold', () => done('/customers/rossi/holds', { holdId: 'h', reason: 'we talk' })],
    ['promise', () => done('/customers/rossi/promises', { promiseId: 'p', by: '2026-11-20' })],
    ['dispute', () => done('/orders/a/disputes', { disputeId: 'd', reason: 'other' })],
    ['never', () => done('/orders/a/reminders', { mode: 'never', reason: 'family' }, { method: 'PUT' })],
  ])(
    'and is not wanted any more (%s): it is withdrawn, and nobody has to approve it',
    async (why, happens) => {
      await happens();
      expect(await held()).toMatchObject({ state: 'withdrawn' });
      expect(await world.tasks()).toEqual([]);
      expect(await world.steps('a')).toMatchObject({ '1/P5D': why });
    },
  );

  it('within a pause leaves after it, and is not approved twice', async () => {
    await world.setDunning({ levels, pauses: [{ from: '11-06', to: '11-15' }] });
    await at('2026-11-06');
    await done(`/letters/${(await held()).id}/approve`, {});
    await world.sender.drain(world.clock.now);
    expect((await held()).state).toBe('queued');
    await at('2026-11-16');
    await world.sql`update mails set try_at = now() where state = 'queued'`;
    await world.sender.drain(world.clock.now);
    expect(await world.reminders()).toEqual(['2026-11-16 overdue-1']);
    expect(await world.tasks()).toEqual([]);
  });

  it('and is not wanted any more is withdrawn at once, whatever the time: nobody has to approve it', async () => {
    await at('2026-11-04', '20:00');
    await done('/customers/rossi/holds', { holdId: 'h', reason: 'we talk', until: '2026-11-08' });
    expect(await held()).toMatchObject({ state: 'withdrawn' });
    expect(await world.tasks()).toEqual([]);
    expect(await world.steps('a')).toMatchObject({ '1/P5D': 'hold' });
    await at('2026-11-09');
    expect(await world.tasks()).toEqual(['approve-letter']);
    await done('/customers/rossi/reminders', { mode: 'never', reason: 'family' }, { method: 'PUT' });
    expect(await world.tasks()).toEqual([]);
  });

  it('of which only what needs no approval is left, leaves without one', async () => {
    await place('b', { placedAt: '2026-09-30T08:00:00.000Z' });
    await world.lookAt('b');
    await at('2026-11-04', '20:00');
    await world.setDunning({ levels: [{ offset: 'P5D', tone: 'overdue-1' }] });
    await done('/orders/a/reminders', { mode: 'never', reason: 'family' }, { method: 'PUT' });
    expect(await world.tasks()).toEqual([]);
    expect(await held()).toMatchObject({ state: 'queued' });
  });

  it('and is paid before: it is withdrawn, and nobody has to approve it', async () => {
    await pay('a', 600);
    expect(await held()).toMatchObject({ state: 'withdrawn' });
    expect(await world.tasks()).toEqual([]);
  });
});

describe('bank data', () => {
  const file = (day: string) =>
    ['Data contabile;Data valuta;Importo;Causale;Ordinante', `${day};${day};5,00;something else;Gamma`].join(
      '\n',
    );

  it('that is old: nobody is told that they are late; a task after some days; the next import ends it', async () => {
    const bank = bankFiles(world);
    await place('a');
    await at('2026-10-28');
    await bank.imported(file('28/10/2026'));
    await at('2026-11-02', '18:00');
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon']);
    await at('2026-11-05');
    expect(await world.steps('a')).toMatchObject({ '1/P5D': 'bank-data' });
    expect(await world.tasks()).toEqual(['bank-data-old']);
    await bank.imported(file('05/11/2026'));
    await at('2026-11-05', '18:00');
    expect(await world.tasks()).toEqual([]);
    await at('2026-11-06');
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon', '2026-11-06 overdue-1']);
  });

  it('that is a day too old when the letter is due: a task the next day, once', async () => {
    const bank = bankFiles(world);
    await place('a');
    await at('2026-10-30');
    await bank.imported(file('30/10/2026'));
    await at('2026-11-04');
    expect(await world.steps('a')).toMatchObject({ '1/P5D': 'bank-data' });
    expect(await world.tasks()).toEqual([]);
    await at('2026-11-05');
    expect(await world.tasks()).toEqual(['bank-data-old']);
    await world.sql`update tasks set state = 'done', outcome = 'done', closed_at = now(), closed_by = 'x', reason = 'x'`;
    await at('2026-11-06');
    expect(await world.tasks()).toEqual([]);
  });
});
