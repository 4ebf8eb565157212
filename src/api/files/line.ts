import { unreadable } from './utf8.ts';

/** A line as it is in the file; `number` counts from 1, as in an editor. */
export type FileLine = { number: number; raw: string };

export const MAX_LINE_BYTES = 64 * 1024;

/** @throws NettermsError `file-not-readable` for a line that is longer than `MAX_LINE_BYTES` */
export function requireShort(bytes: number, number: number): void {
  if (bytes > MAX_LINE_BYTES)
    unreadable(`Line ${number} is longer than ${MAX_LINE_BYTES / 1024} KiB: look for a missing line break.`);
}
