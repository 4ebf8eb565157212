import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Money } from '../../src/kernel/money.ts';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { offerMore } from '../support/merchant.ts';
import { type Answer, useApi } from './harness.ts';

type Parts = Record<string, Money>;
/** Of equal length, since an order sorts its invoices of a day by number, as text. */
let numbers = 1_000;

/** An invoice over parts of orders. */
export const bodyOf = (parts: Parts, more: object = {}) => {
  const orders = Object.entries(parts).map(([orderId, amount]) => ({ orderId, amount }));
  const total = { ...eur(0), amount: orders.reduce((sum, { amount }) => sum + amount.amount, 0) };
  return { number: `N${++numbers}`, issuedOn: '2027-03-01', total, orders, ...more };
};

/** The API of a merchant who invoices, on 1 March 2027 at first in each test; after each, the balances are right. */
export function useInvoices() {
  const api = useApi();
  beforeAll(async () => {
    await api.call('/customers/rossi/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
    await offerMore(api.sql, [
      { code: 'billed', label: '30 days from invoice', kind: 'net', days: 30, from: 'invoiced' },
      {
        ...{ code: 'early', label: '2/10 net 30', kind: 'net', days: 30 },
        discount: { percent: '2', withinDays: 10 },
      },
    ]);
  });
  beforeEach(() => {
    api.clock.now = '2027-03-01T10:00:00.000Z';
  });
  afterEach(async () => {
    expect(await reconcileBalances(api.sql)).toEqual([]);
  });
  const put = (invoiceId: string, body: unknown, options: object = { as: 'accounting' }) =>
    api.call(`/invoices/${invoiceId}`, body, { method: 'PUT', ...options });
  /** Registers it while the workflows of its orders work. */
  async function invoice(invoiceId: string, body: ReturnType<typeof bodyOf>): Promise<Answer> {
    const asked = put(invoiceId, body);
    const answered = asked.then(() => true);
    while (!(await Promise.race([answered, sleep(20, false)])))
      for (const { orderId } of body.orders) await api.work(orderId);
    return asked;
  }
  return {
    ...{ api, put, invoice },
    place: (orderId: string, more: object = {}) => api.place(orderId, { total: eur(1_000), ...more }),
    read: async (orderId: string, path = '') => (await api.call(`/orders/${orderId}${path}`)).body,
  };
}
