import { afterEach, beforeEach, expect, it } from 'vitest';
import { eur } from '../../support/builders.ts';
import { type Letters, openLetters } from '../../support/letters-world.ts';

let world: Letters;
beforeEach(async () => {
  world = await openLetters({ at: second(0) });
  await world.setDunning({
    plans: {
      demo: [
        { offset: 'PT20S', tone: 'overdue-1' },
        { offset: 'PT40S', tone: 'overdue-2' },
      ],
    },
  });
});
afterEach(() => world.close());

/** A Wednesday, by the second: the orders are due at the 60th, their letters planned for the 80th and the 100th. */
const second = (count: number): string =>
  new Date(Date.parse('2026-09-30T08:00:00.000Z') + count * 1_000).toISOString();
const place = (orderId: string) =>
  world.place(orderId, { total: eur(600), orderNumber: `N-${orderId}`, termsCode: 'demo' });
const promise = (promiseId: string, body: object) =>
  world.working(world.call('/customers/rossi/promises', { promiseId, ...body }));
const pay = (orderId: string, units: number) =>
  world.ask(orderId, 'payments', { paymentId: `p-${orderId}`, amount: eur(units) });
const promises = async (): Promise<Record<string, string>> => {
  const { items } = (await world.call('/customers/rossi/promises')).body;
  return Object.fromEntries(
    items.map(({ promiseId, state }: { promiseId: string; state: string }) => [promiseId, state]),
  );
};

it('is kept by money a bank day of five seconds late, and broken by later money', async () => {
  for (const orderId of ['late', 'later', 'never']) await place(orderId);
  await world.until(second(84));
  const said = await promise('late', { by: second(90), orderIds: ['late'] });
  expect(said).toMatchObject({
    status: 201,
    body: { by: second(90), covers: [eur(600)], amount: null, state: 'open' },
  });
  await promise('later', { by: '2026-09-30T10:01:30+02:00', orderIds: ['later'] });
  await promise('never', { by: second(92), orderIds: ['never'] });
  await world.until(second(95));
  await pay('late', 600);
  world.clock.now = second(95.001);
  await pay('later', 600);
  await world.until(second(99.999));
  expect(await promises()).toEqual({ late: 'open', later: 'open', never: 'open' });
  const before = world.left.length;
  await world.until(second(101.999));
  expect(await promises()).toEqual({ late: 'kept', later: 'broken', never: 'open' });
  expect(world.left.slice(before), 'it waits for the promise').toEqual([]);
  expect((await world.steps('never'))['1/PT40S']).toBe('promise');

  // Its own sentence in the letter, and one task for the customer.
  await world.until(second(102));
  expect(await promises()).toEqual({ late: 'kept', later: 'broken', never: 'broken' });
  const { text } = world.only(before);
  expect(text).toContain('N-never');
  expect(text).not.toContain('later');
  expect(text).toContain('30 settembre 2026');
  expect(await world.tasks()).toEqual(['promise-broken']);
});

it('is judged by the sweep where no letter waits for it', async () => {
  await place('a');
  await promise('p', { by: second(70), amount: eur(100), orderIds: ['a'] });
  await pay('a', 600);
  await world.until(second(79));
  expect(await promises()).toEqual({ p: 'open' });
  await world.until(second(80));
  expect(await promises()).toEqual({ p: 'kept' });
});

it('counts what is due by the instant', async () => {
  await place('a');
  expect(await promise('early', { by: second(59), orderIds: ['a'] })).toMatchObject({
    ...{ status: 409, body: { code: 'nothing-due' } },
  });
  expect(await promise('due', { by: second(60), orderIds: ['a'] })).toMatchObject({
    ...{ status: 201, body: { covers: [eur(600)] } },
  });
});

it('of an instant is for terms of seconds only, a day for any', async () => {
  await place('seconds');
  await world.place('days', { total: eur(600) });
  const refused = async (body: object) => {
    const answer = await promise('p', body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation' } });
    return answer.body.errors;
  };
  const by = second(90);
  expect(await refused({ by, orderIds: ['seconds', 'days'] })).toEqual([
    {
      pointer: '/by',
      detail:
        'An instant can be promised only for orders on terms of seconds (`elapsed`), and order days is not: give a day.',
    },
  ]);
  expect(await refused({ by })).toEqual([
    {
      pointer: '/by',
      detail:
        'An instant can be promised only for orders on terms of seconds (`elapsed`): name them in `orderIds`.',
    },
  ]);
  expect(await refused({ by: second(-1), orderIds: ['seconds'] })).toEqual([
    { pointer: '/by', detail: `This is in the past: it is ${second(0)}.` },
  ]);
  expect(await refused({ by: 'tomorrow', orderIds: ['seconds'] })).toEqual([
    { pointer: '/by', detail: expect.stringMatching(/^Give a day such as/) },
  ]);
  const day = { by: '2026-10-30', orderIds: ['seconds', 'days'] };
  expect(await promise('day', day)).toMatchObject({ status: 201, body: { by: '2026-10-30' } });
});
