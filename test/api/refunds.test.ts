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

describe('a refund', () => {
  const refund = (refundId: string, units: number, more: object = {}) =>
    api.call('/customers/rossi/refunds', { refundId, amount: eur(units), ...more }, accounting);

  /** Adds 50 EUR of credit. */
  const overpay = async (orderId: string) => {
    await api.place(orderId);
    await api.ask(orderId, 'payments', { paymentId: `${orderId}-1`, amount: eur(150) }, accounting);
  };

  it('pays credit out, once, and no more than is held', async () => {
    await overpay('over');
    const held = await api.unapplied();
    const paid = await refund('rf-1', 20, { method: 'transfer', reference: 'CRO 1' });
    expect(paid).toMatchObject({ status: 200, body: { unapplied: { amount: held - 2_000 } } });
    expect((await refund('rf-1', 20, { method: 'transfer', reference: 'CRO 1' })).body).toEqual(paid.body);
    expect(await refund('rf-1', 21)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await refund('rf-2', held)).toMatchObject({ status: 409, body: { code: 'insufficient-credit' } });
    expect(await api.unapplied()).toBe(held - 2_000);
  });

  it('twenty at once never pay out more than is held', async () => {
    await overpay('at-once');
    const held = Math.floor((await api.unapplied()) / 100);
    const part = Math.floor(held / 5);
    const done = await Promise.all(
      Array.from({ length: 20 }, (_, index) => refund(`rf-at-once-${index}`, part)),
    );
    expect(done.filter(({ status }) => status === 200)).toHaveLength(5);
  });
});
