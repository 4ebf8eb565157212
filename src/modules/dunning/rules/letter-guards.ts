import {
  addBusinessDays,
  addDays,
  businessCalendar,
  type Day,
  type Instant,
} from '../../../kernel/calendar.ts';
import type { Closed } from '../../terms/rules/closures.ts';
import { intervalEnds, limitEnds, notBefore } from './deadlines.ts';
import { type DunningPolicy, isOverdueTone, type LetterTone, minimumFor } from './dunning.ts';
import { ask, type Verdict, type WaitReason, waitFor } from './item-guards.ts';
import { isSharper, sharpest } from './letter-tones.ts';
import { firstSlot, isInWindow, nextSlot } from './windows.ts';

/** An item that may be asked for as far as it alone decides; the amount is what would be asked, in minor units. */
export type Candidate = {
  readonly tone: LetterTone;
  readonly amount: number;
  readonly currency: string;
  readonly lastTone: LetterTone | null;
  /** The deadline of the last letter about it. */
  readonly lastPayBy: Day | null;
};

/** What decides on the letter as a whole. */
export type LetterFacts = {
  readonly now: Instant;
  readonly today: Day;
  readonly policy: DunningPolicy;
  readonly country: string;
  readonly customerId: string;
  readonly closed: Closed;
  readonly lettersOn: readonly Day[];
  readonly credit: readonly { readonly amount: number; readonly currency: string; readonly since: Day }[];
  readonly bankDataOld: boolean;
  /** What is not waited for, because a person asked for the letter. */
  readonly ignoring?: ReadonlySet<WaitReason>;
};

/** Money that is not allocated may still be allocated within so many business days, before the rest is asked for. */
const CREDIT_BUSINESS_DAYS = 5;

/**
 * Which of a customer's items one letter may ask for now, and what the others wait for. The verdicts are in the sequence
 * of the items.
 */
export function guardLetter<Item extends Candidate>(items: readonly Item[], facts: LetterFacts): Verdict[] {
  const verdicts = new Map<Item, Verdict>();
  const left = () => items.filter((item) => !verdicts.has(item));
  const holdBack = (guard: (item: Item, rest: readonly Item[]) => Verdict) => {
    const rest = left();
    for (const item of rest) {
      const verdict = guard(item, rest);
      if (verdict.kind === 'wait' && !facts.ignoring?.has(verdict.for)) verdicts.set(item, verdict);
    }
  };
  holdBack((item) => afterDeadline(item, facts));
  holdBack((item) => afterInterval(item, facts));
  holdBack((item) => withinLimit(item, facts));
  holdBack((item) => (facts.bankDataOld && isOverdueTone(item.tone) ? waitFor('bank-data') : ask));
  holdBack((item) => inWindow(item, facts));
  holdBack((item, rest) => ofFinal(item, rest, (finals) => beyondCredit(item, finals, facts)));
  holdBack((item, rest) => ofFinal(item, rest, (finals) => overMinimum(item, finals, facts)));
  holdBack((item, rest) => besideFinal(item, rest, facts));
  holdBack((item, rest) => beyondCredit(item, rest, facts));
  holdBack((item, rest) => overMinimum(item, rest, facts));
  return items.map((item) => verdicts.get(item) ?? ask);
}

const slotFrom = (
  day: Day,
  tone: LetterTone,
  { policy, country, customerId, closed }: LetterFacts,
): Instant => firstSlot(day, policy, country, customerId, { tone, closed });

/** Nothing sharper before the deadline of the last letter is over, and a payment of its last day can be seen. */
function afterDeadline({ tone, lastTone, lastPayBy }: Candidate, facts: LetterFacts): Verdict {
  if (lastPayBy === null || (lastTone !== null && !isSharper(tone, lastTone))) return ask;
  const first = notBefore(lastPayBy, facts.country);
  return facts.today < first ? waitFor('deadline', slotFrom(first, tone, facts)) : ask;
}

/** A customer does not get letters one after the other; that a bank collection came back is said at once. */
function afterInterval({ tone }: Candidate, facts: LetterFacts): Verdict {
  const { lettersOn, policy, today } = facts;
  const last = lettersOn.at(-1);
  if (tone === 'returned' || last === undefined) return ask;
  const next = intervalEnds(last, policy.minIntervalDays);
  return today < next ? waitFor('interval', slotFrom(next, tone, facts)) : ask;
}

/** A customer gets so many letters in 30 days, at most. */
function withinLimit({ tone }: Candidate, facts: LetterFacts): Verdict {
  const { lettersOn, policy, today } = facts;
  if (tone === 'returned') return ask;
  const allowed = limitEnds(lettersOn, policy.maxIn30Days);
  return allowed !== null && today < allowed ? waitFor('limit', slotFrom(allowed, tone, facts)) : ask;
}

function inWindow({ tone }: Candidate, { now, policy, country, customerId, closed }: LetterFacts): Verdict {
  const about = { tone, closed };
  if (isInWindow(now, policy, country, about)) return ask;
  return waitFor('window', nextSlot(now, policy, country, customerId, about));
}

/** A final letter that cannot leave does not keep the others waiting: it is judged first, by what it would ask for alone. */
const ofFinal = <Item extends Candidate>(
  { tone }: Item,
  rest: readonly Item[],
  guard: (finals: readonly Item[]) => Verdict,
): Verdict => (tone === 'final' ? guard(rest.filter((one) => one.tone === 'final')) : ask);

/** The final letter is about what is late for long: the rest has its own, later. */
function besideFinal({ tone }: Candidate, rest: readonly Candidate[], facts: LetterFacts): Verdict {
  if (tone === 'final' || sharpest(rest.map((item) => item.tone)) !== 'final') return ask;
  return waitFor(
    'final-letter',
    slotFrom(addDays(facts.today, Math.max(1, facts.policy.minIntervalDays)), tone, facts),
  );
}

/**
 * Money that is held for the customer: if it covers all that would be asked in its currency, a person allocates it. If it
 * covers a part, the letter names it, after there was time to allocate it.
 */
function beyondCredit(
  { tone, currency }: Candidate,
  rest: readonly Candidate[],
  facts: LetterFacts,
): Verdict {
  const held = facts.credit.find((credit) => credit.currency === currency);
  if (!held) return ask;
  if (held.amount >= totalOf(rest, currency)) return waitFor('credit');
  const days = addBusinessDays(held.since, CREDIT_BUSINESS_DAYS, businessCalendar(facts.country));
  return facts.today < days ? waitFor('credit', slotFrom(days, tone, facts)) : ask;
}

function overMinimum({ currency }: Candidate, rest: readonly Candidate[], { policy }: LetterFacts): Verdict {
  return totalOf(rest, currency) < minimumFor(policy, currency) ? waitFor('minimum') : ask;
}

const totalOf = (items: readonly Candidate[], currency: string): number =>
  items.filter((item) => item.currency === currency).reduce((sum, { amount }) => sum + amount, 0);
