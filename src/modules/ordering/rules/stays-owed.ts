/** A fulfilment as it was reported; `amount` null: all that is left, or nothing more if a last one ends the order. */
export type ReportedPart = { readonly amount: number | null; readonly final: boolean };

/** How much of an order a reported fulfilment covers, in minor units. */
export const partOf = (
  { total, fulfilled }: { readonly total: number; readonly fulfilled: number },
  { amount, final }: ReportedPart,
): number => amount ?? (final && fulfilled > 0 ? 0 : total - fulfilled);

/** What of an order is delivered or rendered once the reports that wait are counted too; in minor units. */
export const deliveredWith = (
  { total, fulfilled }: { readonly total: number; readonly fulfilled: number },
  waiting: readonly ReportedPart[],
): number =>
  waiting.reduce((sum, part) => Math.min(sum + partOf({ total, fulfilled: sum }, part), total), fulfilled);

/**
 * What stays owed of an order's total when it is cancelled, in minor units: what is invoiced or delivered, whichever is
 * more, because an invoice may cover what was delivered. Only a credit note can take that back (art. 26 DPR 633/72).
 * Zero if nothing is invoiced or delivered: then the whole order can be cancelled.
 * @param given `forgiven`: what need not be paid any more. A smaller total would create credit that nobody paid.
 */
export function staysOwed(given: {
  readonly total: number;
  readonly invoiced: number;
  readonly delivered: number;
  readonly forgiven: number;
}): number {
  const { total, invoiced, delivered, forgiven } = given;
  const kept = Math.max(invoiced, delivered);
  return kept === 0 ? 0 : Math.min(Math.max(kept, forgiven), total);
}
