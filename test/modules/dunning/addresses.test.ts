import { describe, expect, it } from 'vitest';
import { reconcileLetters } from '../../../src/modules/overview/reconcile-letters.ts';
import { MailRefused } from '../../../src/platform/smtp/mailer.ts';
import { useLetters } from '../../support/use-letters.ts';

const COMPANY = 'amministrazione@officine-rossi.example';
const DUNNING = 'debiti@officine-rossi.example';
const OTHER = 'nuovo@officine-rossi.example';

const { at, place, world } = useLetters();

const contacts = async (contacts: Record<string, string>, email = COMPANY) => {
  const { body } = await world.call('/customers/rossi');
  const { name, locale, country, vatNumber, stats } = body;
  const facts = { name, email, locale, country, vatNumber, stats, contacts };
  expect(await world.call('/customers/rossi', facts, { method: 'PUT' })).toMatchObject({ status: 200 });
};
let events = 0;
const bounce = (address: string, more: object = {}) =>
  world.call('/mail-events', { eventId: `e${++events}`, type: 'bounced', address, ...more });
const lift = (address: string) =>
  world.working(
    world.call('/customers/rossi/undeliverable-addresses/lift', { address, reason: 'it works now' }),
  );
const marked = async () =>
  (await world.call('/customers/rossi')).body.undeliverableAddresses.map(
    (one: { address: string }) => one.address,
  );
/** The mail server refuses the recipient as long as it is this address. */
const refuse = (address: string) => {
  world.post.accept = async ({ to }) => {
    if (to === address)
      throw new MailRefused('550 5.1.1 user unknown', { permanent: true, unknownAddress: true });
  };
};
const recipients = () => world.left.filter(({ subject }) => subject.includes('N-a')).map(({ to }) => to);

describe('an address that the mail server refuses for good', () => {
  it('is marked, with a task; the next letter waits and leaves in the window after the store has another one', async () => {
    await place('a');
    await at('2026-10-01');
    refuse(COMPANY);
    await at('2026-10-24');
    expect(await marked()).toEqual([COMPANY]);
    expect(await world.tasks()).toEqual(['address-undeliverable', 'letter-failed']);
    await at('2026-11-10');
    expect(await world.steps('a')).toMatchObject({ '1/-P7D': 'mail-failed', '1/P5D': 'address' });
    expect(await world.reminders()).toEqual([]);

    await contacts({}, OTHER);
    await at('2026-11-10', '20:00');
    expect(await world.reminders()).toEqual([]);
    expect(await world.tasks()).toEqual(['letter-failed']);
    await at('2026-11-11', '09:29');
    expect(await world.reminders()).toEqual([]);
    await at('2026-11-11', '09:31');
    expect(await world.reminders()).toEqual(['2026-11-11 overdue-1']);
    expect(recipients().at(-1)).toBe(OTHER);
    // The letter asks for what the failed one asked for.
    expect(await world.tasks()).toEqual([]);
  });

  it('is not marked if the content was refused, or a mailbox is full', async () => {
    await place('a');
    await at('2026-10-01');
    world.post.accept = async () => Promise.reject(new MailRefused('550 5.7.1 spam', { permanent: true }));
    await at('2026-10-24');
    expect(await marked()).toEqual([]);
    expect(await world.tasks()).toEqual(['letter-failed']);
  });
});

describe('of two addresses one is marked', () => {
  it('reminders go to the other one', async () => {
    await contacts({ dunning: DUNNING });
    await place('a');
    await bounce(DUNNING.toUpperCase());
    await at('2026-10-24');
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon']);
    expect(recipients().at(-1)).toBe(COMPANY);
    expect(await world.tasks()).toEqual(['address-undeliverable']);
  });

  it('a changed contact clears its own mark alone', async () => {
    await contacts({ dunning: DUNNING });
    await bounce(DUNNING);
    await bounce(COMPANY);
    expect(await marked()).toEqual([COMPANY, DUNNING]);
    const [task] = await world.sql<
      { recipients: string[] }[]
    >`select detail->'recipients' as recipients from tasks where state = 'open' and kind = 'address-undeliverable'`;
    expect(task!.recipients).toEqual([COMPANY, DUNNING]);
    await contacts({ dunning: OTHER });
    expect(await marked()).toEqual([COMPANY]);
    await at('2026-10-01');
    expect(await world.tasks()).toEqual(['address-undeliverable']);
  });

  it('an address that a second contact still has stays marked', async () => {
    await contacts({ dunning: COMPANY.toUpperCase() });
    await bounce(COMPANY);
    await contacts({ dunning: COMPANY.toUpperCase() }, OTHER);
    expect(await marked()).toEqual([COMPANY]);
    await contacts({}, OTHER);
    expect(await marked()).toEqual([]);
  });
});

