import { dayAt } from '../../kernel/calendar.ts';
import { type FieldError, NettermsError } from '../../kernel/errors.ts';
import { type Db, inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import type { ApprovalRow } from '../approvals/tables.ts';
import { recordAudit } from '../audit/tables.ts';
import type { DunningPolicy } from '../dunning/rules/dunning.ts';
import { contradictionsOf, unknownReferences } from '../eligibility/rules/contradictions.ts';
import type { EligibilityPolicy } from '../eligibility/rules/policy.ts';
import { countryOf, type LateInterestPolicy } from '../interest/rules/late-interest.ts';
import { countriesWithLaw } from '../interest/rules/laws.ts';
import type { ReceiptsPolicy } from '../payments/rules/receipts.ts';
import type { TermsPolicy } from '../terms/rules/terms.ts';
import {
  defaultDunning,
  defaultEligibility,
  defaultLateInterest,
  defaultReceipts,
  defaultSettings,
  defaultTerms,
} from './rules/defaults.ts';
import { differences } from './rules/differences.ts';
import type { Settings } from './rules/settings.ts';
import { approvalFor, askSecondPerson } from './second-person.ts';

/** The versioned documents and their shapes. */
export type Policies = {
  eligibility: EligibilityPolicy;
  terms: TermsPolicy;
  dunning: DunningPolicy;
  settings: Settings;
  'late-interest': LateInterestPolicy;
  receipts: ReceiptsPolicy;
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
  'late-interest': defaultLateInterest,
  receipts: defaultReceipts,
};

/** The key of an advisory lock, an arbitrary number: only one document changes at a time. */
const LOCK = 7_238_234;

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
    'late-interest': active('late-interest'),
    receipts: active('receipts'),
  };
}

/** The zone in which days are counted. */
export async function merchantZone(db: Db): Promise<string> {
  return (await activePolicies(db)).settings.body.timeZone;
}

/** Today in the merchant's zone. */
export async function merchantToday(db: Db, now: string): Promise<string> {
  return dayAt(now, await merchantZone(db));
}

/** Today in the merchant's zone, by settings that were already read. */
export const todayBy = ({ settings }: ActivePolicies, now: string): string =>
  dayAt(now, settings.body.timeZone);

/** The stored versions of a document, the newest first; `before` is the last version of the previous page. */
export async function policyVersions(
  db: Db,
  kind: PolicyKind,
  { before, limit }: { before: number | null; limit: number },
): Promise<Omit<Versioned<never>, 'body'>[]> {
  return db<Omit<Versioned<never>, 'body'>[]>`
    select version, created_at as updated_at, actor as updated_by from policies
    where kind = ${kind} and ${before === null ? db`true` : db`version < ${before}`} order by version desc limit ${limit}`;
}

/**
 * One version of a document; version 0 is the built-in default.
 * @throws NettermsError `version-not-found`
 */
export async function policyVersion<Kind extends PolicyKind>(
  db: Db,
  kind: Kind,
  version: number,
): Promise<Versioned<Policies[Kind]>> {
  if (version === 0) return { version, updatedAt: null, updatedBy: null, body: defaults[kind] };
  const [row] = await db<Versioned<Policies[Kind]>[]>`
    select version, created_at as updated_at, actor as updated_by, body from policies
    where kind = ${kind} and version = ${version}`;
  if (row) return row;
  throw new NettermsError('version-not-found', `There is no version ${version} of ${kind}.`);
}

/** A new version of a document; `baseVersion` is the one that its editor had read. */
type NewVersion<Kind extends PolicyKind> = {
  baseVersion: number;
  body: Policies[Kind];
  actor: string;
  now: string;
};

/** What became of a change: the version in force, and the approval that the change waits for, if it needs one. */
export type Replaced<Kind extends PolicyKind> = Versioned<Policies[Kind]> & {
  readonly approval: ApprovalRow | null;
  /** The same change was already waiting. */
  readonly replayed: boolean;
};

/**
 * Puts a new version in force, or asks a second person if that one would be asked less often by it. Until they approve,
 * nothing changes.
 * @throws NettermsError as `putInForce` does; `second-person-missing`; `conflict` if another such change waits
 */
export async function replacePolicy<Kind extends PolicyKind>(
  sql: Sql,
  kind: Kind,
  change: NewVersion<Kind>,
): Promise<Replaced<Kind>> {
  return inTransaction(sql, async (tx): Promise<Replaced<Kind>> => {
    await lockPolicies(tx);
    const { [kind]: inForce } = await requireNext(tx, kind, change);
    if (kind === 'settings') requireSameAccount(inForce.body as Settings, change.body as Settings);
    const needed = approvalFor(kind, inForce.body, change.body);
    if (needed === null) return { ...(await putInForce(tx, kind, change)), approval: null, replayed: false };
    const { version, body: before } = inForce;
    const { body: after, actor, now } = change;
    const asked = await askSecondPerson(tx, needed, { document: kind, version, before, after, actor, now });
    return { ...inForce, ...asked };
  });
}

