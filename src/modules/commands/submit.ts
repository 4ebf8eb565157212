import { errorTable, NettermsError } from '../../kernel/errors.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import { plainMoney } from '../../kernel/money.ts';
import { replayOrConflict } from '../../kernel/replay.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { lockCustomer } from '../customers/tables.ts';
import { isClosed } from '../orders/rules/order-state.ts';
import { lockOrder, type OrderRow } from '../orders/tables.ts';
import type { ManualRequest } from './advance.ts';
import { applyCommand, type Pipeline, situationAt } from './apply.ts';
import { type Asked, nothing } from './asked.ts';
import type {
  AskOrder,
  CustomerCommand,
  CustomerSituation,
  OrderCommand,
  OrderSituation,
} from './definition.ts';
import { commandIdOf, manualIdOf, nameCommand } from './ids.ts';
import type { Refusal } from './rules/refusal.ts';
import { approvalOf, askSecondPerson } from './second-person.ts';
import {
  type CommandRow,
  childrenOf,
  decideCommand,
  findCommand,
  getCommands,
  insertCommand,
  type OrderCommandRow,
  pendingCommands,
} from './tables.ts';

/** What is asked, and by whom. */
export type Asking<Body> = {
  readonly body: Body;
  readonly actor: string;
  readonly reason: string | null;
  /** What the caller sent, before defaults: the same id with different content is a conflict. */
  readonly content: unknown;
  /** The caller's `Idempotency-Key`; without one, and without a business id, each call is a new command. */
  readonly idempotencyKey: string | null;
  readonly now: string;
};
export type AskingOrder<Body> = Asking<Body> & {
  readonly orderId: string;
  /** A second person has approved it. */
  readonly approved?: boolean;
};

/**
 * Asks something of an order: checks it, and writes the command with the rows that belong to it. The order's workflow
 * applies it. The workflow of a closed order may have ended, so a command that such an order still takes is applied at
 * once.
 * @throws NettermsError `order-not-found`, `conflict`, and the code of a refusal: nothing is kept then
 */
export async function submitOrderCommand<Body, Facts>(
  tx: Tx,
  pipeline: Pipeline,
  definition: OrderCommand<Body, Facts>,
  given: AskingOrder<Body>,
): Promise<Asked> {
  const { orderId, actor, reason, now, approved = false } = given;
  const { kind } = definition;
  const locked = await lockOrder(tx, orderId);
  const state: OrderSituation = { ...(await situationAt(tx, pipeline, now)), ...locked };
  const { order } = state;
  const { id, called } = nameCommand(
    `${orderId} ${kind}`,
    definition.businessId?.(given.body) ?? null,
    given,
  );
  const content = fingerprint({ orderId, kind, content: given.content });
  const known = replayOrConflict(await findCommand(tx, id), content, called);
  const alreadyDone = definition.alreadyDone?.(state) ?? false;
  if (known && !(alreadyDone && known.outcome === 'refused')) return { ...nothing, command: known };
  const second = approved ? undefined : definition.secondPerson;
  const asked = second && (await approvalOf(tx, id, second.named(given.body)));
  if (asked) return { ...nothing, approval: asked };
  if (alreadyDone) return nothing;

  const body = definition.pin?.(state, given.body) ?? given.body;
  const facts = (await definition.read?.(tx, state, body, id)) as Facts;
  const refusal =
    definition.refuseToKeep?.(state, body, facts) ??
    ((await isWaiting(tx, orderId)) ? null : definition.refuse(state, body, facts));
  if (refusal) throw refusalError(refusal, order);
  const amount = second?.amount(state, body, facts) ?? null;
  if (second && amount !== null)
    return askSecondPerson(tx, order, {
      ...{
        commandId: id,
        kind: second.approval,
        amount,
        named: second.named(given.body),
        actor,
        reason,
        now,
      },
    });

  const command = await keep(tx, called, {
    ...{ id, customerId: order.customerId, orderId, parentId: null, kind, actor, reason, now },
    ...{ body: body as Record<string, unknown>, fingerprint: content },
  });
  if ('replayed' in command) return command;
  await definition.keep?.(tx, state, body, command);
  if (isClosed(order.status)) await applyCommand(tx, pipeline, state, command as OrderCommandRow);
  const [row] = await getCommands(tx, [id]);
  return { ...nothing, command: row!, replayed: false };
}

/**
 * Asks something of a customer, and decides it at once. What it asks of orders becomes commands of those orders.
 * @throws NettermsError `conflict`, and as the definition says: nothing is kept then
 */
