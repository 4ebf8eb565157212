import { defaultDunning, defaultEligibility, defaultSettings, defaultTerms } from '../domain/defaults.ts';
import type { DunningPolicy } from '../domain/dunning.ts';
import type { EligibilityPolicy } from '../domain/eligibility.ts';
import { NettermsError } from '../domain/errors.ts';
import type { Settings } from '../domain/settings.ts';
import type { TermsPolicy } from '../domain/terms.ts';
import { recordAudit } from './audit.ts';
import type { Db, Sql } from './client.ts';

/** The versioned documents and their shapes. */
export type Policies = {
  eligibility: EligibilityPolicy;
  terms: TermsPolicy;
  dunning: DunningPolicy;
  settings: Settings;
};
export type PolicyKind = keyof Policies;

/** A document in force; version 0 is the built-in default. */
export type Versioned<Body> = {
  version: number;
  updatedAt: string | null;
  updatedBy: string | null;
  body: Body;
};
export type ActivePolicies = { [Kind in PolicyKind]: Versioned<Policies[Kind]> };

const defaults: Policies = {
  eligibility: defaultEligibility,
  terms: defaultTerms,
  dunning: defaultDunning,
  settings: defaultSettings,
};

/** All documents in force now. */
export async function activePolicies(db: Db): Promise<ActivePolicies> {
  const rows = await db<
    { kind: PolicyKind; version: number; body: never; actor: string; createdAt: string }[]
  >`
    select distinct on (kind) kind, version, body, actor, created_at from policies order by kind, version desc`;
  const active = <Kind extends PolicyKind>(kind: Kind): Versioned<Policies[Kind]> => {
    const row = rows.find((candidate) => candidate.kind === kind);
    return row
      ? { version: row.version, updatedAt: row.createdAt, updatedBy: row.actor, body: row.body }
      : { version: 0, updatedAt: null, updatedBy: null, body: defaults[kind] };
  };
  return {
    eligibility: active('eligibility'),
    terms: active('terms'),
    dunning: active('dunning'),
    settings: active('settings'),
  };
}

/**
 * Puts a new version in force.
 * @param baseVersion the version that the editor had read
 * @throws NettermsError `stale-version` if another version is in force by now
 */
export async function replacePolicy<Kind extends PolicyKind>(
  sql: Sql,
  kind: Kind,
  {
    baseVersion,
    body,
    actor,
    now,
  }: { baseVersion: number; body: Policies[Kind]; actor: string; now: string },
): Promise<Versioned<Policies[Kind]>> {
  return sql.begin(async (tx) => {
    const active = (await activePolicies(tx))[kind];
    const inserted =
      active.version === baseVersion &&
      (
        await tx`insert into policies (kind, version, body, actor, created_at)
                values (${kind}, ${baseVersion + 1}, ${tx.json(body as never)}, ${actor}, ${now})
                on conflict do nothing returning version`
      ).length;
    if (!inserted) {
      const current = (await activePolicies(tx))[kind];
      throw new NettermsError(
        'stale-version',
        `Version ${current.version} is in force, and the change was based on ${baseVersion}: read it again and repeat the change.`,
        { currentVersion: current.version },
      );
    }
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'policy.replaced',
      subject: `policy/${kind}`,
      detail: { version: baseVersion + 1 },
    });
    return { version: baseVersion + 1, updatedAt: now, updatedBy: actor, body };
  }) as Promise<Versioned<Policies[Kind]>>;
}
