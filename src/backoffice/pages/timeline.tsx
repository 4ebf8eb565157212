import { type ErrorCode, errorTable } from '../../kernel/errors.ts';
import { type Money, plainMoney } from '../../kernel/money.ts';
import type { EntryKind } from '../../modules/ledger/rules/entry.ts';
import type { OrderRow } from '../../modules/orders/tables.ts';
import type { TimelineEvent } from '../../modules/overview/timeline.ts';
import { type Words, wordsOf } from './command-words.ts';
import { letterNames, letterUrl, reasonInWords } from './letter-words.ts';
import { At, actorWords, stepWords } from './values.tsx';

const storeWords: Readonly<Record<string, string>> = {
  'order.marked_paid': 'paid',
  'order.settled': 'settled',
  'order.cancelled': 'cancelled',
  'order.overdue': 'overdue',
  'reminder.sent': 'a reminder was sent',
  'letter.failed': 'a letter could not be delivered',
};

const mailWords: Readonly<Record<string, (what: string) => Words>> = {
  held: (what) => ({ text: `${what}: waits for a person’s approval`, tone: 'bad' }),
  queued: (what) => ({ text: `${what}: about to be sent` }),
  withdrawn: (what) => ({ text: `${what}: not needed any more` }),
  sending: (what) => ({ text: `${what}: being sent` }),
  sent: (what) => ({ text: `${what} sent`, tone: 'good' }),
  failed: (what) => ({ text: `${what} could not be sent`, tone: 'bad' }),
  sent_maybe_twice: (what) => ({ text: `${what} sent, possibly twice` }),
  unknown: (what) => ({ text: `${what}: unknown whether it was sent`, tone: 'bad' }),
};

const ledgerWords = {
  charge: (amount) => ({ text: `${amount} charged` }),
  amendment: (amount) => ({ text: `The charge was changed by ${amount}` }),
  payment: (amount) => ({ text: `${amount} received`, tone: 'good' }),
  allocation: (amount) => ({ text: `${amount} moved to the customer’s credit` }),
  credit_note: (amount) => ({ text: `${amount} credited` }),
  refund: (amount) => ({ text: `${amount} of credit paid out` }),
  cancellation: (amount) => ({ text: `${amount} of the charge cancelled` }),
  early_payment_discount: (amount) => ({ text: `${amount} of early-payment discount` }),
  tolerance: (amount) => ({ text: `${amount} forgiven within the tolerance` }),
  rounding: (amount) => ({ text: `${amount} forgiven as a rounding difference` }),
  bank_fee: (amount) => ({ text: `${amount} kept by a bank` }),
  withholding: (amount) => ({ text: `${amount} withheld by the customer` }),
  split_payment: (amount) => ({ text: `${amount} not payable under split payment` }),
  interest: (amount) => ({ text: `${amount} of late interest charged` }),
  compensation: (amount) => ({ text: `${amount} of compensation for late payment charged` }),
  return_fee: (amount) => ({ text: `${amount} charged for a returned payment` }),
  waiver: (amount) => ({ text: `${amount} of charges waived` }),
  write_off: (amount) => ({ text: `${amount} written off`, tone: 'bad' }),
  plan_move: (amount) => ({ text: `${amount} moved by the instalment plan` }),
  credit_adjustment: (amount) => ({ text: `The customer’s credit was changed by ${amount}` }),
  reversal: (amount) => ({ text: `${amount} reversed`, tone: 'bad' }),
} as const satisfies Record<EntryKind, (amount: string) => Words>;

const plainWords: Readonly<Record<string, Words>> = {
  'order.placed': { text: 'Order placed' },
  'order.store_failed': { text: 'The store could not be notified: a person must decide', tone: 'bad' },
  'order.resumed': { text: 'The order’s workflow was lost and has been started again' },
  'order.settled': { text: 'Settled', tone: 'good' },
  'order.reopened': { text: 'Reopened', tone: 'bad' },
  'payment.reversed': { text: 'A payment was reversed', tone: 'bad' },
  'order.cancelled': { text: 'Cancelled' },
  'collection.planned': { text: 'To be collected by the bank' },
  'collection.presented': { text: 'Presented to the bank for collection' },
  'collection.credited': { text: 'Credited by the bank, subject to collection' },
  'collection.paid': { text: 'Collected by the bank', tone: 'good' },
  'collection.cancelled': { text: 'Not collected by the bank any more: the customer transfers the money' },
  'collection.unpaid': { text: 'Returned unpaid by the bank', tone: 'bad' },
  'order.written_off': { text: 'Written off' },
  'order.numbered': { text: 'The store gave the order a number' },
  'order.reminders': { text: 'Whether the order is reminded was changed' },
  'dispute.opened': { text: 'The customer disputes it', tone: 'bad' },
  'dispute.upheld': { text: 'The customer was right to dispute it' },
  'dispute.credited': { text: 'The disputed amount was credited' },
  'dispute.rejected': { text: 'The dispute was rejected' },
  'order.write-off.requested': { text: 'A write-off waits for another admin' },
  'order.write-off.approved': { text: 'The write-off was approved' },
  'order.write-off.rejected': { text: 'The write-off was rejected' },
};

