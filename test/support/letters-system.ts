import { setTimeout as sleep } from 'node:timers/promises';
import type { ParsedMail } from 'mailparser';
import pLimit from 'p-limit';
import { expect } from 'vitest';
import { activePolicies, replacePolicy } from '../../src/modules/settings/tables.ts';
import { dunning } from './builders.ts';
import { eventually } from './eventually.ts';
import { addCustomer, offerMore, openMerchant } from './merchant.ts';
import { startRealSystem } from './real-system.ts';

const HOUR_MS = 3_600_000;

export type DueLetter = {
  customerId: string;
  state: string;
  attempts: number;
  messageId: string | null;
  lastError: string | null;
};
export type LettersSystem = Awaited<ReturnType<typeof startLettersSystem>>;

export const euros = (units: number) => ({ amount: units * 100, currency: 'EUR' });
export const emailOf = (customerId: string) => `${customerId}@customers.example`;
export const range = (count: number) => Array.from({ length: count }, (_, index) => index);
export const addressOf = (to: ParsedMail['to']): string | undefined =>
  (Array.isArray(to) ? to[0] : to)?.value[0]?.address;

/** The real system, for a merchant whose customers are reminded once, in the very instant in which an order is due. */
export async function startLettersSystem() {
  const system = await startRealSystem();
  const { sql, postOffice } = system;
  await openMerchant(sql);
  await offerMore(sql, [{ code: 'hour', label: 'An hour', kind: 'elapsed', duration: 'PT1H' }]);
  const { version: baseVersion } = (await activePolicies(sql)).dunning;
  await replacePolicy(sql, 'dunning', {
    ...{ baseVersion, actor: 'user:test', now: new Date().toISOString() },
    body: { ...dunning, plans: { hour: [{ offset: 'PT0S', tone: 'due' }] } },
  });

  async function place(name: string, count: number, { each, inMs }: { each: number; inMs: number }) {
    const at = Date.now() + inMs;
    const placedAt = new Date(at - HOUR_MS).toISOString();
    const customers = range(count).map((index) => `${name}-${index}`);
    for (const id of customers) await addCustomer(sql, id, { email: emailOf(id) });
    const orders = customers.flatMap((customerId) =>
      range(each).map((n) => ({ customerId, orderId: `${customerId}-order-${n}` })),
    );
    // The API turns away whom many others wait for: those of one customer come a few at a time.
    const atOnce = pLimit(5);
    const answers = await Promise.all(
      orders.map(({ customerId, orderId }) =>
        atOnce(() =>
          system.call('/orders', {
            ...{ orderId, customerId, orderNumber: `N-${orderId}` },
            ...{ total: euros(100), termsCode: 'hour', placedAt },
          }),
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 201));
    await eventually(
      'all are confirmed',
      async () => {
        const [row] = await sql<{ sent: number }[]>`
          select count(*)::int as sent from mails
          where customer_id = any(${customers}) and kind = 'confirmation' and state = 'sent'`;
        return row!.sent === orders.length;
      },
      inMs + 60_000,
    );
    return { customers, orders: orders.map(({ orderId }) => orderId), at };
  }

  /**
   * Customers `<name>-0` and so on, whose orders all come due at one instant, `inMs` from now. Resolves when the
   * workflows of all sleep and the confirmations have left. A machine that is too slow for that has another try, with
   * twice the time.
   */
  async function allDue(
    name: string,
    count: number,
    { each = 1, inMs, triesLeft = 3 }: { each?: number; inMs: number; triesLeft?: number },
  ): ReturnType<typeof place> {
    const placed = await place(name, count, { each, inMs });
    if (Date.now() < placed.at) return placed;
    if (triesLeft === 0) throw new Error(`${count * each} orders could not be placed within ${inMs} ms`);
    await allEnded(placed.customers);
    return allDue(`${name}-again`, count, { each, inMs: 2 * inMs, triesLeft: triesLeft - 1 });
  }

  /** The letters to these customers, as the outbox knows them. */
  const letters = (customers: readonly string[]) =>
    sql<DueLetter[]>`
      select customer_id, state, attempts, message_id, last_error from mails
      where customer_id = any(${customers as string[]}) and kind = 'reminder' order by customer_id, id`;

  /** What came to the mail server under a letter's Message-ID. */
  const copiesOf = ({ messageId }: DueLetter) =>
    postOffice.arrivals.filter((arrival) => arrival.messageId === messageId);

  /** What came to a customer, except what is known as a confirmation or a receipt. */
  async function lettersTo(customerId: string): Promise<ParsedMail[]> {
    const others = await sql<{ messageId: string }[]>`
      select message_id from mails where customer_id = ${customerId} and kind <> 'reminder' and message_id is not null`;
    const ids = new Set(others.map(({ messageId }) => messageId));
    return postOffice.mails.filter(
      ({ to, messageId }) => addressOf(to) === emailOf(customerId) && !ids.has(messageId!),
    );
  }

  const allEnded = (customers: readonly string[], withinMs = 90_000) =>
    eventually(
      `the letters to ${customers.length} customers have ended`,
      async () => {
        const found = await letters(customers);
        return (
          found.length === customers.length &&
          found.every(({ state }) => !['held', 'queued', 'sending'].includes(state)) &&
          found
        );
      },
      withinMs,
    );

  /** One letter to each customer, which came at least once, and always with the same bytes. */
  async function expectOneLetterEach(customers: readonly string[]): Promise<DueLetter[]> {
    const found = await letters(customers);
    expect(found.map(({ customerId }) => customerId)).toEqual([...customers].sort());
    for (const letter of found) {
      const copies = copiesOf(letter);
      expect(copies.length, letter.customerId).toBeGreaterThanOrEqual(1);
      expect(new Set(copies.map(({ bytes }) => bytes)).size).toBe(1);
      if (letter.state === 'sent') expect(copies).toHaveLength(1);
      expect(await lettersTo(letter.customerId)).toHaveLength(copies.length);
    }
    const steps = await sql<{ outcome: string | null }[]>`
      select outcome from steps where customer_id = any(${customers as string[]}) and tone is not null`;
    expect(new Set(steps.map(({ outcome }) => outcome))).toEqual(new Set(['sent']));
    return found;
  }

  /** The time that an attempt has to report is over, and so is the time of a sender that was not seen. */
  async function letAttemptsExpire(): Promise<void> {
    await sql`update mails set claimed_until = now() - interval '1 second' where state = 'sending'`;
    await sql`update mail_sender set until = until - interval '15 seconds'`;
  }

  return {
    ...system,
    allDue,
    letters,
    copiesOf,
    lettersTo,
    allEnded,
    expectOneLetterEach,
    letAttemptsExpire,
    async restartWorker(): Promise<void> {
      await system.killWorker();
      await letAttemptsExpire();
      await system.startWorker();
    },
    pay: (orderId: string) =>
      system.call(`/orders/${orderId}/payments`, { paymentId: `${orderId}-paid`, amount: euros(100) }),
    /** The mail server does nothing special any more, and the books are right: after each test. */
    async expectOrder(): Promise<void> {
      Object.assign(postOffice, { beforeAnswer: async () => {}, refuses: () => undefined });
      expect(await system.reconcile()).toEqual([]);
    },
    sleepUntil: (at: number) => sleep(Math.max(0, at - Date.now())),
  };
}
