import { expect } from 'vitest';
import { createRenderer } from '../../src/modules/dunning/letters/render.ts';
import { sweep } from '../../src/modules/dunning/look/sweep.ts';
import type { DunningPolicy } from '../../src/modules/dunning/rules/dunning.ts';
import { createSender } from '../../src/modules/mail/sender.ts';
import { tryAgain } from '../../src/modules/mail/try-again.ts';
import { stepsOf } from '../../src/modules/orders/steps.ts';
import { defaultDunning } from '../../src/modules/settings/rules/defaults.ts';
import { activePolicies, replacePolicy } from '../../src/modules/settings/tables.ts';
import type { Mail } from '../../src/platform/smtp/mailer.ts';
import { mailDefinitionsOf } from '../../src/registry.ts';
import { openApi } from '../api/harness.ts';
import { aLook } from './builders.ts';

/** A letter that left, and when. */
export type Left = Mail & { at: string; kind: string };

/**
 * The API with real orders and letters, and a clock of the test's own: `until` lets the days pass, in which each order is
 * looked at when PostgreSQL said, and all mails leave. Reminders are those of the product's defaults, at 10:30 in Rome
 * without a spread.
 * @param notifiesStore whether the store is told what becomes of letters
 */
export async function openLetters({ at = '2026-10-01T08:00:00.000Z', notifiesStore = false } = {}) {
  const api = await openApi();
  const { sql, clock, commands } = api;
  clock.now = at;
  const left: Left[] = [];
  /** What the mail server does with a mail; tests replace it. */
  const post = { accept: async (_mail: Mail): Promise<void> => {} };
  const definitions = mailDefinitionsOf(await createRenderer(), { notifiesStore });
  const sender = createSender({
    ...{ sql, definitions, from: 'Acme <billing@acme.example>', now: () => clock.now },
    ...{ perSecond: 10_000, atOnce: 5, everyMs: 3_600_000, log: { warn() {} } },
    mailer: {
      async send(mail) {
        await post.accept(mail);
        const [row] = await sql<
          { kind: string }[]
        >`select kind from mails where message_id = ${mail.messageId}`;
        left.push({ ...mail, at: clock.now, kind: row!.kind });
      },
    },
    retry: async () => {},
  });

  async function setDunning(given: Partial<DunningPolicy>): Promise<void> {
    const { version: baseVersion } = (await activePolicies(sql)).dunning;
    const body = { ...defaultDunning, spreadMinutes: 0, ...given };
    await replacePolicy(sql, 'dunning', { baseVersion, body, actor: 'user:test', now: clock.now });
  }
  await setDunning({});

  /** What the workflow of an order does when it wakes. */
  async function lookAt(orderId: string): Promise<void> {
    const [row] = await sql<{ episode: number }[]>`select episode from orders where id = ${orderId}`;
    await commands.advance(aLook(orderId, clock.now, { episode: row!.episode }));
    await sender.drain(clock.now);
  }

  return {
    ...api,
    left,
    post,
    sender,
    setDunning,
    lookAt,
    /** Has a mail that was refused for now tried again. */
    async tryAgain(mailId: string): Promise<void> {
      await tryAgain(sql, definitions, { mailId, now: clock.now });
      await sender.drain(clock.now);
    },
    /** Lets time pass until that instant. */
    async until(instant: string): Promise<void> {
      for (;;) {
        const [next] = await sql<{ id: string; nextLook: string }[]>`
          select id, next_look from orders where status in ('open', 'reserved') and next_look <= ${instant}
          order by next_look, id limit 1`;
        if (!next) break;
        if (Date.parse(next.nextLook) > Date.parse(clock.now)) clock.now = next.nextLook;
        await lookAt(next.id);
        const [again] = await sql<
          { nextLook: string | null }[]
        >`select next_look from orders where id = ${next.id}`;
        if (again?.nextLook && Date.parse(again.nextLook) <= Date.parse(clock.now))
          throw new Error(`${next.id} is looked at again and again at ${again.nextLook}`);
      }
      clock.now = instant;
      await sweep(sql, clock.now);
      await sender.drain(clock.now);
    },
    /** The last reminder that left: a receipt may leave before it or after it. */
    lastReminder: (): Left => left.findLast(({ kind }) => kind === 'reminder')!,
    /** The reminders that left, as "day tone subject". */
    reminders: (customer = 'rossi') =>
      sql<{ text: string }[]>`
        select format('%s %s', l.left_on, l.tone) as text from letters l where l.customer_id = ${customer} and l.left_on is not null
        order by l.left_on, l.mail_id`.then((rows) => rows.map(({ text }) => text)),
    /** What became of the steps of an order, and what the others wait for. */
    async steps(orderId: string): Promise<Record<string, string>> {
      const rows = await stepsOf(sql, [orderId]);
      return Object.fromEntries(
        rows.map(({ key, outcome, reason, state, waitsFor }) => [
          key,
          reason ?? outcome ?? waitsFor ?? state,
        ]),
      );
    },
    /** The open tasks, as "kind order". */
    tasks: () =>
      sql<{ text: string }[]>`
        select trim(format('%s %s', kind, order_id)) as text from tasks where state = 'open' order by 1`.then(
        (rows) => rows.map(({ text }) => text),
      ),
    /** The only letter that left since `before`. */
    only(before: number): Left {
      expect(left).toHaveLength(before + 1);
      return left[before]!;
    },
    async close(): Promise<void> {
      await sender.stop();
      await api.close();
    },
  };
}
export type Letters = Awaited<ReturnType<typeof openLetters>>;
