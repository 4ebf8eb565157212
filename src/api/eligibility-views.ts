import type { Money } from '../kernel/money.ts';
import type { ApiKey } from '../modules/access/api-keys.ts';
import type { Check } from '../modules/eligibility/rules/check.ts';
import type { Offer } from '../modules/terms/rules/offer.ts';
import { holds } from './auth.ts';

/** The checks as this key may see them: only keys that may read everything get the figures. */
export function checksFor(
  key: ApiKey,
  checks: readonly Check[],
): (Pick<Check, 'rule' | 'passed'> & Partial<Check>)[] {
  return holds(key, 'read') ? [...checks] : checks.map(({ rule, passed }) => ({ rule, passed }));
}

/** What is due and when, as offers and previews show it. */
export const offerView = ({ instalments, discount }: Offer, { currency }: Money) => ({
  instalments: instalments.map(({ dueOn, dueAt, amount, collection }) => ({
    dueOn,
    amount: { amount, currency },
    ...(dueAt === null ? { provisional: true as const } : {}),
    ...(collection === 'transfer' ? {} : { collection }),
  })),
  ...(discount ? { discount } : {}),
});
