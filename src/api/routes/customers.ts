import { z } from 'zod';
import { raiseLimit, setCreditLimit } from '../../db/accounts.ts';
import type { ApiKey } from '../../db/api-keys.ts';
import { applicantsOf } from '../../db/applicants.ts';
import type { Sql } from '../../db/client.ts';
import {
  type CustomerFacts,
  type CustomerRow,
  findCustomer,
  listCustomers,
  putCustomer,
  sameVatNumber,
  setOwnTerms,
  setPrivilege,
  unknownCustomer,
} from '../../db/customers.ts';
import { type LimitChange, limitHistory } from '../../db/limit-history.ts';
import { type ActivePolicies, activePolicies } from '../../db/policies.ts';
import type { Applicant, Privilege } from '../../domain/eligibility/applicant.ts';
import { creditOf } from '../../domain/eligibility/credit.ts';
import { conditionsOf, offeredTerms, setFor, termsCodesOf } from '../../domain/eligibility/policy.ts';
import { NettermsError } from '../../domain/errors.ts';
import { fingerprint } from '../../domain/fingerprint.ts';
import type { Money } from '../../domain/money.ts';
import { plainMoney } from '../../domain/money.ts';
import { holds } from '../auth.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import {
  type CustomerFactsBody,
  type CustomerView,
  creditBody,
  customer,
  customerFacts,
  type LimitHistory,
  limitHistory as limitHistoryAnswer,
  ownTermsBody,
  privilegeBody,
  raiseBody,
  revokeBody,
  suspendBody,
} from '../schemas/customer.ts';
import { externalId, limit, page } from '../schemas/fields.ts';

const tag = 'Customers';
const HISTORY = 200;

