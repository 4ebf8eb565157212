import { type Advance, finish, type OrderSnapshot } from '../modules/commands/advance.ts';
import type { Commands } from '../modules/commands/commands.ts';
import type { MailState } from '../modules/mail/tables.ts';
import { giveUpDeliveries } from '../modules/storefronts/tables.ts';
import { inTransaction, type Sql } from '../platform/postgres/client.ts';
import { asApplicationFailure } from './failures.ts';

type OrderAt = { orderId: string; episode: number; now: number };
type Dependencies = {
  sql: Sql;
  commands: Commands;
  /** Tries a mail again that the mail server has refused for now; resolves to its state. */
  tryMailAgain: (mailId: string, now: string) => Promise<MailState>;
  /** Says that there is something to send. */
  nudge: (now: string) => void | Promise<void>;
};

/** Local activities on PostgreSQL. They use the workflow's time, which is passed with each call. */
export function ledgerActivities({ sql, commands, tryMailAgain, nudge }: Dependencies) {
  return {
    /** Looks at the order and applies waiting commands. A repeat finds them applied and only reads the order again. */
    async advance(given: Advance): Promise<OrderSnapshot> {
      const snapshot = await commands.advance(given).catch(asApplicationFailure);
      await nudge(new Date(given.now).toISOString());
      return snapshot;
    },

    /** Marks the order's workflow as ended, and gives up what is still pending. A repeat changes nothing. */
    async finishOrder({ orderId, episode, now }: OrderAt): Promise<void> {
      const at = new Date(now).toISOString();
      await inTransaction(sql, async (tx) => {
        if (await finish(tx, { orderId, episode, now: at })) await giveUpDeliveries(tx, orderId, at);
      });
    },

    /** Lets the sender try a mail again, or gives it up after three days. Resolves to its state. */
    async tryMailAgain({ mailId, now }: { mailId: string; now: number }): Promise<MailState> {
      return tryMailAgain(mailId, new Date(now).toISOString());
    },
  };
}
