import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MailState, mailsOf } from '../../src/modules/mail/tables.ts';
import { eur } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { DAY, later, MINUTE } from '../support/instants.ts';
import { addCustomer } from '../support/merchant.ts';
import { type Fate, startScriptedPost } from '../support/scripted-post.ts';
import { openWorld, type World } from '../support/workflow-world.ts';

let world: World;
let post: Awaited<ReturnType<typeof startScriptedPost>>;
beforeAll(async () => {
  [world, post] = await Promise.all([openWorld(), startScriptedPost('Netterms <terms@merchant.example>')]);
  // What the letters say is different at every attempt that composes them anew.
  let attempts = 0;
  world.post.accept = async (mail) => {
    await world.sql`update customers set name = ${`Name ${++attempts}`}`;
    await post.send(mail);
  };
});
afterAll(async () => {
  await post.stop();
  await world.close();
});

const addressOf = (id: string) => `${id}@acme.example`;

/** Places an order whose confirmation has these fates. */
async function placed(id: string, fates: readonly Fate[]) {
  await addCustomer(world.sql, id, { contacts: { billing: addressOf(id) } });
  post.scripts.set(addressOf(id), [...fates]);
  return world.place({ orderId: id, customerId: id });
}
const confirmation = async (id: string) =>
  (await mailsOf(world.sql, id)).find(({ template }) => template === 'confirmation');
const becomes = (id: string, state: MailState) =>
  eventually(`the confirmation of ${id} is ${state}`, async () => {
    const mail = await confirmation(id);
    return mail?.state === state && mail;
  });

/** The fates of the attempts, the state in the end, how many mails came whole, and how many of them differ. */
const sequences: [Fate[], MailState, number, number][] = [
  [['accepts'], 'sent', 1, 1],
  [['dies', 'accepts'], 'sent_maybe_twice', 2, 1],
  [['dies midway', 'accepts'], 'sent_maybe_twice', 1, 1],
  [['dies', 451, 'accepts'], 'sent_maybe_twice', 3, 1],
  [['dies', 'recipient 451', 'recipient 451', 'accepts'], 'sent_maybe_twice', 2, 1],
  [['dies', 'away', 'accepts'], 'sent_maybe_twice', 2, 1],
  [['dies', 'away', 451, 'dies', 'accepts'], 'sent_maybe_twice', 4, 1],
  [['dies', 'recipient 550'], 'unknown', 1, 1],
  [['dies', 451, 554], 'unknown', 3, 1],
  [['dies midway', 'away', 'recipient 550'], 'unknown', 0, 0],
  [['away', 'accepts'], 'sent', 1, 1],
  [['recipient 451', 'dies', 'recipient 451', 'accepts'], 'sent_maybe_twice', 2, 1],
  [[451, 'accepts'], 'sent', 2, 2], // refused for certain: composed anew
  [['recipient 550'], 'failed', 0, 0],
  [['recipient 451', 554], 'failed', 1, 1],
];

describe('whatever the mail server says after an attempt whose outcome is unknown, only the same bytes follow', () => {
  beforeAll(async () => {
    for (const [n, [fates]] of sequences.entries()) await placed(`sequence-${n}`, fates);
    await world.until(later(await world.clock(), 30 * MINUTE));
  });

  it.each(sequences.map((sequence, n) => [...sequence, n] as const))(
    '%j ends as %s: %i mails, of which %i differ',
    async (fates, state, whole, different, n) => {
      const id = `sequence-${n}`;
      const { attempts, messageId } = await becomes(id, state);
      const mails = post.received(addressOf(id));
      expect(attempts).toBe(fates.length);
      expect(mails).toHaveLength(whole);
      expect(new Set(mails).size).toBe(different);
      for (const bytes of mails) expect(bytes).toContain(messageId);
    },
  );
});

it('in doubt, then refused for three days: given up as unknown', async () => {
  const order = await placed('refused', ['dies', ...Array<Fate>(100).fill('recipient 451')]);
  await world.until(later(order.placedAt, 3 * DAY + 60 * MINUTE));
  await becomes('refused', 'unknown');
  expect(post.received(addressOf('refused'))).toHaveLength(1);
});

it('a new episode of the order repeats a mail that was given up in doubt, with the same bytes', async () => {
  const order = await placed('again', ['dies', 'recipient 550', 'accepts']);
  await world.until(later(order.placedAt, 5 * MINUTE));
  await becomes('again', 'unknown');
  await world.env.client.workflow.getHandle('order/again/1').terminate('by an operator');
  await world.submit('again', 'recordPayment', { payment: { paymentId: 'again-1', amount: eur(20) } });
  await becomes('again', 'sent_maybe_twice');
  const mails = post.received(addressOf('again'));
  expect(mails).toHaveLength(2);
  expect(new Set(mails).size).toBe(1);
});

it('accepted, but what was written about it is lost: the same bytes again, sent maybe twice', async () => {
  await world.sql.unsafe(`
    create function forget() returns trigger language plpgsql as $$ begin
      if new.state = 'sent' and new.order_id = 'forgotten' then raise exception 'lost'; end if;
      return new;
    end $$;
    create trigger forget before update on mails for each row execute function forget()`);
  const order = await placed('forgotten', []);
  await world.until(later(order.placedAt, 5 * MINUTE));
  await becomes('forgotten', 'sent_maybe_twice');
  const mails = post.received(addressOf('forgotten'));
  expect(mails).toHaveLength(2);
  expect(new Set(mails).size).toBe(1);
});
