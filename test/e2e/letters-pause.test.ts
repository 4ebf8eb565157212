import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type LettersSystem, startLettersSystem } from '../support/letters-system.ts';

let system: LettersSystem;
beforeAll(async () => {
  system = await startLettersSystem();
}, 120_000);
afterAll(() => system.stop());

it('a mail server that nobody reaches is left alone for a minute; one letter finds out that it is back, then all leave', async () => {
  const { customers } = await system.allDue('paused', 8, { inMs: 5_000 });
  const attempts = async () =>
    (await system.letters(customers)).reduce((sum, letter) => sum + letter.attempts, 0);
  await system.postOffice.goAway();
  await eventually('the first attempts have failed', async () => {
    const found = await system.letters(customers);
    return (
      found.length === customers.length &&
      found.every(({ state }) => state === 'queued') &&
      found.some(({ lastError }) => lastError !== null)
    );
  });
  const before = await attempts();
  const arrived = system.postOffice.arrivals.length;
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  system.postOffice.beforeAnswer = () => answered;
  await system.postOffice.comeBack();
  await eventually('the probe', () => system.postOffice.arrivals.length > arrived, 120_000);
  await sleep(3_000); // the sender looks at the outbox each second
  expect(system.postOffice.arrivals).toHaveLength(arrived + 1);
  expect(await attempts()).toBe(before + 1);
  answer();
  await system.allEnded(customers);
  for (const letter of await system.expectOneLetterEach(customers)) expect(letter.state).toBe('sent');
  // No letter has a workflow of its own: the server refused none of them.
  expect(await system.sql`select 1 from mails where wake_by is not null`).toEqual([]);
  await system.expectOrder();
}, 240_000);
