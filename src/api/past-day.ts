import { invalid } from '../domain/invalid.ts';

/** What has happened was up to today, and not more than ten years ago. Throws `validation`. */
export function requirePast(pointer: string, given: string, today: string): void {
  const tenYearsAgo = `${Number(today.slice(0, 4)) - 10}${today.slice(4)}`;
  if (given > today) invalid(pointer, `This is in the future: today is ${today}.`);
  if (given < tenYearsAgo) invalid(pointer, 'This is more than ten years ago.');
}
