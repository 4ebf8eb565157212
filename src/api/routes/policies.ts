import { z } from 'zod';
import type { Sql } from '../../db/client.ts';
import { activePolicies, type Policies, replacePolicy } from '../../db/policies.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { baseVersion, policyBodies, settingsBody, versioned } from '../schemas/policies.ts';

const tag = 'Policies';
const statuses = { 200: 'in force now' };

/** The merchant's versioned documents; a change is for new orders. */
export function policyEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  const policyPair = (kind: keyof typeof policyBodies): Endpoint[] => {
    const policy: z.ZodType<Policies[typeof kind]> = policyBodies[kind];
    const path = `/policies/${kind}`;
    const answer = z.object({ kind: z.literal(kind), ...versioned, policy });
    return [
      endpoint({
        method: 'get',
        path,
        tag,
        summary: `Read the ${kind} policy`,
        scopes: ['read'],
        answer,
        handle: async () => {
          const { body, ...version } = (await activePolicies(sql))[kind];
          return { body: { kind, ...version, policy: body } };
        },
      }),
      endpoint({
        method: 'put',
        path,
        tag,
        summary: `Replace the ${kind} policy`,
        scopes: ['admin'],
        body: z.strictObject({ baseVersion, policy }),
        answer,
        statuses,
        handle: async ({ body: { baseVersion, policy }, actor, now }) => {
          const { body, ...version } = await replacePolicy(sql, kind, {
            baseVersion,
            body: policy,
            actor,
            now,
          });
          return { body: { kind, ...version, policy: body } };
        },
      }),
    ];
  };

  const settings = z.object({ ...versioned, settings: settingsBody });
  return [
    ...policyPair('eligibility'),
    ...policyPair('terms'),
    ...policyPair('dunning'),
    endpoint({
      method: 'get',
      path: '/settings',
      tag,
      summary: 'Read the merchant’s settings',
      scopes: ['read'],
      answer: settings,
      handle: async () => {
        const { body, ...version } = (await activePolicies(sql)).settings;
        return { body: { ...version, settings: body } };
      },
    }),
    endpoint({
      method: 'put',
      path: '/settings',
      tag,
      summary: 'Replace the merchant’s settings',
      scopes: ['admin'],
      body: z.strictObject({ baseVersion, settings: settingsBody }),
      answer: settings,
      statuses,
      handle: async ({ body: { baseVersion, settings }, actor, now }) => {
        const { body, ...version } = await replacePolicy(sql, 'settings', {
          baseVersion,
          body: settings,
          actor,
          now,
        });
        return { body: { ...version, settings: body } };
      },
    }),
  ];
}