it('a mark that a person lifts: the letter leaves in the next window, and the task is closed', async () => {
  await place('a');
  await bounce(COMPANY);
  await at('2026-11-09', '21:00');
  expect((await world.steps('a'))['1/P5D']).toBe('address');
  expect(await world.tasks()).toEqual(['address-undeliverable', 'letter-failed a']);
  expect(await lift(COMPANY.toUpperCase())).toMatchObject({
    status: 200,
    body: { undeliverableAddresses: [] },
  });
  expect(await world.tasks()).toEqual(['letter-failed a']);
  await at('2026-11-10', '09:29');
  expect(await world.reminders()).toEqual([]);
  await at('2026-11-10', '09:31');
  expect(await world.reminders()).toEqual(['2026-11-10 overdue-1']);
  expect(recipients().at(-1)).toBe(COMPANY);
});

it('reminding by hand says that nothing reaches the customer, and cannot ignore it', async () => {
  await place('a');
  await bounce(COMPANY);
  await at('2026-11-10');
  const asked = { letterRequestId: 'r', ignore: ['window', 'interval'] };
  expect(await world.call('/customers/rossi/letters', asked)).toMatchObject({
    status: 409,
    body: { code: 'letter-not-wanted', because: [{ reason: 'address', until: null, orderId: 'a' }] },
  });
});

it('reconcile reports a wait whose address is not marked any more', async () => {
  await contacts({ pec: 'rossi@pec.example' });
  await place('a');
  await bounce(COMPANY);
  await at('2026-11-10');
  expect(await reconcileLetters(world.sql, world.clock.now)).toEqual([]);
  await world.sql`delete from undeliverable_addresses`;
  expect(await reconcileLetters(world.sql, world.clock.now)).toEqual([
    { subject: 'order/a', problem: 'step 1/P5D waits for address, which is over' },
  ]);
});

describe('a confirmation', () => {
  it('to a marked address fails with its content and a task, and is sent again to the corrected address', async () => {
    await bounce(COMPANY);
    const before = world.left.length;
    await place('a');
    await at('2026-10-01');
    expect(world.left).toHaveLength(before);
    expect((await world.call('/letters/confirmation:a')).body).toMatchObject({
      ...{ state: 'failed', why: 'nothing arrives at the address', attempts: 0, recipients: [COMPANY] },
      subject: expect.stringContaining('N-a'),
    });
    expect(await world.tasks()).toEqual(['address-undeliverable', 'letter-failed a']);
    expect(await world.call('/letters/confirmation:a/resend', {})).toMatchObject({
      ...{ status: 409, body: { code: 'address-undeliverable' } },
    });
    await contacts({ billing: OTHER });
    expect(await world.call('/letters/confirmation:a/resend', {})).toMatchObject({ status: 202 });
    await at('2026-10-02');
    expect(recipients()).toEqual([OTHER]);
    expect(await world.tasks()).toEqual(['address-undeliverable']);
  });

  it('goes to the company if nothing arrives at the billing address', async () => {
    await contacts({ billing: OTHER });
    await bounce(OTHER);
    await place('a');
    await at('2026-10-01');
    expect(recipients()).toEqual([COMPANY]);
  });
});

describe('a reminder that comes back', () => {
  it('has failed: it is a task, and counts neither for the interval nor as a letter that the customer has had', async () => {
    await place('a');
    await at('2026-11-05');
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon', '2026-11-04 overdue-1']);
    const { messageId } = world.left.at(-1)!;
    await bounce(COMPANY, { messageId, detail: 'smtp; 550 5.1.1 user unknown' });
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon']);
    expect((await world.steps('a'))['1/P5D']).toBe('mail-failed');
    expect(await world.tasks()).toEqual(['address-undeliverable', 'letter-failed']);
    expect((await world.call('/letters/reminder:rossi:2')).body).toMatchObject({
      ...{ state: 'failed', why: 'bounced', lastError: 'smtp; 550 5.1.1 user unknown' },
    });
    await contacts({}, OTHER);
    await at('2026-11-17');
    // The second level is due; the customer has not had the first one.
    expect(await world.reminders()).toEqual(['2026-10-23 due-soon', '2026-11-17 overdue-1']);
    expect(await world.tasks()).toEqual([]);
  });

  it('sent again with success, its task is closed; a copy that fails is a task of its own', async () => {
    await place('a');
    await at('2026-11-05');
    await bounce(COMPANY, { messageId: world.left.at(-1)!.messageId });
    expect(await world.tasks()).toEqual(['address-undeliverable', 'letter-failed']);
    await contacts({ dunning: OTHER });
    refuse(OTHER);
    await world.call('/letters/reminder:rossi:2/resend', {});
    await world.sender.drain(world.clock.now);
    expect(await marked()).toEqual([COMPANY, OTHER]);
    const [task] = await world.sql<
      { letter: string }[]
    >`select detail->>'letterId' as letter from tasks where state = 'open' and kind = 'letter-failed'`;
    expect(task!.letter).toBe('reminder:rossi:2:again:1');
    await world.call('/letters/reminder:rossi:2/resend', { to: DUNNING });
    await world.sender.drain(world.clock.now);
    expect(await world.tasks()).toEqual(['address-undeliverable']);
  });
});
