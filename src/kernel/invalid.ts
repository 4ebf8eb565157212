import { NettermsError } from './errors.ts';

/** Refuses one field of a request, named by its JSON pointer: throws `validation`. */
export function invalid(pointer: string, detail: string): never {
  throw new NettermsError('validation', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });
}
