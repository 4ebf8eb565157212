/** How many days late an open amount is, counted from the due day. On the due day itself it is not late yet. */
export const ageingBuckets = ['notDue', '1-30', '31-60', '61-90', 'over90'] as const;
export type AgeingBucket = (typeof ageingBuckets)[number];

/** The smallest number of days late in each bucket after the first. */
export const bucketStarts = [1, 31, 61, 91] as const;

/** Amounts in minor units; `total` is their sum. */
export type Ageing = Readonly<Record<AgeingBucket | 'total', number>>;

/** The sums of what is open; `bucket` is the place in `ageingBuckets`. */
export function ageingOf(open: readonly { readonly bucket: number; readonly amount: number }[]): Ageing {
  const ageing = { notDue: 0, '1-30': 0, '31-60': 0, '61-90': 0, over90: 0, total: 0 };
  for (const { bucket, amount } of open) {
    ageing[ageingBuckets[bucket]!] += amount;
    ageing.total += amount;
  }
  return ageing;
}
