import type { z } from 'zod';
import type { Commands } from '../../modules/commands/commands.ts';
import { reminderModeOf } from '../../modules/dunning/reserves/reminder-modes.ts';
import { setReminders } from '../../modules/dunning/reserves/set-reminders.ts';
import { getOrder } from '../../modules/orders/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { requireCustomer } from '../require-customer.ts';
import { newReminderMode, reminderMode } from '../schemas/reminders.ts';

const tag = 'Reminders';

/** The modes: whether a customer is reminded, and of an order, at all. */
export function reminderModeEndpoints({ sql, commands }: { sql: Sql; commands: Commands }): Endpoint[] {
  const customerMode = (customerId: string) => reminderModeOf(sql, { customerId, orderId: null });
  const orderMode = async (orderId: string) => {
    const { customerId } = await getOrder(sql, orderId);
    return reminderModeOf(sql, { customerId, orderId });
  };
  /** Sets a mode, and answers with the one in force. */
  const setMode = async (
    subject: { customerId: string } | { orderId: string },
    given: { content: z.infer<typeof newReminderMode>; actor: string; now: string },
    read: () => ReturnType<typeof reminderModeOf>,
  ) => {
    const { content, actor, now } = given;
    const { mode, reason } = content;
    const { replayed } = await commands.askCustomer(setReminders, {
      ...{ body: { subject, mode, reason }, content: { subject, ...content }, actor, reason, now },
      idempotencyKey: null,
    });
    return { body: await read(), headers: replayedHeader(replayed) };
  };

  return [
    endpoint({
      method: 'get',
      path: '/customers/{customerId}/reminders',
      operationId: 'readCustomerReminders',
      tag,
      summary: 'See whether a customer is reminded',
      scopes: ['read'],
      answer: reminderMode,
      handle: async ({ params: { customerId } }) => {
        await requireCustomer(sql, customerId);
        return { body: await customerMode(customerId) };
      },
    }),
    endpoint({
      method: 'put',
      path: '/customers/{customerId}/reminders',
      operationId: 'setCustomerReminders',
      tag,
      summary:
        'Decide whether a customer is reminded; of the customer’s and the order’s, the stricter counts',
      scopes: [setReminders.permission],
      body: newReminderMode,
      answer: reminderMode,
      handle: async ({ params: { customerId }, body: content, actor, now }) =>
        setMode({ customerId }, { content, actor, now }, () => customerMode(customerId)),
    }),
    endpoint({
      method: 'get',
      path: '/orders/{orderId}/reminders',
      operationId: 'readOrderReminders',
      tag,
      summary: 'See whether anybody is reminded of an order',
      tryOut: { after: ['placeOrder'] },
      scopes: ['read'],
      answer: reminderMode,
      handle: async ({ params: { orderId } }) => ({ body: await orderMode(orderId) }),
    }),
    endpoint({
      method: 'put',
      path: '/orders/{orderId}/reminders',
      operationId: 'setOrderReminders',
      tag,
      summary: 'Decide whether anybody is reminded of an order',
      tryOut: { after: ['placeOrder'] },
      scopes: [setReminders.permission],
      body: newReminderMode,
      answer: reminderMode,
      handle: async ({ params: { orderId }, body: content, actor, now }) =>
        setMode({ orderId }, { content, actor, now }, () => orderMode(orderId)),
    }),
  ];
}
