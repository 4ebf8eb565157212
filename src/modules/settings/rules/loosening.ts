import type { Money } from '../../../kernel/money.ts';
import type { Settings } from './settings.ts';

type Threshold = Pick<Settings, 'writeOffApprovalOver'>;

/** The thresholds over which write-offs need a second person, one for a currency; empty: none is set. */
export const thresholdsOf = ({ writeOffApprovalOver: over }: Threshold): readonly Money[] =>
  over === null ? [] : 'amount' in over ? [over] : over;

/**
 * How much of an order in that currency may be written off without a second person, in minor units; null: any amount.
 * There is no rate between currencies: where others have a threshold and this one has none, each write-off waits.
 */
export function writeOffLimit(settings: Threshold, currency: string): number | null {
  const thresholds = thresholdsOf(settings);
  if (thresholds.length === 0) return null;
  return thresholds.find((given) => given.currency === currency)?.amount ?? 0;
}

/** Whether, after a change of the settings, a second person is asked about fewer write-offs in any currency. */
export function isLooser(before: Threshold, after: Threshold): boolean {
  const named = [...thresholdsOf(before), ...thresholdsOf(after)].map(({ currency }) => currency);
  // All currencies that neither names have the same limit.
  return [...named, 'another'].some((currency) => {
    const limit = writeOffLimit(before, currency);
    const now = writeOffLimit(after, currency);
    return limit !== null && (now === null || now > limit);
  });
}
