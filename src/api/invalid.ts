import { NettermsError } from '../domain/errors.ts';

/** Refuses a body for what only the data can tell: throws `validation` at that place, a JSON pointer. */
export function invalid(pointer: string, detail: string): never {
  throw new NettermsError('validation', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });
}

/** An instant that is to come, to the millisecond. Throws `validation`. */
export function toCome(pointer: string, given: string, now: string): string {
  if (Date.parse(given) <= Date.parse(now)) invalid(pointer, 'This is not in the future.');
  return new Date(given).toISOString();
}
