import { describe, expect, it, onTestFinished } from 'vitest';
import { eur } from '../../support/builders.ts';
import { addCustomer } from '../../support/merchant.ts';
import { openApi } from '../harness.ts';
import { path, START, useEligibility } from './use-eligibility.ts';

const { api, useRules } = useEligibility();

const idOf = ({ customerId }: { customerId: string }) => customerId;

describe('a simulation', () => {
  const simulate = async (policy: object, query = '', more: object = {}) =>
    (await api.call(`${path}/simulate${query}`, { policy, ...more }, { as: 'read' })).body;

  it('shows who would gain and lose, and why, and changes nothing', async () => {
    await useRules({ rule: 'minOrders', orders: 3 });
    await addCustomer(api.sql, 'sim-new', { pastOrders: 1 });
    await addCustomer(api.sql, 'sim-french', { country: 'FR', vatNumber: null });
    const before = (await api.call(path)).body;
    const body = await simulate({ rules: [{ rule: 'country', anyOf: ['IT'] }], creditLimit: eur(10_000) });
    const items = body.items.filter(({ customerId }: { customerId: string }) =>
      customerId.startsWith('sim-'),
    );
    expect(items).toMatchObject([
      {
        customerId: 'sim-french',
        change: 'loses',
        before: { eligible: true, failed: [] },
        after: { eligible: false, failed: [{ rule: 'country', actual: 'FR', required: 'IT' }] },
      },
      {
        customerId: 'sim-new',
        change: 'gains',
        before: { eligible: false, failed: [{ rule: 'minOrders', actual: '1' }] },
        after: { eligible: true, failed: [], limit: eur(10_000) },
      },
    ]);
    const [{ n }] = (await api.sql`select count(*)::int as n from customers`) as unknown as [{ n: number }];
    expect(body.totals.customers).toBe(n);
    expect(body.totals.eligibleAfter - body.totals.eligibleBefore).toBe(
      body.totals.gains - body.totals.loses,
    );
    expect(body.currentVersion).toBe(before.version);
    expect((await api.call(path)).body).toEqual(before);
  });

  it('goes page by page through everyone that it names, and counts them once', async () => {
    for (let n = 0; n < 5; n++) await addCustomer(api.sql, `turn-${n}`);
    const proposed = { rules: [], creditLimit: eur(20_000) };
    const all = await simulate(proposed, '?limit=200');
    expect(all.totals.limitRaised).toBe(all.items.length);
    const ids: string[] = [];
    let page = await simulate(proposed, '?limit=2');
    for (ids.push(...page.items.map(idOf)); page.nextCursor; ids.push(...page.items.map(idOf))) {
      page = await simulate(proposed, `?limit=2&cursor=${page.nextCursor}`);
      expect(page.totals).toBeNull();
    }
    expect(ids).toEqual(all.items.map(idOf));
  });

  it('with an order also applies the rules about the order, and refuses what could not be saved', async () => {
    const rules = [{ rule: 'maxAmount', amount: eur(100) }];
    const policy = { rules, creditLimit: eur(10_000) };
    expect((await simulate(policy)).totals).toMatchObject({ loses: 0 });
    const order = { total: eur(101) };
    const { totals, items } = await simulate(policy, '', { order });
    expect(totals.loses).toBeGreaterThan(0);
    expect(items[0].after.failed).toMatchObject([
      { rule: 'maxAmount', message: 'The order is 1.00 EUR too large.' },
    ]);
    const sets = [{ name: 'x', rules: [], creditLimit: eur(1), terms: ['net90'] }];
    expect((await simulate({ sets })).errors).toMatchObject([{ pointer: '/policy/sets/0/terms/0' }]);
  });

  it('counts each of many customers once', async () => {
    const crowded = await openApi();
    onTestFinished(() => crowded.close());
    await crowded.sql`
      insert into customers (id, name, email, locale, country, past_orders, currency, fingerprint, created_at, updated_at)
      select 'zz-' || n, 'Many', 'many@many.example', 'it', 'IT', n, 'EUR', '-', ${START}, ${START}
      from generate_series(1, 2500) n`;
    await crowded.sql`
      insert into accounts (customer_id, currency) select id, currency from customers where id like 'zz-%'`;
    const policy = { rules: [{ rule: 'minOrders', orders: 2001 }], creditLimit: eur(1) };
    const { totals } = (await crowded.call(`${path}/simulate`, { policy }, { as: 'read' })).body;
    const [row] = await crowded.sql`select count(*)::int as n from customers`;
    expect(totals).toMatchObject({ customers: row!.n, eligibleAfter: 500 });
  });
});
