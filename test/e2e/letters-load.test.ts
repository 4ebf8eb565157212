import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { inTransaction, type Sql } from '../../src/platform/postgres/client.ts';
import { eventually } from '../support/eventually.ts';
import {
  addressOf,
  emailOf,
  type LettersSystem,
  range,
  startLettersSystem,
} from '../support/letters-system.ts';

/** How many letters are due at once; `LETTERS=500 npm test -- test/e2e/letters-load` is the full size. */
const LETTERS = Number(process.env.LETTERS ?? 30);
/** As long as a statement waits for a lock. */
const HELD_MS = 8_000;

let system: LettersSystem;
beforeAll(async () => {
  system = await startLettersSystem();
}, 120_000);
afterAll(() => system.stop());
afterEach(() => system.expectOrder());

/** Somebody works on a customer until the returned function is called. */
async function lock(sql: Sql, customerId: string): Promise<() => Promise<unknown>> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let working: Promise<unknown> | undefined;
  await new Promise<void>((resolve, reject) => {
    working = inTransaction(sql, async (tx) => {
      await tx`select 1 from customers where id = ${customerId} for update`;
      resolve();
      await released;
    });
    working.catch(reject);
  });
  return () => {
    release();
    return working!;
  };
}

it(
  'with 150 ms for each mail, payments answer 200 while all letters are on their way; what was paid before is not asked for',
  async () => {
    const { customers, at } = await system.allDue('busy', LETTERS, { inMs: 6_000 + 200 * LETTERS });
    const before = system.postOffice.arrivals.length;
    system.postOffice.beforeAnswer = () => sleep(150);
    await system.sleepUntil(at);
    await eventually('the first are on their way', () => system.postOffice.arrivals.length > before);
    // The last ones in the outbox are probably paid before their letter is composed, the first ones after it.
    const paying = range(10).map((n) => customers[Math.floor((n * LETTERS) / 10)]!);
    for (const customer of paying) expect((await system.pay(`${customer}-order-0`)).status).toBe(200);
    const settled = (customerId: string) =>
      system.sql`select 1 from orders where customer_id = ${customerId} and status = 'settled'`;
    for (const customer of paying) expect(await settled(customer)).toHaveLength(1);
    const others = customers.filter((customer) => !paying.includes(customer));
    await system.allEnded(others, 60_000 + 500 * LETTERS);
    for (const letter of await system.expectOneLetterEach(others))
      expect(letter).toMatchObject({ state: 'sent', attempts: 1 });
    for (const customer of paying) {
      const found = await system.letters([customer]);
      for (const { state } of found) expect(['sent', 'withdrawn']).toContain(state);
      expect(await system.lettersTo(customer)).toHaveLength(
        found.filter(({ state }) => state === 'sent').length,
      );
    }
  },
  200_000 + 1_000 * LETTERS,
);

it('with three seconds for each mail and two workers: each letter is sent once', async () => {
  const other = await system.startAnotherWorker();
  try {
    const { customers } = await system.allDue('slow', 10, { inMs: 6_000 });
    system.postOffice.beforeAnswer = () => sleep(3_000);
    await system.allEnded(customers);
    for (const letter of await system.expectOneLetterEach(customers))
      expect(letter).toMatchObject({ state: 'sent', attempts: 1 });
  } finally {
    await other.stop();
  }
}, 240_000);

it('a hundred orders of one customer that come due at one instant are one letter', async () => {
  const { customers, orders } = await system.allDue('hundred', 1, { each: 100, inMs: 20_000 });
  const [customer] = customers;
  await system.allEnded(customers);
  const [letter] = await system.expectOneLetterEach(customers);
  expect(letter).toMatchObject({ state: 'sent', attempts: 1 });
  const [mail] = await system.lettersTo(customer!);
  for (const orderId of orders) expect(mail!.text).toContain(`N-${orderId}`);
  expect(mail!.text).toContain('10.000,00');
}, 400_000);

it('a lock that is held for eight seconds, at the look and while the letter is on its way: the others leave, and each is sent once', async () => {
  const { customers, at } = await system.allDue('locked', 6, { inMs: 6_000 });
  const [looked, sent, ...others] = customers as [string, string, ...string[]];
  const releases = [await lock(system.sql, looked)];
  system.postOffice.beforeAnswer = async ({ to }) => {
    if (addressOf(to) === emailOf(sent)) releases.push(await lock(system.sql, sent));
  };
  await system.sleepUntil(at);
  await eventually('both are locked', () => releases.length === 2);
  const held = sleep(HELD_MS);
  await system.allEnded(others);
  expect(await system.letters([looked])).toEqual([]);
  expect(await system.letters([sent])).toMatchObject([{ state: 'sending' }]);
  await held;
  for (const release of releases) await release();
  await system.allEnded(customers);
  for (const letter of await system.expectOneLetterEach(customers))
    expect(letter).toMatchObject({ state: 'sent', attempts: 1 });
}, 240_000);
