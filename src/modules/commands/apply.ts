import { dayAt, type Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { outstandingOf } from '../ledger/rules/entry.ts';
import { close } from '../orders/close.ts';
import type { OrderCommandKind } from '../orders/rules/order-state.ts';
import { balancesOf, getOrder } from '../orders/tables.ts';
import { activePolicies } from '../settings/tables.ts';
import {
  type Consequences,
  type CustomerConsequences,
  consequenceNames,
  type MoneyIn,
  type OrderCommand,
  type OrderSituation,
  type Reminding,
  type Situation,
} from './definition.ts';
import type { Refusal } from './rules/refusal.ts';
import { decideCommand, getCommands, type OrderCommandRow, pendingCommands } from './tables.ts';

/** The definitions in the registry, and whether this installation notifies a store. */
export type Pipeline = {
  readonly orderCommands: Readonly<Record<OrderCommandKind, OrderCommand>>;
  readonly consequences: Consequences;
  readonly customerConsequences: CustomerConsequences;
  readonly reminding: Reminding;
  readonly notifiesStore: boolean;
};

/** How many commands of an order one transaction applies; the workflow comes back for the rest. */
const AT_ONCE = 50;

/**
 * What holds during a transaction. Call it after taking the locks: a transaction that waited for them then reads the
 * settings that are in force now.
 */
export async function situationAt(
  tx: Tx,
  { notifiesStore }: Pick<Pipeline, 'notifiesStore'>,
  now: Instant,
): Promise<Situation> {
  const policies = await activePolicies(tx);
  return { now, today: dayAt(now, policies.settings.body.timeZone), policies, notifiesStore };
}

/** The commands of an order that wait, oldest first: what `applyPending` applies, and one more if there is one. */
export const commandsToApply = (tx: Tx, orderId: string): Promise<OrderCommandRow[]> =>
  pendingCommands(tx, orderId, AT_ONCE + 1);

/** Applies an order's pending commands and writes the outcome of each. Needs the locks of `lockOrder`. */
export async function applyPending(
  tx: Tx,
  pipeline: Pipeline,
  given: OrderSituation,
  pending: readonly OrderCommandRow[],
): Promise<{ state: OrderSituation; moreWaits: boolean }> {
  let state = given;
  for (const command of pending.slice(0, AT_ONCE)) state = await applyCommand(tx, pipeline, state, command);
  return { state, moreWaits: pending.length > AT_ONCE };
}

/**
 * Judges one command by what holds now, applies it with what follows from it, and closes the order if it owes nothing.
 * @returns the state after it
 */
export async function applyCommand(
  tx: Tx,
  pipeline: Pipeline,
  state: OrderSituation,
  command: OrderCommandRow,
): Promise<OrderSituation> {
  const definition = pipeline.orderCommands[command.kind];
  const read = definition.body.safeParse(command.body);
  if (!read.success) {
    // A command that cannot be read must not hold up those that come after it.
    await noteOutcome(tx, state, command, { code: 'internal', detail: read.error.message });
    return state;
  }
  const body = read.data;
  const facts = await definition.read?.(tx, state, body, command.id);
  const refused = definition.refuse(state, body, facts);
  const { after, refusal, paidWith } = refused
    ? { after: state, refusal: refused, paidWith: null }
    : await follow(tx, pipeline, state, { definition, body, facts, command });
  await noteOutcome(tx, state, command, refusal, definition.auditDetail?.(body));
  const closed = await closeIfPaid(tx, after, { ...command, paidWith });
  await pipeline.reminding.wake(tx, closed);
  return closed;
}

/** Applies a command, and then the consequences that it asks for, each with the order as it is by then. */
async function follow(
  tx: Tx,
  { consequences }: Pipeline,
  state: OrderSituation,
  given: { definition: OrderCommand; body: unknown; facts: unknown; command: OrderCommandRow },
): Promise<{ after: OrderSituation; refusal: Refusal | null; paidWith: MoneyIn | null }> {
  const { definition, body, facts, command } = given;
  const applied = await definition.apply(tx, state, body, { facts, command });
  let after = await reread(tx, state);
  if (applied && 'refusal' in applied) return { after, refusal: applied.refusal, paidWith: null };
  if (applied && 'follows' in applied) return { after, refusal: null, paidWith: null };
  for (const name of consequenceNames) {
    if (!definition.consequences.includes(name)) continue;
    await consequences[name](tx, after, { command, paidWith: applied?.paidWith });
    after = await reread(tx, after);
  }
  return { after, refusal: null, paidWith: applied?.paidWith ?? null };
}

const reread = async (tx: Tx, state: OrderSituation): Promise<OrderSituation> => ({
  ...state,
  order: await getOrder(tx, state.order.id),
});

async function closeIfPaid(
  tx: Tx,
  state: OrderSituation,
  { actor, paidWith }: { actor: string; paidWith: MoneyIn | null },
): Promise<OrderSituation> {
  const { order, now } = state;
  if (order.status !== 'open' || outstandingOf(await balancesOf(tx, order.id)) > 0) return state;
  await close(tx, order, { status: 'settled', actor, reason: null, paidWith: paidWith?.paymentId, now });
  return reread(tx, state);
}

async function noteOutcome(
  tx: Tx,
  { now, order }: OrderSituation,
  { id, kind, actor, reason, body }: OrderCommandRow,
  refusal: Refusal | null,
  detail: Readonly<Record<string, unknown>> = body,
): Promise<void> {
  await decideCommand(tx, id, { refusal, now });
  await recordAudit(tx, {
    at: now,
    actor,
    action: `order.${kind}${refusal ? '.refused' : ''}`,
    subject: `order/${order.id}`,
    reason,
    detail: refusal ? { refusal: refusal.code } : detail,
  });
}

/** Refuses waiting commands, of any orders, because what they need is gone. Needs the lock of their customer. */
export async function refuseCommands(
  tx: Tx,
  ids: readonly string[],
  refusal: Refusal,
  { actor, now }: { actor: string; now: string },
): Promise<void> {
  for (const { id, orderId, kind } of (await getCommands(tx, ids)) as OrderCommandRow[]) {
    await decideCommand(tx, id, { refusal, now });
    await recordAudit(tx, {
      at: now,
      actor,
      action: `order.${kind}.refused`,
      subject: `order/${orderId}`,
      detail: { refusal: refusal.code },
    });
  }
}
