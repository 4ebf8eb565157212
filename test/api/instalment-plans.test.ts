import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { useApi } from './harness.ts';

const api = useApi();
beforeAll(async () => {
  await api.call('/customers/rossi/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const accounting = { as: 'accounting' } as const;

describe('an instalment plan', () => {
  const plan = (orderId: string, lines: [string, number][], more: object = {}) =>
    api.ask(orderId, 'instalment-plan', {
      instalments: lines.map(([dueOn, units]) => ({ dueOn, amount: eur(units) })),
      reason: 'agreed on the phone',
      ...more,
    });

  it('puts new instalments in place of what is overdue, to the cent, and plans their reminders', async () => {
    const start = api.clock.now;
    await api.place('planned', { termsCode: 'weekly' });
    await api.ask('planned', 'payments', { paymentId: 'pl-1', amount: eur(10) }, accounting);
    api.clock.now = '2027-04-02T10:00:00.000Z';
    expect(await plan('planned', [['2027-05-01', 39]])).toMatchObject({
      status: 422,
      body: { code: 'plan-does-not-sum' },
    });
    const lines: [string, number][] = [
      ['2027-05-03', 20],
      ['2027-06-01', 20],
    ];
    const { body } = await plan('planned', lines);
    expect(body).toMatchObject({ status: 'open', outstanding: eur(90), total: eur(100), overdue: false });
    const shown = body.instalments.map((line: Record<string, unknown>) => [
      line.number,
      line.dueOn,
      line.amount,
      line.outstanding,
    ]);
    expect(shown).toEqual([
      [1, '2027-03-31', eur(10), eur(0)],
      [2, '2027-04-07', eur(50), eur(50)],
      [3, '2027-05-03', eur(20), eur(20)],
      [4, '2027-06-01', eur(20), eur(20)],
    ]);
    const { items } = (await api.call('/orders/planned/timeline')).body;
    const keys = items
      .filter(({ future }: { future: boolean }) => future)
      .map((item: never) => (item as { detail: { step: string } }).detail.step);
    expect(keys).toContain('3/-P3D');
    expect(keys).toContain('4/P7D');
    api.clock.now = start;
  });

  it('stays in force when the order gets another total: the last instalments take the difference', async () => {
    await api.place('amended');
    await api.ask('amended', 'payments', { paymentId: 'am-1', amount: eur(30) }, accounting);
    const lines: [string, number][] = [
      ['2027-05-03', 40],
      ['2027-06-01', 30],
    ];
    await plan('amended', lines, { of: 'outstanding' });
    const amend = async (units: number) => {
      const { body } = await api.ask('amended', 'amend', { total: eur(units) });
      return body.instalments.map((line: Record<string, unknown>) => [
        line.dueOn,
        line.amount,
        line.outstanding,
      ]);
    };
    expect(await amend(110)).toEqual([
      ['2027-03-31', eur(30), eur(0)],
      ['2027-05-03', eur(40), eur(40)],
      ['2027-06-01', eur(40), eur(40)],
    ]);
    expect(await amend(60)).toEqual([
      ['2027-03-31', eur(30), eur(0)],
      ['2027-05-03', eur(30), eur(30)],
      ['2027-06-01', eur(0), eur(0)],
    ]);
    const before = await api.unapplied();
    expect((await api.ask('amended', 'amend', { total: eur(20) })).body.status).toBe('settled');
    expect((await api.unapplied()) - before).toBe(1_000);
  });

  it('is refused if nothing is overdue, for days in the past, and in another currency', async () => {
    await api.place('early');
    expect(await plan('early', [['2027-05-01', 100]])).toMatchObject({
      status: 409,
      body: { code: 'nothing-overdue' },
    });
    const whole = { of: 'outstanding' };
    expect(await plan('early', [['2027-01-01', 100]], whole)).toMatchObject({ status: 422 });
    const usd = { amount: 100, currency: 'USD' };
    expect(
      await plan('early', [], { ...whole, instalments: [{ dueOn: '2027-05-01', amount: usd }] }),
    ).toMatchObject({ status: 422, body: { code: 'currency-mismatch' } });
    expect((await plan('early', [['2027-05-01', 100]], whole)).body).toMatchObject({ outstanding: eur(100) });
  });
});
