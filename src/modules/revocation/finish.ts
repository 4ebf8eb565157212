import type { Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { lockCustomer } from '../customers/tables.ts';
import { queueMail } from '../mail/tables.ts';
import { demandMailId, finishRevocation, getRevocation } from './tables.ts';

/** Ends a revocation, as the last step of its workflow: one letter about all its orders is asked for. */
export async function finishWithLetter(tx: Tx, revocationId: string, now: Instant): Promise<void> {
  const { customerId } = await getRevocation(tx, revocationId);
  await lockCustomer(tx, customerId);
  await queueMail(tx, { id: demandMailId(revocationId), customerId, orderId: null, kind: 'demand', now });
  await finishRevocation(tx, revocationId, now);
}
