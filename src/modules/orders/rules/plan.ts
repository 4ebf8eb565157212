import type { OrderStatus, PaidInStore } from './order-state.ts';
import { type PlannedStep, stepInWords } from './steps.ts';

/** A step as far as its place in the plan is concerned. */
type Step = PlannedStep & {
  readonly state: 'planned' | 'waiting' | 'in_letter' | 'done';
  readonly lookAt: string | null;
  readonly waitsFor: string | null;
  readonly outcome: string | null;
};

/**
 * What is left of an order's plan, as people read it. `next` is a letter; when none is left, the decision of a person. In
 * words: "letter overdue-1 of instalment 1".
 */
export type Plan = {
  readonly sent: number;
  readonly left: number;
  readonly next: {
    readonly key: string;
    readonly kind: PlannedStep['kind'] | 'expire';
    readonly at: string;
    readonly words: string;
    /** What it waits for, if its time has come. */
    readonly waitsFor: string | null;
  } | null;
};

type Order = { readonly status: OrderStatus; readonly expiresAt: string | null };

/** `steps` in order of time; those of paid instalments will be skipped, and are not what people may expect next. */
export function planOf(order: Order, steps: readonly Step[], paid: readonly number[]): Plan {
  const letters = steps.filter(({ tone }) => tone !== null);
  const left = steps.filter(({ state }) => state !== 'done');
  const unpaid = left.filter(({ instalment }) => !paid.includes(instalment));
  const next = unpaid.find(({ tone }) => tone !== null) ?? unpaid[0];
  return {
    sent: letters.filter(({ outcome }) => outcome === 'sent').length,
    left: left.filter(({ tone }) => tone !== null).length,
    next:
      order.status === 'reserved' ? expiryOf(order) : order.status === 'open' && next ? named(next) : null,
  };
}

const named = (step: Step): NonNullable<Plan['next']> => ({
  key: step.key,
  kind: step.kind,
  at: step.at,
  words: stepInWords(step),
  waitsFor: step.waitsFor ?? (step.state === 'in_letter' ? 'the mail server' : null),
});

const expiryOf = ({ expiresAt }: Order): Plan['next'] =>
  expiresAt === null
    ? null
    : { key: 'expire', kind: 'expire', at: expiresAt, words: 'end of the reservation', waitsFor: null };

/** Whether the step's time has come, or what it waited for may have happened, when its workflow looks. */
export function isToLookAt(
  { state, lookAt, waitsFor }: Step,
  { paidInStore }: { readonly paidInStore: PaidInStore },
  now: string,
): boolean {
  if (state !== 'planned' && state !== 'waiting') return false;
  if (waitsFor === 'store') return paidInStore === 'marked' || paidInStore === 'chased';
  return lookAt !== null && Date.parse(lookAt) <= Date.parse(now);
}
