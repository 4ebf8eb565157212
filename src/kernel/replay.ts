import { NettermsError } from './errors.ts';

/**
 * What is known under an id, if the same is asked again; null if nothing is known.
 * @param what was asked before, as the caller reads it: "Payment p-1", "This Idempotency-Key"
 * @throws NettermsError `conflict` if the id was used with another content
 */
export function replayOrConflict<Known extends { readonly fingerprint: string }>(
  known: Known | null,
  fingerprint: string,
  what: string,
): Known | null {
  if (known === null || known.fingerprint === fingerprint) return known;
  throw new NettermsError(
    'conflict',
    `${what} was used already with another content: use a new one, or repeat the very same request.`,
  );
}
