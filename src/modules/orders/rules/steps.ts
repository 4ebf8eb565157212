// Deterministic: workflows import it, so it imports nothing, and histories must replay after every change of it.

/**
 * What a step of an order's plan does when its instant comes: a reminder before, at or after the due date; the letter
 * that a collection has come back unpaid; or, after the last letter, a task for a person. `expire` is the end of a
 * reservation, which is no step.
 */
export type StepKind = 'remind' | 'overdue' | 'returned' | 'decide';

/**
 * A step as it is planned at checkout. `key` is unique within the order ("1/P7D": instalment, offset); `at` is an ISO
 * instant in UTC; `level` is its dunning level, from 1. An `exact` step belongs to terms of seconds.
 */
export type PlannedStep = {
  readonly key: string;
  readonly at: string;
  readonly kind: StepKind;
  readonly instalment: number;
  readonly level: number | null;
  /** The tone of the letter; null if the step sends none. */
  readonly tone: string | null;
  readonly exact: boolean;
};

/** A step as operators read it: "letter overdue-1 of instalment 1". */
export function stepInWords({
  kind,
  instalment,
  tone,
}: Pick<PlannedStep, 'kind' | 'instalment' | 'tone'>): string {
  if (kind === 'decide') return `task of instalment ${instalment}: a person decides`;
  return `letter ${tone} of instalment ${instalment}`;
}
