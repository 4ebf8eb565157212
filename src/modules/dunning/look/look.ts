import {
  addDays,
  businessCalendar,
  type Day,
  dayAt,
  type Instant,
  startOfDay,
} from '../../../kernel/calendar.ts';
import type { Tx } from '../../../platform/postgres/client.ts';
import { isDeliverable, reminderAddresses } from '../../customers/rules/contacts.ts';
import type { CustomerRow } from '../../customers/tables.ts';
import { hastenMail, queueMail } from '../../mail/tables.ts';
import type { ActivePolicies } from '../../settings/tables.ts';
import {
  insertLetter,
  type LiveReminder,
  liveReminder,
  releaseReminder,
  withdrawReminder,
} from '../letters.ts';
import { judgePromises } from '../reserves/judge-promises.ts';
import { type Reserves, readReserves } from '../reserves/reserves.ts';
import { disputedPart } from '../rules/disputes.ts';
import { type LetterTone, needsApproval } from '../rules/dunning.ts';
import { holdOn } from '../rules/holds.ts';
import { ask, guardItem, skip, type Verdict, type WaitReason, waitFor } from '../rules/item-guards.ts';
import { guardLetter, type LetterFacts } from '../rules/letter-guards.ts';
import { toneAfter } from '../rules/letter-tones.ts';
import { judgedFrom, judgedFromInstant, type PaymentPromise, promiseOn } from '../rules/promises.ts';
import { modeOf } from '../rules/reminder-modes.ts';
import { slotFrom } from '../rules/windows.ts';
import { type CustomerFacts, readCustomerFacts } from './customer-facts.ts';
import { decideAfterLetters } from './decide-after-letters.ts';
import { type DueStep, dueSteps } from './due-steps.ts';
import { openGuardTasks, openPromiseTasks } from './guard-tasks.ts';
import { planReturned } from './returned-steps.ts';
import { coverSteps, noteVerdicts, uncoverSteps, wakeInTime } from './step-verdicts.ts';

/** What is looked at: the customer is locked, the policies were read after that. */
export type Looking = {
  readonly customer: CustomerRow;
  readonly policies: ActivePolicies;
  readonly now: Instant;
  /** What is not waited for, because a person asked for the letter; the customer's live letter may name more. */
  readonly ignoring?: ReadonlySet<WaitReason>;
};

/** An item that a letter asks for. `asked` is without what is disputed, in minor units. */
export type AskedItem = DueStep & { tone: LetterTone; asked: number; disputed: number };

/** What a letter to the customer would say now; `toApprove`: what a person has to approve first. */
export type LookResult = {
  readonly asked: readonly AskedItem[];
  /** All that is due, and what was decided on it. */
  readonly judged: readonly Judged[];
  readonly facts: CustomerFacts;
  readonly reserves: Reserves;
  readonly toApprove: readonly AskedItem[];
};

/** A step with what was decided on it. */
export type Judged = { readonly step: DueStep; readonly verdict: Verdict; readonly item?: AskedItem };

/**
 * Looks at all that is due of a customer: each step is skipped, made to wait, or joined to the customer's one letter,
 * which the sender composes. Run twice, the second finds nothing new. Needs the customer's lock.
 */
export async function look(tx: Tx, looking: Looking): Promise<LookResult> {
  const { customer, policies, now } = looking;
  const about = { customerId: customer.id, now, policies };
  // All are sent together: what is read holds unless a promise was judged or a returned collection was planned.
  const [{ kept, broken }, returned, live, , first] = await Promise.all([
    judgePromises(tx, about),
    planReturned(tx, customer.id, now),
    liveReminder(tx, customer.id),
    uncoverSteps(tx, customer.id, now),
    readDue(tx, looking, { withSending: false }),
  ]);
  const due =
    kept.length + broken.length + returned > 0 ? await readDue(tx, looking, { withSending: false }) : first;
  const given = live
    ? { ...looking, ignoring: new Set([...live.ignoring, ...(looking.ignoring ?? [])]) }
    : looking;
  const result = judge(due, given, { isSending: live?.state === 'sending' });
  const { judged, asked } = result;
  const letter = letterFor(given, { live, asked, facts: result.facts });
  await Promise.all([
    makeLetter(tx, given, letter, { live, approval: result.toApprove.length > 0 }),
    noteVerdicts(tx, judged, { mailId: letter, now }),
    wakeInTime(tx, judged),
    letter !== null && coverSteps(tx, asked, letter, given),
    openPromiseTasks(tx, broken, now),
    openGuardTasks(tx, judged, { ...given, facts: result.facts }),
  ]);
  return result;
}

