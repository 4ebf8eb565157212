/** By how much the clocks of two machines may differ, in ms. */
const MOST_MS = 60_000;

/** A moment on a clock, in ms since 1970, as far as it is known: not before, not after. */
export type Moment = readonly [from: number, to: number];

/**
 * What is wrong if this machine's clock certainly differs from another by more than a minute; null if it does not. A
 * worker's wrong clock makes stores refuse its webhooks; by a wrong clock of Temporal, letters leave early.
 * @param here a moment on this machine's clock
 * @param there the same moment on the clock of `whose`
 */
export function clockProblem(here: Moment, there: Moment, whose: string): string | null {
  const ahead = here[0] - there[1];
  const behind = there[0] - here[1];
  const difference = Math.max(ahead, behind);
  if (difference <= MOST_MS) return null;
  const which = ahead > behind ? 'ahead of' : 'behind';
  return `This machine's clock is at least ${Math.round(difference / 1000)} seconds ${which} ${whose}: set both by a time server (NTP), then start the worker again.`;
}
