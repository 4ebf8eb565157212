import { activityInfo, Context } from '@temporalio/activity';
import { nothing } from '../modules/commands/asked.ts';
import type { Commands } from '../modules/commands/commands.ts';
import { finishWithLetter } from '../modules/revocation/finish.ts';
import { demandOrder } from '../modules/revocation/revoke-terms.ts';
import { demandsWaiting, noteRevocationStarted, ordersToDemand } from '../modules/revocation/tables.ts';
import { inTransaction, type Sql } from '../platform/postgres/client.ts';
import { asApplicationFailure } from './failures.ts';

type RevocationAt = { revocationId: string; now: number };

/** Orders that are read at once. */
const PAGE = 100;

/** The activities of a revocation's workflow. */
export function revocationActivities({
  sql,
  commands,
  nudge,
}: {
  sql: Sql;
  commands: Commands;
  /** Says that there is something to send. */
  nudge: (now: string) => void | Promise<void>;
}) {
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

    /** Asks for the letter about all orders, and marks the revocation as done. A repeat changes nothing. */
    async finishRevocation({ revocationId, now }: RevocationAt): Promise<void> {
      const at = new Date(now).toISOString();
      await inTransaction(sql, (tx) => finishWithLetter(tx, revocationId, at));
      await nudge(at);
    },
  };
}
