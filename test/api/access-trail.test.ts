import type { Response } from 'express';
import { describe, expect, it } from 'vitest';
import { createCookies } from '../../src/backoffice/session.ts';
import { createApiKey, revokeApiKey } from '../../src/modules/access/api-keys.ts';
import {
  createSignInLink,
  endAccess,
  sessionUser,
  signIn,
  signOut,
} from '../../src/modules/access/sessions.ts';
import { useApi } from './harness.ts';

const api = useApi();

const at = (hours: number, minutes = 0) => new Date(Date.UTC(2027, 2, 1, 8 + hours, minutes)).toISOString();
const trailOf = (subject: string) =>
  api.sql`select actor, action, detail from audit where subject = ${subject} order by id`;

describe('the audit trail', () => {
  it('has the creation and the revocation of keys, without the key', async () => {
    const { id, key } = await createApiKey(api.sql, { name: 'shop', scopes: ['storefront'] }, at(0));
    expect(await revokeApiKey(api.sql, id, at(1))).toBe(true);
    expect(await revokeApiKey(api.sql, id, at(2))).toBe(false);
    const trail = await trailOf(`api-key/${id}`);
    expect(trail).toEqual([
      {
        actor: 'operator',
        action: 'api_key.created',
        detail: { name: 'shop', scopes: ['storefront'], expiresAt: null },
      },
      { actor: 'operator', action: 'api_key.revoked', detail: { name: 'shop' } },
    ]);
    expect(JSON.stringify(trail)).not.toContain(key);
  });

  it('has links, sign-ins and sign-outs, but no attempt with a used link', async () => {
    const link = await createSignInLink(api.sql, { userId: 'anna' }, at(0));
    const { session } = (await signIn(api.sql, link, at(0)))!;
    expect(await signIn(api.sql, link, at(0))).toBeNull();
    await signOut(api.sql, session, at(1));
    await signOut(api.sql, session, at(1));
    expect(await trailOf('user/anna')).toEqual([
      { actor: 'operator', action: 'user.link_created', detail: {} },
      { actor: 'user:anna', action: 'user.signed_in', detail: {} },
      { actor: 'user:anna', action: 'user.signed_out', detail: {} },
    ]);
  });
});

it('ending a user’s access ends the sessions and the unused links, and nobody else’s', async () => {
  const links = await Promise.all(
    ['bruno', 'bruno', 'clara'].map((userId) => createSignInLink(api.sql, { userId }, at(0))),
  );
  const bruno = (await signIn(api.sql, links[0]!, at(0)))!;
  const clara = (await signIn(api.sql, links[2]!, at(0)))!;
  expect(await endAccess(api.sql, 'bruno', at(1))).toEqual({ sessions: 1, links: 1 });
  expect(await sessionUser(api.sql, bruno.session, at(1))).toBeNull();
  expect(await signIn(api.sql, links[1]!, at(1))).toBeNull();
  expect(await sessionUser(api.sql, clara.session, at(1))).toBe('clara');
  expect((await trailOf('user/bruno')).at(-1)).toEqual({
    actor: 'operator',
    action: 'user.access_ended',
    detail: { sessions: 1, links: 1 },
  });
});

it('a session ends after two hours without use, and after twelve in any case', async () => {
  const open = async () =>
    (await signIn(api.sql, await createSignInLink(api.sql, { userId: 'dora' }, at(0)), at(0)))!.session;
  const idle = await open();
  expect(await sessionUser(api.sql, idle, at(2))).toBeNull();
  const used = await open();
  for (let hours = 1; hours < 12; hours++)
    expect(await sessionUser(api.sql, used, at(hours, 30)), `${hours}`).toBe('dora');
  expect(await sessionUser(api.sql, used, at(12))).toBeNull();
});

it('on https the cookies are bound to this host', () => {
  const set: unknown[][] = [];
  const response = { cookie: (...given: unknown[]) => set.push(given) } as unknown as Response;
  createCookies({ secure: true }).openVisit(response);
  createCookies({ secure: false }).openVisit(response);
  expect(set).toEqual([
    ['__Host-netterms_visit', expect.any(String), expect.objectContaining({ secure: true, path: '/' })],
    ['netterms_visit', expect.any(String), expect.objectContaining({ secure: false, path: '/admin' })],
  ]);
});