/** What is due of a customer, and all that decides on it. */
export type Due = {
  readonly steps: readonly DueStep[];
  readonly reserves: Reserves;
  readonly facts: CustomerFacts;
};

/** @param withSending whether the steps of a letter that is on its way are among them */
export async function readDue(
  tx: Tx,
  { customer, policies, now }: Looking,
  { withSending }: { withSending: boolean },
): Promise<Due> {
  const today = dayAt(now, policies.settings.body.timeZone);
  const [steps, reserves, facts] = await Promise.all([
    dueSteps(tx, customer.id, { now, withSending }),
    readReserves(tx, customer.id, today),
    readCustomerFacts(tx, customer.id, { policies, today, now }),
  ]);
  return { steps, reserves, facts };
}

/** Decides on all that is due. `isSending`: another letter to the customer is on its way. */
export function judge(
  { steps, reserves, facts }: Due,
  given: Looking,
  { isSending }: { isSending: boolean },
): LookResult {
  const { policies, now } = given;
  const today = dayAt(now, policies.settings.body.timeZone);
  const newest = newestOfItems(steps.filter(({ kind }) => kind !== 'decide'));
  const judged: Judged[] = [];
  const candidates: AskedItem[] = [];
  for (const step of steps) {
    const verdict = firstOf(
      () => (newest.has(step) || step.kind === 'decide' ? ask : skip('superseded')),
      () => byCustomer(step, given, reserves),
      () => guardItem(factsOf(step, { given, reserves, facts, today })),
      () => (step.kind === 'decide' ? decideAfterLetters(step, { today, ...given }) : ask),
      () => (isDueDayOver(step, now) ? skip('due-is-over') : ask),
      () => (step.kind === 'decide' || isReached(given, facts) ? ask : waitFor('address')),
      () => (isSending ? waitFor('letter-under-way') : ask),
    );
    if (verdict.kind !== 'ask') judged.push({ step, verdict });
    else candidates.push(itemOf(step, reserves));
  }
  const days = candidates.filter(({ exact }) => !exact);
  const verdicts = guardLetter(days.map(candidateOf), letterFacts(given, facts, today));
  for (const item of candidates) {
    const verdict = item.exact ? ask : verdicts[days.indexOf(item)]!;
    judged.push({ step: item, verdict, ...(verdict.kind === 'ask' && { item }) });
  }
  const asked = judged.flatMap(({ item }) => item ?? []);
  return {
    asked,
    judged,
    facts,
    reserves,
    toApprove: asked.filter((item) => wantsApproval(item, given, reserves)),
  };
}

/**
 * The last step of each instalment, which says what the earlier ones would have said. That a bank collection came back is
 * said first, whichever level is due by then.
 */
function newestOfItems(steps: readonly DueStep[]): Set<DueStep> {
  const newest = new Map<string, DueStep>();
  for (const step of steps) {
    const item = `${step.orderId} ${step.instalment}`;
    if (step.kind === 'returned' || newest.get(item)?.kind !== 'returned') newest.set(item, step);
  }
  return new Set(newest.values());
}

/** The first verdict that does not let the step pass. */
function firstOf(...guards: (() => Verdict)[]): Verdict {
  for (const guard of guards) {
    const verdict = guard();
    if (verdict.kind !== 'ask') return verdict;
  }
  return ask;
}

function byCustomer(step: DueStep, { customer, policies }: Looking, { modes }: Reserves): Verdict {
  if (customer.privilege === 'insolvency') return skip('insolvency');
  if (step.kind === 'decide') return ask;
  if (modeOf(step, modes) === 'never') return skip('never');
  return policies.dunning.body.letters === 'off' ? skip('letters-off') : ask;
}

/** Whether a letter would arrive at one of the customer's addresses. */
const isReached = ({ customer }: Looking, { undeliverable }: CustomerFacts): boolean =>
  reminderAddresses(customer).some((address) => isDeliverable(address, undeliverable));

/** "Due soon" and "due today" are wrong once it is late: the next level says so. */
const isDueDayOver = ({ tone, exact, dueAt }: DueStep, now: Instant): boolean =>
  (tone === 'due-soon' || tone === 'due') && !exact && Date.parse(now) >= Date.parse(dueAt);

