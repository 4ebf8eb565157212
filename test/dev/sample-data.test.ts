import { expect, test } from 'vitest';
import { companies, eligibility } from '../../src/dev/sample-data.ts';
import { decide } from '../../src/modules/eligibility/rules/decide.ts';
import { anApplicant } from '../modules/eligibility/rules/applicants.ts';

test('the six sample companies get different decisions, each failing one rule at most', () => {
  const verdicts = companies.map(({ id, country, vatNumber, stats }) => {
    const { checks } = decide(
      anApplicant({
        id,
        country,
        vatNumber: vatNumber ?? null,
        pastOrders: stats.orders,
        turnover: stats.turnover,
        privilege: id === 'van-rielen-bouw' ? 'suspended' : 'by_rules',
      }),
      eligibility,
      { amount: 122_000, currency: 'EUR' },
    );
    return [id, checks.filter(({ passed }) => !passed).map(({ rule }) => rule)];
  });
  expect(Object.fromEntries(verdicts)).toEqual({
    'officine-bellandi': [],
    'hofmann-werkzeuge': [],
    'ceramiche-lunara': ['minOrders'],
    'atelier-corvin': ['vatNumber'],
    'papeleria-sotomar': ['minTurnover'],
    'van-rielen-bouw': ['privilege'],
  });
});
