import { plainMoney } from '../../kernel/money.ts';
import { type Db, inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { applyPending } from '../commands/apply-pending.ts';
import { insertCommand } from '../commands/tables.ts';
import { closeUnsentMails } from '../mail/tables.ts';
import { stepsStillPlanned, wakeBy } from './lost-workflows.ts';
import { type CommandKind, isClosed, type OrderStatus, type PaidInStore } from './rules/order-state.ts';
import { nextUnpaid, type Step } from './rules/steps.ts';
import { lockOrder, type OrderRow, orderColumns } from './tables.ts';

/** A signal that a person sent from Temporal's UI, or the workflow itself: booked as a command. `place` makes its id. */
export type DirectCommand = {
  kind: CommandKind;
  place: string;
  actor: 'temporal' | 'system';
  reason: string;
  onlyIfUntouched?: boolean;
};

/** What a pass of the workflow brings; `now` is the workflow's time in ms. */
export type Pass = {
  orderId: string;
  episode: number;
  now: number;
  nextStep: Step | null;
  direct: DirectCommand[];
  /** The reservation has run out. */
  expired: boolean;
  /** The store could not be told for as long as was tried. */
  storeFailed: boolean;
  /** The version of the plan that the workflow goes by. */
  planVersion: number;
};

/** What the workflow needs to know of the order; `superseded`: a newer episode follows the order now. */
export type Position =
  | { superseded: true }
  | {
      superseded: false;
      status: OrderStatus;
      outstanding: number;
      currency: string;
      /** The amount as operators read it: "1,220.00 EUR". */
      outstandingText: string;
      /** The earliest due date of an unpaid instalment. */
      dueAt: string | null;
      /** The numbers of the instalments that are paid; their reminders will be skipped. */
      paid: number[];
      confirmed: boolean;
      paidInStore: PaidInStore;
      /** A store is to be told of what becomes of the order. */
      hasStore: boolean;
      /** The plan, where the workflow goes by an older one: the steps that nothing has become of yet. */
      plan?: { version: number; steps: Step[] };
    };

/** One pass of the workflow over its order: applies what is pending, and notes what comes next. */
export async function advance(sql: Sql, pass: Pass, { told }: { told: boolean }): Promise<Position> {
  const now = new Date(pass.now).toISOString();
  return inTransaction(sql, async (tx): Promise<Position> => {
    const { order } = await lockOrder(tx, pass.orderId);
    if (order.episode !== pass.episode) return { superseded: true };
    for (const direct of pass.direct) await insertDirect(tx, pass, direct, now);
    await applyPending(tx, order, { now, told });
    if (pass.storeFailed) await noteStoreFailed(tx, order, now);
    if (pass.expired) await expire(tx, pass, now, told);
    return noteProgress(tx, pass, told);
  });
}

async function insertDirect(
  tx: Tx,
  { orderId, episode }: Pass,
  direct: DirectCommand,
  now: string,
): Promise<void> {
  const { kind, place, actor, reason, onlyIfUntouched = false } = direct;
  const id = `${actor}:${orderId}:${episode}:${place}`;
  const body = onlyIfUntouched ? { onlyIfUntouched } : {};
  await insertCommand(tx, { id, orderId, kind, body, fingerprint: id, actor, reason }, now);
}

/** A reservation that is still unconfirmed, after what was pending, ends as a cancellation. */
async function expire(tx: Tx, pass: Pass, now: string, told: boolean): Promise<void> {
  const { order } = await lockOrder(tx, pass.orderId);
  if (order.status !== 'reserved') return;
  await insertDirect(
    tx,
    pass,
    { kind: 'cancel', place: 'expiry', actor: 'system', reason: 'not confirmed in time' },
    now,
  );
  await applyPending(tx, order, { now, told });
}

/** The store has marked the order paid; one that is chased without the store stays so, and so does a newer episode. */
export async function noteStoreTold(db: Db, orderId: string, episode: number): Promise<void> {
  await db`update orders set paid_in_store = 'marked'
           where id = ${orderId} and episode = ${episode} and paid_in_store <> 'chased'`;
}

async function noteStoreFailed(tx: Tx, order: OrderRow, now: string): Promise<void> {
  const failed = await tx`update orders set paid_in_store = 'failed'
                          where id = ${order.id} and status = 'open' and paid_in_store = 'pending' returning id`;
  if (failed.length === 0) return;
  await recordAudit(tx, {
    at: now,
    actor: 'system',
    action: 'order.store_failed',
    subject: `order/${order.id}`,
  });
}

async function noteProgress(
  tx: Tx,
  { orderId, now, nextStep, planVersion }: Pass,
  told: boolean,
): Promise<Position> {
  const [row] = await tx<(OrderRow & { dueAt: string | null; paid: number[] })[]>`
    select ${orderColumns(tx)}, (select min(due_at) from instalments where order_id = orders.id and (outstanding > 0 or orders.status = 'reserved')) as due_at,
           array(select number from instalments where order_id = orders.id and outstanding <= 0 and orders.status <> 'reserved' order by number) as paid
    from orders where id = ${orderId}`;
  const order = row!;
  const steps = order.planVersion === planVersion ? null : await stepsStillPlanned(tx, order);
  const next = nextUnpaid(order.plan, steps ? (steps[0] ?? null) : nextStep, order.paid);
  const closed = isClosed(order.status);
  const at = new Date(now).toISOString();
  await tx`update orders set started_at = coalesce(started_at, ${at}), next_step = ${closed || !next ? null : tx.json(next as never)},
                             wake_by = ${wakeBy(now, closed ? at : next?.at)}, stuck_since = null where id = ${orderId}`;
  const { status, outstanding, currency, dueAt, paid, confirmedAt, paidInStore } = order;
  return {
    superseded: false,
    status,
    outstanding,
    currency,
    outstandingText: plainMoney({ amount: outstanding, currency }),
    dueAt,
    paid,
    confirmed: confirmedAt !== null,
    paidInStore,
    hasStore: !told,
    ...(steps && { plan: { version: order.planVersion, steps } }),
  };
}

/**
 * The last thing of all: nothing is to be done for this order any more. Mails that never left are closed. Where a newer
 * episode follows the order nothing is changed.
 */
export async function finish(
  sql: Sql,
  { orderId, episode, now }: { orderId: string; episode: number; now: string },
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    const { order } = await lockOrder(tx, orderId);
    if (order.episode !== episode) return;
    await closeUnsentMails(tx, orderId, 'the order was closed first');
    await tx`update orders set finished_at = ${now} where id = ${orderId}`;
  });
}
