/** Every error that a caller can meet, with its HTTP status and title (RFC 9457). The code is stable. */
export const errorTable = {
  'malformed-json': [400, 'The body is not valid JSON'],
  validation: [422, 'The request is not valid'],
  'unsupported-media-type': [415, 'This call does not accept this content type'],
  'body-too-large': [413, 'The body is larger than 256 KiB'],
  'file-too-large': [413, 'The file is larger than one import allows'],
  'file-not-readable': [422, 'The file cannot be read'],
  unauthenticated: [401, 'No valid API key was given'],
  forbidden: [403, 'This API key lacks the scope that the call needs'],
  'too-many-attempts': [429, 'Too many failed attempts to authenticate'],
  'too-many-uploads': [429, 'Too many files are being sent at once'],
  'too-many-totals': [429, 'Too many different totals of this customer were asked about'],
  'not-found': [404, 'There is nothing at this address'],
  'method-not-allowed': [405, 'This method is not available at this address'],
  'customer-not-found': [404, 'No customer has this id'],
  'order-not-found': [404, 'No order has this id'],
  'command-not-found': [404, 'No command has this id'],
  'payment-not-found': [404, 'No payment has this id'],
  'import-not-found': [404, 'No import has this id'],
  'payment-not-booked': [409, 'The payment is not booked yet'],
  'task-not-found': [404, 'No task has this id'],
  'task-closed': [409, 'The task is already closed'],
  'outcome-not-possible': [422, 'A task of this kind cannot have this outcome'],
  'terms-revoked': [409, 'An admin has ended payment terms for this customer'],
  'version-not-found': [404, 'The policy has no such version'],
  'vat-number-missing': [422, 'The customer has no VAT number'],
  'vat-number-malformed': [422, 'The customer’s VAT number is not well formed'],
  'vat-number-not-in-register': [422, 'The register has no VAT numbers of this country'],
  'terms-not-found': [422, 'No payment terms have this code'],
  'terms-not-applicable': [422, 'These payment terms do not fit this order'],
  'no-interest-law': [422, 'This country’s law on late payment is not supported'],
  'reference-rate-missing': [422, 'The reference rate of a half-year is missing'],
  'not-eligible': [422, 'This customer cannot buy on these terms now'],
  'currency-mismatch': [422, 'The currency is not that of the order or the account'],
  conflict: [409, 'This id was already used with different content'],
  'stale-version': [409, 'Somebody has changed this since you read it'],
  'revocation-not-found': [404, 'No revocation has this id'],
  'customer-insolvent': [409, 'The customer is insolvent'],
  'credit-group-not-found': [404, 'No credit group has this id'],
  'insufficient-credit': [409, 'The credit held for the customer is too low'],
  'order-closed': [409, 'The order is closed'],
  'already-fulfilled': [409, 'The order is already fulfilled'],
  'over-fulfilled': [422, 'The amount exceeds what is left to fulfil'],
  'instalment-not-found': [422, 'The order has no instalment with this number'],
  'instalment-paid': [409, 'This instalment is already paid'],
  'extension-not-later': [422, 'The new due date is in the past, or not later than the current one'],
  'credit-exceeds-order': [422, 'The credit notes would exceed the order’s total'],
  'write-off-exceeds-balance': [422, 'The write-off exceeds what is outstanding'],
  'nothing-overdue': [409, 'Nothing is owed that an instalment plan could cover'],
  'plan-does-not-sum': [422, 'The instalments do not add up to the amount that the plan covers'],
  'nothing-to-charge': [409, 'There is no late interest to charge'],
  'waiver-exceeds-charges': [422, 'The waiver exceeds the interest and costs that were charged'],
  'approval-not-found': [404, 'No approval has this id'],
  'approval-decided': [409, 'The approval is already decided'],
  'approval-by-another': [403, 'The admin who asked for an approval cannot decide it: another admin must'],
  'second-person-missing': [409, 'Another person must approve this, and nobody else has an admin key'],
  'allocation-exceeds-payment': [422, 'The allocations exceed what is left of the payment'],
  'allocation-exceeds-outstanding': [422, 'The allocation exceeds what is owed'],
  'deduction-over-tolerance': [422, 'The deduction exceeds what the receipts policy allows'],
  'payment-reversed': [409, 'The payment was reversed'],
  'credit-used': [409, 'Credit from this payment was already used'],
  'collection-not-allowed': [409, 'The collection cannot change from its current state to this one'],
  'collection-too-early': [409, 'The bank can still return this collection'],
  'bank-account-not-found': [404, 'There is no bank account with this IBAN'],
  'bank-account-not-in-force': [409, 'The bank account is not in force'],
  'bank-line-not-found': [404, 'No bank line has this id'],
  'bank-line-booked': [409, 'The bank line is already booked'],
  'bank-line-ignored': [409, 'The bank line is ignored'],
  'bank-line-pending': [409, 'The bank has not booked this line yet'],
  'bank-line-reverted': [409, 'The money of this bank line never arrived'],
  'bank-line-direction': [422, 'Money of this bank line went the other way'],
  'mapping-needed': [422, 'The file does not say how it is to be read'],
  'nothing-proposed': [422, 'There is no proposal for this bank line'],
  'invoice-not-found': [404, 'No invoice has this id'],
  'credit-note-number-taken': [409, 'Another credit note of that year has this number'],
  'invoice-number-taken': [409, 'Another invoice of that year has this number'],
  'several-customers': [422, 'All orders of an invoice must belong to one customer'],
  'over-invoiced': [422, 'The invoices would exceed the order’s total'],
  'below-invoiced': [422, 'The order’s total would be less than what is already invoiced'],
  'below-credited': [
    422,
    'The order’s total would be less than what is already credited, deducted or written off',
  ],
  'letter-not-found': [404, 'No letter has this id'],
  'letter-not-held': [409, 'The letter does not wait for an approval'],
  'letter-not-sent': [409, 'The letter has not left yet'],
  'letter-not-wanted': [409, 'No letter may be sent to the customer now'],
  'address-not-found': [404, 'The customer has no such address'],
  'address-undeliverable': [409, 'Nothing arrives at this address'],
  'paid-since': [409, 'Something of what the letter asks for was paid or disputed since'],
  'hold-not-found': [404, 'The customer has no hold with this id'],
  'promise-not-found': [404, 'The customer has no promise with this id'],
  'promise-decided': [409, 'The promise is no longer open'],
  'nothing-due': [409, 'Nothing is due by the promised day'],
  'dispute-not-found': [404, 'The order has no dispute with this id'],
  'dispute-exceeds-outstanding': [422, 'More would be disputed than is outstanding'],
  'dispute-resolved': [409, 'The dispute is already resolved'],
  'credit-note-not-found': [422, 'The order has no credit note with this id'],
  'order-disputed': [409, 'The customer disputes all of this order'],
  'order-not-confirmed': [409, 'The order is not confirmed yet'],
  'order-already-confirmed': [409, 'The order is already confirmed'],
  'nothing-to-cancel': [409, 'All of the order is invoiced or delivered: only a credit note takes that back'],
  'cancel-too-late': [
    409,
    'The store was notified, money was received, or a part is invoiced or delivered: cancel through the API',
  ],
  'store-not-waiting': [409, 'The store is not waiting for a decision on this order'],
  unavailable: [503, 'A part of the system cannot be reached; try again'],
  internal: [500, 'Something went wrong on our side'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ErrorCode = keyof typeof errorTable;

/** One mistake in a request; `pointer` is a JSON pointer (RFC 6901) into the body, or the name of a parameter. */
export type FieldError = { readonly pointer: string; readonly detail: string };

/** A failure that the caller can understand: a stable code, what was wrong, and what to do. */
export class NettermsError extends Error {
  readonly code: ErrorCode;
  /** Further members of the problem detail, such as `errors`, `checks` or `buyerMessage`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, detail: string, members: Record<string, unknown> = {}, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = 'NettermsError';
    this.code = code;
    this.members = members;
  }
}

/** Marks a branch that the types exclude. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
