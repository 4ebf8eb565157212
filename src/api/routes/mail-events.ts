import type { z } from 'zod';
import type { Commands } from '../../modules/commands/commands.ts';
import { findCustomer, unknownCustomer } from '../../modules/customers/tables.ts';
import { liftAddress } from '../../modules/dunning/lift-address.ts';
import { reportMailEvent } from '../../modules/dunning/report-mail-event.ts';
import type { MailEventRow } from '../../modules/mail/mail-events.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { customerView } from '../customer-views.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { customer } from '../schemas/customer.ts';
import { liftedAddress, mailEvent, newMailEvent } from '../schemas/mail-events.ts';

const tag = 'Letters';

/** Addresses at which nothing arrives: what the mail provider reports, and what a person knows better. */
export function mailEventEndpoints({
  sql,
  commands,
  notifiesStore,
}: {
  sql: Sql;
  commands: Commands;
  notifiesStore: boolean;
}): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/mail-events',
      operationId: 'reportMailEvent',
      tag,
      summary: 'Report what the mail provider says became of a mail',
      scopes: ['storefront'],
      body: newMailEvent,
      answer: mailEvent,
      statuses: { 200: 'it was reported before', 201: 'kept, whether or not anybody has the address' },
      handle: async ({ body, actor, now }) => {
        const { messageId = null, at = null, detail = null } = body;
        const reported = { ...body, messageId, at, detail };
        const { event, replayed } = await reportMailEvent(sql, reported, { actor, now, notifiesStore });
        return { status: replayed ? 200 : 201, body: eventView(event), headers: replayedHeader(replayed) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/undeliverable-addresses/lift',
      operationId: 'liftUndeliverableAddress',
      tag,
      summary: 'Let letters go to an address again at which nothing arrived',
      scopes: [liftAddress.permission],
      body: liftedAddress,
      answer: customer,
      handle: async ({ params: { customerId }, body: content, key, actor, now }) => {
        const { address, reason } = content;
        const by = { content: { customerId, ...content }, actor, reason, idempotencyKey: null, now };
        const body = { customerId, address, reason };
        const { replayed } = await commands.askCustomer(liftAddress, { body, ...by });
        const row = (await findCustomer(sql, customerId)) ?? unknownCustomer(customerId);
        return { body: await customerView(sql, key, row, now), headers: replayedHeader(replayed) };
      },
    }),
  ];
}

const eventView = ({ id: eventId, fingerprint: _, ...row }: MailEventRow): z.infer<typeof mailEvent> => ({
  ...{ eventId, ...row },
});