function factsOf(
  step: DueStep,
  { given, reserves, facts, today }: { given: Looking; reserves: Reserves; facts: CustomerFacts; today: Day },
): Parameters<typeof guardItem>[0] {
  const { policies, customer, ignoring, now } = given;
  const { timeZone, country } = policies.settings.body;
  const ignores = (reason: WaitReason): boolean => ignoring?.has(reason) ?? false;
  const hold = ignores('hold') ? null : holdOn(step, reserves.holds, today);
  const promise = ignores('promise') ? null : promiseOn(step, reserves.promises);
  const about = { closed: closedOf(customer), ...(step.tone && { tone: step.tone }) };
  const slot = (day: Day) =>
    step.exact
      ? startOfDay(day, timeZone)
      : slotFrom(day, now, policies.dunning.body, country, customer.id, about);
  const judgedAt = ({ byOn, byAt }: PaymentPromise) =>
    byAt === null ? slot(judgedFrom(byOn, businessCalendar(country))) : judgedFromInstant(byAt);
  return {
    outstanding: step.outstanding,
    paidInStore: step.paidInStore,
    bankCollection: step.bankCollection,
    invoiced: step.exact || !facts.invoices || step.hasInvoice || ignores('not-invoiced'),
    delivered: step.exact || !facts.deliveries || step.isDelivered || ignores('not-delivered'),
    heldUntil: hold === null ? undefined : hold.until && slot(addDays(hold.until, 1)),
    promiseJudgedAt: promise && judgedAt(promise),
    disputed: disputedOf(step, reserves),
  };
}

function disputedOf(step: DueStep, { disputes }: Reserves): number {
  const part = disputedPart(step, disputes, step.before);
  return part === 'all' ? step.outstanding : (part?.amount ?? 0);
}

function itemOf(step: DueStep, reserves: Reserves): AskedItem {
  const disputed = disputedOf(step, reserves);
  const tone = step.exact ? step.tone! : toneAfter(step.tone!, step.lateLetters);
  return { ...step, tone, disputed, asked: step.outstanding - disputed };
}

const candidateOf = ({ tone, asked, currency, lastTone, lastPayBy }: AskedItem) => ({
  ...{ tone, amount: asked, currency, lastTone, lastPayBy },
});

const letterFacts = (
  { customer, policies, now, ignoring }: Looking,
  facts: CustomerFacts,
  today: Day,
): LetterFacts => ({
  ...{
    now,
    today,
    policy: policies.dunning.body,
    country: policies.settings.body.country,
    customerId: customer.id,
  },
  closed: closedOf(customer),
  ...(ignoring && { ignoring }),
  ...{ lettersOn: facts.lettersOn, credit: facts.credit, bankDataOld: facts.bankDataOld },
});

const closedOf = ({ closedMonths, closures }: CustomerRow): LetterFacts['closed'] => ({
  closedMonths,
  closures,
});

const wantsApproval = (item: AskedItem, { policies }: Looking, { modes }: Reserves): boolean =>
  modeOf(item, modes) === 'approve' ||
  (!item.exact && needsApproval(policies.dunning.body, item.planCode, item.tone));

/** The id of the customer's one letter, "reminder:acme:7"; null: nothing is to be asked, or one is on its way. */
function letterFor(
  { customer }: Looking,
  { live, asked, facts }: { live: LiveReminder | null; asked: readonly AskedItem[]; facts: CustomerFacts },
): string | null {
  if (live?.state === 'sending' || asked.length === 0) return null;
  return live?.id ?? `reminder:${customer.id}:${facts.letters + 1}`;
}

/** The customer's one letter is begun if something is to be asked, and withdrawn if nothing is any more. */
async function makeLetter(
  tx: Tx,
  { customer: { id: customerId }, now }: Looking,
  id: string | null,
  { live, approval }: { live: LiveReminder | null; approval: boolean },
): Promise<void> {
  if (live?.state === 'sending') return;
  if (live && id === null) await withdrawReminder(tx, live, now);
  else if (live?.state === 'held' && !approval) await releaseReminder(tx, live, now);
  else if (live?.state === 'queued') await hastenMail(tx, live.id);
  else if (!live && id !== null)
    await Promise.all([
      queueMail(tx, { id, customerId, orderId: null, kind: 'reminder', now }),
      insertLetter(tx, { mailId: id, customerId }),
    ]);
}
