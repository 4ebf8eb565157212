import { z } from 'zod';
import { momentOf } from '../../modules/eligibility/applicants.ts';
import type { Outlook } from '../../modules/eligibility/rules/compare.ts';
import { type Changed, simulate } from '../../modules/eligibility/simulate.ts';
import { activePolicies, requireConsistent } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { externalId, limit } from '../schemas/fields.ts';
import { simulation, simulationBody } from '../schemas/simulation.ts';

/** What a policy would do before it is in force. */
export function simulationEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/policies/eligibility/simulate',
      operationId: 'simulateEligibility',
      tag: 'Policies',
      summary: 'See which customers an eligibility policy would affect, and why; nothing is changed',
      scopes: ['read'],
      long: true,
      query: z.strictObject({ limit, cursor: readCursor(z.strictObject({ after: externalId })) }),
      body: simulationBody,
      answer: simulation,
      handle: async ({ query: { limit, cursor }, body: { policy: proposed, order }, now }) => {
        const policies = await activePolicies(sql);
        const { eligibility, settings } = policies;
        requireConsistent('eligibility', { ...policies, eligibility: { ...eligibility, body: proposed } });
        const { items: found, totals } = await simulate(sql, {
          current: eligibility.body,
          proposed,
          asked: order ? { ...order.total, categories: order.categories ?? [] } : null,
          after: cursor?.after ?? null,
          limit: limit + 1,
          moment: momentOf(settings.body, now),
        });
        const { items, nextCursor } = pageOf(found, limit, ({ customerId }) => ({ after: customerId }));
        return {
          body: { currentVersion: eligibility.version, totals, items: items.map(changeView), nextCursor },
        };
      },
    }),
  ];
}

function changeView({ customerId, name, currency, change, before, after }: Changed) {
  const side = ({ verdict: { eligible, set, checks }, limit, terms }: Outlook) => ({
    eligible,
    set: set?.name ?? null,
    limit: { amount: limit, currency },
    terms: terms && [...terms],
    failed: checks.filter(({ passed }) => !passed),
  });
  return { customerId, name, change, before: side(before), after: side(after) };
}
