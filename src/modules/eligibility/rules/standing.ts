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

/** Whether a customer who was refused may ask an admin for terms: not after an admin's last word. */
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

/** An insolvency ends by a grant or by the rules: a suspension or a revocation must not end it by the way. */
export const mayFollow = (before: Privilege, privilege: Privilege): boolean =>
  before !== 'insolvency' || (privilege !== 'suspended' && privilege !== 'revoked');

/** What holds again when a suspension of now ends: what held before, or would have after the one before. */
export function afterSuspension(before: Standing, now: Instant): Privilege {
  const inForce = privilegeAt(before, now);
  return inForce === 'suspended' ? before.privilegeAfter : inForce;
}
