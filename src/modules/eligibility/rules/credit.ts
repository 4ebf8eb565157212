import { type Money, plainMoney } from '../../../kernel/money.ts';
import type { Applicant, RequestedOrder } from './applicant.ts';
import type { Check } from './check.ts';
import { type EligibilityPolicy, setFor } from './policy.ts';

/** The part of the limit from which a warning is given, in percent. */
const WARN_PERCENT = 80;

/** A customer's credit, all in minor units of the account's currency. */
export type Credit = {
  readonly limit: Money;
  readonly exposure: Money;
  readonly unapplied: Money;
  readonly available: Money;
  /** `near-limit`: at least 80 % of the limit is used; `over-limit`: more than the limit. Absent if all is well. */
  readonly warning?: 'near-limit' | 'over-limit';
};

/**
 * The limit is the customer's own, else that of the set that decides, if it is in the account's currency, else zero; a
 * raise that is in force lifts it.
 */
export function creditOf(applicant: Applicant, policy: EligibilityPolicy): Credit {
  const { currency, exposure, unapplied, creditLimit, raisedLimit } = applicant;
  const ofPolicy = setFor(applicant, policy)?.creditLimit;
  const usual = creditLimit ?? (ofPolicy?.currency === currency ? ofPolicy.amount : 0);
  const limit = Math.max(usual, raisedLimit ?? 0);
  const used = exposure - unapplied;
  const near = used > 0 && used * 100 >= limit * WARN_PERCENT;
  const warning = used > limit ? 'over-limit' : near ? 'near-limit' : null;
  const money = (amount: number): Money => ({ amount, currency });
  return {
    limit: money(limit),
    exposure: money(exposure),
    unapplied: money(unapplied),
    available: money(limit - used),
    ...(warning && { warning }),
  };
}

/** exposure − unapplied + amount ≤ limit + tolerance */
export function checkCredit(applicant: Applicant, policy: EligibilityPolicy, asked: RequestedOrder): Check {
  const { limit, exposure, unapplied, available } = creditOf(applicant, policy);
  const tolerance = toleranceOf(applicant, policy);
  const required = `at most ${plainMoney({ ...limit, amount: limit.amount + tolerance })}`;
  if (asked.currency !== applicant.currency) {
    const message = `The account is in ${applicant.currency}, but the order is in ${asked.currency}.`;
    return { rule: 'creditLimit', passed: false, actual: plainMoney(asked), required, message };
  }
  const needed = exposure.amount - unapplied.amount + asked.amount;
  const passed = needed <= limit.amount + tolerance;
  const left = Math.max(0, available.amount - asked.amount);
  const message = passed
    ? `Within the limit: ${plainMoney({ ...limit, amount: left })} remains available.`
    : `Over the limit by ${plainMoney({ ...limit, amount: needed - limit.amount - tolerance })}.`;
  const actual = plainMoney({ ...exposure, amount: needed });
  return { rule: 'creditLimit', passed, actual, required, message };
}

function toleranceOf(applicant: Applicant, policy: EligibilityPolicy): number {
  if (applicant.tolerance !== null) return applicant.tolerance;
  const ofPolicy = setFor(applicant, policy)?.tolerance;
  return ofPolicy?.currency === applicant.currency ? ofPolicy.amount : 0;
}

/** What the whole group owes + amount ≤ what it may owe; no check for a customer without a group. */
export function checkGroupCredit({ group, currency }: Applicant, asked: RequestedOrder): Check[] {
  if (group === null || asked.currency !== currency) return [];
  const money = (amount: number): string => plainMoney({ amount, currency });
  const needed = group.used + asked.amount;
  const passed = needed <= group.limit;
  const message = passed
    ? `Within the limit of the group “${group.name}”: ${money(group.limit - needed)} remains available.`
    : `Over the limit of the group “${group.name}” by ${money(needed - group.limit)}.`;
  return [
    { rule: 'groupLimit', passed, actual: money(needed), required: `at most ${money(group.limit)}`, message },
  ];
}
