import { NettermsError } from '../domain/errors.ts';

/** A day on which something was done: up to today, and not more than ten years ago. Throws `validation`. */
export function requirePast(pointer: string, given: string, today: string): void {
  const tenYearsAgo = `${Number(today.slice(0, 4)) - 10}${today.slice(4)}`;
  if (given <= today && given >= tenYearsAgo) return;
  const detail =
    given > today ? `This is in the future: today is ${today}.` : 'This is more than ten years ago.';
  throw new NettermsError('validation', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });
}
