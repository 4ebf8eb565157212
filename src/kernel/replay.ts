import { NettermsError } from './errors.ts';

/**
 * Returns what is stored under an id if the same request is repeated; null if the id is new.
 * @param what names the id in the error message: "Payment p-1", "This Idempotency-Key"
 * @throws NettermsError `conflict` if the id was used with different content
 */
export function replayOrConflict<Known extends { readonly fingerprint: string }>(
  known: Known | null,
  fingerprint: string,
  what: string,
): Known | null {
  if (known === null || known.fingerprint === fingerprint) return known;
  throw new NettermsError(
    'conflict',
    `${what} was already used with different content: use a new one, or repeat exactly the same request.`,
  );
}
