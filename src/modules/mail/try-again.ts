import type { Instant } from '../../kernel/calendar.ts';
import { inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { lockCustomer } from '../customers/tables.ts';
import { undeliverableAddresses } from '../customers/undeliverable-addresses.ts';
import { activePolicies } from '../settings/tables.ts';
import type { MailDefinitions } from './definition.ts';
import { TRIED_FOR_MS } from './sender.ts';
import { endMail, findMail, lockMail, type MailState, tryMailAgain } from './tables.ts';

/** Lets the sender try a mail again that the server has refused for now; after three days it is given up. */
export async function tryAgain(
  sql: Sql,
  definitions: MailDefinitions,
  { mailId, now }: { mailId: string; now: Instant },
): Promise<MailState> {
  return inTransaction(sql, async (tx) => {
    const known = await findMail(tx, mailId);
    if (!known) return 'withdrawn';
    const customer = await lockCustomer(tx, known.customerId);
    const mail = (await lockMail(tx, mailId))!;
    if (mail.state !== 'queued') return mail.state;
    if (Date.parse(now) - Date.parse(mail.queuedAt) < TRIED_FOR_MS) {
      await tryMailAgain(tx, mailId);
      return 'queued';
    }
    await endMail(tx, mailId, { state: 'failed', why: 'it was tried for three days' });
    await definitions[mail.kind].conclude?.(tx, mail, 'failed', {
      customer,
      policies: await activePolicies(tx),
      undeliverable: await undeliverableAddresses(tx, customer.id),
      now,
    });
    return 'failed';
  });
}