/** Companies that buy, and what an admin decides about them. */
export function customerEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  /** The customers as this key may see them: without the scope `read` no privilege and no figures. */
  async function viewsFor(key: ApiKey, rows: readonly CustomerRow[], now: string): Promise<CustomerView[]> {
    if (!holds(key, 'read')) return rows.map(factsView);
    const policies = await activePolicies(sql);
    const moment = { now, zone: policies.settings.body.timeZone };
    const ids = rows.map(({ id }) => id);
    const [applicants, namesakes] = await Promise.all([
      applicantsOf(sql, rows, conditionsOf(policies.eligibility.body), moment),
      sameVatNumber(sql, ids),
    ]);
    return rows.map((row, index) => ({
      ...factsView(row),
      ...standingView(row, applicants[index]!, policies),
      sameVatNumber: namesakes.get(row.id) ?? [],
    }));
  }

  const viewFor = async (key: ApiKey, row: CustomerRow, now: string): Promise<CustomerView> =>
    (await viewsFor(key, [row], now))[0]!;

  /** An admin's word on one customer; only a suspension can end by itself. */
  const decide = (
    path: 'grant' | 'suspend' | 'revoke' | 'use-rules',
    privilege: Privilege,
    summary: string,
    body: z.ZodType<{ reason: string; until?: string | undefined }> = privilegeBody,
  ) =>
    endpoint({
      method: 'post',
      path: `/customers/{customerId}/${path}`,
      tag,
      summary,
      scopes: ['admin'],
      body,
      answer: customer,
      handle: async ({ params: { customerId }, body: { reason, until }, key, actor, now }) => {
        const end = until === undefined ? null : toCome('/until', until, now);
        const row = await setPrivilege(sql, customerId, { privilege, until: end, reason, actor, now });
        return { body: await viewFor(key, row, now) };
      },
    });

  return [
    endpoint({
      method: 'put',
      path: '/customers/{customerId}',
      tag,
      summary: 'Say who a customer is',
      scopes: ['storefront'],
      body: customerFacts,
      answer: customer,
      statuses: { 200: 'known before', 201: 'created' },
      handle: async ({ params: { customerId }, body, key, now }) => {
        const { currency } = (await activePolicies(sql)).settings.body;
        const written = { fingerprint: fingerprint(body), currency, now };
        const done = await putCustomer(sql, customerId, factsOf(body), written);
        const row = (await findCustomer(sql, customerId))!;
        return {
          status: done === 'created' ? 201 : 200,
          body: await viewFor(key, row, now),
          headers: replayedHeader(done === 'unchanged'),
        };
      },
    }),
    endpoint({
      method: 'get',
      path: '/customers/{customerId}',
      tag,
      summary: 'Read a customer',
      scopes: ['storefront', 'read'],
      answer: customer,
      handle: async ({ params: { customerId }, key, now }) => {
        const row = await findCustomer(sql, customerId);
        return { body: await viewFor(key, row ?? unknownCustomer(customerId), now) };
      },
    }),
    endpoint({
      method: 'get',
      path: '/customers',
      tag,
      summary: 'List customers, by id',
      scopes: ['storefront', 'read'],
      query: z.strictObject({ limit, cursor: readCursor(z.strictObject({ after: externalId })) }),
      answer: page(customer),
      handle: async ({ query: { limit, cursor }, key, now }) => {
        const rows = await listCustomers(sql, { after: cursor?.after ?? null, limit: limit + 1 });
        const { items, nextCursor } = pageOf(rows, limit, ({ id }) => ({ after: id }));
        return { body: { items: await viewsFor(key, items, now), nextCursor } };
      },
    }),
    decide('grant', 'granted', 'Grant payment terms whatever the rules say'),
    decide('suspend', 'suspended', 'Suspend payment terms, for a time or until further notice', suspendBody),
    decide('revoke', 'revoked', 'Revoke payment terms', revokeBody),
    decide('use-rules', 'by_rules', 'Let the rules decide again'),
    endpoint({
      method: 'put',
      path: '/customers/{customerId}/credit',
      tag,
      summary: 'Set a credit limit of the customer’s own',
      scopes: ['admin'],
      body: creditBody,
      answer: customer,
      handle: async ({ params: { customerId }, body: { limit, reason = null }, key, actor, now }) => {
        const row = await setCreditLimit(sql, customerId, { limit, reason, actor, now });
        return { body: await viewFor(key, row, now) };
      },
    }),
    endpoint({
      method: 'put',
      path: '/customers/{customerId}/credit/raise',
      tag,
      summary: 'Raise a customer’s credit limit for a time',
      scopes: ['admin'],
      body: raiseBody,
      answer: customer,
      handle: async ({ params: { customerId }, body: { raise, reason }, key, actor, now }) => {
        const given = raise && { ...raise, until: toCome('/raise/until', raise.until, now) };
        if (given) await requireMore(customerId, given.limit, now);
        const row = await raiseLimit(sql, customerId, { raise: given, reason, actor, now });
        return { body: await viewFor(key, row, now) };
      },
    }),
    endpoint({
      method: 'get',
      path: '/customers/{customerId}/credit/history',
      tag,
      summary: `Read the latest ${HISTORY} changes of a customer’s own limit and its raises`,
      scopes: ['read'],
      answer: limitHistoryAnswer,
      handle: async ({ params: { customerId } }) => {
        const { currency } = (await findCustomer(sql, customerId)) ?? unknownCustomer(customerId);
        const entries = await limitHistory(sql, customerId, HISTORY);
        return { body: { items: entries.map((entry) => limitChangeView(entry, currency)) } };
      },
    }),
    endpoint({
      method: 'put',
      path: '/customers/{customerId}/terms',
      tag,
      summary: 'Give a customer terms of their own',
      scopes: ['admin'],
      body: ownTermsBody,
      answer: customer,
      handle: async ({ params: { customerId }, body: { terms, reason }, key, actor, now }) => {
        await requireOffered(terms ?? []);
        const row = await setOwnTerms(sql, customerId, { terms, reason, actor, now });
        return { body: await viewFor(key, row, now) };
      },
    }),
  ];

  /** Throws `validation` unless the limit is higher than the one without a raise. */
  async function requireMore(customerId: string, raised: Money, now: string): Promise<void> {
    const row = (await findCustomer(sql, customerId)) ?? unknownCustomer(customerId);
    const { eligibility, settings } = await activePolicies(sql);
    const moment = { now, zone: settings.body.timeZone };
    const [applicant] = await applicantsOf(sql, [row], conditionsOf(eligibility.body), moment);
    const { limit } = creditOf({ ...applicant!, raisedLimit: null }, eligibility.body);
    if (raised.currency !== limit.currency || raised.amount > limit.amount) return;
    invalid('/raise/limit', `The limit is ${plainMoney(limit)} without a raise: give more.`);
  }

  /** Throws `validation` unless the merchant offers all of these. */
  async function requireOffered(codes: readonly string[]): Promise<void> {
    const { terms } = (await activePolicies(sql)).terms.body;
    const offered = terms.map(({ code }) => code);
    for (const [index, code] of codes.entries())
      if (!offered.includes(code)) invalid(`/terms/${index}`, `The merchant offers no terms ${code}.`);
  }
}