/** Where customers pay is changed only as a bank account, which a second person approves. */
function requireSameAccount({ iban: before }: Settings, { iban: after }: Settings): void {
  if (before === null || before === after) return;
  const detail = `Customers pay into ${before}: keep it here, and change it with PUT /bank-accounts/{iban}, which a second person approves.`;
  const errors = [{ pointer: '/settings/iban', detail }];
  throw new NettermsError('validation', detail, { errors });
}

/** Only one change happens at a time, so that two documents cannot come to contradict each other. */
export async function lockPolicies(tx: Tx): Promise<void> {
  await tx`select pg_advisory_xact_lock(${LOCK})`;
}

/**
 * Puts a new version in force, whoever had to approve it. Needs `lockPolicies`.
 * @throws NettermsError `stale-version` if another version is in force by now, with the differences since
 *   `baseVersion`; `validation` if the document contradicts itself or another one
 */
export async function putInForce<Kind extends PolicyKind>(
  tx: Tx,
  kind: Kind,
  change: NewVersion<Kind> & { approvalId?: string; requestedBy?: string },
): Promise<Versioned<Policies[Kind]>> {
  await requireNext(tx, kind, change);
  const { baseVersion, body, actor, now, ...approved } = change;
  const version = baseVersion + 1;
  await tx`insert into policies (kind, version, body, actor, created_at)
           values (${kind}, ${version}, ${tx.json(body as never)}, ${actor}, ${now})`;
  await recordAudit(tx, {
    at: now,
    actor,
    action: 'policy.replaced',
    subject: `policy/${kind}`,
    detail: { version, ...approved },
  });
  return { version, updatedAt: now, updatedBy: actor, body };
}

/** All documents in force. Throws unless the change is based on the version in force, and fits the other documents. */
async function requireNext<Kind extends PolicyKind>(
  tx: Tx,
  kind: Kind,
  { baseVersion, body }: Pick<NewVersion<Kind>, 'baseVersion' | 'body'>,
): Promise<ActivePolicies> {
  const active = await activePolicies(tx);
  const { version, body: current } = active[kind];
  if (version !== baseVersion) {
    const [base] = await tx<{ body: unknown }[]>`
      select body from policies where kind = ${kind} and version = ${baseVersion}`;
    const read = base?.body ?? (baseVersion === 0 ? defaults[kind] : undefined);
    throw new NettermsError(
      'stale-version',
      `Version ${version} is in force, but the change was based on ${baseVersion}: read the document again and repeat the change.`,
      {
        currentVersion: version,
        ...(read === undefined ? {} : { differences: differences(read, current) }),
      },
    );
  }
  requireConsistent(kind, { ...active, [kind]: { ...active[kind], body } });
  return active;
}

/** Throws `validation` if the document of that kind contradicts itself or another one. */
export function requireConsistent(kind: PolicyKind, active: ActivePolicies): void {
  const root = kind === 'settings' ? '/settings' : '/policy';
  const errors = contradictionsIn(kind, active)
    .slice(0, 50)
    .map(({ pointer, detail }) => ({ pointer: `${root}${pointer}`, detail }));
  const [first] = errors;
  if (first) throw new NettermsError('validation', `${first.pointer}: ${first.detail}`, { errors });
}

function contradictionsIn(kind: PolicyKind, active: ActivePolicies): FieldError[] {
  if (kind === 'settings' || kind === 'late-interest') return withoutLaw(active);
  if (kind === 'receipts') return [];
  const { eligibility, terms, dunning } = active;
  const all = { eligibility: eligibility.body, terms: terms.body, dunning: dunning.body };
  const own = kind === 'eligibility' ? contradictionsOf(all.eligibility) : [];
  return [...own, ...unknownReferences(kind, all)];
}

/** Late interest can be charged only by the law of a country that Netterms supports. */
function withoutLaw({ settings, 'late-interest': { body } }: ActivePolicies): FieldError[] {
  const country = countryOf(body, settings.body);
  if (!body.enabled || countriesWithLaw.includes(country)) return [];
  return [
    {
      pointer: '/country',
      detail: `Late interest is enabled, but the law of ${country} on it is not supported: set country in the late-interest policy to one of ${countriesWithLaw.join(', ')}, or enabled to false.`,
    },
  ];
}
