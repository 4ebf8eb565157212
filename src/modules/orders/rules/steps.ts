// Deterministic: workflows import it, so it imports nothing, and a change of it must replay.

/** What a step of an order's plan does when its instant comes. */
export type StepKind = 'remind' | 'overdue' | 'expire';

/** One planned step. `key` is unique within the order ("1/P7D": instalment, offset); `at` is an ISO instant in UTC. */
export type Step = {
  readonly key: string;
  readonly at: string;
  readonly kind: StepKind;
  readonly instalment: number;
  /** The letter that it sends, by its template; none where it sends no letter. */
  readonly template?: string | null;
};

/** A step as it is stored with the order: its dunning level (from 1) and its mail, promised at checkout. */
export type PlannedStep = Step & { readonly level: number | null; readonly template: string | null };

/** What a workflow is given of a step of the order's plan. */
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
export const isSteadyStep = ({ kind }: Step): boolean => kind === 'expire';

/**
 * What people may expect next, where `first` is the first step that the process has not taken: the steps of instalments
 * that are paid will be skipped. `plan` is in order of time.
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
 * Of reminders that fell due together (after an outage), only the newest of each instalment is sent;
 * the older ones would confuse the customer.
 */
export function collapse(due: readonly Step[]): { send: Step[]; superseded: Step[] } {
  const newest = new Map(due.map((step) => [step.instalment, step]));
  const send = due.filter((step) => newest.get(step.instalment) === step);
  return { send, superseded: due.filter((step) => newest.get(step.instalment) !== step) };
}
