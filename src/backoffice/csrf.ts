import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * CSRF tokens that are bound to a cookie: another site can neither read the cookie nor make the token. Nothing is
 * stored.
 */
export function createCsrf(secret: string) {
  const tokenFor = (cookie: string): string =>
    createHmac('sha256', secret).update(`csrf ${cookie}`).digest('base64url');
  return {
    tokenFor,
    matches(cookie: string, token: unknown): boolean {
      if (typeof token !== 'string') return false;
      const [given, right] = [Buffer.from(token), Buffer.from(tokenFor(cookie))];
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}

export type Csrf = ReturnType<typeof createCsrf>;
