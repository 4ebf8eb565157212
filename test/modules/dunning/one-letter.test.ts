import { describe, expect, it } from 'vitest';
import { eur } from '../../support/builders.ts';
import { addCustomer } from '../../support/merchant.ts';
import { useLetters } from '../../support/use-letters.ts';

const { at, pay, place, world } = useLetters({ total: 1000 });

describe('the schedule', () => {
  it('of an order due on 30 October 2026: 23 October, 4, 17 and 30 November, and a task on 14 December', async () => {
    await place('a');
    await at('2026-11-29');
    expect(await world.reminders()).toEqual([
      '2026-10-23 due-soon',
      '2026-11-04 overdue-1',
      '2026-11-17 overdue-2',
    ]);
    await at('2026-11-30');
    expect(await world.tasks()).toEqual(['approve-letter']);
    const [held] = await world.sql`select id, state from mails where kind = 'reminder' and state = 'held'`;
    expect(held).toMatchObject({ state: 'held' });
    const next = async () => (await world.call('/orders/a')).body.nextStep;
    expect(await next()).toMatchObject({ key: '1/P30D', waitsFor: 'approval' });
    const planned = (await world.call('/letters/planned')).body.items;
    expect(planned[0]).toMatchObject({ letterId: held!.id, steps: [{ waitsFor: 'approval' }] });
    await world.call(`/letters/${held!.id}/approve`, undefined, { method: 'POST' });
    await at('2026-11-30', '12:30');
    await at('2026-12-14');
    expect(await world.tasks()).toEqual(['decide a']);
    expect(await next()).toMatchObject({ kind: 'decide', waitsFor: 'decision' });
  });

  it('ends in a task, and again every 14 days: no money is overdue in silence (M17)', async () => {
    await world.setDunning({ levels: [{ offset: 'P5D', tone: 'overdue-1', payWithinDays: 7 }] });
    await place('a');
    await at('2026-11-16');
    expect(await world.tasks()).toEqual([]);
    // 4 November, by the 13th, and two bank days.
    await at('2026-11-17');
    expect(await world.tasks()).toEqual(['decide a']);
    await world.sql`update tasks set state = 'done', outcome = 'done', closed_at = now(), closed_by = 'x', reason = 'x'`;
    await at('2026-11-30');
    expect(await world.tasks()).toEqual([]);
    await at('2026-12-01');
    expect(await world.tasks()).toEqual(['decide a']);
    await pay('a', 1000);
    await at('2027-01-31');
    expect(await world.steps('a')).toEqual({ '1/P5D': 'sent', '1/decide': 'decision' });
  });

  it('gives the time that it named: due 30 October, levels at 7 and 14 days, 7 business days to pay (M10)', async () => {
    await world.setDunning({
      levels: [
        { offset: 'P7D', tone: 'overdue-1', payWithinDays: 7 },
        { offset: 'P14D', tone: 'overdue-2', payWithinDays: 7 },
      ],
    });
    await place('a');
    await at('2026-11-18');
    expect(await world.reminders()).toEqual(['2026-11-06 overdue-1']);
    expect((await world.steps('a'))['1/P14D']).toBe('deadline');
    await at('2026-11-19');
    expect(await world.reminders()).toEqual(['2026-11-06 overdue-1', '2026-11-19 overdue-2']);
  });

  it('catches up in the next window and in one letter when an order comes with a date in the past (M7)', async () => {
    world.clock.now = '2026-11-20T23:30:00.000Z';
    for (const id of ['a', 'b', 'c']) await place(id, { placedAt: '2026-09-30T08:00:00.000Z' });
    await world.until('2026-11-22T23:00:00.000Z');
    expect(world.left.filter(({ subject }) => !/confirmed|confermato/i.test(subject))).toEqual([]);
    await at('2026-11-23');
    expect(await world.reminders()).toEqual(['2026-11-23 overdue-1']);
    expect(world.lastReminder().at).toBe('2026-11-23T09:30:00.000Z');
    expect(await world.steps('a')).toMatchObject({
      '1/-P7D': 'superseded',
      '1/P5D': 'superseded',
      '1/P18D': 'sent',
    });
  });
});

