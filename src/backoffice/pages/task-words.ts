import type { TaskDetail, TaskKind, TaskOutcome } from '../../modules/tasks/rules/task.ts';

/** What a task is called, what is wrong, and what to do next; the title follows the customer's name or stands alone. */
export const taskWords = {
  'terms-request': {
    title: 'Asks for payment terms',
    wrong: 'A checkout was refused, and the customer asks for payment terms.',
    next: 'Read the checks, then grant terms or refuse them.',
  },
  'letter-failed': {
    title: 'A letter could not be delivered',
    wrong: 'The mail server refused the letter for good. The customer has not received it.',
    next: 'Ask the customer for the right address, correct it in the store, and send the letter again.',
  },
  'letter-unknown': {
    title: 'Unknown whether a letter arrived',
    wrong:
      'The connection broke while the letter was sent, and something has been paid or changed since: it is not sent again.',
    next: 'Ask the customer by phone whether it arrived; the next reminder follows by itself.',
  },
  'promise-broken': {
    title: 'A promise was not kept',
    wrong: 'The customer had promised to pay by a day, and the money did not arrive.',
    next: 'Call the customer. Reminders go on.',
  },
  'dispute-open': {
    title: 'A dispute waits for an answer',
    wrong:
      'The customer disputes the order, and nobody has answered for 15 days. No reminder asks for the disputed part.',
    next: 'Settle it with the customer, then record whether the dispute is upheld or rejected.',
  },
  'credit-note-missing': {
    title: 'A credit note is missing',
    wrong: 'A dispute was upheld, and no credit note has reduced what is owed.',
    next: 'Issue the credit note, and record it on the order.',
  },
  'not-invoiced': {
    title: 'Not invoiced',
    wrong: 'The order has no invoice. No reminder is sent before there is one.',
    next: 'Issue the invoice, and register it on the order.',
  },
  'not-delivered': {
    title: 'Not delivered',
    wrong: 'The order is not completely delivered. No reminder is sent before it is.',
    next: 'Find out where the goods are; record the delivery, or cancel what will not be delivered.',
  },
  'not-presented': {
    title: 'A collection was not presented to the bank',
    wrong:
      'The customer expects that the bank collects the instalment, and it was never presented. No reminder is sent.',
    next: 'Present the collection to the bank, and record it on the order; or agree on a transfer with the customer, and record the collection as cancelled.',
  },
  'credit-held': {
    title: 'Money is not allocated',
    wrong: 'Money of the customer that is not allocated covers what is overdue. No reminder is sent.',
    next: 'Allocate the money to the orders that it pays, or ask the customer what it was for.',
  },
  'bank-data-old': {
    title: 'Bank statements are missing',
    wrong:
      'The bank’s statements are not imported up to the present. No overdue reminder is sent, since money may have arrived.',
    next: 'Import the latest statements, or record that the receipts are entered.',
  },
  decide: {
    title: 'Still overdue after the last reminder',
    wrong: 'All reminders of the schedule have been sent, and the money has not arrived.',
    next: 'Decide what follows: a call, an instalment plan, a formal demand, or a write-off.',
  },
  'approve-letter': {
    title: 'A letter waits for approval',
    wrong: 'The letter is not sent before a person approves it.',
    next: 'Read the letter, then approve it or hold it.',
  },
  'address-undeliverable': {
    title: 'Nothing arrives at an address',
    wrong:
      'The mail server or the mail provider says that mails to the address do not arrive, or are not wanted. Nothing is sent there.',
    next: 'Ask the customer for the right address, and correct the contacts in the store; or lift the mark on the customer’s page, if the address is right.',
  },
} as const satisfies Record<TaskKind, { title: string; wrong: string; next: string }>;

export const outcomeWords = {
  granted: 'Granted',
  refused: 'Refused',
  done: 'Done',
} as const satisfies Record<TaskOutcome, string>;

/** A title as the end of a sentence. */
export const inSentence = (title: string): string => title[0]!.toLowerCase() + title.slice(1);

const detailWords = {
  recipients: 'Sent to',
  error: 'Answer of the mail server',
  tone: 'Tone',
  by: 'Promised for',
  cause: 'Why it is disputed',
  instalment: 'Instalment',
  dueOn: 'Due on',
  since: 'Since',
  iban: 'Account',
  bookedThrough: 'Statements up to',
  letterId: 'Letter',
  mailId: 'E-mail',
  promiseId: 'Promise',
  disputeId: 'Dispute',
} as const satisfies Record<Exclude<keyof TaskDetail, 'checks'>, string>;

/** What a task says of its cause, in words, in a fixed sequence. */
export function detailFacts(detail: TaskDetail): [label: string, value: string][] {
  return (Object.keys(detailWords) as (keyof typeof detailWords)[]).flatMap((field) => {
    const value = detail[field];
    if (value === undefined) return [];
    return [[detailWords[field], Array.isArray(value) ? value.join(', ') : String(value)]];
  });
}
