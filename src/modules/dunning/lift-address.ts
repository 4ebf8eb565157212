import { z } from 'zod';
import type { Instant } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { customerCommand } from '../commands/definition.ts';
import { hasAddress, isDeliverable } from '../customers/rules/contacts.ts';
import { deleteUndeliverable, undeliverableAddresses } from '../customers/undeliverable-addresses.ts';
import type { ActivePolicies } from '../settings/tables.ts';
import { closeTasks } from '../tasks/close-tasks.ts';
import { wakeSteps } from './look/wake-steps.ts';
import { openOrderOf } from './reserves/customer-orders.ts';

/**
 * A person says that mails arrive at an address of the customer after all: letters go there again, and those that waited
 * for it leave in the customer's next slot. One that is not marked stays as it is.
 * Refused with `customer-not-found`, `address-not-found`.
 */
export const liftAddress = customerCommand({
  kind: 'liftAddress',
  permission: 'admin',
  body: z.object({ customerId: z.string(), address: z.string(), reason: z.string() }),
  customerOf: async (_, { customerId }) => customerId,
  businessId: () => null,

  async alreadyDone(tx, { customer }, { customerId, address }) {
    if (!isDeliverable(address, await undeliverableAddresses(tx, customerId))) return false;
    if (!hasAddress(customer, address))
      throw new NettermsError(
        'address-not-found',
        `Customer ${customerId} has no such address: give one of its contacts.`,
      );
    return true;
  },

  async apply(tx, { now, policies }, { customerId, address, reason }, { command: { actor } }) {
    await deleteUndeliverable(tx, customerId, address);
    await recordAudit(tx, {
      ...{ at: now, actor, action: 'address.lifted', subject: `customer/${customerId}`, reason },
    });
    await noteAddressChanged(tx, { customerId, policies, actor, now });
  },

  changedOrders: (tx, { customerId }) => openOrderOf(tx, customerId),

  consequences: [],
});

/**
 * Something may arrive at an address of the customer again: what waited for it is looked at in the next slot, and the
 * task is closed once nothing is marked any more. Needs the customer's lock.
 */
export async function noteAddressChanged(
  tx: Tx,
  {
    customerId,
    policies,
    actor = 'system',
    now,
  }: { customerId: string; policies: ActivePolicies; actor?: string; now: Instant },
): Promise<void> {
  const marked = await undeliverableAddresses(tx, customerId);
  if (marked.size === 0)
    await closeTasks(tx, {
      ...{ kind: 'address-undeliverable', customerId, orderId: null, outcome: 'done', actor, now },
      reason: 'no address of the customer is marked any more',
    });
  await wakeSteps(tx, { customerId, causes: [], policies, now });
}
