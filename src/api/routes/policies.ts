import { z } from 'zod';
import type { Sql } from '../../db/client.ts';
import {
  activePolicies,
  type Policies,
  policyVersion,
  policyVersions,
  replacePolicy,
} from '../../db/policies.ts';
import { differences } from '../../domain/differences.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { parse } from '../problems.ts';
import { limit, page } from '../schemas/fields.ts';
import {
  baseVersion,
  differenceList,
  policyBodies,
  policyVersionParameter,
  settingsBody,
  versioned,
} from '../schemas/policies.ts';

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
      endpoint({
        method: 'get',
        path: `${path}/versions`,
        tag,
        summary: `List the versions of the ${kind} policy, the newest first`,
        scopes: ['read'],
        query: z.strictObject({ limit, cursor: readCursor(z.strictObject({ version: z.int() })) }),
        answer: page(z.object(versioned)),
        handle: async ({ query: { limit, cursor } }) => {
          const place = { before: cursor?.version ?? null, limit: limit + 1 };
          const rows = await policyVersions(sql, kind, place);
          return { body: pageOf(rows, limit, ({ version }) => ({ version })) };
        },
      }),
      endpoint({
        method: 'get',
        path: `${path}/versions/{version}`,
        tag,
        summary: `Read a version of the ${kind} policy; 0 is the built-in one`,
        scopes: ['read'],
        answer: z.object({ kind: z.literal(kind), ...versioned, policy: z.unknown() }),
        handle: async ({ params }) => {
          const asked = parse(policyVersionParameter, params.version, 'parameters');
          const { body, ...version } = await policyVersion(sql, kind, asked);
          return { body: { kind, ...version, policy: body } };
        },
      }),
      endpoint({
        method: 'get',
        path: `${path}/differences`,
        tag,
        summary: `See where two versions of the ${kind} policy differ; \`to\` is the one in force if not given`,
        scopes: ['read'],
        query: z.strictObject({ from: policyVersionParameter, to: policyVersionParameter.optional() }),
        answer: z.object({ from: z.int(), to: z.int(), differences: differenceList }),
        handle: async ({ query: { from, to } }) => {
          const before = await policyVersion(sql, kind, from);
          const after =
            to === undefined ? (await activePolicies(sql))[kind] : await policyVersion(sql, kind, to);
          return {
            body: { from, to: after.version, differences: differences(before.body, after.body) },
          };
        },
      }),
      endpoint({
        method: 'post',
        path: `${path}/restore`,
        tag,
        summary: `Put an old version of the ${kind} policy in force again, as a new one`,
        scopes: ['admin'],
        body: z.strictObject({ baseVersion, version: baseVersion }),
        answer,
        statuses,
        handle: async ({ body: { baseVersion, version }, actor, now }) => {
          const old = await policyVersion(sql, kind, version);
          const restored = parse(policy, old.body, 'body');
          const { body, ...done } = await replacePolicy(sql, kind, {
            baseVersion,
            body: restored,
            actor,
            now,
          });
          return { body: { kind, ...done, policy: body } };
        },
      }),
    ];
  };

  const settings = z.object({ ...versioned, settings: settingsBody });
  return [
    ...policyPair('eligibility'),
    ...policyPair('terms'),
    ...policyPair('dunning'),
    ...policyPair('late-interest'),
    ...policyPair('receipts'),
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
