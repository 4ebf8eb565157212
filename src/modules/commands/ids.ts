import { randomBytes } from 'node:crypto';
import { fingerprint } from '../../kernel/fingerprint.ts';
import type { OrderRow } from '../orders/tables.ts';
import type { BusinessId } from './definition.ts';

/** The id of a command by the name of what it asks: the same name is the same command. */
export const commandIdOf = (name: string): string => `cmd_${fingerprint(name).slice(0, 32)}`;

/**
 * The id of a command, and how a conflict names it: by what the body names, by the caller's `Idempotency-Key`, or, if
 * there is neither, a new one by chance.
 * @param scope what the key is unique within
 */
export function nameCommand(
  scope: string,
  business: BusinessId | null,
  { idempotencyKey }: { idempotencyKey: string | null },
): BusinessId {
  if (business) return { id: commandIdOf(business.id), called: business.called };
  const called = 'This Idempotency-Key';
  if (idempotencyKey !== null) return { id: commandIdOf(`${scope} ${idempotencyKey}`), called };
  return { id: `cmd_${randomBytes(16).toString('hex')}`, called };
}

/** The id of a request by hand in Temporal's UI, or of the workflow itself: its place in the order's episode. */
export const manualIdOf = (
  { id, episode }: Pick<OrderRow, 'id' | 'episode'>,
  { actor, place }: { actor: string; place: string },
): string => `${actor}:${id}:${episode}:${place}`;

/** The id of the approval that a command waits for. */
export const approvalIdOf = (commandId: string): string => `apr_${commandId.slice('cmd_'.length)}`;
