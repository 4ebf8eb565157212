import type { z } from 'zod';
import { NettermsError } from '../kernel/errors.ts';
import type { ApiKey } from '../modules/access/api-keys.ts';
import type { Asked } from '../modules/commands/asked.ts';
import type { Commands } from '../modules/commands/commands.ts';
import type { OrderCommand } from '../modules/commands/definition.ts';
import { type AskingOrder, refusalError } from '../modules/commands/submit.ts';
import type { OrderCommandRow } from '../modules/commands/tables.ts';
import type { Check } from '../modules/eligibility/rules/check.ts';
import { getOrder } from '../modules/orders/tables.ts';
import { readOrder } from '../modules/reports/order-views.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { checksFor } from './eligibility-views.ts';
import { type Reply, replayedHeader } from './endpoint.ts';
import type { CommandView, orderAfterCommand } from './schemas/order.ts';

/** The statuses of a call that sends a command to an order. */
export const askedStatuses = { 200: 'done', 202: 'accepted; the order’s workflow has not answered yet' };

type Deps = { sql: Sql; commands: Commands };
export type AskedReply = Reply<z.infer<typeof orderAfterCommand>>;

/** Sends a command to an order, waits a moment, and answers with the order as it is then. */
export const askOrder =
  (deps: Deps) =>
  async <Body, Facts>(
    definition: OrderCommand<Body, Facts>,
    given: AskingOrder<Body> & { key?: ApiKey },
  ): Promise<AskedReply> => {
    const { key, ...asking } = given;
    const asked = await deps.commands.askOrder(definition, asking).catch((error) => throwFor(key, error));
    return answerOf(deps, { definition, asked, orderId: given.orderId, now: given.now, key });
  };

/**
 * The outcome of a command, with the order as it is now.
 * @throws NettermsError the code of the refusal; `order-closed` if the effect of the command no longer holds
 */
export async function answerOf<Body, Facts>(
  { sql }: Pick<Deps, 'sql'>,
  given: {
    definition: Pick<OrderCommand<Body, Facts>, 'stillHolds'>;
    asked: Asked;
    orderId: string;
    now: string;
    key?: ApiKey | undefined;
  },
): Promise<AskedReply> {
  const { definition, asked, orderId, now, key } = given;
  const headers = replayedHeader(asked.replayed);
  const command = asked.command as OrderCommandRow | null;
  const order = await getOrder(sql, orderId);
  if (command?.outcome === 'refused') return throwFor(key, refused(command, order));
  const undone = command?.outcome === 'applied' && definition.stillHolds?.(order) === false;
  if (undone) throw withCommand(command, refusalError({ code: 'order-closed' }, order));
  const body = await readOrder(sql, orderId, now);
  if (!command) return { body, headers };
  return {
    status: command.outcome ? 200 : 202,
    body: { ...body, command: commandView(command) },
    headers: { ...(command.outcome ? {} : { Location: `/v1/commands/${command.id}` }), ...headers },
  };
}

function refused(command: OrderCommandRow, order: Parameters<typeof refusalError>[1]): NettermsError {
  const { detail, members } = command.because ?? {};
  const code = command.refusal as NettermsError['code'];
  const refusal = { code, ...(detail === undefined ? {} : { detail }), ...(members && { because: members }) };
  return withCommand(command, refusalError(refusal, order));
}

const withCommand = (command: OrderCommandRow, { code, message, members }: NettermsError) =>
  new NettermsError(code, message, { command: commandView(command), ...members });

/** Throws the error with only those parts of the rules' checks that the key may see. */
function throwFor(key: ApiKey | undefined, error: unknown): never {
  if (!(error instanceof NettermsError) || !('checks' in error.members)) throw error;
  const { checks, ...members } = error.members;
  throw new NettermsError(error.code, error.message, {
    ...members,
    ...(key ? { checks: checksFor(key, checks as Check[]) } : {}),
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
}: OrderCommandRow): CommandView {
  return { commandId: id, orderId, kind, actor, reason, createdAt, outcome, refusal, decidedAt };
}
