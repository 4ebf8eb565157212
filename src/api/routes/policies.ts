import { z } from 'zod';
import { differences } from '../../modules/settings/rules/differences.ts';
import {
  activePolicies,
  type Policies,
  type PolicyKind,
  policyVersion,
  policyVersions,
  type Replaced,
  replacePolicy,
  type Versioned,
} from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { approvalView } from '../approval-view.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { parse } from '../problems.ts';
import { approval } from '../schemas/approvals.ts';
import { limit, optionalParameter, page } from '../schemas/fields.ts';
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
const approvalStatuses = {
  ...statuses,
  202: 'not in force: a second admin must approve, because a second person would be asked less often',
};

/** A document that replaces the version that was read, under its member's name. */
type Replacement = { baseVersion: number } & Partial<Record<'policy' | 'settings', Policies[PolicyKind]>>;

/** The merchant's versioned documents; a change applies to new orders. */
export function policyEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  /** `noun` names the document in operation ids; the sample data has it in version `sampleVersion`. */
  const policyPair = (kind: PolicyKind, noun: string, sampleVersion: 0 | 1): Endpoint[] => {
    const isSettings = kind === 'settings';
    const policy: z.ZodType<Policies[typeof kind]> = isSettings ? settingsBody : policyBodies[kind];
    /** The name of the document's member in requests and answers. */
    const member = isSettings ? 'settings' : 'policy';
    const path = isSettings ? '/settings' : `/policies/${kind}`;
    const name = isSettings ? 'merchant’s settings' : `${kind} policy`;
    const head = isSettings ? versioned : { kind: z.literal(kind), ...versioned };
    const answer = z.object({ ...head, [member]: policy });
    /** Only a change of the settings can need a second person. */
    const answerToChange = isSettings ? answer.extend({ approval: approval.optional() }) : answer;
    const changeStatuses = isSettings ? approvalStatuses : statuses;
    const replacement = (
      isSettings
        ? z.strictObject({ baseVersion, settings: settingsBody })
        : z.strictObject({ baseVersion, policy })
    ).meta({ example: { baseVersion: sampleVersion, [member]: policy.meta()?.example } });
    const restoration = z
      .strictObject({ baseVersion, version: baseVersion })
      .meta({ example: { baseVersion: sampleVersion + 1, version: sampleVersion } });
    const viewOf = ({ body, ...version }: Versioned<unknown>) => ({
      ...(isSettings ? {} : { kind }),
      ...version,
      [member]: body,
    });
    /** What became of a change: the document in force, with the approval that the change waits for. */
    const replyTo = ({ approval, replayed, ...inForce }: Replaced<PolicyKind>) =>
      approval === null
        ? { body: viewOf(inForce) }
        : {
            status: 202,
            body: { ...viewOf(inForce), approval: approvalView(approval) },
            headers: { Location: `/v1/approvals/${approval.id}`, ...replayedHeader(replayed) },
          };
    return [
      endpoint({
        method: 'get',
        path,
        operationId: `read${noun}`,
        tag,
        summary: `Read the ${name}`,
        scopes: ['read'],
        answer,
        handle: async () => ({ body: viewOf((await activePolicies(sql))[kind]) }),
      }),
      endpoint({
        method: 'put',
        path,
        operationId: `replace${noun}`,
        tag,
        summary: `Replace the ${name}`,
        scopes: ['admin'],
        body: replacement as z.ZodType<Replacement>,
        answer: answerToChange,
        statuses: changeStatuses,
        handle: async ({ body: { baseVersion, ...given }, actor, now }) => {
          const change = { baseVersion, body: given[member]!, actor, now };
          return replyTo(await replacePolicy(sql, kind, change));
        },
      }),
      endpoint({
        method: 'get',
        path: `${path}/versions`,
        operationId: `list${noun}Versions`,
        tag,
        summary: `List the versions of the ${name}, the newest first`,
        scopes: ['read'],
        query: z.strictObject({
          limit,
          cursor: readCursor(z.strictObject({ version: z.int().min(0).max(2_147_483_647) })),
        }),
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
        operationId: `read${noun}Version`,
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
        operationId: `compare${noun}Versions`,
        tag,
        summary: `See where two versions of the ${name} differ; \`to\` is the one in force if not given`,
        scopes: ['read'],
        query: z.strictObject({
          from: policyVersionParameter.meta({
            description: 'The earlier version; 0 is the built-in one.',
            example: '0',
          }),
          to: optionalParameter(policyVersionParameter, 'The later version; the one in force if not given.'),
        }),
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
        operationId: `restore${noun}`,
        tag,
        summary: `Put an old version of the ${name} in force again, as a new one`,
        tryOut: { after: [`replace${noun}`] },
        scopes: ['admin'],
        body: restoration,
        answer: answerToChange,
        statuses: changeStatuses,
        handle: async ({ body: { baseVersion, version }, actor, now }) => {
          const old = await policyVersion(sql, kind, version);
          const change = { baseVersion, body: parse(policy, old.body, 'body'), actor, now };
          return replyTo(await replacePolicy(sql, kind, change));
        },
      }),
    ];
  };

  return [
    ...policyPair('eligibility', 'EligibilityPolicy', 1),
    ...policyPair('terms', 'TermsPolicy', 1),
    ...policyPair('dunning', 'DunningPolicy', 1),
    ...policyPair('late-interest', 'LateInterestPolicy', 0),
    ...policyPair('receipts', 'ReceiptsPolicy', 0),
    ...policyPair('settings', 'Settings', 1),
  ];
}
