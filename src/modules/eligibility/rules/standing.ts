import type { Instant } from '../../../kernel/calendar.ts';
import type { Privilege } from './applicant.ts';

/** What an admin has decided; a suspension may end, and then `privilegeAfter` holds. */
export type Standing = {
  readonly privilege: Privilege;
  readonly privilegeUntil: Instant | null;
  readonly privilegeAfter: Privilege;
};

const mayAsk = {
  by_rules: true,
  granted: true,
  suspended: true,
  revoked: false,
  insolvency: false,
} as const satisfies Record<Privilege, boolean>;

/**
 * Whether a refused customer may ask an admin for terms: not after an admin has revoked them or recorded an insolvency.
 */
export const mayAskForTerms = (privilege: Privilege): boolean => mayAsk[privilege];

/** The privilege in force at a moment; a suspension ends at the very instant `privilegeUntil`. */
export function privilegeAt(
  { privilege, privilegeUntil, privilegeAfter }: Standing,
  now: Instant,
): Privilege {
  const ended =
    privilege === 'suspended' && privilegeUntil !== null && Date.parse(now) >= Date.parse(privilegeUntil);
  return ended ? privilegeAfter : privilege;
}

/** Only `granted` or `by_rules` ends an insolvency: a suspension or a revocation must not end it as a side effect. */
export const mayFollow = (before: Privilege, privilege: Privilege): boolean =>
  before !== 'insolvency' || (privilege !== 'suspended' && privilege !== 'revoked');

/**
 * What applies after a suspension that starts now: what applied before it, or would have after the suspension before
 * it.
 */
export function afterSuspension(before: Standing, now: Instant): Privilege {
  const inForce = privilegeAt(before, now);
  return inForce === 'suspended' ? before.privilegeAfter : inForce;
}
