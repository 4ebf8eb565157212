import { expect, it } from 'vitest';
import { eur } from '../../support/builders.ts';
import { useLetters } from '../../support/use-letters.ts';

const { at, done, pay, place, world } = useLetters();

it('a rest below the minimum, whose letter would be the final one, holds no other letter back', async () => {
  await world.setDunning({
    levels: [
      { offset: 'P2D', tone: 'overdue-1', payWithinDays: 1 },
      { offset: 'P10D', tone: 'overdue-2', payWithinDays: 1 },
      { offset: 'P20D', tone: 'final', payWithinDays: 7, approve: false },
    ],
  });
  await place('a', { total: eur(605) });
  await at('2026-11-12');
  await pay('a', 600);
  // Due on 16 November.
  await place('b', { placedAt: '2026-10-17T08:00:00.000Z' });
  await at('2026-11-25');
  expect((await world.steps('a'))['1/P20D']).toBe('minimum');
  await at('2026-12-10');
  // The rest is in the final letter about both.
  expect((await world.steps('a'))['1/P20D']).toBe('sent');
  expect((await world.reminders()).slice(2)).toEqual([
    '2026-11-18 overdue-1',
    '2026-11-26 overdue-2',
    '2026-12-07 final',
  ]);
});

it.each([
  ['Asia/Tokyo', '06:00', '2026-11-06'],
  ['America/Los_Angeles', '18:00', '2026-11-07'],
])(
  'letters by the time of %s: a hold ends with the merchant’s day, and is not looked at again and again',
  async (timeZone, sendTime, leftOn) => {
    await world.setDunning({ timeZone, sendTime, businessDays: false });
    await place('a');
    await done('/customers/rossi/holds', { holdId: 'h', reason: 'we talk', until: '2026-11-05' });
    await at('2026-11-10');
    expect(await world.reminders()).toEqual([`${leftOn} overdue-1`]);
  },
);

it('a promise holds back what it is about, and nothing that falls due after its day', async () => {
  await place('a');
  await at('2026-10-15');
  // Due on 14 November: announced on the 6th, since the 7th is a Saturday.
  await place('b');
  await at('2026-11-05');
  await done('/customers/rossi/promises', { promiseId: 'p', by: '2026-11-10' });
  await at('2026-11-11');
  expect(await world.reminders()).toEqual([
    '2026-10-23 due-soon',
    '2026-11-04 overdue-1',
    '2026-11-11 due-soon',
  ]);
  expect(world.lastReminder().text).not.toContain('N-a');
});

it('what was to be announced and is overdue by then is not announced: the next level says it', async () => {
  await place('a');
  await done('/customers/rossi/holds', { holdId: 'h', reason: 'we talk', until: '2026-11-01' });
  await at('2026-11-30');
  expect((await world.steps('a'))['1/-P7D']).toBe('due-is-over');
  expect((await world.reminders())[0]).toBe('2026-11-04 overdue-1');
});

it('a dispute about an order that is paid is not mentioned in letters about others', async () => {
  await place('a');
  await done('/orders/a/disputes', { disputeId: 'd', reason: 'other', amount: eur(100) });
  await pay('a', 600);
  await place('b');
  await at('2026-11-30');
  const { body } = await world.call('/customers/rossi/letters/preview');
  expect(body.tone).toBe('final');
  expect(body.text).not.toContain('contestato,');
});

it('a promise that was broken about what is settled is not held against what was due later', async () => {
  await place('a');
  await at('2026-11-05');
  await done('/customers/rossi/promises', { promiseId: 'p', by: '2026-11-10' });
  await at('2026-11-13');
  expect(await world.tasks()).toEqual(['promise-broken']);
  const creditNote = { creditNoteId: 'cn', amount: eur(600), reason: 'all of it came back' };
  expect((await world.ask('a', 'credit-notes', creditNote)).status).toBe(200);
  expect(await world.tasks()).toEqual([]);
  await place('b');
  await at('2027-01-10');
  expect((await world.reminders()).at(-1)).toBe('2027-01-04 overdue-2');
  expect(world.lastReminder().text).not.toContain('10 novembre');
});

it('a person who has decided is asked again after 14 days, whatever else is looked at meanwhile', async () => {
  await world.setDunning({ levels: [{ offset: 'P5D', tone: 'overdue-1', payWithinDays: 1 }] });
  await place('a');
  await at('2026-11-20');
  expect(await world.tasks()).toEqual(['decide a']);
  await world.sql`update tasks set state = 'done', outcome = 'done', closed_at = now(), closed_by = 'x', reason = 'x'`;
  await place('b', { placedAt: '2026-10-17T08:00:00.000Z' });
  await at('2026-11-22');
  expect(await world.tasks()).toEqual([]);
  await at('2026-11-23');
  expect(await world.tasks()).toEqual(['decide a']);
});

