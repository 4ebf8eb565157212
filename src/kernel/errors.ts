/** Every error that a caller can meet, with its HTTP status and title (RFC 9457). The code is stable. */
export const errorTable = {
  'malformed-json': [400, 'The body is not valid JSON'],
  validation: [422, 'The request is not valid'],
  'unsupported-media-type': [415, 'The body is of a type that this call does not take'],
  'body-too-large': [413, 'The body is larger than 256 KiB'],
  'file-too-large': [413, 'The file has more than can be taken at once'],
  'file-not-readable': [422, 'The file cannot be read'],
  unauthenticated: [401, 'No valid API key was given'],
  forbidden: [403, 'This API key lacks the scope that the call needs'],
  'too-many-attempts': [429, 'Too many failed attempts to authenticate'],
  'not-found': [404, 'There is nothing at this address'],
  'method-not-allowed': [405, 'This method is not available at this address'],
  'customer-not-found': [404, 'No customer has this id'],
  'order-not-found': [404, 'No order has this id'],
  'command-not-found': [404, 'No command has this id'],
  'payment-not-found': [404, 'No payment has this id'],
  'import-not-found': [404, 'No import has this id'],
  'payment-not-booked': [409, 'The payment is not booked yet'],
  'task-not-found': [404, 'No task has this id'],
  'task-closed': [409, 'The task was closed already'],
  'terms-revoked': [409, 'An admin has ended payment terms for this customer'],
  'version-not-found': [404, 'The policy has no such version'],
  'vat-number-missing': [422, 'The customer has no VAT number'],
  'vat-number-malformed': [422, 'The customer’s VAT number is not well formed'],
  'vat-number-not-in-register': [422, 'The register has no VAT numbers of this country'],
  'terms-not-found': [422, 'No payment terms have this code'],
  'terms-not-applicable': [422, 'These payment terms do not fit this order'],
  'no-interest-law': [422, 'The law of this country on late payment is not known here'],
  'reference-rate-missing': [422, 'A half-year has no reference rate'],
  'not-eligible': [422, 'This customer cannot buy on these terms now'],
  'currency-mismatch': [422, 'The currency is not the one of the customer’s account'],
  conflict: [409, 'This id was already used with another content'],
  'stale-version': [409, 'Somebody has changed this since you read it'],
  'revocation-not-found': [404, 'No revocation has this id'],
  'customer-insolvent': [409, 'The customer is insolvent'],
  'credit-group-not-found': [404, 'No credit group has this id'],
  'insufficient-credit': [409, 'Less credit is held for the customer'],
  'order-closed': [409, 'The order is closed'],
  'already-fulfilled': [409, 'The order is fulfilled already'],
  'over-fulfilled': [422, 'This is more than is left to fulfil'],
  'instalment-not-found': [422, 'The order has no such unpaid instalment'],
  'instalment-paid': [409, 'This instalment is paid already'],
  'extension-not-later': [422, 'The new due date is not later than the present one, or is over'],
  'credit-exceeds-order': [422, 'The credit notes would exceed the order’s total'],
  'write-off-exceeds-balance': [422, 'Less than that is outstanding'],
  'nothing-overdue': [409, 'Nothing is owed that a plan could be made over'],
  'plan-does-not-sum': [422, 'The instalments do not come to what the plan is over'],
  'nothing-to-charge': [409, 'No late interest is to be charged'],
  'waiver-exceeds-charges': [422, 'Less interest and costs are charged than that'],
  'approval-not-found': [404, 'No approval has this id'],
  'approval-decided': [409, 'This was decided already'],
  'approval-by-another': [403, 'Whoever asked cannot approve: another admin must'],
  'allocation-exceeds-payment': [422, 'More is allocated than is left of the payment'],
  'allocation-exceeds-outstanding': [422, 'More is allocated than is owed'],
  'deduction-over-tolerance': [422, 'More is deducted than the receipts policy lets'],
  'payment-reversed': [409, 'The payment was taken back'],
  'credit-used': [409, 'Credit from this payment was used already'],
  'collection-not-allowed': [409, 'The collection cannot become this from what it is'],
  'collection-too-early': [409, 'The bank can still return this collection'],
  'bank-line-not-found': [404, 'No bank line has this id'],
  'bank-line-booked': [409, 'The bank line is booked already'],
  'bank-line-ignored': [409, 'The bank line was taken out of the pool'],
  'nothing-proposed': [422, 'Nothing is proposed for this bank line'],
  'invoice-not-found': [404, 'No invoice has this id'],
  'credit-note-number-taken': [409, 'Another credit note of that year has this number'],
  'invoice-number-taken': [409, 'Another invoice of that year has this number'],
  'several-customers': [422, 'An invoice covers orders of one customer'],
  'over-invoiced': [422, 'More would be invoiced than the order’s total'],
  'below-invoiced': [422, 'More than that is invoiced already'],
  'below-credited': [422, 'More than that is credited, deducted or written off already'],
  'order-not-confirmed': [409, 'The order is not confirmed yet'],
  'order-already-confirmed': [409, 'The order is confirmed already'],
  'cancel-too-late': [409, 'The store was told or money was received: cancel through the API'],
  'store-not-waiting': [409, 'The store is not waiting for a decision on this order'],
  unavailable: [503, 'A part of the system cannot be reached; try again'],
  internal: [500, 'Something went wrong on our side'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ErrorCode = keyof typeof errorTable;

/** One thing wrong with a request; `pointer` is a JSON pointer (RFC 6901) into the body or the name of a parameter. */
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

/** Marks the branch that the types say cannot be reached. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