export async function submitCustomerCommand<Body>(
  tx: Tx,
  pipeline: Pipeline,
  definition: CustomerCommand<Body>,
  given: Asking<Body>,
): Promise<Asked> {
  const { body, actor, reason, now } = given;
  const { kind } = definition;
  const customer = await lockCustomer(tx, await definition.customerOf(tx, body));
  const state: CustomerSituation = { ...(await situationAt(tx, pipeline, now)), customer };
  const { id, called } = nameCommand(
    `${customer.id} ${kind} ${definition.keyedBy?.(body) ?? ''}`,
    definition.businessId(body),
    given,
  );
  const content = fingerprint({ customerId: customer.id, kind, content: given.content });
  const known = replayOrConflict(await findCommand(tx, id), content, called);
  const changed = () => definition.changedOrders?.(tx, body) ?? [];
  if (known)
    return {
      ...nothing,
      command: known,
      children: await childrenOf(tx, known.id),
      changedOrders: await changed(),
    };
  if (await definition.alreadyDone?.(tx, state, body)) return { ...nothing, changedOrders: await changed() };

  const command = await keep(tx, called, {
    ...{ id, customerId: customer.id, orderId: null, parentId: null, kind, actor, reason, now },
    ...{ body: body as Record<string, unknown>, fingerprint: content },
  });
  if ('replayed' in command) return command;
  const ask: AskOrder = (child, { order, body }) =>
    askOnBehalfOf(tx, pipeline, { parent: command, definition: child as OrderCommand, order, body, state });
  await definition.apply(tx, state, body, { command, ask });
  for (const name of definition.consequences)
    await pipeline.customerConsequences[name](tx, state, { body, command });
  await pipeline.reminding.wake(tx, state);
  await decideCommand(tx, id, { refusal: null, now });
  return {
    ...nothing,
    command,
    children: await childrenOf(tx, id),
    replayed: false,
    changedOrders: await changed(),
  };
}

/**
 * A command that a customer's command asks of an order. It has an outcome of its own, and a repeat finds the same
 * command. What a closed order does not take is kept as refused. Needs the locks of the customer and the order.
 */
export async function askOnBehalfOf(
  tx: Tx,
  pipeline: Pipeline,
  given: {
    parent: CommandRow;
    definition: OrderCommand;
    order: OrderRow;
    body: unknown;
    state: CustomerSituation;
  },
): Promise<OrderCommandRow> {
  const { parent, definition, order, body, state } = given;
  const { actor, reason, fingerprint: content } = parent;
  const id = commandIdOf(`${parent.id} ${order.id}`);
  const known = await findCommand(tx, id);
  if (known) return known as OrderCommandRow;
  const command = await insertCommand(
    tx,
    {
      ...{ id, customerId: order.customerId, orderId: order.id, parentId: parent.id, kind: definition.kind },
      ...{ body: body as Record<string, unknown>, fingerprint: content, actor, reason },
    },
    state.now,
  );
  if (isClosed(order.status))
    await applyCommand(tx, pipeline, { ...state, order }, command as OrderCommandRow);
  const [row] = await getCommands(tx, [id]);
  return row as OrderCommandRow;
}

/** What was asked before under the business id of a customer's command; its `command` is null if nothing was. */
export async function askedBefore<Body>(
  tx: Tx,
  { businessId }: Pick<CustomerCommand<Body>, 'businessId'>,
  body: Body,
): Promise<Asked> {
  const id = commandIdOf(businessId(body)!.id);
  return { ...nothing, command: await findCommand(tx, id), children: await childrenOf(tx, id) };
}

/** Keeps a request by a person in Temporal's UI or by the workflow. A repeat with the same `place` changes nothing. */
export async function keepManual(
  tx: Tx,
  { order, now }: OrderSituation,
  request: ManualRequest,
): Promise<void> {
  const { kind, actor, reason, onlyIfUntouched = false } = request;
  const id = manualIdOf(order, request);
  const body = onlyIfUntouched ? { onlyIfUntouched } : {};
  const { customerId, id: orderId } = order;
  await insertCommand(
    tx,
    { id, customerId, orderId, parentId: null, kind, body, fingerprint: id, actor, reason },
    now,
  );
}

/** A refusal as the caller reads it; the same at submission and later. */
export function refusalError(
  { code, detail, because = {} }: Refusal,
  { id, status, outstanding, total, currency }: OrderRow,
): NettermsError {
  const money = (amount: number) => ({ amount, currency });
  const standing = `Order ${id} is ${status}; ${plainMoney(money(outstanding))} of ${plainMoney(money(total))} is outstanding.`;
  const members = { orderStatus: status, outstanding: money(outstanding), total: money(total) };
  return new NettermsError(code, detail ?? `${errorTable[code][1]}: nothing was changed. ${standing}`, {
    ...members,
    ...because,
  });
}

/** Whether a command waits for the order. It may change what is refused: then only the workflow can decide. */
const isWaiting = async (tx: Tx, orderId: string): Promise<boolean> =>
  (await pendingCommands(tx, orderId, 1)).length > 0;

/** Inserts the command. If the same command was inserted at the same moment, that one is the answer. */
async function keep(
  tx: Tx,
  called: string,
  { now, ...command }: Parameters<typeof insertCommand>[1] & { now: string },
): Promise<CommandRow | Asked> {
  const kept = await insertCommand(tx, command, now);
  if (kept) return kept;
  const known = replayOrConflict(await findCommand(tx, command.id), command.fingerprint, called);
  return { ...nothing, command: known, children: await childrenOf(tx, command.id) };
}
