import { z } from 'zod';
import type { Tx } from '../../platform/postgres/client.ts';
import type { Ask } from '../commands/commands.ts';
import { customerCommand } from '../commands/definition.ts';
import { getCommands, type OrderCommandRow } from '../commands/tables.ts';
import { decidePrivilege } from '../eligibility/set-privilege.ts';
import { lockOrder } from '../orders/tables.ts';
import { demand } from './demand.ts';
import { getRevocation, insertRevocation, noteDemanded } from './tables.ts';

/** The id of a revocation for which the caller gave no id. */
export const revocationIdOf = (commandId: string): string => `rev_${commandId.slice(-24)}`;

/**
 * Revokes a customer's terms at once, under the customer's lock, so that no checkout slips through. With a demand, the
 * orders that are open at that moment are noted, and the revocation's workflow asks each of them.
 * Refused with `customer-not-found`, `customer-insolvent`.
 */
export const revokeTerms = customerCommand({
  kind: 'revokeTerms',
  permission: 'admin',
  body: z.object({
    customerId: z.string(),
    revocationId: z.string().nullable(),
    openOrders: z.enum(['keep', 'demand']),
  }),
  customerOf: async (_, { customerId }) => customerId,
  businessId: ({ revocationId }) =>
    revocationId === null ? null : { id: `revocation ${revocationId}`, called: `Revocation ${revocationId}` },

  async apply(tx, { today, now }, { customerId, revocationId, openOrders }, { command }) {
    const { actor, id: commandId } = command;
    const reason = command.reason ?? '';
    const isDemand = openOrders === 'demand';
    const id = revocationId ?? (isDemand ? revocationIdOf(commandId) : null);
    const detail = { ...(isDemand ? { openOrders } : {}), ...(id === null ? {} : { revocationId: id }) };
    await decidePrivilege(tx, customerId, { privilege: 'revoked', reason, actor, now, detail }, today);
    if (id !== null)
      await insertRevocation(tx, { id, customerId, openOrders, reason, actor, commandId, now });
  },

  consequences: [],
});

/**
 * Asks one order of a revocation to apply the demand. A repeat finds the same command; an order that is closed by now
 * refuses it.
 * @throws NettermsError `revocation-not-found`, `order-not-found`
 */
export async function demandOrder(
  tx: Tx,
  ask: Ask,
  { revocationId, orderId, now }: { revocationId: string; orderId: string; now: string },
): Promise<OrderCommandRow> {
  const { order } = await lockOrder(tx, orderId);
  const revocation = await getRevocation(tx, revocationId);
  const [parent] = await getCommands(tx, [revocation.commandId]);
  const command = await ask.onBehalfOf(parent!, demand, { order, body: { revocationId }, now });
  await noteDemanded(tx, { revocationId, orderId, commandId: command.id });
  return command;
}
