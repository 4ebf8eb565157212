import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../../src/modules/overview/reconcile-balances.ts';
import { reconcileLetters } from '../../../src/modules/overview/reconcile-letters.ts';
import { MailOutcomeUnknown, MailRefused } from '../../../src/platform/smtp/mailer.ts';
import { eur } from '../../support/builders.ts';
import { letPass } from '../../support/let-pass.ts';
import { type Letters, openLetters } from '../../support/letters-world.ts';
import { read } from './letters/as-read.ts';

/** Longer than an attempt has for its outcome, in seconds. */
const CLAIM = 91;

let world: Letters;
beforeEach(async () => {
  world = await openLetters({ at: '2026-10-01T08:00:00.000Z' });
  for (const [id, total] of [
    ['a', 100],
    ['b', 200],
    ['c', 300],
  ] as const)
    await world.place(id, { total: eur(total), orderNumber: `SO-${id.toUpperCase()}` });
  await send();
  world.left.length = 0;
});
afterEach(async () => {
  expect(await reconcileLetters(world.sql, '1970-01-01T00:00:00Z')).toEqual([]);
  expect(await reconcileBalances(world.sql)).toEqual([]);
  await world.close();
});

const send = () => world.sender.drain(world.clock.now);
/** The sender asks again for what was not complete. */
const sendLater = async () => {
  await letPass(world.sql, 4);
  await send();
};
const part = (orderId: string, units: number) => ({ orderId, amount: eur(units) });
const receipt = (paymentId: string, units: number, allocations?: object[]) =>
  world.call('/customers/rossi/payments', {
    ...{ paymentId, amount: eur(units), receivedOn: '2026-10-01' },
    ...(allocations && { allocations }),
  });
/** A payment whose orders take their parts at once. */
const receive = (...given: Parameters<typeof receipt>) => world.working(receipt(...given));
const reverse = (paymentId: string) => world.call(`/payments/${paymentId}/reverse`, { reason: 'bounced' });
/** The letters about what is settled, by id: "receipt:p sent". */
const receipts = async () =>
  (
    await world.sql<{ text: string }[]>`
      select format('%s %s', id, state) as text from mails where kind = 'settled' order by id`
  ).map(({ text }) => text);
const textOf = (index = 0) => read(world.left[index]!.text);

describe('a payment over several orders', () => {
  it('brings one letter, which says of each what was paid on it and what is still owed', async () => {
    expect(await receive('p', 450, [part('a', 100), part('b', 200), part('c', 150)])).toMatchObject({
      status: 200,
    });
    await send();
    expect(await receipts()).toEqual(['receipt:p sent']);
    expect(world.left).toHaveLength(1);
    expect(read(world.left[0]!.subject)).toBe('Pagamento di 450,00 € ricevuto: grazie');
    expect(textOf()).toMatch(/Ordine SO-A: pagati 100,00 €, saldato/);
    expect(textOf()).toMatch(/Ordine SO-B: pagati 200,00 €, saldato/);
    expect(textOf()).toMatch(/Ordine SO-C: pagati 150,00 €, residuo 150,00 €/);
    expect(textOf()).not.toContain('a vostro credito');
    const { body } = await world.call('/letters/receipt:p');
    expect(body).toMatchObject({ kind: 'settled', orderId: null });
    for (const id of ['a', 'c']) {
      const { body: timeline } = await world.call(`/orders/${id}/timeline`);
      expect(JSON.stringify(timeline)).toContain('receipt:p');
    }
  });

  it('waits until all of them have taken their parts, in whatever order their workflows do that', async () => {
    await receipt('p', 450, [part('a', 100), part('b', 200), part('c', 150)]);
    await world.work('b');
    await sendLater();
    await world.work('a');
    await send();
    await sendLater();
    expect(world.left).toEqual([]);
    expect(await receipts()).toEqual(['receipt:p queued']);
    await world.work('c');
    await sendLater();
    expect(await receipts()).toEqual(['receipt:p sent']);
    expect(world.left).toHaveLength(1);
    expect(textOf()).toContain('residuo 150,00 €');
  });

  it('does not wait longer than an hour for a workflow that stands still; what that settles has a letter of its own', async () => {
    await receipt('p', 300, [part('a', 100), part('b', 200)]);
    await world.work('a');
    world.clock.now = '2026-10-01T08:59:00.000Z';
    await sendLater();
    expect(world.left).toEqual([]);
    world.clock.now = '2026-10-01T09:00:00.000Z';
    await sendLater();
    expect(read(world.left[0]!.subject)).toBe('Ordine SO-A saldato: grazie');
    await world.work('b');
    await sendLater();
    expect(await receipts()).toEqual(['receipt-2:p sent', 'receipt:p sent']);
    expect(read(world.left[1]!.subject)).toBe('Ordine SO-B saldato: grazie');
  });

  it('names what is left of it as credit', async () => {
    await receive('p', 330, [part('a', 100), part('b', 200)]);
    await send();
    expect(textOf()).toContain('30,00 € non sono ancora abbinati, e restano a vostro credito');
  });

  it('says what holds when it leaves: an order whose rest was paid meanwhile is settled, not owed', async () => {
    world.post.accept = async () => Promise.reject(new MailRefused('451 later', { permanent: false }));
    await receive('p', 250, [part('a', 100), part('c', 150)]);
    await send();
    await receive('q', 150, [part('c', 150)]);
    world.post.accept = async () => {};
    await world.tryAgain('receipt:p');
    await sendLater();
    expect(await receipts()).toEqual(['receipt:p sent', 'receipt:q sent']);
    const [ofP, ofQ] = ['Pagamento di', 'Ordine SO-C'].map(
      (start) => world.left.find(({ subject }) => read(subject).startsWith(start))!,
    );
    expect(read(ofP!.text)).toMatch(/Ordine SO-C: pagati 150,00 €, saldato/);
    expect(read(ofQ!.subject)).toBe('Ordine SO-C saldato: grazie');
  });

  it('of which nobody knows whether its letter arrived is not repeated once it is reversed; a person is told', async () => {
    world.post.accept = async () => Promise.reject(new MailOutcomeUnknown('timeout'));
    await receive('p', 300, [part('a', 100), part('b', 200)]);
    await send();
    expect(await receipts()).toEqual(['receipt:p sending']);
    world.post.accept = async () => {};
    expect((await reverse('p')).status).toBe(200);
    await letPass(world.sql, CLAIM);
    await send();
    expect(await receipts()).toEqual(['receipt:p unknown']);
    expect(world.left).toEqual([]);
    expect(await world.tasks()).toContain('letter-unknown');
  });

  it('has the same bytes again, under one Message-ID, while all that they say is so', async () => {
    const tried: { text: string; messageId: string }[] = [];
    world.post.accept = async (mail) => {
      tried.push(mail);
      if (tried.length === 1) throw new MailOutcomeUnknown('timeout');
    };
    await receive('p', 250, [part('a', 100), part('c', 150)]);
    await send();
    await letPass(world.sql, CLAIM);
    await send();
    expect(await receipts()).toEqual(['receipt:p sent_maybe_twice']);
    expect(tried[1]).toEqual(tried[0]);
  });
});