it('a task ends when its cause does: paid, presented, allocated', async () => {
  await world.setDunning({ levels: [{ offset: 'P5D', tone: 'overdue-1', payWithinDays: 1 }] });
  await place('a');
  await place('c');
  const collected = '/orders/c/instalments/1/collection';
  await done(collected, { state: 'planned' }, { as: 'accounting' });
  await at('2026-11-20');
  expect(await world.tasks()).toEqual(['decide a', 'not-presented c']);
  await done(collected, { state: 'presented' }, { as: 'accounting' });
  expect(await world.tasks()).toEqual(['decide a']);
  await pay('a', 600);
  expect(await world.tasks()).toEqual([]);
  await place('d', { placedAt: '2026-09-30T08:00:00.000Z' });
  const credit = { paymentId: 'm', amount: eur(600), allocate: 'none' };
  await done('/customers/rossi/payments', credit, { as: 'accounting' });
  await at('2026-11-24');
  expect(await world.tasks()).toEqual(['credit-held']);
  const allocated = { allocations: [{ orderId: 'd', amount: eur(600) }] };
  await done('/payments/m/allocations', allocated, { as: 'accounting' });
  expect(await world.tasks()).toEqual([]);
});

it('an instalment whose payment is returned is asked for after all, from the first tone on', async () => {
  await place('a', { termsCode: 'weekly' });
  await pay('a', 300);
  await at('2026-11-25');
  expect(await world.steps('a')).toMatchObject({ '1/P5D': 'paid', '1/P18D': 'paid' });
  const { status } = await world.call('/payments/p-a-300/reverse', { reason: 'returned' });
  expect(status).toBe(200);
  const tones = () =>
    world.sql<{ text: string }[]>`
      select format('%s %s', l.left_on, i.tone) as text from letters l join letter_items i using (mail_id)
      where l.left_on is not null and i.instalment = 1 order by l.left_on`.then((rows) =>
      rows.map(({ text }) => text),
    );
  await at('2026-12-05');
  expect(await tones()).toEqual(['2026-12-01 overdue-1']);
  await at('2027-02-20');
  expect(await world.steps('a')).toMatchObject({ '1/P30D': 'sent', '1/decide': 'decision' });
  expect(await world.tasks()).toContain('decide a');
});

const flat = () => world.lastReminder().text.replace(/\s+/g, ' ');
const collect = (orderId: string, state: string, more: object = {}) =>
  done(`/orders/${orderId}/instalments/1/collection`, { state, ...more }, { as: 'accounting' });
const lateInterest = () =>
  done(
    '/policies/late-interest',
    {
      baseVersion: 0,
      policy: {
        enabled: true,
        country: 'IT',
        marginPercent: null,
        compensation: eur(40),
        referenceRates: [],
      },
    },
    { method: 'PUT' },
  );

it('interest that was waived is not shown as owed beside negative costs', async () => {
  await lateInterest();
  await place('a');
  await at('2026-11-03');
  expect((await world.ask('a', 'interest', {})).body.outstanding).toEqual(eur(640.68));
  await world.ask('a', 'waive', { amount: eur(40.5), reason: 'goodwill' });
  await at('2026-11-05');
  expect(flat()).toContain('Importo: 600,00 € Interessi: 0,18 € Da saldare: 600,18 €');
});

it('a RiBa that comes back when the first level is due is said to have come back, with the bank’s fee alone (M16)', async () => {
  await lateInterest();
  await place('a');
  await collect('a', 'planned');
  await collect('a', 'presented');
  await at('2026-11-03', '18:00');
  await collect('a', 'unpaid', { fee: eur(4.5) });
  expect((await world.ask('a', 'interest', {})).body.outstanding).toEqual(eur(645.18));
  await at('2026-11-05');
  expect(await world.reminders()).toEqual(['2026-11-04 returned']);
  expect(world.lastReminder().subject).toContain('RiBa insoluta');
  expect(flat()).toContain('le spese che la banca ci ha addebitato (4,50 €)');
  expect(flat()).toContain('Spese: 44,50 €');
  await at('2026-11-30');
  expect((await world.reminders()).slice(1)).toEqual(['2026-11-17 overdue-2']);
  expect(flat()).not.toContain('incasso con RiBa');
});

it('no letter names an earlier day to pay than the one before it', async () => {
  await place('a');
  await at('2026-11-04');
  expect(flat()).toContain('venerdì 13 novembre');
  await collect('a', 'presented');
  await collect('a', 'unpaid', { fee: eur(4.5) });
  await at('2026-11-05');
  expect(await world.reminders()).toEqual([
    '2026-10-23 due-soon',
    '2026-11-04 overdue-1',
    '2026-11-05 returned',
  ]);
  expect(flat()).toContain('venerdì 13 novembre');
});

it('a RiBa that comes back before its due date is said to have come back once it is due, and not before', async () => {
  await place('a');
  await collect('a', 'planned');
  await collect('a', 'presented');
  await at('2026-10-26');
  await collect('a', 'unpaid', { fee: eur(4.5) });
  await at('2026-10-30', '20:00');
  expect((await world.reminders()).filter((one) => one.endsWith('returned'))).toEqual([]);
  await at('2026-11-03');
  expect((await world.reminders()).at(-1)).toBe('2026-11-02 returned');
});

