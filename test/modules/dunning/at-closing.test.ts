import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockCustomer } from '../../../src/modules/customers/tables.ts';
import { findMail } from '../../../src/modules/mail/tables.ts';
import { reconcileLetters } from '../../../src/modules/overview/reconcile-letters.ts';
import { inTransaction } from '../../../src/platform/postgres/client.ts';
import { MailOutcomeUnknown, MailRefused } from '../../../src/platform/smtp/mailer.ts';
import { eur } from '../../support/builders.ts';
import { letPass } from '../../support/let-pass.ts';
import { type Letters, openLetters } from '../../support/letters-world.ts';

/** Longer than an attempt has for its outcome, in seconds. */
const CLAIM = 91;
/** The order is due on 31 October; this is the morning after its first letter that says it is late. */
const FIRST_LETTER = '2026-11-05T10:00:00.000Z';
const REMINDER = 'reminder:rossi:1';

let world: Letters;
beforeEach(async () => {
  world = await openLetters({ at: '2026-10-01T08:00:00.000Z' });
  await world.setDunning({ levels: [{ offset: 'P5D', tone: 'overdue-1', payWithinDays: 7 }] });
  await world.place('o', { total: eur(1220), orderNumber: 'SO-1' });
});
afterEach(async () => {
  expect(await reconcileLetters(world.sql, '1970-01-01T00:00:00Z')).toEqual([]);
  await world.close();
});

const settle = () => world.ask('o', 'settle', { reason: 'paid in cash' });
const send = () => world.sender.drain(world.clock.now);
const stateOf = async (id: string) => (await findMail(world.sql, id))!.state;
const refuse = () => {
  world.post.accept = async () => Promise.reject(new MailRefused('451 later', { permanent: false }));
};
const breakOff = () => {
  world.post.accept = async () => Promise.reject(new MailOutcomeUnknown('timeout'));
};
const accept = () => {
  world.post.accept = async () => {};
};

describe('a confirmation', () => {
  it('is not sent any more once the order is closed; the receipt is', async () => {
    await settle();
    await send();
    expect(await stateOf('confirmation:o')).toBe('withdrawn');
    expect(await stateOf('settled:o')).toBe('sent');
    expect(world.left).toHaveLength(1);
  });

  it('of which nobody knows whether it arrived is not repeated either', async () => {
    breakOff();
    await send();
    expect(await stateOf('confirmation:o')).toBe('sending');
    accept();
    await settle();
    await letPass(world.sql, CLAIM);
    await send();
    expect(await stateOf('confirmation:o')).toBe('unknown');
    expect(world.left).toHaveLength(1);
  });
});

describe('a reminder', () => {
  beforeEach(async () => {
    await send();
    world.left.length = 0;
  });

  it('that was refused for now is not sent after the settlement', async () => {
    refuse();
    await world.until(FIRST_LETTER);
    expect(await stateOf(REMINDER)).toBe('queued');
    accept();
    await settle();
    await world.tryAgain(REMINDER);
    expect(await stateOf(REMINDER)).toBe('withdrawn');
    expect(world.left).toHaveLength(1);
    expect(await stateOf('settled:o')).toBe('sent');
  });

  it('does not begin while somebody books the payment, and not after that', async () => {
    refuse();
    await world.until(FIRST_LETTER);
    accept();
    await world.sql`update mails set try_at = now() where id = ${REMINDER}`;
    await inTransaction(world.sql, async (tx) => {
      await lockCustomer(tx, 'rossi');
      await send();
      expect(await stateOf(REMINDER)).toBe('queued');
    });
    await settle();
    await send();
    await world.tryAgain(REMINDER);
    expect(await stateOf(REMINDER)).toBe('withdrawn');
    expect(world.left).toHaveLength(1);
  });

  it('that was under way when the money came is accepted, and counts', async () => {
    let arrives = () => {};
    const begun = new Promise<void>((begins) => {
      world.post.accept = () =>
        new Promise((resolve) => {
          arrives = resolve;
          begins();
        });
    });
    const day = world.until(FIRST_LETTER);
    await begun;
    accept();
    await settle();
    expect(await stateOf(REMINDER)).toBe('sending');
    arrives();
    await day;
    expect(await stateOf(REMINDER)).toBe('sent');
    expect(await world.steps('o')).toMatchObject({ '1/P5D': 'sent' });
  });

  it('of which nobody knows whether it arrived is never sent again once the money is there; a person is told', async () => {
    breakOff();
    await world.until(FIRST_LETTER);
    accept();
    await world.ask('o', 'payments', { paymentId: 'p', amount: eur(220) });
    await letPass(world.sql, CLAIM);
    await send();
    expect(await stateOf(REMINDER)).toBe('unknown');
    expect(world.left).toEqual([]);
    expect(await world.steps('o')).toMatchObject({ '1/P5D': 'mail-unknown' });
    expect(await world.tasks()).toContain('letter-unknown');
  });

  it('of which nobody knows whether it arrived is sent again as it was while it is still true', async () => {
    const attempts: object[] = [];
    world.post.accept = async (mail) => {
      attempts.push(mail);
      if (attempts.length === 1) throw new MailOutcomeUnknown('timeout');
    };
    await world.until(FIRST_LETTER);
    await world.sql`update customers set name = 'Another name' where id = 'rossi'`;
    await letPass(world.sql, CLAIM);
    await send();
    expect(await stateOf(REMINDER)).toBe('sent_maybe_twice');
    expect(attempts[1]).toEqual(attempts[0]);
    expect(await world.steps('o')).toMatchObject({ '1/P5D': 'sent' });
  });

  it('about two orders leaves without the one that was paid, and its step is not counted as sent', async () => {
    await world.sql`update accounts set credit_limit = 1000000000`;
    await world.place('second', {
      total: eur(500),
      placedAt: '2026-10-01T08:00:00.000Z',
      orderNumber: 'SO-2',
    });
    await send();
    refuse();
    world.left.length = 0;
    await world.until(FIRST_LETTER);
    accept();
    await settle();
    world.left.length = 0;
    await world.tryAgain(REMINDER);
    const [letter] = world.left.filter(({ text }) => text.includes('SO-2'));
    expect(letter!.text).toContain('500,00');
    expect(letter!.text).not.toContain('SO-1');
    expect((await world.steps('o'))['1/P5D']).not.toBe('sent');
    expect(await world.steps('second')).toMatchObject({ '1/P5D': 'sent' });
  });
});

it('a receipt is not sent any more once the order was opened again', async () => {
  await send();
  refuse();
  await world.ask('o', 'payments', { paymentId: 'p', amount: eur(1220) });
  await send();
  expect(await stateOf('receipt:p')).toBe('queued');
  accept();
  expect((await world.call('/payments/p/reverse', { reason: 'bounced' })).status).toBe(200);
  world.left.length = 0;
  await world.tryAgain('receipt:p');
  expect(await stateOf('receipt:p')).toBe('withdrawn');
  expect(world.left).toEqual([]);
});
