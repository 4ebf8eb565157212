import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { type Api, openApi } from './harness.ts';

const as = { as: 'storefront' } as const;

export const net = (days: number) => ({ kind: 'net', days });

/** The facts of a customer who qualifies. */
export const facts = {
  name: 'Verdi S.r.l.',
  email: 'conti@verdi.example',
  locale: 'it-IT',
  country: 'IT',
  vatNumber: '12345670488',
  stats: { orders: 9, turnover: eur(9_000) },
};

/** The due days of an order's instalments; one that is provisional has a question mark. */
export const dates = ({ instalments }: { instalments: { dueOn: string; provisional: boolean }[] }) =>
  instalments.map(({ dueOn, provisional }) => (provisional ? `${dueOn}?` : dueOn));

/** A shop for the tests of a file. Each test starts on 1 March 2027; after each test the books agree. */
export function useShop(): Shop {
  const shop = {} as Shop;
  beforeAll(async () => {
    const api = await openApi();
    Object.assign(shop, { api, ...shopOf(api) });
  });
  afterAll(() => shop.api.close());
  beforeEach(() => {
    shop.api.clock.now = '2027-03-01T10:00:00.000Z';
  });
  afterEach(async () => {
    expect(await reconcileBalances(shop.api.sql)).toEqual([]);
  });
  return shop;
}

type Shop = { api: Api } & ReturnType<typeof shopOf>;

/** What a store and its merchant do with orders. */
function shopOf(api: Api) {
  let customers = 0;

  /** Puts terms in force, with the codes `t0`, `t1` and so on; `t0` is the default. */
  async function offerTerms(terms: object[]) {
    const { version } = (await api.call('/policies/terms')).body;
    const policy = {
      terms: terms.map((given, index) => ({ code: `t${index}`, label: `T${index}`, ...given })),
      defaultCode: 't0',
    };
    return api.call('/policies/terms', { baseVersion: version, policy }, { method: 'PUT' });
  }

  /** A new customer with 10,000 EUR of credit. */
  async function aCustomer(fields: object = {}): Promise<string> {
    const id = `c${++customers}`;
    await api.call(`/customers/${id}`, { ...facts, ...fields }, { method: 'PUT' });
    return id;
  }

  async function place(orderId: string, fields: object = {}) {
    const { customerId = await aCustomer() } = fields as { customerId?: string };
    const answer = await api.call('/orders', { orderId, customerId, total: eur(1_000), ...fields }, as);
    expect(answer.status).toBe(201);
    return answer.body;
  }

  return {
    offerTerms,
    aCustomer,
    place,
    fulfil: (orderId: string, body: object = {}) => api.ask(orderId, 'fulfilled', body, as),
    amend: (orderId: string, total: unknown, fields: object = {}) =>
      api.ask(orderId, 'amend', { total, ...fields }, as),
    pay: (orderId: string, paymentId: string, units: number) =>
      api.ask(orderId, 'payments', { paymentId, amount: eur(units) }, { as: 'accounting' }),
    read: async (orderId: string) => (await api.call(`/orders/${orderId}`)).body,
    creditOf: async (customerId: string) => (await api.call(`/customers/${customerId}`)).body.credit,
  };
}
