import { activityInfo, Context } from '@temporalio/activity';
import { nothing } from '../modules/commands/asked.ts';
import type { Commands } from '../modules/commands/commands.ts';
import { giveUpMail } from '../modules/mail/tables.ts';
import { demandOrder } from '../modules/revocation/revoke-terms.ts';
import {
  demandMailId,
  demandsWaiting,
  finishRevocation,
  noteRevocationStarted,
  ordersToDemand,
} from '../modules/revocation/tables.ts';
import { inTransaction, type Sql } from '../platform/postgres/client.ts';
import { asApplicationFailure } from './failures.ts';

type RevocationAt = { revocationId: string; now: number };

/** Orders that are read at once. */
const PAGE = 100;

/** The activities of a revocation's workflow. */
export function revocationActivities({ sql, commands }: { sql: Sql; commands: Commands }) {
  return {
    /**
     * Sends a demand to all open orders of the revocation, page by page, and notifies their workflows. The heartbeat
     * carries the last order; a retry continues with the orders that are left according to PostgreSQL.
     */
    async demandOpenOrders({ revocationId }: { revocationId: string }): Promise<void> {
      const context = Context.current();
      const now = new Date(activityInfo().currentAttemptScheduledTimestampMs).toISOString();
      await noteRevocationStarted(sql, revocationId, now);
      for (;;) {
        const page = await ordersToDemand(sql, revocationId, PAGE);
        if (page.length === 0) return;
        for (const orderId of page) {
          context.cancellationSignal.throwIfAborted();
          const command = await inTransaction(sql, (tx) =>
            demandOrder(tx, commands.within(tx), { revocationId, orderId, now }),
          ).catch(asApplicationFailure);
          await commands.notify({ ...nothing, children: [command] });
          context.heartbeat(orderId);
        }
      }
    },

    /** How many orders have not answered yet. */
    async demandsWaiting({ revocationId }: { revocationId: string }): Promise<number> {
      return demandsWaiting(sql, revocationId);
    },

    /** Records that the letter could not be sent within its retries. A repeat changes nothing. */
    async noteDemandFailed({ revocationId }: { revocationId: string }): Promise<void> {
      await giveUpMail(sql, demandMailId(revocationId), 'could not be sent');
    },

    /** Marks the revocation as done. A repeat changes nothing. */
    async finishRevocation({ revocationId, now }: RevocationAt): Promise<void> {
      await finishRevocation(sql, revocationId, new Date(now).toISOString());
    },
  };
}
