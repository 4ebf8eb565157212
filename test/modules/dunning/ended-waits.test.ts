import { expect, it } from 'vitest';
import { eur } from '../../support/builders.ts';
import { useLetters } from '../../support/use-letters.ts';

const { at, done, pay, place, world } = useLetters();

it('a lower minimum: what waited for more leaves in the next window', async () => {
  await place('a', { total: eur(9) });
  await at('2026-11-05');
  expect((await world.steps('a'))['1/P5D']).toBe('minimum');
  await world.setDunning({ minimumAmounts: [] });
  await at('2026-11-05', '18:00');
  await at('2026-11-06');
  expect(await world.reminders()).toEqual(['2026-11-06 overdue-1']);
});

it('a pause that is called off: what waited for its end leaves in the next window', async () => {
  await world.setDunning({ pauses: [{ from: '11-01', to: '12-10' }] });
  await place('a');
  await at('2026-11-05');
  expect((await world.steps('a'))['1/P5D']).toBe('window');
  await world.setDunning({});
  await at('2026-11-05', '18:00');
  await at('2026-11-06');
  expect((await world.reminders()).at(-1)).toBe('2026-11-06 overdue-1');
});

it('a merchant who has not invoiced for 90 days: invoices are not waited for any more', async () => {
  await place('x');
  const orders = [{ orderId: 'x', amount: eur(600) }];
  const invoice = { number: '1', issuedOn: '2026-09-30', total: eur(600), orders };
  await done('/invoices/inv-x', invoice, { method: 'PUT', as: 'accounting' });
  await pay('x', 600);
  await place('a');
  await at('2026-12-28');
  expect(await world.tasks()).toEqual(['not-invoiced a']);
  await at('2026-12-29');
  await at('2026-12-30');
  expect(await world.reminders()).toEqual(['2026-12-30 overdue-1']);
  expect(await world.tasks()).toEqual([]);
});
