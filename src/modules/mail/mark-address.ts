import type { Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { hasAddress } from '../customers/rules/contacts.ts';
import type { CustomerRow } from '../customers/tables.ts';
import {
  insertUndeliverable,
  type UndeliverableCause,
  undeliverableOf,
} from '../customers/undeliverable-addresses.ts';
import { closeTasks } from '../tasks/close-tasks.ts';
import { openTask } from '../tasks/open-task.ts';

/**
 * Marks an address of the customer: nothing arrives there, so that no letter is sent to it until the customer's contacts
 * change or a person lifts the mark. Audited, with a task. Needs the customer's lock.
 * @returns false if it was marked already, or is not an address of the customer
 */
export async function markUndeliverable(
  tx: Tx,
  customer: CustomerRow,
  given: { address: string; cause: UndeliverableCause; detail: string | null; actor: string; now: Instant },
): Promise<boolean> {
  const { address, cause, detail, actor, now } = given;
  const customerId = customer.id;
  if (!hasAddress(customer, address)) return false;
  if (!(await insertUndeliverable(tx, { customerId, address, cause, detail, since: now }))) return false;
  await recordAudit(tx, {
    ...{ at: now, actor, action: 'address.undeliverable', subject: `customer/${customerId}` },
    detail: { cause },
  });
  // A task that is open already does not name this address.
  const reason = 'nothing arrives at another address either';
  await closeTasks(tx, {
    kind: 'address-undeliverable',
    customerId,
    orderId: null,
    outcome: 'done',
    reason,
    now,
  });
  await openAddressTask(tx, customerId, now);
  return true;
}

/** Somebody has to correct the addresses of the customer at which nothing arrives; no second task if one is open. */
export async function openAddressTask(tx: Tx, customerId: string, now: Instant): Promise<void> {
  const marked = await undeliverableOf(tx, [customerId]);
  const error = marked.flatMap(({ detail }) => detail ?? []).join('; ');
  await openTask(tx, {
    ...{ kind: 'address-undeliverable', customerId, orderId: null, openedAt: now, openedBy: 'system' },
    detail: { recipients: marked.map(({ address }) => address), ...(error !== '' && { error }) },
  });
}
