import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dunning } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { openMerchant } from '../support/merchant.ts';
import { type RealSystem, startRealSystem } from '../support/real-system.ts';

const ORDERS = 40;
const ids = Array.from({ length: ORDERS }, (_, n) => `race-${n}`);
const euros = (units: number) => ({ amount: units * 100, currency: 'EUR' });

let system: RealSystem;
beforeAll(async () => {
  system = await startRealSystem();
  await openMerchant(system.sql);
  await system.sql`update accounts set credit_limit = 1000000000`;
  // A reminder every five seconds, from the 15th second on.
  const demo = [45, 40, 35, 30].map((seconds) => ({ offset: `-PT${seconds}S`, tone: 'due-soon' }));
  const policy = { ...dunning, plans: { demo } };
  await system.call('/policies/dunning', { baseVersion: 1, policy }, { method: 'PUT' });
  // By PostgreSQL's clock, under the order's lock: when each attempt to send a mail began, and when its order was closed.
  await system.sql.unsafe(`
    create table witnessed (order_id text, what text, message_id text, at timestamptz default clock_timestamp());
    create function witness_mail() returns trigger language plpgsql as $$ begin
      insert into witnessed (order_id, what, message_id)
        select coalesce(new.order_id, o.order_id), new.kind, new.message_id
        from (select new.order_id where new.order_id is not null
              union select order_id from letter_items where mail_id = new.id) o;
      return new;
    end $$;
    create trigger witness_mail after update of attempts on mails for each row execute function witness_mail();
    create function witness_closing() returns trigger language plpgsql as $$ begin
      insert into witnessed (order_id, what) values (new.id, 'closed');
      return new;
    end $$;
    create trigger witness_closing after update on orders for each row
      when (old.closed_at is null and new.closed_at is not null) execute function witness_closing()`);
}, 120_000);
afterAll(() => system.stop());

const count = async (condition: string) =>
  (await system.sql.unsafe(`select 1 from orders where ${condition}`)).length;

it('no reminder begins once its order is closed; one that the mail server accepts afterwards was under way', async () => {
  const placed = await Promise.all(
    ids.map((orderId) =>
      system.call('/orders', { orderId, customerId: 'rossi', total: euros(100), termsCode: 'demo' }),
    ),
  );
  expect(placed.map(({ status }) => status)).toEqual(ids.map(() => 201));
  await eventually('all are confirmed', () => system.postOffice.mails.length === ORDERS);

  const accepted = new Map<string, number>();
  system.postOffice.beforeAnswer = async ({ messageId }) => {
    await sleep(500 + Math.random() * 2_500);
    accepted.set(messageId!, Date.now());
  };
  await eventually('the first reminder has begun', () => system.postOffice.mails.length > ORDERS);
  for (const orderId of ids) {
    const paid = await system.call(`/orders/${orderId}/payments`, { paymentId: orderId, amount: euros(100) });
    expect(paid.status).toBeLessThan(300);
    await sleep(Math.random() * 800);
  }
  await eventually('all are finished', async () => (await count('finished_at is null')) === 0, 120_000);

  const attempts = await system.sql<{ messageId: string; at: string; closed: string }[]>`
    select mail.message_id, mail.at, closing.at as closed
    from witnessed mail join witnessed closing using (order_id)
    where mail.what in ('confirmation', 'reminder') and closing.what = 'closed'`;
  expect(attempts.filter(({ at, closed }) => at > closed)).toEqual([]);
  const acceptedLate = attempts.filter(
    ({ messageId, closed }) => accepted.get(messageId)! > Date.parse(closed),
  );
  expect(acceptedLate.length).toBeGreaterThan(0);
}, 240_000);
