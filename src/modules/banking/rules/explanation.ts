import type { Match } from './matching.ts';
import type { ReturnMatch } from './returns.ts';

type Line = {
  readonly paymentId: string | null;
  readonly reversedPayments: number;
  readonly reverses: string | null;
  readonly items: number;
  readonly leftWhy: string | null;
  readonly ignoredWhy: string | null;
};
type State = 'open' | 'booked' | 'ignored' | 'pending' | 'reverted';

/** Why a line is as it is, and what can be done next, as a sentence for the person who decides. */
export function explanationOf(
  state: State,
  line: Line,
  proposal: (({ kind: 'payment' } & Match) | ({ kind: 'reversal' } & ReturnMatch)) | null,
): string {
  switch (state) {
    case 'booked':
      if (line.paymentId !== null)
        return 'Booked as a payment. If that is wrong, reverse the payment: the line is open again then.';
      return line.reverses !== null
        ? 'It has reversed a payment. If that was wrong, record the payment again.'
        : `Divided over ${line.items} collections. If one is wrong, correct it at its order.`;
    case 'ignored':
      return `Taken out of the pool: ${line.ignoredWhy} Restore it to book it after all.`;
    case 'pending':
      return 'The bank has not booked it yet: it becomes open when a statement shows it as booked.';
    case 'reverted':
      return 'By the statement the money never arrived, so there is nothing to book.';
    case 'open':
      if (line.leftWhy !== null) return `Not booked without a person: ${line.leftWhy}`;
      if (proposal === null) return 'Nothing is known of it: say what it is, or ignore it.';
      return proposal.kind === 'payment' ? whyOpen(proposal, line) : whyReturn(proposal);
  }
}

function whyOpen({ certainty, reasons }: Match, { reversedPayments }: Line): string {
  const has = (reason: Match['reasons'][number]) => reasons.includes(reason);
  if (has('resembles-another'))
    return 'It looks like a line that is already here, perhaps the same money with another day or text: compare the two, and ignore one or confirm both.';
  if (has('before-order'))
    return 'The money came before the order that it names was placed: confirmed as proposed, it is kept as credit of the customer, to be allocated afterwards.';
  if (has('several-customers')) return 'It names numbers of several customers: say whose payment it is.';
  if (has('iban-of-another'))
    return 'It comes from an account that other customers have paid from before: check whose payment it is.';
  if (has('payer-of-another'))
    return 'The payer has the name of another customer than the number: check whose payment it is.';
  if (has('advance-or-refund'))
    return 'Its text speaks of an advance, a refund or a reversal: check whether a customer paid it.';
  if (has('returned'))
    return 'The bank calls it money of yours that came back: check whether a customer paid it.';
  if (has('collection-under-way'))
    return 'The bank is collecting this order (RiBa, direct debit): confirm it as a payment, or with `collections` as the credit for the collection.';
  if (has('not-automatic')) return 'The customer is insolvent: a person decides what their money pays.';
  if (reversedPayments > 0) return 'Its payment was reversed: confirm it again, or otherwise, or ignore it.';
  if (has('amount-differs'))
    return 'It names open orders or invoices, but its amount is not what is owed on them.';
  if (has('iban-known') && !has('amount-equal'))
    return 'Only the account is known that it came from: confirmed as proposed, it pays what its customer owes first.';
  if (certainty === 'likely')
    return 'It has the amount of an open order and a payer that fits, but names no number.';
  return certainty === 'certain'
    ? 'Its number, amount and customer agree: confirm it, or import the file again with book=certain.'
    : 'It names no open order or invoice, and no open order has its amount and its payer: say whose payment it is.';
}

function whyReturn({ paymentId, collections, reasons }: ReturnMatch): string {
  if (reasons.includes('several-payments'))
    return 'It takes back one of several payments: say which, with `reverses`.';
  if (collections.length > 0)
    return 'It takes back a collection (RiBa, direct debit): confirmed as proposed, that one is unpaid on its day, with the bank’s fee.';
  return paymentId === null
    ? 'The bank calls it a return, but no payment fits: say which payment it takes back, or ignore it.'
    : 'It takes back a payment: confirmed as proposed, that payment is reversed on its day, with the bank’s fee.';
}
