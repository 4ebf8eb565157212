import type { DisputeReason } from '../../modules/dunning/rules/disputes.ts';
import type { LetterTone } from '../../modules/dunning/rules/dunning.ts';
import type { SkipReason, WaitReason } from '../../modules/dunning/rules/item-guards.ts';
import type { LetterKind } from '../../modules/dunning/rules/letter-kinds.ts';
import type { ReminderMode } from '../../modules/dunning/rules/reminder-modes.ts';
import type { MailState } from '../../modules/mail/tables.ts';

export const letterUrl = (letterId: string): string => `/admin/letters/${encodeURIComponent(letterId)}`;

const letterWords = {
  confirmation: 'Order confirmation',
  'due-soon': 'Reminder before the due date',
  due: 'Reminder on the due date',
  'overdue-1': 'First overdue reminder',
  'overdue-2': 'Second overdue reminder',
  overdue: 'Overdue reminder',
  final: 'Final notice',
  returned: 'Letter about the returned collection',
  reminder: 'Reminder',
  settled: 'Thanks for the payment',
  cancelled: 'Notice of cancellation',
  demand: 'Demand for payment',
} as const satisfies Record<LetterKind | LetterTone, string>;

/** What a letter is called. */
export const letterInWords = ({ kind, tone }: { kind: LetterKind; tone: LetterTone | null }): string =>
  letterWords[tone ?? kind];

/** The same by a reminder's tone or the kind of another letter. */
export const letterNames: Readonly<Record<string, string>> = letterWords;

export const letterStateWords = {
  held: 'Waits for approval',
  queued: 'About to be sent',
  sending: 'Being sent',
  sent: 'Sent',
  sent_maybe_twice: 'Sent, possibly twice',
  unknown: 'Unknown whether it arrived',
  failed: 'Could not be sent',
  withdrawn: 'Not needed any more',
} as const satisfies Record<MailState, string>;

/** Why nothing is sent, or what it waits for; after "because:" and "waits:". */
const reasonWords = {
  paid: 'it is paid',
  superseded: 'a later reminder says the same',
  replanned: 'its due date was changed',
  insolvency: 'the customer is insolvent',
  never: 'this customer or order is never reminded',
  'letters-off': 'letters are switched off',
  'due-is-over': 'the due day is over; the next reminder says so',
  store: 'the store does not know of the order’s payment yet',
  'bank-collection': 'the bank collects it',
  'not-invoiced': 'there is no invoice yet',
  'not-delivered': 'it is not delivered yet',
  hold: 'it is on hold',
  promise: 'a payment is promised',
  dispute: 'the customer disputes it',
  deadline: 'the deadline of the last letter is not over',
  interval: 'the last letter is too recent',
  limit: 'the customer had as many letters as allowed in 30 days',
  'bank-data': 'the bank statements are too old to say what was paid',
  credit: 'money of the customer is not allocated yet',
  minimum: 'the total is too small for a letter',
  'final-letter': 'a final notice leaves first, and asks for nothing else',
  window: 'letters leave at certain hours only',
  address: 'nothing arrives at the customer’s addresses',
  'letter-under-way': 'another letter is on its way',
  approval: 'a person has to approve the letter',
  'other-steps': 'reminders of it are still planned',
  decision: 'a person decides what follows',
  'not-due': 'nothing is due',
  'mail-failed': 'the mail server refused the letter',
  'mail-unknown': 'it is unknown whether the letter arrived',
} as const satisfies Record<
  WaitReason | SkipReason | 'approval' | 'not-due' | 'mail-failed' | 'mail-unknown',
  string
>;

export const reasonInWords = (reason: string): string =>
  (reasonWords as Readonly<Record<string, string>>)[reason] ?? reason;

export const modeWords = {
  automatic: 'Reminders leave by themselves',
  approve: 'A person approves each reminder',
  never: 'Never reminded',
} as const satisfies Record<ReminderMode, string>;

export const disputeWords = {
  'goods-missing-or-faulty': 'Goods missing or faulty',
  'price-or-terms': 'Price or terms',
  'invoice-not-received': 'Invoice not received',
  'awaiting-approval': 'Awaiting approval at the customer’s',
  'set-off-or-paid': 'Set off or paid',
  other: 'Other',
} as const satisfies Record<DisputeReason, string>;
