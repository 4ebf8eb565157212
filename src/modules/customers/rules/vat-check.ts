import type { Instant } from '../../../kernel/calendar.ts';

/** `could-not-be-checked` is an outage: it says nothing about the number, and never means "invalid". */
export const vatOutcomes = ['valid', 'invalid', 'could-not-be-checked'] as const;
export type VatOutcome = (typeof vatOutcomes)[number];

/** The answer of a register of VAT numbers; null for what it did not give. */
export type RegisterAnswer = {
  readonly outcome: VatOutcome;
  /** A code: why it could not be checked, or `INVALID_INPUT` for a number that the register finds malformed. */
  readonly reason: string | null;
  /** The register's proof of the consultation; only a requester who gives their own number gets one. */
  readonly consultationNumber: string | null;
  readonly name: string | null;
  readonly address: string | null;
};

/** The latest check of a number: the newest answer, or, if there was none yet, that it could not be checked. */
export type LatestVatCheck = Pick<RegisterAnswer, 'outcome' | 'reason'> & { readonly checkedAt: Instant };

const viesPrefixes = new Set(
  'AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI'.split(' '),
);

/**
 * Whether the EU's register (VIES) has numbers like this one, given with its prefix: Greece is EL, Northern Ireland
 * XI; Great Britain and Switzerland are not in it.
 */
export const isInVies = (vatNumber: string): boolean => viesPrefixes.has(vatNumber.slice(0, 2));
