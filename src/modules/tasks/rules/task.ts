import type { Day } from '../../../kernel/calendar.ts';
import type { Check } from '../../eligibility/rules/check.ts';

/**
 * What can wait for a person:
 * - `terms-request`: a refused customer asks for payment terms.
 * - `letter-failed`: the mail server refused a letter for good.
 * - `letter-unknown`: it is unknown whether a letter arrived, and it is not sent again.
 * - `promise-broken`: the money that a customer had promised did not arrive.
 * - `dispute-open`: a dispute has had no answer for 15 days.
 * - `credit-note-missing`: a dispute was upheld, and no credit note followed.
 * - `not-invoiced`, `not-delivered`: no reminder is sent, because the invoice or the delivery is missing.
 * - `not-presented`: a bank collection (RiBa) is planned, and was not presented to the bank.
 * - `credit-held`: money that is not allocated covers what is overdue.
 * - `bank-data-old`: bank statements are not imported up to the present; about the merchant, no customer.
 * - `decide`: the schedule of reminders has ended, and money is still overdue.
 * - `approve-letter`: a letter waits for a person's approval.
 * - `address-undeliverable`: nothing arrives at addresses of a customer.
 */
export const taskKinds = [
  'terms-request',
  'letter-failed',
  'letter-unknown',
  'promise-broken',
  'dispute-open',
  'credit-note-missing',
  'not-invoiced',
  'not-delivered',
  'not-presented',
  'credit-held',
  'bank-data-old',
  'decide',
  'approve-letter',
  'address-undeliverable',
] as const;
export type TaskKind = (typeof taskKinds)[number];

/** The tasks that are about the merchant, and not about a customer. */
export type MerchantTaskKind = 'bank-data-old';

export const taskStates = ['open', 'done'] as const;
export type TaskState = (typeof taskStates)[number];

/** What became of a task. `granted` grants what was asked for; `done`: dealt with, or its cause went away. */
export const taskOutcomes = ['granted', 'refused', 'done'] as const;
export type TaskOutcome = (typeof taskOutcomes)[number];

/** The outcomes of a kind: only a request is granted or refused. */
export type OutcomeOf<Kind extends TaskKind> = Kind extends 'terms-request' ? TaskOutcome : 'done';

/** The outcomes that a task of this kind can have. */
export const outcomesOf = (kind: TaskKind): readonly TaskOutcome[] =>
  kind === 'terms-request' ? taskOutcomes : ['done'];

/** What a task says of its cause, as it was when the task was opened; each kind has some of it. */
export type TaskDetail = {
  /** Of a request for terms: the checks of the rules. */
  readonly checks?: readonly Check[];
  readonly letterId?: string;
  readonly mailId?: string;
  /** The addresses of the letter: personal data, never logged. */
  readonly recipients?: readonly string[];
  /** What the mail server answered; it may contain an address. */
  readonly error?: string;
  readonly tone?: string;
  readonly promiseId?: string;
  /** The day that was promised. */
  readonly by?: Day;
  readonly disputeId?: string;
  /** Why the customer disputes the order. */
  readonly cause?: string;
  /** The instalment, from 1, and the day on which it is due. */
  readonly instalment?: number;
  readonly dueOn?: Day;
  /** Since which day: overdue, disputed, upheld. */
  readonly since?: Day;
  /** The merchant's account, and the last day for which its statements were imported. */
  readonly iban?: string;
  readonly bookedThrough?: Day;
};
