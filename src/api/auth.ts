import type { Request, RequestHandler, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { NettermsError } from '../kernel/errors.ts';
import { type ApiKey, findApiKey, type Scope } from '../modules/access/api-keys.ts';
import type { Sql } from '../platform/postgres/client.ts';

/** How long a key that was found is not looked up again. A revoked key may still work for this long. */
const REMEMBERED_MS = 3_000;
/** Failed attempts that an address may make in a minute. */
const FAILURES_A_MINUTE = 30;

/** Finds the key of `Authorization: Bearer nt_…`. Failed attempts are limited by address, calls with a key are not. */
export function authenticate({ sql, now }: { sql: Sql; now: () => string }): RequestHandler {
  const find = rememberKeys(sql);
  const countFailure = rateLimit({
    windowMs: 60_000,
    limit: FAILURES_A_MINUTE,
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    handler: (_req, _res, next) =>
      next(
        new NettermsError('too-many-attempts', 'Wait a minute, and call with a valid key.', {
          retryAfter: 60,
        }),
      ),
  });
  return async (req, res, next) => {
    const key = await find(bearerOf(req), now());
    if (key) {
      res.locals.key = key;
      return next();
    }
    res.set('WWW-Authenticate', 'Bearer');
    return countFailure(req, res, (error) => next(error ?? unauthenticated()));
  };
}

/**
 * Looks keys up, and remembers only those that exist, so that unknown keys take no memory. Calls that come together with
 * one key look it up once: otherwise each would wait for a connection twice, for its key and for its work.
 */
function rememberKeys(sql: Sql) {
  const known = new Map<string, { key: ApiKey; until: number }>();
  const asking = new Map<string, Promise<ApiKey | null>>();

  async function lookUp(presented: string, now: string): Promise<ApiKey | null> {
    const key = await findApiKey(sql, presented, now);
    const expiry = key?.expiresAt ? Date.parse(key.expiresAt) : Number.POSITIVE_INFINITY;
    if (key) known.set(presented, { key, until: Math.min(Date.parse(now) + REMEMBERED_MS, expiry) });
    else known.delete(presented);
    return key;
  }

  return async (presented: string | null, now: string): Promise<ApiKey | null> => {
    if (presented === null) return null;
    const remembered = known.get(presented);
    if (remembered && Date.parse(now) < remembered.until) return remembered.key;
    const asked = asking.get(presented) ?? lookUp(presented, now).finally(() => asking.delete(presented));
    asking.set(presented, asked);
    return asked;
  };
}

function bearerOf(req: Request): string | null {
  const [, key] = /^Bearer (nt_[A-Za-z0-9_-]{1,100})$/i.exec(req.get('authorization') ?? '') ?? [];
  return key ?? null;
}

const unauthenticated = () =>
  new NettermsError('unauthenticated', 'Send a valid key as "Authorization: Bearer nt_…".');

/** Allows a call whose key has one of the scopes. */
export function authorise(scopes: readonly Scope[]): RequestHandler {
  return (_req, res, next) => {
    if (scopes.some((scope) => holds(keyOf(res), scope))) return next();
    throw new NettermsError('forbidden', `This call needs a key with the scope ${scopes.join(' or ')}.`);
  };
}

/** `admin` may do everything; `accounting` may read everything. */
export function holds({ scopes }: ApiKey, scope: Scope): boolean {
  if (scopes.includes(scope) || scopes.includes('admin')) return true;
  return scope === 'read' && scopes.includes('accounting');
}

export const keyOf = (res: Response): ApiKey => res.locals.key as ApiKey;