describe('one letter', () => {
  it('is written for twenty orders that are due together, and asks for each (one reference: M18)', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => `o${n}`);
    for (const id of ids) await place(id, { total: eur(100) });
    await at('2026-11-05');
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon', '2026-11-04 overdue-1']);
    const letter = world.lastReminder();
    for (const id of ids) expect(letter.text).toContain(`N-${id}`);
    expect(letter.text).toContain('2.000,00');
    const references = letter.text.match(/NT[0-9A-Z]{2}[ -]?[0-9A-Z]{4}[ -]?[0-9A-Z]{4}/g) ?? [];
    expect(new Set(references).size).toBe(1);
    expect(references[0]!.replace(/[ -]/g, '').slice(2)).toMatch(/^[2-9A-HJ-NP-Z]{10}$/);
  });

  it('never goes to two customers', async () => {
    await addCustomer(world.sql, 'verdi', { name: 'Verdi S.r.l.', email: 'verdi@example.com' });
    await place('a');
    await place('b', { customerId: 'verdi' });
    await at('2026-10-24');
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon']);
    expect(await world.reminders('verdi')).toEqual(['2026-10-23 due-soon']);
    const [one, other] = world.left.slice(-2);
    expect(new Set([one!.to, other!.to]).size).toBe(2);
    expect(one!.text.includes('N-a') && one!.text.includes('N-b')).toBe(false);
  });

  it('has the sharpest tone; a final one is not about what is a day late (M13)', async () => {
    await world.setDunning({
      levels: [
        { offset: 'P1D', tone: 'overdue-1', payWithinDays: 1 },
        { offset: 'P10D', tone: 'overdue-2', payWithinDays: 1 },
        { offset: 'P20D', tone: 'final', payWithinDays: 7, approve: false },
      ],
      minIntervalDays: 3,
    });
    await place('a');
    await world.until('2026-10-20T08:00:00.000Z');
    await place('b');
    await at('2026-11-20');
    const finals = await world.sql`
      select l.left_on, i.order_id from letters l join letter_items i using (mail_id) where l.tone = 'final'`;
    expect(finals.map(({ orderId }) => orderId)).toEqual(['a']);
    expect(world.lastReminder().text).not.toContain('N-b');
    await at('2026-11-30');
    const [later] = await world.sql`
      select l.tone from letters l join letter_items i using (mail_id) where i.order_id = 'b' and l.left_on is not null order by l.left_on limit 1`;
    expect(later).toEqual({ tone: 'overdue-1' });
  });

  it('gives each item the time that it named, also where others made it sharper', async () => {
    await world.setDunning({
      levels: [
        { offset: 'P5D', tone: 'overdue-1', payWithinDays: 10 },
        { offset: 'P12D', tone: 'overdue-2', payWithinDays: 10 },
      ],
    });
    await place('a');
    await at('2026-10-16');
    await place('b');
    await at('2026-12-31');
    // On 20 November `b` is asked for in the first tone, by 4 December; two bank days later is the 9th, after a holiday.
    expect(await world.reminders()).toEqual([
      '2026-11-04 overdue-1',
      '2026-11-20 overdue-2',
      '2026-12-09 overdue-2',
    ]);
  });

  it('is not kept waiting by a final one that is too small to leave', async () => {
    await place('a', { total: eur(9) });
    await place('c');
    await at('2026-10-26');
    await place('b');
    await at('2026-11-18');
    await pay('c', 1000);
    await at('2026-12-01');
    expect((await world.reminders()).slice(-2)).toEqual(['2026-11-24 due-soon', '2026-12-01 overdue-1']);
    expect(world.lastReminder().text).toContain('N-b');
    expect(world.lastReminder().text).not.toContain('N-a');
    expect((await world.steps('a'))['1/P30D']).toBe('minimum');
  });

  it('asks for the invoice, not for each of its two orders (M3)', async () => {
    await place('a');
    await place('b');
    const invoice = {
      number: '2026/15',
      issuedOn: '2026-09-30',
      total: eur(2000),
      orders: [
        { orderId: 'a', amount: eur(1000) },
        { orderId: 'b', amount: eur(1000) },
      ],
    };
    const { status } = await world.working(
      world.call('/invoices/inv-15', invoice, { method: 'PUT', as: 'accounting' }),
    );
    expect(status).toBe(201);
    await at('2026-11-05');
    const letter = world.lastReminder();
    expect(letter.subject).toContain('2026/15');
    expect(letter.text.match(/2\.000,00/g)!.length).toBeGreaterThan(1);
    expect(letter.text).not.toContain('1.000,00');
    await pay('b', 1000);
    await at('2026-11-18');
    const next = world.lastReminder();
    expect(next.subject).toContain('2026/15, 1.000,00');
    expect(next.text.replace(/\s+/g, ' ')).toContain(
      'Importo: 2.000,00 € Ricevuto: -1.000,00 € Da saldare: 1.000,00 €',
    );
  });

  it('shows each part of an amount on its own line (M1)', async () => {
    await place('a');
    await pay('a', 500);
    await world.ask('a', 'credit-notes', {
      creditNoteId: 'cn',
      amount: eur(200),
      reason: 'a damaged parcel',
    });
    await world.call('/payments/p-a-500/reverse', { reason: 'returned', fee: eur(40) });
    await at('2026-11-05');
    const { text } = world.lastReminder();
    expect(text).toContain('840,00');
    for (const line of ['1.000,00', '200,00', '40,00']) expect(text).toContain(line);
    expect(text).not.toContain('460,00');
  });

  it('says nothing of what is paid, whenever the money comes', async () => {
    await place('a');
    await place('b');
    await world.until('2026-11-04T09:00:00.000Z');
    await pay('a', 1000);
    await at('2026-11-05');
    const letter = world.left.findLast(({ subject }) => subject.includes('N-b'))!;
    // The workflow of the first order would have looked at 09:30; it has ended.
    expect(letter.at).toBe('2026-11-04T09:32:00.000Z');
    expect(letter.text).not.toContain('N-a');
    expect((await world.steps('a'))['1/P5D']).toBe('planned');
  });
});
