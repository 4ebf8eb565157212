/** How late what is open is, in days after the due day. What is due on the day itself is not late yet. */
export const ageingBuckets = ['notDue', '1-30', '31-60', '61-90', 'over90'] as const;
export type AgeingBucket = (typeof ageingBuckets)[number];

/** The first day late of each bucket after the first. */
export const bucketStarts = [1, 31, 61, 91] as const;

/** Amounts in minor units; `total` is their sum. */
export type Ageing = Readonly<Record<AgeingBucket | 'total', number>>;

/** What is open, by bucket (its place in `ageingBuckets`). */
export function ageingOf(open: readonly { readonly bucket: number; readonly amount: number }[]): Ageing {
  const ageing = { notDue: 0, '1-30': 0, '31-60': 0, '61-90': 0, over90: 0, total: 0 };
  for (const { bucket, amount } of open) {
    ageing[ageingBuckets[bucket]!] += amount;
    ageing.total += amount;
  }
  return ageing;
}
