import { z } from 'zod';
import { recordAudit } from '../../audit/tables.ts';
import { customerCommand } from '../../commands/definition.ts';
import { getOrder } from '../../orders/tables.ts';
import { wakeSteps } from '../look/wake-steps.ts';
import { reminderModes } from '../rules/reminder-modes.ts';
import { openOrderOf } from './customer-orders.ts';
import { reminderModeOf, subjectOf, writeReminderMode } from './reminder-modes.ts';

/**
 * Decides whether a customer, or one order, is reminded. The latest decision counts; the same one again changes nothing.
 * Refused with `customer-not-found`, `order-not-found`.
 */
export const setReminders = customerCommand({
  kind: 'setReminders',
  permission: 'admin',
  body: z.object({
    subject: z.union([z.object({ customerId: z.string() }), z.object({ orderId: z.string() })]),
    mode: z.enum(reminderModes),
    reason: z.string(),
  }),
  customerOf: async (tx, { subject }) =>
    'orderId' in subject ? (await getOrder(tx, subject.orderId)).customerId : subject.customerId,
  businessId: () => null,

  async alreadyDone(tx, { customer }, { subject, mode, reason }) {
    const known = await reminderModeOf(tx, { customerId: customer.id, orderId: null, ...subject });
    return known.mode === mode && known.reason === reason;
  },

  async apply(tx, { customer, now, policies }, { subject: given, mode, reason }, { command: { actor } }) {
    const subject = { customerId: customer.id, orderId: null, ...given };
    const { mode: before } = await reminderModeOf(tx, subject);
    await writeReminderMode(tx, subject, { mode, reason, actor, now });
    const audited = { at: now, actor, reason, detail: { before, after: mode } };
    const about = subjectOf(subject);
    if (about.startsWith('order/'))
      await recordAudit(tx, { ...audited, action: 'order.reminders', subject: about as `order/${string}` });
    else
      await recordAudit(tx, {
        ...audited,
        action: 'customer.reminders',
        subject: about as `customer/${string}`,
      });
    if (mode !== 'never') await wakeSteps(tx, { customerId: customer.id, causes: [], now, policies });
  },

  changedOrders: async (tx, { subject, mode }) => {
    if (mode === 'never') return [];
    const customerId =
      'orderId' in subject ? (await getOrder(tx, subject.orderId)).customerId : subject.customerId;
    return openOrderOf(tx, customerId);
  },

  consequences: [],
});