describe('three payments', () => {
  it('bring three letters, each about its own order, as before', async () => {
    await receive('p', 100, [part('a', 100)]);
    await receive('q', 200, [part('b', 200)]);
    await world.ask('c', 'payments', { paymentId: 'r', amount: eur(300) });
    await sendLater();
    expect(await receipts()).toEqual(['receipt:p sent', 'receipt:q sent', 'receipt:r sent']);
    expect(world.left.map(({ subject }) => read(subject)).sort()).toEqual([
      'Ordine SO-A saldato: grazie',
      'Ordine SO-B saldato: grazie',
      'Ordine SO-C saldato: grazie',
    ]);
    expect((await world.call('/letters/receipt:r')).body).toMatchObject({ orderId: 'c' });
  });

  it('of parts bring one: the last settles the order, and thanks for it', async () => {
    for (const id of ['p', 'q', 'r']) await receive(id, 100, [part('c', 100)]);
    await sendLater();
    expect(await receipts()).toEqual(['receipt:r sent']);
    expect(world.left).toHaveLength(1);
  });
});

describe('a payment that is reversed before its letter left', () => {
  it('brings none; made again, it brings its own', async () => {
    await receive('p', 300, [part('a', 100), part('b', 200)]);
    expect((await reverse('p')).status).toBe(200);
    await sendLater();
    expect(await receipts()).toEqual(['receipt:p withdrawn']);
    await receive('again', 300, [part('a', 100), part('b', 200)]);
    await sendLater();
    expect(await receipts()).toEqual(['receipt:again sent', 'receipt:p withdrawn']);
    expect(world.left).toHaveLength(1);
    expect(textOf()).toMatch(/Ordine SO-A: pagati 100,00 €, saldato/);
  });

  it('while one of its orders has not taken its part yet, brings none either', async () => {
    await receipt('p', 300, [part('a', 100), part('b', 200)]);
    await world.work('a');
    expect((await reverse('p')).status).toBe(200);
    await sendLater();
    expect(await receipts()).toEqual(['receipt:p withdrawn']);
    expect(world.left).toEqual([]);
  });

  it('takes an order out of the letter of another payment that it had helped to settle', async () => {
    await receive('first', 50, [part('a', 50)]);
    await receive('p', 250, [part('a', 50), part('b', 200)]);
    expect((await reverse('first')).status).toBe(200);
    await sendLater();
    expect(await receipts()).toEqual(['receipt:p sent']);
    expect(textOf()).toMatch(/Ordine SO-A: pagati 50,00 €, residuo 50,00 €/);
    expect(textOf()).toMatch(/Ordine SO-B: pagati 200,00 €, saldato/);
  });
});

it('what is left of a payment and settles another order later brings a second letter, which repeats nothing', async () => {
  await receive('p', 350, [part('a', 100), part('c', 50)]);
  await send();
  await world.working(world.call('/payments/p/allocations', { allocations: [part('b', 200)] }));
  await sendLater();
  expect(await receipts()).toEqual(['receipt-2:p sent', 'receipt:p sent']);
  expect(read(world.left[1]!.subject)).toBe('Ordine SO-B saldato: grazie');
  const ids = world.left.map(({ messageId }) => messageId);
  expect(new Set(ids).size).toBe(2);
});

it('what is settled without a payment has a letter of its own, as before', async () => {
  await world.ask('a', 'settle', { reason: 'paid in cash' });
  await world.ask('b', 'credit-notes', { creditNoteId: 'cn', amount: eur(200), reason: 'returned' });
  await sendLater();
  expect(await receipts()).toEqual(['settled:a sent', 'settled:b sent']);
});

it('a receipt is sent again as it was, unless something of what it says is owed was paid since', async () => {
  await receive('p', 250, [part('a', 100), part('c', 150)]);
  await send();
  expect((await world.call('/letters/receipt:p/resend', {})).status).toBe(202);
  await send();
  expect(world.left).toHaveLength(2);
  expect(world.left[1]!.text).toBe(world.left[0]!.text);
  await receive('q', 150, [part('c', 150)]);
  expect(await world.call('/letters/receipt:p/resend', {})).toMatchObject({
    status: 409,
    body: { code: 'paid-since' },
  });
});
