import { type Advance, finish, type OrderSnapshot } from '../modules/commands/advance.ts';
import type { Commands } from '../modules/commands/commands.ts';
import { giveUpMail } from '../modules/mail/tables.ts';
import type { Step } from '../modules/orders/rules/steps.ts';
import { noteStepOutcome } from '../modules/orders/step-outcomes.ts';
import { lockOrder } from '../modules/orders/tables.ts';
import { giveUpDeliveries } from '../modules/storefronts/tables.ts';
import { inTransaction, type Sql } from '../platform/postgres/client.ts';
import { asApplicationFailure } from './failures.ts';
import { type Letter, mailIdOf } from './mail.ts';

type OrderAt = { orderId: string; episode: number; now: number };

/** Local activities on PostgreSQL. They use the workflow's time, which is passed with each call. */
export function ledgerActivities({ sql, commands }: { sql: Sql; commands: Commands }) {
  return {
    /** Looks at the order and applies waiting commands. A repeat finds them applied and only reads the order again. */
    async advance(given: Advance): Promise<OrderSnapshot> {
      return commands.advance(given).catch(asApplicationFailure);
    },

    /** Marks the order's workflow as ended, and gives up what is still pending. A repeat changes nothing. */
    async finishOrder({ orderId, episode, now }: OrderAt): Promise<void> {
      const at = new Date(now).toISOString();
      await inTransaction(sql, async (tx) => {
        if (await finish(tx, { orderId, episode, now: at })) await giveUpDeliveries(tx, orderId, at);
      });
    },

    /** Records that a mail could not be sent within its retries. A repeat changes nothing. */
    async noteMailFailed({ orderId, episode, what, now }: OrderAt & { what: Step | Letter }): Promise<void> {
      await inTransaction(sql, async (tx) => {
        const { order } = await lockOrder(tx, orderId);
        if (order.episode !== episode) return;
        const mailId = mailIdOf(order, what);
        const state = await giveUpMail(tx, mailId, 'could not be sent');
        if (typeof what === 'string') return;
        await noteStepOutcome(tx, {
          orderId,
          stepKey: what.key,
          outcome: 'failed',
          reason: state === 'unknown' ? 'mail-unknown' : 'mail-failed',
          mailId: state && mailId,
          notedAt: new Date(now).toISOString(),
        });
      });
    },
  };
}
