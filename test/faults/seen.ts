import type { Fault } from './catalogue.ts';
import type { Call } from './client.ts';
import type { Ending } from './part.ts';

/** Whatever ends a call must do so within this time: the clients are not kept waiting. */
const SLOWEST_MS = 7_000;
/** Whatever waits for no fault is answered within this time: "accepted" comes after two seconds. */
const QUICK_MS = 3_000;
/** Within this time after a fault a checkout is accepted again. */
const AGAIN_MS = 30_000;

/** When a fault began and ended, when a checkout was accepted again, and when the next one began; ms since 1970. */
export type Struck = {
  fault: Fault;
  began: number;
  ended: number;
  again: number;
  until: number;
  error: string | null;
};

/** Whether all answers of the last second were quick. */
export function areQuick(calls: readonly Call[]): boolean {
  const lately = calls.filter(({ at, ms }) => at + ms > Date.now() - 1_000);
  return lately.length > 0 && lately.every(({ ms, outcome }) => outcome === 'answered' && ms < QUICK_MS);
}

/** What the clients saw of a fault, and why it counts as failed. */
export type Seen = ReturnType<typeof seenOf>;

export function seenOf(
  { fault, began, ended, again, until, error }: Struck,
  allCalls: readonly Call[],
  allEndings: readonly Ending[],
) {
  const within = (at: number) => at >= began && at < until;
  // A call belongs to the fault during which it ended: one may have begun just before the next fault.
  const calls = allCalls.filter(({ at, ms }) => within(at + ms));
  const endings = allEndings.filter(({ at }) => within(at));
  const count = (outcome: Call['outcome']) => calls.filter((call) => call.outcome === outcome).length;
  const [answered, refused, silent] = [count('answered'), count('refused'), count('silent')];
  const slowestMs = Math.max(0, ...calls.filter(({ outcome }) => outcome !== 'silent').map(({ ms }) => ms));
  const unexpected = endings.filter(({ starting, part }) => !starting && part !== fault.ends?.name);
  const problems = [
    error,
    fault.calls === 'answered' && refused > 0 && `${refused} calls were refused`,
    fault.calls !== 'silent' && silent > 0 && `${silent} calls were not answered`,
    fault.calls !== 'silent' && slowestMs > SLOWEST_MS && 'an answer took too long',
    again - ended > AGAIN_MS && 'no checkout was accepted in time',
    ...unexpected.map(({ part, said }) => `${part} ended by itself: ${said}`),
  ].filter((problem) => typeof problem === 'string');
  return {
    name: fault.name,
    answered,
    refused,
    silent,
    slowestMs,
    againMs: again - ended,
    endings,
    problems,
  };
}
