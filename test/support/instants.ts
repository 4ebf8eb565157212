/** In milliseconds. */
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** The instant that many milliseconds after another; before it, if negative. */
export const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
