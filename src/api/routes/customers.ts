import { z } from 'zod';
import type { ApiKey } from '../../db/api-keys.ts';
import type { Sql } from '../../db/client.ts';
import {
  applicantOf,
  type CustomerFacts,
  type CustomerRow,
  findCustomer,
  listCustomers,
  putCustomer,
  setCreditLimit,
  setPrivilege,
  unknownCustomer,
} from '../../db/customers.ts';
import { activePolicies } from '../../db/policies.ts';
import { creditOf, type EligibilityPolicy, type Privilege } from '../../domain/eligibility.ts';
import { fingerprint } from '../../domain/fingerprint.ts';
import { holds } from '../auth.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import {
  type CustomerFactsBody,
  type CustomerView,
  creditBody,
  customer,
  customerFacts,
  privilegeBody,
  revokeBody,
} from '../schemas/customer.ts';
import { externalId, limit, page } from '../schemas/fields.ts';

const tag = 'Customers';

/** Companies that buy, and what an admin decides about them. */
export function customerEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  const policyNow = async () => (await activePolicies(sql)).eligibility.body;

  /** The customer as this key may see it. */
  async function viewFor(key: ApiKey, row: CustomerRow): Promise<CustomerView> {
    return customerView(row, holds(key, 'read') ? await policyNow() : null);
  }

  const decide = (
    path: 'grant' | 'suspend' | 'revoke' | 'use-rules',
    privilege: Privilege,
    summary: string,
  ) =>
    endpoint({
      method: 'post',
      path: `/customers/{customerId}/${path}`,
      tag,
      summary,
      scopes: ['admin'],
      body: path === 'revoke' ? revokeBody : privilegeBody,
      answer: customer,
      handle: async ({ params: { customerId }, body: { reason }, key, actor, now }) => {
        const row = await setPrivilege(sql, customerId, { privilege, reason, actor, now });
        return { body: await viewFor(key, row) };
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
          body: await viewFor(key, row),
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
      handle: async ({ params: { customerId }, key }) => {
        const row = await findCustomer(sql, customerId);
        return { body: await viewFor(key, row ?? unknownCustomer(customerId)) };
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
      handle: async ({ query: { limit, cursor }, key }) => {
        const rows = await listCustomers(sql, { after: cursor?.after ?? null, limit: limit + 1 });
        const policy = holds(key, 'read') ? await policyNow() : null;
        const { items, nextCursor } = pageOf(rows, limit, ({ id }) => ({ after: id }));
        return { body: { items: items.map((row) => customerView(row, policy)), nextCursor } };
      },
    }),
    decide('grant', 'granted', 'Grant payment terms whatever the rules say'),
    decide('suspend', 'suspended', 'Suspend payment terms'),
    decide('revoke', 'revoked', 'Revoke payment terms'),
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
        return { body: await viewFor(key, row) };
      },
    }),
  ];
}

function factsOf(body: CustomerFactsBody): CustomerFacts {
  const { stats, vatNumber = null, groups = [], contacts = {}, closedMonths = [], ...facts } = body;
  const [locale = facts.locale] = Intl.getCanonicalLocales(facts.locale);
  return {
    ...facts,
    locale,
    vatNumber,
    groups,
    contacts,
    closedMonths,
    pastOrders: stats?.orders ?? 0,
    turnover: stats?.turnover ?? null,
  };
}

/** Without a policy, what a storefront may see: no privilege and no figures. */
function customerView(row: CustomerRow, policy: EligibilityPolicy | null): CustomerView {
  const { id, name, email, locale, country, vatNumber, groups, contacts, closedMonths } = row;
  const { currency, createdAt, updatedAt } = row;
  const money = (amount: number, of = currency) => ({ amount, currency: of });
  const turnover = row.turnoverCurrency ? money(row.turnover, row.turnoverCurrency) : null;
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
    closedMonths,
    currency,
    createdAt,
    updatedAt,
  };
  if (!policy) return { customerId: id, ...facts };
  const { privilege: state, privilegeReason: reason, privilegeActor: actor, privilegeAt: at } = row;
  const ownLimit = row.creditLimit === null ? null : money(row.creditLimit);
  return {
    customerId: id,
    ...facts,
    privilege: { state, reason, actor, at },
    credit: { ...creditOf(applicantOf(row), policy), ownLimit },
  };
}
