import { createHash, randomBytes } from 'node:crypto';
import type { Db } from '../../platform/postgres/client.ts';

const LINK_MS = 24 * 3_600_000;
const SESSION_MS = 12 * 3_600_000;

const newToken = (): string => randomBytes(24).toString('base64url');
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
const later = (now: string, ms: number): string => new Date(Date.parse(now) + ms).toISOString();

/** Creates the token of a one-time sign-in link, valid for a day; only its hash is stored. */
export async function createSignInLink(db: Db, { userId }: { userId: string }, now: string): Promise<string> {
  const token = newToken();
  await db`insert into sign_in_links (hash, user_id, expires_at) values (${hashOf(token)}, ${userId}, ${later(now, LINK_MS)})`;
  return token;
}

/** Uses up a link and opens a session of twelve hours; null if the link is unknown, used or expired. */
export async function signIn(
  db: Db,
  linkToken: string,
  now: string,
): Promise<{ session: string; userId: string } | null> {
  const [link] = await db<{ userId: string }[]>`
    update sign_in_links set used_at = ${now} where hash = ${hashOf(linkToken)} and used_at is null and expires_at > ${now} returning user_id`;
  if (!link) return null;
  const session = newToken();
  await db`insert into sessions (hash, user_id, created_at, expires_at) values (${hashOf(session)}, ${link.userId}, ${now}, ${later(now, SESSION_MS)})`;
  return { session, userId: link.userId };
}

/** The id of the user whose session this is; null if it is unknown or has ended. */
export async function sessionUser(db: Db, session: string, now: string): Promise<string | null> {
  const [row] = await db<
    { userId: string }[]
  >`select user_id from sessions where hash = ${hashOf(session)} and expires_at > ${now}`;
  return row?.userId ?? null;
}

export async function signOut(db: Db, session: string): Promise<void> {
  await db`delete from sessions where hash = ${hashOf(session)}`;
}
