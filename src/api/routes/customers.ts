import { z } from 'zod';
import { fingerprint } from '../../kernel/fingerprint.ts';
import { invalid } from '../../kernel/invalid.ts';
import {
  findCustomer,
  listCustomers,
  putCustomer,
  setOwnTerms,
  unknownCustomer,
} from '../../modules/customers/tables.ts';
import type { Privilege } from '../../modules/eligibility/rules/applicant.ts';
import { setPrivilege } from '../../modules/eligibility/set-privilege.ts';
import { activePolicies } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { factsOf } from '../customer-facts.ts';
import { customerView, customerViews } from '../customer-views.ts';
import { requireFuture } from '../days.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { customer, customerFacts, ownTermsBody, suspendBody } from '../schemas/customer.ts';
import { externalId, limit, page, withReason } from '../schemas/fields.ts';

const tag = 'Customers';

/** Customers, and what an admin decides about them. */
export function customerEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  /** An admin's decision on one customer; only a suspension can end by itself. */
  const decide = (
    path: 'grant' | 'suspend' | 'insolvency' | 'use-rules',
    privilege: Privilege,
    more: Pick<Endpoint, 'operationId' | 'summary' | 'tryOut'>,
    body: z.ZodType<{ reason: string; until?: string | undefined }>,
  ) =>
    endpoint({
      method: 'post',
      path: `/customers/{customerId}/${path}`,
      ...more,
      tag,
      scopes: ['admin'],
      body,
      answer: customer,
      handle: async ({ params: { customerId }, body: { reason, until }, key, actor, now }) => {
        const end = until === undefined ? null : requireFuture('/until', until, now);
        const row = await setPrivilege(sql, customerId, { privilege, until: end, reason, actor, now });
        return { body: await customerView(sql, key, row, now) };
      },
    });

  return [
    endpoint({
      method: 'put',
      path: '/customers/{customerId}',
      operationId: 'saveCustomer',
      tag,
      summary: 'Create or update a customer',
      scopes: ['storefront'],
      body: customerFacts,
      answer: customer,
      statuses: { 200: 'updated, or unchanged', 201: 'created' },
      handle: async ({ params: { customerId }, body, key, now }) => {
        const { currency } = (await activePolicies(sql)).settings.body;
        const written = { fingerprint: fingerprint(body), currency, now };
        const done = await putCustomer(sql, customerId, factsOf(body), written);
        const row = (await findCustomer(sql, customerId))!;
        return {
          status: done === 'created' ? 201 : 200,
          body: await customerView(sql, key, row, now),
          headers: replayedHeader(done === 'unchanged'),
        };
      },
    }),
    endpoint({
      method: 'get',
      path: '/customers/{customerId}',
      operationId: 'readCustomer',
      tag,
      summary: 'Read a customer',
      scopes: ['storefront', 'read'],
      answer: customer,
      handle: async ({ params: { customerId }, key, now }) => {
        const row = await findCustomer(sql, customerId);
        return { body: await customerView(sql, key, row ?? unknownCustomer(customerId), now) };
      },
    }),
    endpoint({
      method: 'get',
      path: '/customers',
      operationId: 'listCustomers',
      tag,
      summary: 'List customers, by id',
      scopes: ['storefront', 'read'],
      query: z.strictObject({ limit, cursor: readCursor(z.strictObject({ after: externalId })) }),
      answer: page(customer),
      handle: async ({ query: { limit, cursor }, key, now }) => {
        const rows = await listCustomers(sql, { after: cursor?.after ?? null, limit: limit + 1 });
        const { items, nextCursor } = pageOf(rows, limit, ({ id }) => ({ after: id }));
        return { body: { items: await customerViews(sql, key, items, now), nextCursor } };
      },
    }),
    decide(
      'grant',
      'granted',
      {
        operationId: 'grantTerms',
        summary: 'Grant payment terms, whatever the rules say',
        tryOut: { parameters: { customerId: 'ceramiche-lunara' } },
      },
      withReason('A new branch of a customer whom we have known for years.'),
    ),
    decide(
      'suspend',
      'suspended',
      {
        operationId: 'suspendTerms',
        summary: 'Suspend payment terms, for a time or until further notice',
        tryOut: { parameters: { customerId: 'papeleria-sotomar' } },
      },
      suspendBody,
    ),
    decide(
      'insolvency',
      'insolvency',
      {
        operationId: 'noteInsolvency',
        summary:
          'Record that a customer is insolvent: no orders, no reminders, no allocation of payments, no interest',
        tryOut: { parameters: { customerId: 'atelier-corvin' } },
      },
      withReason('The court has opened insolvency proceedings.'),
    ),
    decide(
      'use-rules',
      'by_rules',
      {
        operationId: 'applyRules',
        summary: 'Let the rules decide again',
        tryOut: { parameters: { customerId: 'van-rielen-bouw' } },
      },
      withReason('The disputed invoices are paid.'),
    ),
    endpoint({
      method: 'put',
      path: '/customers/{customerId}/terms',
      operationId: 'setCustomerTerms',
      tag,
      summary: 'Give a customer terms of their own',
      scopes: ['admin'],
      body: ownTermsBody,
      answer: customer,
      handle: async ({ params: { customerId }, body: { terms, reason }, key, actor, now }) => {
        await requireOffered(terms ?? []);
        const row = await setOwnTerms(sql, customerId, { terms, reason, actor, now });
        return { body: await customerView(sql, key, row, now) };
      },
    }),
  ];

  /** Throws `validation` unless the merchant offers all of these. */
  async function requireOffered(codes: readonly string[]): Promise<void> {
    const { terms } = (await activePolicies(sql)).terms.body;
    const offered = terms.map(({ code }) => code);
    for (const [index, code] of codes.entries())
      if (!offered.includes(code))
        invalid(`/terms/${index}`, `The merchant does not offer the terms ${code}.`);
  }
}
