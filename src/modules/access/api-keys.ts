import { createHash, randomBytes } from 'node:crypto';
import { type Db, inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { OPERATOR } from './operator.ts';

/** What a key may do; `admin` may do everything. */
export const scopes = ['storefront', 'accounting', 'read', 'admin'] as const;
export type Scope = (typeof scopes)[number];
export type ApiKey = { id: string; name: string; scopes: Scope[]; expiresAt: string | null };

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** Creates a key of 128 random bits. The key itself is returned once and never stored: only its SHA-256 is. */
export async function createApiKey(
  sql: Sql | Tx,
  { name, scopes, expiresAt = null }: { name: string; scopes: Scope[]; expiresAt?: string | null },
  now: string,
): Promise<{ id: string; key: string }> {
  const id = randomBytes(6).toString('hex');
  const key = `nt_${randomBytes(16).toString('base64url')}`;
  await inTransaction(sql, async (tx) => {
    await tx`insert into api_keys (id, hash, name, scopes, created_at, expires_at) values (${id}, ${hashOf(key)}, ${name}, ${scopes}, ${now}, ${expiresAt})`;
    const detail = { name, scopes, expiresAt };
    await recordAudit(tx, {
      at: now,
      actor: OPERATOR,
      action: 'api_key.created',
      subject: `api-key/${id}`,
      detail,
    });
  });
  return { id, key };
}

/** The key that was presented; null if it is unknown, revoked, or expired at `now`. */
export async function findApiKey(db: Db, key: string, now: string): Promise<ApiKey | null> {
  const [row] = await db<ApiKey[]>`
    select id, name, scopes, expires_at from api_keys
    where hash = ${hashOf(key)} and revoked_at is null and (expires_at is null or expires_at > ${now})`;
  return row ?? null;
}

/** The keys that are not revoked, the oldest first; some may have expired. */
export async function listApiKeys(db: Db): Promise<ApiKey[]> {
  return db<ApiKey[]>`
    select id, name, scopes, expires_at from api_keys where revoked_at is null order by created_at`;
}

/** Revokes a key; false if there is none of this id in use. */
export async function revokeApiKey(sql: Sql | Tx, id: string, now: string): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    const [revoked] = await tx<{ name: string }[]>`
      update api_keys set revoked_at = ${now} where id = ${id} and revoked_at is null returning name`;
    if (revoked)
      await recordAudit(tx, {
        at: now,
        actor: OPERATOR,
        action: 'api_key.revoked',
        subject: `api-key/${id}`,
        detail: { name: revoked.name },
      });
    return revoked !== undefined;
  });
}

/** Whether another person than the actor (`key:…`, `user:…`) has an admin key that is valid at `now`. */
export async function hasAnotherAdmin(db: Db, actor: string, now: string): Promise<boolean> {
  const own = actor.startsWith('key:') ? actor.slice('key:'.length) : null;
  const [row] = await db<{ found: boolean }[]>`
    select exists (
      select 1 from api_keys
      where 'admin' = any(scopes) and revoked_at is null and (expires_at is null or expires_at > ${now})
        and lower(trim(name)) is distinct from (select lower(trim(name)) from api_keys where id = ${own})) as found`;
  return row!.found;
}

/** Whether two actors (`key:…`, `user:…`) are one person: the same one, or two keys of the same name. */
export async function isSamePerson(db: Db, actor: string, other: string): Promise<boolean> {
  if (actor === other) return true;
  const ids = [actor, other].flatMap((of) => (of.startsWith('key:') ? [of.slice('key:'.length)] : []));
  const named =
    await db`select lower(trim(name)) from api_keys where id = any(${ids}) group by 1 having count(*) > 1`;
  return named.length > 0;
}