/** An instant that is to come, to the millisecond. Throws `validation`. */
function toCome(pointer: string, given: string, now: string): string {
  if (Date.parse(given) <= Date.parse(now)) invalid(pointer, 'This is not in the future.');
  return new Date(given).toISOString();
}

function invalid(pointer: string, detail: string): never {
  throw new NettermsError('validation', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });
}

/** What a store says of a customer, with defaults. */
export function factsOf(body: CustomerFactsBody): CustomerFacts {
  const {
    stats,
    vatNumber = null,
    groups = [],
    contacts = {},
    since = null,
    external = {},
    closedMonths = [],
    accountManager = null,
    ...facts
  } = body;
  const [locale = facts.locale] = Intl.getCanonicalLocales(facts.locale);
  return {
    ...facts,
    locale,
    vatNumber,
    groups,
    contacts,
    closedMonths,
    accountManager,
    pastOrders: stats?.orders ?? 0,
    turnover: stats?.turnover ?? null,
    since,
    external: external as CustomerFacts['external'],
  };
}

/** What the store itself has said. */
function factsView(row: CustomerRow): CustomerView {
  const { id, name, email, locale, country, vatNumber, groups, contacts, since, external, closedMonths } =
    row;
  const { accountManager, currency, createdAt, updatedAt } = row;
  const turnover = row.turnoverCurrency ? { amount: row.turnover, currency: row.turnoverCurrency } : null;
  const stats = { orders: row.pastOrders, turnover };
  const facts = {
    name,
    email,
    locale,
    country,
    vatNumber,
    groups,
    contacts,
    stats,
    since,
    external,
    closedMonths,
    accountManager,
  };
  return { customerId: id, ...facts, currency, createdAt, updatedAt };
}

/** What an admin and the policy say of the customer at this moment. */
function standingView(
  row: CustomerRow,
  applicant: Applicant,
  { eligibility: { body: policy }, terms }: ActivePolicies,
): Partial<CustomerView> {
  const { privilegeReason: reason, privilegeActor: actor, privilegeAt: at, privilegeUntil: until } = row;
  const money = (amount: number | null): Money | null =>
    amount === null ? null : { amount, currency: row.currency };
  const raised = money(applicant.raisedLimit);
  const offered = offeredTerms(terms.body, termsCodesOf(applicant, policy));
  const codes = offered.terms.map(({ code }) => code);
  return {
    privilege: { state: applicant.privilege, reason, actor, at, ...(until === null ? {} : { until }) },
    terms: {
      own: row.ownTerms,
      codes: [
        ...codes.filter((code) => code === offered.defaultCode),
        ...codes.filter((code) => code !== offered.defaultCode),
      ],
    },
    ruleSet: 'sets' in policy ? (setFor(applicant, policy)?.name ?? null) : null,
    credit: {
      ...creditOf(applicant, policy),
      ownLimit: money(row.creditLimit),
      raise: raised && { limit: raised, until: row.raisedUntil! },
    },
  };
}

type Raise = { limit: Money; until: string } | null;

function limitChangeView(
  { at, actor, reason, action, detail: { before, after, currency: then } }: LimitChange,
  currency: string,
): LimitHistory['items'][number] {
  const entry = { at, actor, reason };
  if (action === 'customer.credit_raise')
    return { kind: 'raise', ...entry, before: before as Raise, after: after as Raise };
  const amount = before as number | null;
  return {
    kind: 'limit',
    ...entry,
    before: amount === null ? null : { amount, currency: then ?? currency },
    after: after as Money | null,
  };
}
