import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkout } from '../../../src/modules/ordering/checkout.ts';
import { reconcileBalances } from '../../../src/modules/overview/reconcile-balances.ts';
import { aLook, anOrder, eur } from '../../support/builders.ts';
import { commandsAlone } from '../../support/commands.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { addCustomer, openMerchant } from '../../support/merchant.ts';

const now = '2027-02-01T10:00:00.000Z';
const by = { now, actor: 'key:test', notifiesStore: false };

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  await openMerchant(database.sql);
});
afterAll(() => database.drop());

const manualRequests = [
  { kind: 'settle' as const, place: 'by-hand:0', actor: 'temporal' as const, reason: 'by hand' },
];

it('refuses to change or delete what is booked', async () => {
  const { sql } = database;
  await checkout(sql, anOrder({ orderId: 'booked' }), by);
  await expect(sql`update ledger set amount = 1`).rejects.toThrow(/append-only/);
  await expect(sql`delete from ledger`).rejects.toThrow(/append-only/);
  await expect(sql`truncate ledger cascade`).rejects.toThrow(/append-only/);
});

it('never books an entry twice, however often the same transaction is repeated', async () => {
  const { sql } = database;
  await addCustomer(sql, 'twice');
  await checkout(sql, anOrder({ orderId: 'twice', customerId: 'twice' }), by);
  const first = await commandsAlone(sql).advance(aLook('twice', now, { manualRequests }));
  const again = await Promise.all(
    [1, 2, 3].map(() => commandsAlone(sql).advance(aLook('twice', now, { manualRequests }))),
  );
  for (const position of [first, ...again])
    expect(position).toMatchObject({ status: 'settled', outstanding: 0 });
  const entries = await sql`select kind, amount from ledger where order_id = 'twice' order by id`;
  expect([...entries]).toEqual([
    { kind: 'charge', amount: 122_000 },
    { kind: 'payment', amount: -122_000 },
  ]);
});

it('an old episode can do nothing', async () => {
  const { sql } = database;
  await checkout(sql, anOrder({ orderId: 'old' }), by);
  await sql`update orders set episode = 2 where id = 'old'`;
  expect(await commandsAlone(sql).advance(aLook('old', now))).toEqual({ superseded: true });
});

it('accepts exactly as many concurrent orders as the limit allows, on several connections', async () => {
  const { sql } = database;
  await addCustomer(sql, 'busy');
  const results = await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      checkout(sql, anOrder({ orderId: `busy-${n}`, customerId: 'busy', total: eur(1_000) }), by),
    ),
  );
  expect(results.filter(({ kind }) => kind === 'accepted')).toHaveLength(10);
  const [{ declined } = { declined: 0 }] = await sql<
    { declined: number }[]
  >`select count(*)::int as declined from declines where customer_id = 'busy'`;
  expect(declined).toBe(20);
});

it('reconciles, and reports every kind of tampering', async () => {
  const { sql } = database;
  for (const id of ['open', 'settled']) {
    await addCustomer(sql, id);
    await checkout(sql, anOrder({ orderId: id, customerId: id, total: eur(1_000) }), by);
  }
  await commandsAlone(sql).advance(aLook('settled', now, { manualRequests }));
  expect(await reconcileBalances(sql)).toEqual([]);
  await sql`update accounts set exposure = exposure + 1, unapplied = unapplied + 5 where customer_id = 'open'`;
  await sql`update orders set outstanding = outstanding - 100 where id = 'open' or id = 'settled'`;
  await sql`update orders set currency = 'USD' where id = 'settled'`;
  const problems = (await reconcileBalances(sql)).map(({ subject, problem }) => `${subject}: ${problem}`);
  expect(problems).toContain(
    'customer/open: stored exposure 100001, open balances 100000 and reservations 0 in EUR',
  );
  expect(problems).toContain('customer/open: stored unapplied credit 5, ledger 0 in EUR');
  expect(problems).toContain('order/settled: stored balance -100, ledger 0');
  expect(problems).toContain('order/settled: is in USD, in which its customer has no account');
  expect(problems).toContain(
    'ledger/order/settled/charge/1: names another customer or currency than its order',
  );
});
