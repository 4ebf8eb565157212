import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import {
  addressOf,
  emailOf,
  type LettersSystem,
  range,
  startLettersSystem,
} from '../support/letters-system.ts';

/** How many letters are due while the worker is killed again and again; `LETTERS=500` is the full size, for a minute. */
const LETTERS = Number(process.env.LETTERS ?? 24);
const KILLS = LETTERS > 100 ? 15 : 8;

let system: LettersSystem;
beforeAll(async () => {
  system = await startLettersSystem();
}, 120_000);
afterAll(() => system.stop());
afterEach(() => system.expectOrder());

/** No worker sends until the returned function is called. */
async function holdSenders(): Promise<() => Promise<void>> {
  await system.sql`
    insert into mail_sender (holder, until) values ('nobody', now() + interval '1 hour')
    on conflict (one) do update set holder = excluded.holder, until = excluded.until`;
  return async () => {
    await system.sql`delete from mail_sender where holder = 'nobody'`;
  };
}

it(
  'kill -9 of the worker every four seconds: each letter is sent, copies are the same, and what was paid is not asked for',
  async () => {
    const { customers, at } = await system.allDue('killed', LETTERS, { inMs: 350 * LETTERS });
    const paid = customers.slice(0, 5);
    for (const customer of paid) expect((await system.pay(`${customer}-order-0`)).status).toBe(200);
    system.postOffice.beforeAnswer = () => sleep(800);
    const others = customers.slice(5);
    await system.sleepUntil(at);
    let ended = false;
    const all = system.allEnded(others, 80_000 + 400 * LETTERS).finally(() => {
      ended = true;
    });
    for (let kills = 0; !ended; kills++) {
      await Promise.race([all, sleep(4_000)]);
      if (!ended && kills < KILLS) await system.restartWorker();
    }
    await all;
    await system.expectOneLetterEach(others);
    for (const customer of paid) expect(await system.lettersTo(customer)).toEqual([]);
  },
  200_000 + 1_000 * LETTERS,
);

it('kill -9 after a letter is frozen, before it is handed over: the next worker sends it, maybe twice', async () => {
  const { customers } = await system.allDue('frozen', 1, { inMs: 5_000 });
  const before = system.postOffice.arrivals.length;
  await new Promise<void>((resolve) => {
    // The recipient is named, and not a byte of the letter has followed.
    system.postOffice.refuses = () => {
      system.postOffice.refuses = () => undefined;
      void system.killWorker().then(resolve);
      return undefined;
    };
  });
  expect(system.postOffice.arrivals).toHaveLength(before);
  expect(await system.letters(customers)).toMatchObject([{ state: 'sending', attempts: 1 }]);
  await system.letAttemptsExpire();
  await system.startWorker();
  await system.allEnded(customers);
  const [letter] = await system.expectOneLetterEach(customers);
  expect(letter).toMatchObject({ state: 'sent_maybe_twice', attempts: 2 });
}, 240_000);

it('kill -9 after the mail server’s 250, before the outcome is written: sent maybe twice, with the same bytes', async () => {
  const { customers } = await system.allDue('answered', 1, { inMs: 5_000 });
  await new Promise<void>((resolve) => {
    system.postOffice.beforeAnswer = async () => {
      system.postOffice.beforeAnswer = async () => {};
      await system.killWorker();
      resolve();
    };
  });
  await system.letAttemptsExpire();
  await system.startWorker();
  await system.allEnded(customers);
  const [letter] = await system.expectOneLetterEach(customers);
  expect(letter!.state).toBe('sent_maybe_twice');
  expect(system.copiesOf(letter!)).toHaveLength(2);
}, 240_000);

