import { createHash, randomBytes } from 'node:crypto';
import { type Db, inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { OPERATOR } from './operator.ts';

const LINK_MS = 24 * 3_600_000;
const SESSION_MS = 12 * 3_600_000;
/** A session that is not used for so long ends. */
const IDLE_MS = 2 * 3_600_000;
/** How exactly the last use of a session is known: it is not written at every request. */
const SEEN_MS = 60_000;

const newToken = (): string => randomBytes(24).toString('base64url');
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
const later = (now: string, ms: number): string => new Date(Date.parse(now) + ms).toISOString();

/** Creates the token of a one-time sign-in link, valid for a day; only its hash is stored. */
export async function createSignInLink(
  sql: Sql,
  { userId }: { userId: string },
  now: string,
): Promise<string> {
  const token = newToken();
  await inTransaction(sql, async (tx) => {
    await tx`insert into sign_in_links (hash, user_id, expires_at) values (${hashOf(token)}, ${userId}, ${later(now, LINK_MS)})`;
    await recordAudit(tx, {
      at: now,
      actor: OPERATOR,
      action: 'user.link_created',
      subject: `user/${userId}`,
    });
  });
  return token;
}

/** Uses up a link and opens a session of twelve hours; null if the link is unknown, used or expired. */
export async function signIn(
  sql: Sql,
  linkToken: string,
  now: string,
): Promise<{ session: string; userId: string } | null> {
  return inTransaction(sql, async (tx) => {
    const [link] = await tx<{ userId: string }[]>`
      update sign_in_links set used_at = ${now} where hash = ${hashOf(linkToken)} and used_at is null and expires_at > ${now} returning user_id`;
    if (!link) return null;
    const { userId } = link;
    const session = newToken();
    await tx`insert into sessions (hash, user_id, created_at, seen_at, expires_at) values (${hashOf(session)}, ${userId}, ${now}, ${now}, ${later(now, SESSION_MS)})`;
    const who = { actor: `user:${userId}`, subject: `user/${userId}` } as const;
    await recordAudit(tx, { at: now, action: 'user.signed_in', ...who });
    return { session, userId };
  });
}

/** The id of the user whose session this is; null if it is unknown, has ended, or was not used for two hours. */
export async function sessionUser(db: Db, session: string, now: string): Promise<string | null> {
  const [row] = await db<{ userId: string; seenAt: string }[]>`
    select user_id, seen_at from sessions
    where hash = ${hashOf(session)} and expires_at > ${now} and seen_at > ${later(now, -IDLE_MS)}`;
  if (!row) return null;
  if (row.seenAt < later(now, -SEEN_MS))
    await db`update sessions set seen_at = greatest(seen_at, ${now}::timestamptz) where hash = ${hashOf(session)}`;
  return row.userId;
}

export async function signOut(sql: Sql, session: string, now: string): Promise<void> {
  await inTransaction(sql, async (tx) => {
    const [ended] = await tx<{ userId: string }[]>`
      delete from sessions where hash = ${hashOf(session)} returning user_id`;
    if (!ended) return;
    const who = { actor: `user:${ended.userId}`, subject: `user/${ended.userId}` } as const;
    await recordAudit(tx, { at: now, action: 'user.signed_out', ...who });
  });
}

/** Ends all sessions of a user, and makes the links that are not used yet worthless. */
export async function endAccess(
  sql: Sql,
  userId: string,
  now: string,
): Promise<{ sessions: number; links: number }> {
  return inTransaction(sql, async (tx) => {
    const links =
      await tx`delete from sign_in_links where user_id = ${userId} and used_at is null and expires_at > ${now} returning 1`;
    const sessions =
      await tx`delete from sessions where user_id = ${userId} and expires_at > ${now} returning 1`;
    const detail = { sessions: sessions.length, links: links.length };
    const action = 'user.access_ended';
    await recordAudit(tx, { at: now, actor: OPERATOR, action, subject: `user/${userId}`, detail });
    return detail;
  });
}
