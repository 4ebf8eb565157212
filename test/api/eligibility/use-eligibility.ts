import { afterEach, beforeEach, expect } from 'vitest';
import { reconcileBalances } from '../../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../../support/builders.ts';
import { useApi } from '../harness.ts';

/** The instant at which each test starts. */
export const START = '2027-03-01T10:00:00.000Z';
export const storefront = { as: 'storefront' } as const;
export const path = '/policies/eligibility';

/** The API for the tests of a file, and what they do with policies and orders. Each test starts without rules. */
export function useEligibility() {
  const api = useApi();
  beforeEach(async () => {
    api.clock.now = START;
    await useRules();
  });
  afterEach(async () => {
    expect(await reconcileBalances(api.sql)).toEqual([]);
  });

  /** Puts an eligibility policy in force. */
  async function use(policy: object, kind = 'eligibility') {
    const { version } = (await api.call(`/policies/${kind}`)).body;
    return api.call(`/policies/${kind}`, { baseVersion: version, policy }, { method: 'PUT' });
  }
  const useRules = (...rules: object[]) => use({ rules, creditLimit: eur(10_000) });

  const place = (orderId: string, customerId: string, fields: object = {}) =>
    api.call('/orders', { orderId, customerId, total: eur(10), ...fields }, storefront);

  /** The check by that rule, for an order of 10.00 EUR now. */
  async function check(rule: string, customerId: string, query = '') {
    const { body } = await api.call(`/customers/${customerId}/eligibility?amount=1000&currency=EUR${query}`);
    return body.checks.find((one: { rule: string }) => one.rule === rule);
  }

  const settle = async (orderId: string, at: string) => {
    api.clock.now = at;
    const { status } = await api.ask(orderId, 'settle', { reason: 'paid' });
    expect(status).toBe(200);
  };

  return { api, use, useRules, place, check, settle };
}