it('a worker that stands still for longer than its lease, beside another one: each letter is sent, copies are the same', async () => {
  // It takes seconds to start: the letters must not have left by then.
  const other = await system.startAnotherWorker();
  const { customers } = await system.allDue('still', 12, { inMs: 6_000 });
  const before = system.postOffice.arrivals.length;
  system.postOffice.beforeAnswer = () => sleep(400);
  await eventually('some are on their way', () => system.postOffice.arrivals.length > before);
  const stopped = system.worker().process;
  stopped.kill('SIGSTOP');
  try {
    await sleep(1_500);
    // After thirty seconds PostgreSQL and the other processes do the same to transactions that stand still.
    await system.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and state_change < now() - interval '1 second'
        and (state = 'idle in transaction' or (state = 'active' and wait_event = 'ClientRead'))`;
    // Only now: an attempt that began in the very moment of the stop was not among those that expire before.
    await system.letAttemptsExpire();
    await system.allEnded(customers, 120_000);
  } finally {
    stopped.kill('SIGCONT');
  }
  await sleep(1_000);
  await system.expectOneLetterEach(customers);
  await other.stop();
}, 240_000);

it('the mail server is away, then back: everything leaves, one letter for each customer', async () => {
  const { customers } = await system.allDue('away', 8, { inMs: 5_000 });
  await system.postOffice.goAway();
  await eventually('the letters are waiting', async () => {
    const found = await system.letters(customers);
    return found.length === customers.length && found.some(({ lastError }) => lastError !== null);
  });
  await system.postOffice.comeBack();
  // A sender that found no server pauses for a minute; a worker that starts does not know of it.
  await system.restartWorker();
  await system.allEnded(customers);
  for (const letter of await system.expectOneLetterEach(customers)) expect(letter.state).toBe('sent');
}, 240_000);

it('recipients refused for good, refused for now, cut off and never answered: each is dealt with by itself', async () => {
  const { customers } = await system.allDue('mixed', 10, { inMs: 6_000 });
  const [bad, late, cut, hung] = customers.map(emailOf) as [string, string, string, string];
  const tries = new Map<string, number>();
  const isFirst = (email: string) => {
    tries.set(email, (tries.get(email) ?? 0) + 1);
    return tries.get(email) === 1;
  };
  system.postOffice.refuses = (email) => {
    if (email === bad) return 550;
    return email === late && isFirst(late) ? 451 : undefined;
  };
  const never = new Promise(() => {});
  system.postOffice.beforeAnswer = async ({ to }) => {
    const email = addressOf(to);
    if (email === cut && isFirst(cut)) return false;
    return email === hung && isFirst(hung) ? never : undefined;
  };
  await eventually('the usual ones leave, whatever becomes of the others', async () => {
    const [refused, later, inDoubt, ...rest] = await system.letters(customers);
    const usual = rest.filter(({ state }) => state === 'sent').length === 6;
    return usual && refused?.state === 'failed' && later?.lastError && inDoubt?.lastError;
  });
  await system.restartWorker();
  const ended = await system.allEnded(customers, 60_000);
  expect(ended.map(({ state }) => state)).toEqual([
    ...['failed', 'sent', 'sent_maybe_twice', 'sent_maybe_twice'],
    ...range(6).map(() => 'sent'),
  ]);
  const tasks =
    await system.sql`select customer_id from tasks where kind = 'letter-failed' and state = 'open'`;
  expect(tasks).toEqual([{ customerId: customers[0] }]);
  await system.expectOneLetterEach(customers.slice(1));
}, 240_000);

it('a payment between the look and the sender: what was paid is not asked for, and five orders are one letter', async () => {
  const { customers, orders } = await system.allDue('between', 2, { each: 5, inMs: 5_000 });
  const release = await holdSenders();
  await eventually('both letters are queued', async () => {
    const [row] = await system.sql<{ joined: number }[]>`
      select count(*)::int as joined from steps where order_id = any(${orders}) and state = 'in_letter'`;
    return row!.joined === 10;
  });
  const [some, none] = customers;
  for (const orderId of [`${some}-order-2`, ...range(5).map((n) => `${none}-order-${n}`)]) {
    const answer = await system.pay(orderId);
    expect([200, 202]).toContain(answer.status);
  }
  await release();
  const ended = await system.allEnded(customers);
  expect(ended.map(({ state }) => state)).toEqual(['sent', 'withdrawn']);
  const [letter, ...more] = await system.lettersTo(some!);
  expect(more).toEqual([]);
  const named = range(5).filter((n) => letter!.text!.includes(`N-${some}-order-${n}`));
  expect(named).toEqual([0, 1, 3, 4]);
  expect(await system.lettersTo(none!)).toEqual([]);
}, 240_000);
