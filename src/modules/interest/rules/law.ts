import type { Day } from '../../../kernel/calendar.ts';
import type { SourcedRate } from './reference-rates.ts';

/** What a country's law says of late payment between companies. */
export type InterestLaw = {
  /** Percentage points above the reference rate, for a contract of that day. */
  margin(concludedOn: Day): string;
  /** Additional points for agricultural and food products; the parties cannot agree otherwise. */
  readonly agrifoodPoints: string;
  readonly rates: readonly SourcedRate[];
};
