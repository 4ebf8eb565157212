import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { settings } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { addCustomer, openMerchant } from '../support/merchant.ts';
import { type RealSystem, startRealSystem } from '../support/real-system.ts';

let system: RealSystem;
beforeAll(async () => {
  system = await startRealSystem();
  await openMerchant(system.sql);
}, 120_000);
afterAll(() => system.stop());
afterEach(async () => {
  expect(await system.reconcile()).toEqual([]);
});

const euros = (units: number) => ({ amount: units * 100, currency: 'EUR' });

/** A customer with that many open orders of 10 EUR, whose workflows run. */
async function open(customerId: string, orders: number): Promise<void> {
  await addCustomer(system.sql, customerId, { contacts: { billing: `billing@${customerId}.example` } });
  for (let n = 0; n < orders; n += 25) {
    const some = Array.from({ length: Math.min(25, orders - n) }, (_, i) => `${customerId}-${n + i}`);
    const placed = some.map((orderId) =>
      system.call('/orders', { orderId, customerId, total: euros(10), orderNumber: `N-${orderId}` }),
    );
    for (const { status } of await Promise.all(placed)) expect(status).toBe(201);
  }
  await eventually(
    'all workflows run',
    async () => (await count(customerId, 'started_at is not null')) === orders,
    90_000,
  );
}
const count = async (customerId: string, condition: string): Promise<number> =>
  (
    await system.sql.unsafe<{ n: number }[]>(
      `select count(*)::int as n from orders where customer_id = '${customerId}' and ${condition}`,
    )
  )[0]!.n;
const finished = (revocationId: string, withinMs = 60_000) =>
  eventually(
    `revocation ${revocationId} is finished`,
    async () => {
      const { body } = await system.call(`/revocations/${revocationId}`);
      return body?.state === 'finished' && body;
    },
    withinMs,
  );
const lettersTo = (customerId: string) =>
  system.postOffice.mails.filter(({ to, subject }) =>
    [JSON.stringify(to).includes(`billing@${customerId}.example`), subject?.startsWith('Revoca')].every(
      Boolean,
    ),
  );

it('kill -9 of the worker in the middle of 300 orders: each is demanded exactly once, in one letter', async () => {
  await open('many', 300);
  const body = { reason: 'r', openOrders: 'demand', revocationId: 'many-r' };
  expect((await system.call('/customers/many/revoke', body)).status).toBe(200);
  const asked = async () => {
    const [row] = await system.sql<{ n: number }[]>`
      select count(*)::int as n from revocation_orders where revocation_id = 'many-r' and command_id is not null`;
    return row!.n;
  };
  await eventually('some are asked', async () => (await asked()) >= 40);
  await system.killWorker();
  expect(await asked()).toBeLessThan(300);
  await system.startWorker();
  expect((await system.call('/customers/many/revoke', body)).headers.get('idempotent-replayed')).toBe('true');

  expect(await finished('many-r', 120_000)).toMatchObject({ orders: 300, demanded: 300 });
  const [commands] = await system.sql`
    select count(*)::int as all, count(distinct order_id)::int as orders, count(*) filter (where outcome = 'applied')::int as applied
    from commands where kind = 'demand' and order_id like 'many-%'`;
  expect(commands).toEqual({ all: 300, orders: 300, applied: 300 });
  const [lines] = await system.sql`
    select count(*)::int as n from instalments join commands using (order_id)
    where order_id like 'many-%' and moves = 1 and kind = 'demand'
      and due_on = (decided_at at time zone ${settings.timeZone})::date`;
  expect(lines).toEqual({ n: 300 });
  const [again] = await system.sql`
    select count(distinct order_id)::int as n from steps where order_id like 'many-%' and key like '%~1'`;
  expect(again).toEqual({ n: 300 });
  await eventually('the letter is there', () => lettersTo('many').length > 0);
  const letters = lettersTo('many');
  expect(letters).toHaveLength(1);
  expect(letters[0]!.text!.match(/Ordine N-many-/g)).toHaveLength(300);
  expect(letters[0]!.text).toContain('3.000,00');
}, 300_000);

it('Temporal down at the revocation: it is in force at once, and the orders are demanded when it is back', async () => {
  await open('dark', 5);
  await system.stopTemporal();
  const body = { reason: 'r', openOrders: 'demand', revocationId: 'dark-r' };
  const { body: answer } = await system.call('/customers/dark/revoke', body);
  expect(answer).toMatchObject({
    privilege: { state: 'revoked' },
    revocation: { state: 'waiting', orders: 5, demanded: 0 },
  });
  const declined = await system.call('/orders', {
    orderId: 'dark-late',
    customerId: 'dark',
    total: euros(10),
  });
  expect(declined.body.code).toBe('not-eligible');
  await system.startTemporal();
  expect(await finished('dark-r', 120_000)).toMatchObject({ orders: 5, demanded: 5 });
  await eventually('the letter is there', () => lettersTo('dark').length > 0);
  expect(lettersTo('dark')).toHaveLength(1);
}, 240_000);

it('a revocation whose workflow was terminated is taken up again by the poller', async () => {
  await open('ended', 3);
  await system.killWorker();
  await system.call('/customers/ended/revoke', {
    reason: 'r',
    openOrders: 'demand',
    revocationId: 'ended-r',
  });
  await eventually('its workflow was started', async () =>
    system.client.workflow
      .getHandle('revoke/ended-r')
      .describe()
      .catch(() => null),
  );
  await system.sql`update revocations set wake_by = now() + interval '1 hour' where id = 'ended-r'`;
  await system.client.workflow.getHandle('revoke/ended-r').terminate('by an operator');
  expect(await system.reconcile()).toEqual([
    {
      subject: 'revocation/ended-r',
      problem: 'is not finished, but its workflow revoke/ended-r is TERMINATED',
    },
  ]);
  await system.startWorker();
  await system.sql`update revocations set wake_by = now() where id = 'ended-r'`;
  expect(await finished('ended-r')).toMatchObject({ demanded: 3 });
  await eventually('the letter is there', () => lettersTo('ended').length > 0);
  expect(lettersTo('ended')).toHaveLength(1);
}, 120_000);
