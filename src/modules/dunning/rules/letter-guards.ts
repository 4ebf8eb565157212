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
import { isSharper } from './letter-tones.ts';
import { isInWindow, nextSlot, slotFrom } from './windows.ts';

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
  const holdBack = (
    guard: (item: Item, rest: readonly Item[]) => Verdict,
    of: (item: Item) => boolean = () => true,
  ) => {
    const rest = items.filter((item) => !verdicts.has(item) && of(item));
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
  holdBack((item, rest) => afterReturned(item, rest, facts));
  // A final letter that would not leave holds nothing else back.
  holdBack((item, rest) => beyondCredit(item, rest, facts), isFinal);
  holdBack((item, rest) => overMinimum(item, rest, facts), isFinal);
  holdBack((item, rest) => besideFinal(item, rest, facts));
  // What is overdue counts first: money that covers it is not spent on what is only announced.
  holdBack((item, rest) => beyondCredit(item, rest, facts), isOverdue);
  holdBack((item, rest) => beyondCredit(item, rest, facts));
  holdBack((item, rest) => overMinimum(item, rest, facts));
  return items.map((item) => verdicts.get(item) ?? ask);
}

const slotOf = (
  day: Day,
  tone: LetterTone,
  { now, policy, country, customerId, closed }: LetterFacts,
): Instant => slotFrom(day, now, policy, country, customerId, { tone, closed });

/** Nothing sharper before the deadline of the last letter is over, and a payment of its last day can be seen. */
function afterDeadline({ tone, lastTone, lastPayBy }: Candidate, facts: LetterFacts): Verdict {
  if (lastPayBy === null || (lastTone !== null && !isSharper(tone, lastTone))) return ask;
  const first = notBefore(lastPayBy, facts.country);
  return facts.today < first ? waitFor('deadline', slotOf(first, tone, facts)) : ask;
}

/** A customer does not get letters one after the other; that a bank collection came back is said at once. */
function afterInterval({ tone }: Candidate, facts: LetterFacts): Verdict {
  const { lettersOn, policy, today } = facts;
  const last = lettersOn.at(-1);
  if (tone === 'returned' || last === undefined) return ask;
  const next = intervalEnds(last, policy.minIntervalDays);
  return today < next ? waitFor('interval', slotOf(next, tone, facts)) : ask;
}

/** A customer gets so many letters in 30 days, at most. */
function withinLimit({ tone }: Candidate, facts: LetterFacts): Verdict {
  const { lettersOn, policy, today } = facts;
  if (tone === 'returned') return ask;
  const allowed = limitEnds(lettersOn, policy.maxIn30Days);
  return allowed !== null && today < allowed ? waitFor('limit', slotOf(allowed, tone, facts)) : ask;
}

function inWindow({ tone }: Candidate, { now, policy, country, customerId, closed }: LetterFacts): Verdict {
  const about = { tone, closed };
  if (isInWindow(now, policy, country, about)) return ask;
  return waitFor('window', nextSlot(now, policy, country, customerId, about));
}

/** That a bank collection came back is said at once, and not kept waiting by a final letter: that is the next one. */
function afterReturned(item: Candidate, rest: readonly Candidate[], facts: LetterFacts): Verdict {
  const returned = rest.filter(({ tone }) => tone === 'returned');
  const isSaid = returned.some((one) => overMinimum(one, returned, facts).kind === 'ask');
  return isFinal(item) && isSaid ? waitFor('interval', nextLetterAt(item, facts)) : ask;
}

const isFinal = ({ tone }: Candidate): boolean => tone === 'final';
const isOverdue = ({ tone }: Candidate): boolean => isOverdueTone(tone);

/** The final letter is about what is late for long: the rest has its own, later. */
function besideFinal(item: Candidate, rest: readonly Candidate[], facts: LetterFacts): Verdict {
  if (isFinal(item) || !rest.some(isFinal)) return ask;
  return waitFor('final-letter', nextLetterAt(item, facts));
}

/** When the next letter may follow one that leaves today. */
const nextLetterAt = ({ tone }: Candidate, facts: LetterFacts): Instant =>
  slotOf(addDays(facts.today, Math.max(1, facts.policy.minIntervalDays)), tone, facts);

/**
 * Money that is held for the customer: if it covers all that would be asked in its currency, or so much of it that no
 * letter asks for the rest, a person allocates it. If it covers a part, the letter names it, after there was time to
 * allocate it.
 */
function beyondCredit(
  { tone, currency }: Candidate,
  rest: readonly Candidate[],
  facts: LetterFacts,
): Verdict {
  const held = facts.credit.find((credit) => credit.currency === currency);
  if (!held) return ask;
  const left = totalOf(rest, currency) - held.amount;
  if (left <= 0 || left < minimumFor(facts.policy, currency)) return waitFor('credit');
  const days = addBusinessDays(held.since, CREDIT_BUSINESS_DAYS, businessCalendar(facts.country));
  return facts.today < days ? waitFor('credit', slotOf(days, tone, facts)) : ask;
}

function overMinimum({ currency }: Candidate, rest: readonly Candidate[], { policy }: LetterFacts): Verdict {
  return totalOf(rest, currency) < minimumFor(policy, currency) ? waitFor('minimum') : ask;
}

const totalOf = (items: readonly Candidate[], currency: string): number =>
  items.filter((item) => item.currency === currency).reduce((sum, { amount }) => sum + amount, 0);
