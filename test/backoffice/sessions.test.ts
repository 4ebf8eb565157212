import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase } from '../support/database.ts';
import { type BackOffice, openBackOffice } from './back-office.ts';

/* Sign-in as a browser does it, without one: what is sent and set is seen exactly. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let office: BackOffice;
beforeAll(async () => {
  database = await freshDatabase();
  office = await openBackOffice(database.sql);
});
afterAll(async () => {
  await office.close();
  await database.drop();
});

/** A browser's cookies: it keeps what is set, and drops what is cleared. */
function aBrowser() {
  const jar = new Map<string, string>();
  async function ask(
    address: string,
    form?: Record<string, string>,
  ): Promise<{ status: number; text: string }> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(address, {
      redirect: 'manual',
      headers: { cookie },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    for (const set of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set)!;
      if (value === '') jar.delete(name!);
      else jar.set(name!, value!);
    }
    return { status: answer.status, text: await answer.text() };
  }
  return {
    jar,
    ask,
    async signIn(userId: string): Promise<number> {
      const link = await office.link(userId);
      const { text } = await ask(link);
      const csrf = /name="csrf" value="([^"]+)"/.exec(text)![1]!;
      const form = { csrf, token: new URL(link).searchParams.get('token')! };
      return (await ask(`${office.address}/admin/sign-in`, form)).status;
    },
    orders: async () => (await ask(`${office.address}/admin/orders`)).status,
  };
}

it('signing in again ends the session that the browser had', async () => {
  const browser = aBrowser();
  expect(await browser.signIn('anna')).toBe(303);
  const stolen = aBrowser();
  for (const [name, value] of browser.jar) stolen.jar.set(name, value);
  expect(await stolen.orders()).toBe(200);
  expect(await browser.signIn('anna')).toBe(303);
  expect(await browser.orders()).toBe(200);
  expect(await stolen.orders()).toBe(401);
});

it('another session of the same person goes on', async () => {
  const [desk, phone] = [aBrowser(), aBrowser()];
  expect([await desk.signIn('bruno'), await phone.signIn('bruno')]).toEqual([303, 303]);
  expect([await desk.orders(), await phone.orders()]).toEqual([200, 200]);
});

it('another site cannot sign a visitor in: a link needs the token of the page that shows it', async () => {
  const link = await office.link('mallory');
  const token = new URL(link).searchParams.get('token')!;
  const victim = aBrowser();
  await victim.ask(link);
  const form: Record<string, string>[] = [{ token }, { token, csrf: 'wrong' }];
  for (const given of form)
    expect((await victim.ask(`${office.address}/admin/sign-in`, given)).status).toBe(403);
  expect((await aBrowser().ask(`${office.address}/admin/sign-in`, { token })).status).toBe(403);
  expect(await victim.orders()).toBe(401);
});
