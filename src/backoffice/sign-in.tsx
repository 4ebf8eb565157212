import { Router } from 'express';
import { signIn, signOut } from '../modules/access/sessions.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { sendPage, visitorOf } from './page.tsx';
import { linkUsed, NeedLinkPage, SignInPage } from './pages/sign-in.tsx';
import type { Cookies } from './session.ts';

/** Opens and ends sessions. A GET does not use up a link, because previews and prefetching send GETs. */
export function signInRoutes({
  sql,
  now,
  cookies,
}: {
  sql: Sql;
  now: () => string;
  cookies: Cookies;
}): Router {
  const router = Router();

  router.get('/sign-in', (req, res) => {
    const { token } = req.query;
    const visitor = visitorOf(res);
    if (typeof token === 'string' && token !== '')
      sendPage(res, <SignInPage visitor={visitor} token={token} />);
    else sendPage(res, <NeedLinkPage visitor={visitor} />, 401);
  });

  router.post('/sign-in', async (req, res) => {
    const token: unknown = req.body?.token;
    const opened = typeof token === 'string' ? await signIn(sql, token, now()) : null;
    if (!opened) return sendPage(res, <NeedLinkPage visitor={visitorOf(res)} problem={linkUsed} />, 401);
    // The browser forgets the session that it had: nobody may use it any more.
    const former = cookies.session(req);
    if (former !== null) await signOut(sql, former, now());
    cookies.openSession(res, opened.session);
    res.redirect(303, '/admin/orders');
  });

  router.post('/sign-out', async (req, res) => {
    const session = cookies.session(req);
    if (session !== null) await signOut(sql, session, now());
    cookies.endSession(res);
    res.redirect(303, '/admin/sign-in');
  });

  return router;
}
