import { expect, it } from 'vitest';
import { reportMailEvent } from '../../../src/modules/dunning/report-mail-event.ts';
import { MailOutcomeUnknown, MailRefused } from '../../../src/platform/smtp/mailer.ts';
import { letPass } from '../../support/let-pass.ts';
import { useLetters } from '../../support/use-letters.ts';

const { at, pay, place, world } = useLetters({ notifiesStore: true });

const refuse = (): void => {
  world.post.accept = async () => Promise.reject(new MailRefused('550 5.7.1 no', { permanent: true }));
};
const take = (): void => {
  world.post.accept = async () => {};
};
/** What the store is told of letters, the earliest first: "type order tone", or the kind of one without a tone. */
const told = async () =>
  (
    await world.sql<{ text: string }[]>`
      select concat_ws(' ', type, order_id, coalesce(data->>'tone', data->>'kind')) as text from events
      where type <> 'order.overdue' order by created_at, order_id`
  ).map(({ text }) => text);

it('the store hears once of each order in a letter, whatever happens to the letter afterwards', async () => {
  await place('a:1');
  await place('a-1');
  await at('2026-11-05');
  const sent = ['due-soon', 'overdue-1'].flatMap((tone) => [
    `reminder.sent a-1 ${tone}`,
    `reminder.sent a:1 ${tone}`,
  ]);
  expect(await told()).toEqual(sent);
  await world.call('/letters/reminder:rossi:2/resend', {});
  await at('2026-11-06');
  expect(await told()).toEqual(sent);
  const [event] =
    await world.sql`select data, order_id from events where data->>'tone' = 'overdue-1' order by order_id`;
  expect(event!.data).toEqual({
    ...{ letterId: 'reminder:rossi:2', tone: 'overdue-1', instalments: [1] },
    ...{ asked: { amount: 60_000, currency: 'EUR' }, orderNumber: 'N-a-1' },
  });
  expect(JSON.stringify(await world.sql`select * from events`)).not.toMatch(/@|Officine|550/);
});

it('a letter that arrived perhaps is told only once it is known to have been accepted', async () => {
  await place('a');
  await at('2026-11-03');
  const before = (await told()).length;
  world.post.accept = async () => Promise.reject(new MailOutcomeUnknown('closed in DATA'));
  await at('2026-11-04');
  expect(await told()).toHaveLength(before);
  take();
  await letPass(world.sql, 100);
  await at('2026-11-04', '12:05');
  expect((await told()).slice(before)).toEqual(['reminder.sent a overdue-1']);
});

it('the store hears once of a letter that could not be delivered, of whatever kind it is', async () => {
  refuse();
  await place('a');
  await at('2026-10-01');
  expect(await told()).toEqual(['letter.failed a confirmation']);
  await place('b', { placedAt: '2026-09-30T08:00:00.000Z' });
  take();
  await at('2026-11-03');
  const before = (await told()).length;
  refuse();
  await at('2026-11-04');
  // About two orders.
  expect((await told()).slice(before)).toEqual(['letter.failed overdue-1']);
  await pay('a', 600);
  await at('2026-11-05');
  expect((await told()).slice(before + 1)).toEqual(['letter.failed a settled']);
});

it('the store hears of a letter that came back', async () => {
  await place('a');
  await at('2026-10-24');
  const before = (await told()).length;
  const [mail] = await world.sql<{ messageId: string; recipient: string }[]>`
    select message_id, recipient from mails where kind = 'reminder'`;
  const event = { eventId: 'e1', type: 'bounced', at: null, detail: '550 gone' } as const;
  await reportMailEvent(
    world.sql,
    { ...event, address: mail!.recipient, messageId: mail!.messageId },
    { actor: 'key:provider', now: world.clock.now, notifiesStore: true },
  );
  expect((await told()).slice(before)).toEqual(['letter.failed a due-soon']);
});
