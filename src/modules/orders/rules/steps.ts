// Deterministic: workflows import it, so it imports nothing, and histories must replay after every change of it.

/** What a step of an order's plan does when its instant comes. */
export type StepKind = 'remind' | 'overdue' | 'expire';

/** One planned step. `key` is unique within the order ("1/P7D": instalment, offset); `at` is an ISO instant in UTC. */
export type Step = {
  readonly key: string;
  readonly at: string;
  readonly kind: StepKind;
  readonly instalment: number;
  /** The template of the letter that it sends; none if it sends no letter. */
  readonly template?: string | null;
};

/** A step as it is stored with the order: its dunning level (from 1) and its letter, fixed at checkout. */
export type PlannedStep = Step & { readonly level: number | null; readonly template: string | null };

/** The part of a planned step that the workflow gets. */
export const stepOf = ({ key, at, kind, instalment, template }: PlannedStep): Step => ({
  key,
  at,
  kind,
  instalment,
  template,
});

/** A step as operators read it: "letter overdue-1 of instalment 1". */
export function stepInWords({ kind, key, instalment, template }: Step): string {
  if (kind === 'expire') return 'expiry of the reservation';
  return template ? `letter ${template} of instalment ${instalment}` : `${kind} ${key}`;
}

/** The end of a reservation that the store does not confirm. */
export const expiry = (at: string): PlannedStep => ({
  key: 'expire',
  at,
  kind: 'expire',
  instalment: 0,
  level: null,
  template: null,
});

/** Whether the step belongs to the order as a whole, and not to the due date of an instalment. */
export const isOrderStep = ({ kind }: Step): boolean => kind === 'expire';

/**
 * The step that people may expect next: steps of paid instalments will be skipped. `first` is the first step that the
 * workflow has not taken. `plan` is in order of time.
 */
export function nextUnpaid(plan: readonly Step[], first: Step | null, paid: readonly number[]): Step | null {
  if (!first || !paid.includes(first.instalment)) return first;
  return plan.find(({ at, instalment }) => at >= first.at && !paid.includes(instalment)) ?? null;
}

/** Steps whose instant has come, and the rest, both in order of time. */
export function splitDue(plan: readonly Step[], now: number): { due: Step[]; later: Step[] } {
  const inOrder = [...plan].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return {
    due: inOrder.filter((step) => Date.parse(step.at) <= now),
    later: inOrder.filter((step) => Date.parse(step.at) > now),
  };
}

/**
 * If several reminders became due together (after an outage), only the newest for each instalment is sent; the older
 * ones would confuse the customer.
 */
export function collapse(due: readonly Step[]): { send: Step[]; superseded: Step[] } {
  const newest = new Map(due.map((step) => [step.instalment, step]));
  const send = due.filter((step) => newest.get(step.instalment) === step);
  return { send, superseded: due.filter((step) => newest.get(step.instalment) !== step) };
}