/** Events that others of the same moment already show: a payment by its entry, a refusal by its command. */
const repeats = (kind: string): boolean =>
  kind === 'order.recordPayment' || /^order\..+\.refused$/.test(kind);

function wordsFor({ kind, detail }: TimelineEvent): Words {
  const [area, ...rest] = kind.split('.');
  const step = letterNames[String(detail.tone)] ?? `Step ${String(detail.step)}`;
  switch (area) {
    case 'ledger': {
      const money = detail.amount as Money;
      const amount = plainMoney({ ...money, amount: Math.abs(money.amount) });
      const words: Words = ledgerWords[rest[0] as EntryKind](amount);
      if (rest[0] === 'allocation' && money.amount < 0)
        return { text: `${amount} of the customer’s credit used` };
      return detail.account === 'unapplied' && rest[0] === 'payment'
        ? { ...words, text: `${words.text}, held as the customer’s credit` }
        : words;
    }
    case 'mail':
      return mailWords[rest[0]!]!(letterNames[String(detail.template)] ?? String(detail.template));
    case 'step':
      return rest[0] === 'skipped'
        ? { text: `${step} not sent`, tone: 'calm' }
        : { text: `${step} failed`, tone: 'bad' };
    case 'command': {
      const what = wordsOf(rest[0]!)?.name ?? rest[0];
      return rest[1] === 'pending'
        ? { text: `${what} waits for the order’s workflow` }
        : { text: `${what} refused`, tone: 'bad' };
    }
    case 'store': {
      const what = storeWords[String(detail.type)] ?? String(detail.type);
      if (rest[0] === 'acknowledged') return { text: `The store acknowledged: ${what}`, tone: 'good' };
      return rest[0] === 'unacknowledged'
        ? { text: `The store did not acknowledge, though it may have been notified: ${what}`, tone: 'bad' }
        : { text: `The store is being notified: ${what}` };
    }
    case 'planned': {
      const known = letterNames[String(detail.tone)];
      return { text: known ?? stepWords[rest[0] as keyof typeof stepWords] };
    }
  }
  return plainWords[kind] ?? (area === 'order' ? wordsOf(rest[0]!)?.history : undefined) ?? { text: kind };
}

/** The cause of an event: the given reason, the refusal, or the other side's error. */
function why({ reason, detail }: TimelineEvent): string | null {
  const refusal = errorTable[detail.refusal as ErrorCode]?.[1];
  const { lastError } = detail;
  return reason ?? refusal ?? (typeof lastError === 'string' ? lastError : null);
}

/** An order's history in words, and what is planned. */
export function Timeline({
  events,
  order,
  zone,
}: {
  events: readonly TimelineEvent[];
  order: OrderRow;
  zone: string;
}) {
  const shown = events.filter(({ kind }) => !repeats(kind));
  const past = shown.filter(({ future }) => !future);
  const future = shown.filter((event) => event.future);
  const item = (event: TimelineEvent) => {
    const { text, tone } = wordsFor(event);
    const reason = why(event);
    const { detail } = event;
    return (
      <li class={tone}>
        <span class="when">
          <At at={event.at} zone={zone} seconds={order.terms.kind === 'elapsed'} />
        </span>
        <span class="what">
          {typeof detail.mailId === 'string' ? <a href={letterUrl(detail.mailId)}>{text}</a> : text}
          {typeof detail.recipient === 'string' && (
            <span class="note"> to {[detail.recipient, detail.copyTo].filter(Boolean).join(', ')}</span>
          )}
          {event.actor !== null && <span class="note"> by {actorWords(event.actor)}</span>}
          {typeof detail.waitsFor === 'string' && (
            <span class="note"> waits: {reasonInWords(detail.waitsFor)}</span>
          )}
          {reason !== null && (
            <span class="reason">{event.kind.startsWith('step.') ? reasonInWords(reason) : reason}</span>
          )}
        </span>
      </li>
    );
  };
  return (
    <>
      <ol class="timeline">{past.map(item)}</ol>
      {future.length > 0 && (
        <>
          <h3>Planned</h3>
          <ol class="timeline planned">{future.map(item)}</ol>
        </>
      )}
    </>
  );
}
