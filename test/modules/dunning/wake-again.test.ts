import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimOverdueOrders } from '../../../src/modules/orders/lost-workflows.ts';
import { eur } from '../../support/builders.ts';
import { type Letters, openLetters } from '../../support/letters-world.ts';

let world: Letters;
beforeEach(async () => {
  world = await openLetters({ at: '2026-09-30T08:00:00.000Z' });
  await world.setDunning({ plans: { demo: [{ offset: 'PT0S', tone: 'due' }] } });
});
afterEach(() => world.close());

/** What the poller wakes now, and takes for a minute. */
const claimed = async () =>
  (await claimOverdueOrders(world.sql, { limit: 10, leaseMs: 60_000 })).map(({ id }) => id);

it('an order that has looked is woken again for what happens next, though it was woken just before', async () => {
  await world.place('a', { total: eur(600), termsCode: 'demo' });
  await world.working(world.call('/customers/rossi/holds', { holdId: 'h', reason: 'we talk' }));
  await world.until('2026-09-30T08:01:01.000Z');
  expect((await world.steps('a'))['1/PT0S']).toBe('hold');

  // Something else wakes it, and the hold goes on.
  await world.sql`update orders set wake_by = now()`;
  expect(await claimed()).toEqual(['a']);
  expect(await claimed(), 'one poller is enough').toEqual([]);
  await world.lookAt('a');
  expect(await claimed()).toEqual([]);

  // Without the test's stand-in for the workflow, which would look at once.
  expect((await world.call('/customers/rossi/holds/h/release', {})).status).toBe(200);
  expect(await claimed()).toEqual(['a']);
});
