import type { z } from 'zod';
import { type ErrorCode, errorTable, NettermsError } from '../kernel/errors.ts';
import { plainMoney } from '../kernel/money.ts';
import type { ApiKey } from '../modules/access/api-keys.ts';
import { type Submission, type Submitted, submitCommand } from '../modules/commands/submit-command.ts';
import type { CommandRow } from '../modules/commands/tables.ts';
import type { Check } from '../modules/eligibility/rules/check.ts';
import type { OrderProcess } from '../modules/orders/order-workflows.ts';
import { type OrderView, readOrder } from '../modules/reports/order-views.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { checksFor } from './eligibility-views.ts';
import { type Reply, replayedHeader } from './endpoint.ts';
import type { CommandView, orderAfterCommand } from './schemas/order.ts';

/** The statuses of a call that asks something of an order. */
export const askedStatuses = { 200: 'done', 202: 'kept; the order’s workflow has not answered yet' };

type Deps = { sql: Sql; process: OrderProcess; now: () => string };
export type AskedReply = Reply<z.infer<typeof orderAfterCommand>>;

/** Asks something of an order, waits a moment, and answers with the order as it is then. */
export const askOrder =
  (deps: Deps) =>
  async (submission: Submission, key?: ApiKey): Promise<AskedReply> => {
    const { sql, process, now } = deps;
    return answerOf(deps, await submitCommand({ sql, process, now: now() }, submission), key);
  };

/** What became of a command, with the order as it is now. Throws the code of the refusal. */
export async function answerOf(
  { sql, now }: Deps,
  { command, replayed }: Submitted,
  key?: ApiKey,
): Promise<AskedReply> {
  const order = await readOrder(sql, command.orderId, now());
  if (command.outcome === 'refused') throw refused(command, order, key);
  return {
    status: command.outcome ? 200 : 202,
    body: { ...order, command: commandView(command) },
    headers: {
      ...(command.outcome ? {} : { Location: `/v1/commands/${command.id}` }),
      ...replayedHeader(replayed),
    },
  };
}

function refused(command: CommandRow, order: OrderView, key?: ApiKey): NettermsError {
  const code = command.refusal as ErrorCode;
  const { checks, ...because } = command.because ?? {};
  const { orderId, status, outstanding, total } = order;
  const standing = `Order ${orderId} is ${status}; ${plainMoney(outstanding)} of ${plainMoney(total)} are outstanding.`;
  return new NettermsError(code, `${errorTable[code][1]}: nothing was changed. ${standing}`, {
    command: commandView(command),
    ...{ orderStatus: status, outstanding, total },
    ...because,
    ...(key && checks ? { checks: checksFor(key, checks as Check[]) } : {}),
  });
}

export function commandView({
  id,
  orderId,
  kind,
  actor,
  reason,
  createdAt,
  outcome,
  refusal,
  decidedAt,
}: CommandRow): CommandView {
  return { commandId: id, orderId, kind, actor, reason, createdAt, outcome, refusal, decidedAt };
}
