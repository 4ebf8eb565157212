import type { ApiKey } from '../db/api-keys.ts';
import type { Check } from '../domain/eligibility/check.ts';
import type { Money } from '../domain/money.ts';
import type { Offer } from '../domain/offer.ts';
import { holds } from './auth.ts';

/** The checks as this key may see them: the figures are for those who may read all. */
export function checksFor(
  key: ApiKey,
  checks: readonly Check[],
): (Pick<Check, 'rule' | 'passed'> & Partial<Check>)[] {
  return holds(key, 'read') ? [...checks] : checks.map(({ rule, passed }) => ({ rule, passed }));
}

/** When and how much, as offers and previews tell it. */
export const offerView = ({ instalments, discount }: Offer, { currency }: Money) => ({
  instalments: instalments.map(({ dueOn, dueAt, amount, collection }) => ({
    dueOn,
    amount: { amount, currency },
    ...(dueAt === null ? { provisional: true as const } : {}),
    ...(collection === 'transfer' ? {} : { collection }),
  })),
  ...(discount ? { discount } : {}),
});
