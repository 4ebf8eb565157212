import type { Db } from '../../platform/postgres/client.ts';
import { auditOf } from '../audit/tables.ts';
import { commandsOf } from '../commands/tables.ts';
import { lettersAbout, receiptsAbout } from '../dunning/letters.ts';
import { ledgerOf } from '../ledger/tables.ts';
import { mailsOf } from '../mail/tables.ts';
import { stepsOf } from '../orders/steps.ts';
import { getOrder, instalmentsOfOrders } from '../orders/tables.ts';
import { eventsOf } from '../storefronts/events.ts';
import { type DeliveryRow, deliveriesOf } from '../storefronts/tables.ts';

/** One thing that happened to an order, or (`future`) is planned to. `detail` differs by kind. */
export type TimelineEvent = {
  at: string;
  kind: string;
  future: boolean;
  actor: string | null;
  reason: string | null;
  detail: Record<string, unknown>;
};

const event = (at: string, kind: string, fields: Partial<TimelineEvent> = {}): TimelineEvent => ({
  at,
  kind,
  future: false,
  actor: null,
  reason: null,
  detail: {},
  ...fields,
});

/** Where a notification of the store stands, and since when. */
function standing({ createdAt, deliveredAt, givenUpAt }: Standing): { at: string; kind: string } {
  if (deliveredAt) return { at: deliveredAt, kind: 'store.acknowledged' };
  return givenUpAt
    ? { at: givenUpAt, kind: 'store.unacknowledged' }
    : { at: createdAt, kind: 'store.pending' };
}
type Standing = Pick<DeliveryRow, 'createdAt' | 'deliveredAt' | 'givenUpAt'>;

/**
 * An order's past and future, in order of time.
 * @throws NettermsError `order-not-found`
 */
export async function timelineOf(db: Db, orderId: string): Promise<TimelineEvent[]> {
  const order = await getOrder(db, orderId);
  const [entries, commands, mails, receipts, letters, steps, deliveries, events, audit, instalments] =
    await Promise.all([
      ledgerOf(db, orderId),
      commandsOf(db, orderId),
      mailsOf(db, orderId),
      receiptsAbout(db, orderId),
      lettersAbout(db, orderId),
      stepsOf(db, [orderId]),
      deliveriesOf(db, orderId),
      eventsOf(db, orderId),
      auditOf(db, `order/${orderId}`),
      instalmentsOfOrders(db, [orderId]),
    ]);
  const closed = order.closedAt !== null;
  const past = [
    event(order.placedAt, 'order.placed', {
      detail: { total: { amount: order.total, currency: order.currency }, terms: order.terms.code },
    }),
    ...entries.map(({ bookedAt, kind, valueOn, amount, currency, account, actor, paymentId, instalment }) =>
      event(bookedAt, `ledger.${kind}`, {
        actor,
        detail: { account, amount: { amount, currency }, valueOn, instalment, paymentId },
      }),
    ),
    ...commands
      .filter((command) => command.outcome !== 'applied')
      .map(({ createdAt, kind, actor, reason, outcome, refusal, id }) =>
        event(createdAt, `command.${kind}.${outcome ?? 'pending'}`, {
          actor,
          reason,
          detail: { commandId: id, refusal },
        }),
      ),
    ...[...[...mails, ...receipts].map((mail) => ({ ...mail, tone: null })), ...letters].map(
      ({
        id,
        kind,
        tone,
        state,
        why,
        attempts,
        lastError,
        sentAt,
        composedAt,
        queuedAt,
        subject,
        recipient,
        copyTo,
      }) =>
        event(sentAt ?? composedAt ?? queuedAt, `mail.${state}`, {
          reason: why,
          detail: { mailId: id, template: tone ?? kind, subject, recipient, copyTo, attempts, lastError },
        }),
    ),
    ...steps
      .filter(({ outcome }) => outcome === 'skipped' || outcome === 'failed' || outcome === 'unknown')
      .map(({ key, tone, outcome, reason, notedAt }) =>
        event(notedAt!, `step.${outcome}`, { reason, detail: { step: key, tone } }),
      ),
    ...[...deliveries, ...events].map(({ type, attempts, lastStatus, lastError, ...delivery }) => {
      const { at, kind } = standing(delivery);
      return event(at, kind, { detail: { type, attempts, lastStatus, lastError } });
    }),
    ...audit.map(({ at, action, actor, reason, detail }) => event(at, action, { actor, reason, detail })),
  ];
  const isPaid = (instalment: number) =>
    order.status === 'open' &&
    instalments.some(({ number, outstanding }) => number === instalment && outstanding <= 0);
  const future = closed
    ? []
    : steps
        .filter(({ state, instalment }) => state !== 'done' && !isPaid(instalment))
        .map(({ at, lookAt, kind, tone, key, instalment, waitsFor }) =>
          event(lookAt ?? at, `planned.${kind}`, {
            future: true,
            detail: { step: key, instalment, tone, waitsFor },
          }),
        );
  const inTime = (a: TimelineEvent, b: TimelineEvent) => Date.parse(a.at) - Date.parse(b.at);
  return [...past.sort(inTime), ...future.sort(inTime)];
}
