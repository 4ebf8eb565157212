import { z } from 'zod';
import type { Sql } from '../../db/client.ts';
import {
  activePolicies,
  type Policies,
  type PolicyKind,
  policyVersion,
  policyVersions,
  replacePolicy,
  type Versioned,
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

/** A document that is to replace the version that was read, under its member's name. */
type Replacement = { baseVersion: number } & Partial<Record<'policy' | 'settings', Policies[PolicyKind]>>;

/** The merchant's versioned documents; a change is for new orders. */
export function policyEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  const policyPair = (kind: PolicyKind): Endpoint[] => {
    const isSettings = kind === 'settings';
    const policy: z.ZodType<Policies[typeof kind]> = isSettings ? settingsBody : policyBodies[kind];
    /** The document's member in what is sent and answered. */
    const member = isSettings ? 'settings' : 'policy';
    const path = isSettings ? '/settings' : `/policies/${kind}`;
    const name = isSettings ? 'merchant’s settings' : `${kind} policy`;
    const head = isSettings ? versioned : { kind: z.literal(kind), ...versioned };
    const answer = z.object({ ...head, [member]: policy });
    const replacement: z.ZodType<Replacement> = isSettings
      ? z.strictObject({ baseVersion, settings: settingsBody })
      : z.strictObject({ baseVersion, policy });
    const viewOf = ({ body, ...version }: Versioned<unknown>) => ({
      ...(isSettings ? {} : { kind }),
      ...version,
      [member]: body,
    });
    return [
      endpoint({
        method: 'get',
        path,
        tag,
        summary: `Read the ${name}`,
        scopes: ['read'],
        answer,
        handle: async () => ({ body: viewOf((await activePolicies(sql))[kind]) }),
      }),
      endpoint({
        method: 'put',
        path,
        tag,
        summary: `Replace the ${name}`,
        scopes: ['admin'],
        body: replacement,
        answer,
        statuses,
        handle: async ({ body: { baseVersion, ...given }, actor, now }) => {
          const change = { baseVersion, body: given[member]!, actor, now };
          return { body: viewOf(await replacePolicy(sql, kind, change)) };
        },
      }),
      endpoint({
        method: 'get',
        path: `${path}/versions`,
        tag,
        summary: `List the versions of the ${name}, the newest first`,
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
        summary: `Read a version of the ${name}; 0 is the built-in one`,
        scopes: ['read'],
        answer: z.object({ ...head, [member]: z.unknown() }),
        handle: async ({ params }) => {
          const asked = parse(policyVersionParameter, params.version, 'parameters');
          return { body: viewOf(await policyVersion(sql, kind, asked)) };
        },
      }),
      endpoint({
        method: 'get',
        path: `${path}/differences`,
        tag,
        summary: `See where two versions of the ${name} differ; \`to\` is the one in force if not given`,
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
        summary: `Put an old version of the ${name} in force again, as a new one`,
        scopes: ['admin'],
        body: z.strictObject({ baseVersion, version: baseVersion }),
        answer,
        statuses,
        handle: async ({ body: { baseVersion, version }, actor, now }) => {
          const old = await policyVersion(sql, kind, version);
          const change = { baseVersion, body: parse(policy, old.body, 'body'), actor, now };
          return { body: viewOf(await replacePolicy(sql, kind, change)) };
        },
      }),
    ];
  };

  return [
    ...policyPair('eligibility'),
    ...policyPair('terms'),
    ...policyPair('dunning'),
    ...policyPair('late-interest'),
    ...policyPair('receipts'),
    ...policyPair('settings'),
  ];
}