it('a RiBa that is to be presented again, and is not, is a task, again every 14 days', async () => {
  await place('a');
  await collect('a', 'planned');
  await collect('a', 'presented');
  await at('2026-11-03', '18:00');
  await collect('a', 'unpaid');
  await collect('a', 'planned');
  await at('2026-11-04');
  expect(await world.tasks()).toEqual(['not-presented a']);
  await world.sql`update tasks set state = 'done', outcome = 'done', closed_at = now(), closed_by = 'x', reason = 'x'`;
  await at('2026-11-16');
  expect(await world.tasks()).toEqual([]);
  await at('2026-11-18');
  expect(await world.tasks()).toEqual(['not-presented a']);
  expect(await world.reminders()).toEqual([]);
});

it('a promise of an amount is broken if nothing came, though nothing was due by its day', async () => {
  await place('a');
  await done('/customers/rossi/promises', { promiseId: 'p', by: '2026-10-05', amount: eur(600) });
  await at('2026-10-10');
  const { body } = await world.call('/customers/rossi/promises');
  expect(body.items[0].state).toBe('broken');
});

it('a promise of an amount is not broken if what was due by its day was credited, though more falls due later', async () => {
  await place('a');
  await at('2026-11-05');
  await place('b', { total: eur(400) });
  await done('/customers/rossi/promises', { promiseId: 'p', by: '2026-11-10', amount: eur(600) });
  await world.ask('a', 'credit-notes', {
    creditNoteId: 'cn',
    amount: eur(600),
    reason: 'all of it came back',
  });
  await at('2026-11-15');
  const { body } = await world.call('/customers/rossi/promises');
  expect(body.items[0].state).toBe('kept');
  expect(await world.tasks()).toEqual([]);
});

it('what waits beside a final letter leaves in the next window once that letter is not wanted any more', async () => {
  await place('a');
  await at('2026-10-26');
  // Due on 25 November.
  await place('b');
  await at('2026-12-01', '20:00');
  expect(await world.tasks()).toEqual(['approve-letter']);
  expect((await world.steps('b'))['1/P5D']).toBe('final-letter');
  await pay('a', 600);
  await at('2026-12-02');
  expect((await world.reminders()).at(-1)).toBe('2026-12-02 overdue-1');
});

it('a RiBa that comes back is said in the next window, though a final letter about another order waits for its approval', async () => {
  await place('a');
  await at('2026-10-26');
  await place('b');
  await collect('b', 'planned');
  await collect('b', 'presented');
  await at('2026-11-30', '18:00');
  expect(await world.tasks()).toEqual(['approve-letter']);
  await collect('b', 'unpaid', { fee: eur(4.5) });
  await at('2026-12-02');
  expect((await world.reminders()).at(-1)).toBe('2026-12-01 returned');
  expect(flat()).not.toContain('N-a');
  // The final letter is the next one.
  await at('2026-12-08');
  expect(await world.tasks()).toEqual([]);
  await at('2026-12-09');
  expect(await world.tasks()).toEqual(['approve-letter']);
});

it.each(['overdue-1', 'returned'])(
  'a promise that was broken is said in a letter of the tone %s',
  async (tone) => {
    await place('a');
    if (tone === 'returned') {
      await collect('a', 'planned');
      await collect('a', 'presented');
      await at('2026-11-02', '18:00');
      await collect('a', 'unpaid');
    }
    await at('2026-11-02', '20:00');
    await done('/customers/rossi/promises', { promiseId: 'p', by: '2026-11-12' });
    await at('2026-11-17');
    expect((await world.reminders()).at(-1)).toBe(`2026-11-16 ${tone}`);
    expect(flat()).toContain('entro il 12 novembre 2026: l’accredito non ci è ancora pervenuto');
  },
);

it('an insolvency that was recorded by mistake and ended: a person decides on what is overdue', async () => {
  await place('a');
  await at('2026-11-29');
  await done('/customers/rossi/insolvency', { reason: 'taken for another' });
  await at('2026-12-20');
  expect((await world.steps('a'))['1/decide']).toBe('insolvency');
  await done('/customers/rossi/use-rules', { reason: 'it was another' });
  await at('2026-12-21');
  await at('2026-12-22');
  expect(await world.tasks()).toEqual(['decide a']);
});

it('a hold is released, and the order that was to look is paid before the window: the other one is asked for all the same', async () => {
  await place('a');
  await place('b');
  await done('/customers/rossi/holds', { holdId: 'h', reason: 'we talk' });
  await at('2026-11-05', '20:00');
  await done('/customers/rossi/holds/h/release', {});
  await pay('a', 600);
  await at('2026-11-06');
  expect(await world.reminders()).toEqual(['2026-11-06 overdue-1']);
  expect(flat()).toContain('N-b');
});
