import { randomBytes } from 'node:crypto';
import type { CookieOptions, NextFunction, Request, Response } from 'express';
import { sessionUser } from '../modules/access/sessions.ts';
import type { Sql } from '../platform/postgres/client.ts';
import type { Csrf } from './csrf.ts';
import type { Visitor } from './page.tsx';

/**
 * The back office's cookies, which scripts cannot read. With https their names begin with __Host-, so that no other host of
 * the domain can set them; such a cookie is sent to all paths.
 */
export function createCookies({ secure }: { secure: boolean }) {
  const options: CookieOptions = { httpOnly: true, sameSite: 'lax', secure, path: secure ? '/' : '/admin' };
  const prefix = secure ? '__Host-' : '';
  const SESSION = `${prefix}netterms_session`;
  /** What the CSRF token of the sign-in page is bound to, before there is a session. */
  const VISIT = `${prefix}netterms_visit`;
  const read = (req: Request, name: string): string | null => {
    const value: unknown = req.cookies?.[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return {
    session: (req: Request) => read(req, SESSION),
    visit: (req: Request) => read(req, VISIT),
    openSession(res: Response, session: string): void {
      res.clearCookie(VISIT, options).cookie(SESSION, session, options);
    },
    openVisit(res: Response): string {
      const visit = randomBytes(24).toString('base64url');
      res.cookie(VISIT, visit, options);
      return visit;
    },
    endSession(res: Response): void {
      res.clearCookie(SESSION, options);
    },
  };
}

export type Cookies = ReturnType<typeof createCookies>;

/**
 * Identifies the visitor, and refuses a POST whose CSRF token is not the visitor's own.
 * @param refuse answers a refused request with a page
 */
export function identify({
  sql,
  now,
  cookies,
  csrf,
  refuse,
}: {
  sql: Sql;
  now: () => string;
  cookies: Cookies;
  csrf: Csrf;
  refuse: (req: Request, res: Response) => void;
}) {
  return async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const session = cookies.session(req);
    const userId = session === null ? null : await sessionUser(sql, session, now());
    const bearer = userId === null ? cookies.visit(req) : session;
    const visitor: Visitor = {
      userId,
      csrf: csrf.tokenFor(bearer ?? (req.method === 'GET' ? cookies.openVisit(res) : '')),
    };
    res.locals.visitor = visitor;
    const safe = req.method === 'GET' || req.method === 'HEAD';
    if (safe || (bearer !== null && csrf.matches(bearer, req.body?.csrf))) return next();
    refuse(req, res);
  };
}
