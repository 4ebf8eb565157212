/**
 * Days sales outstanding: receivables at the end of a period × its days ÷ credit sales in it, to a tenth of a day (the
 * Credit Research Foundation's formula). Null if nothing was sold. Amounts in minor units.
 */
export function daysSalesOutstanding({
  receivables,
  sales,
  days,
}: {
  receivables: number;
  sales: number;
  days: number;
}): number | null {
  return sales > 0 ? Math.round((receivables / sales) * days * 10) / 10 : null;
}
