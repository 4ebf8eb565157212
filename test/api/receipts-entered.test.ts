import { afterAll, beforeAll, expect, it } from 'vitest';
import { eur } from '../support/builders.ts';
import { type Letters, openLetters } from '../support/letters-world.ts';

/** The order is due on Saturday 31 October 2026; the first letter that says it is late is planned for 5 November. */
let world: Letters;
beforeAll(async () => {
  world = await openLetters({ at: '2026-10-01T08:00:00.000Z' });
  await world.setDunning({ levels: [{ offset: 'P5D', tone: 'overdue-1', payWithinDays: 7 }] });
  await world.place('o', { total: eur(1220) });
});
afterAll(() => world.close());

const state = (through: string, options: object = {}) =>
  world.call('/receipts-entered', { through }, { method: 'PUT', ...options });
const receiptsOld = async (query = '') =>
  (await world.call(`/letters/planned${query}`, undefined, { as: 'read' })).body.receiptsOld;

it('warns of letters that say somebody is late, once the day is older than two bank days; and holds nothing back', async () => {
  world.clock.now = '2026-11-02T09:00:00.000Z';
  expect((await world.call('/receipts-entered')).body).toEqual({
    ...{ through: null, enteredBy: null, enteredAt: null },
  });
  expect(await receiptsOld(), 'nobody has ever said it').toBeNull();

  expect(await state('2026-11-03')).toMatchObject({ body: { code: 'validation' } });
  expect((await state('2026-10-29', { as: 'accounting' })).status).toBe(403);
  const stated = await state('2026-10-29');
  expect(stated).toMatchObject({ status: 200, body: { through: '2026-10-29' } });
  expect(stated.body).toMatchObject({ enteredAt: '2026-11-02T09:00:00.000Z' });
  // The 30th and the 2nd are the two bank days after Thursday the 29th.
  expect(await receiptsOld()).toBeNull();

  world.clock.now = '2026-11-03T09:00:00.000Z';
  const warning = { through: '2026-10-29', firstLetterAt: '2026-11-05T09:30:00.000Z' };
  expect(await receiptsOld()).toEqual(warning);
  expect(await receiptsOld('?customerId=rossi')).toEqual(warning);
  expect(await receiptsOld('?customerId=somebody-else')).toBeNull();
  expect(await receiptsOld('?until=2026-11-04T00:00:00Z'), 'no such letter leaves by then').toBeNull();

  expect((await state('2026-11-02')).status).toBe(200);
  expect(await receiptsOld()).toBeNull();
  // An earlier day corrects a mistake.
  expect((await state('2026-10-28')).body.through).toBe('2026-10-28');
  await world.until('2026-11-05T12:00:00.000Z');
  expect(await world.reminders()).toEqual(['2026-11-05 overdue-1']);
});

it('is audited, and the same day again changes nothing', async () => {
  const { enteredAt } = (await state('2026-11-04')).body;
  world.clock.now = '2026-11-05T13:00:00.000Z';
  const again = await state('2026-11-04');
  expect(again.body.enteredAt).toBe(enteredAt);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const audit = await world.sql`
    select detail from audit where action = 'receipts.entered' order by id desc limit 1`;
  expect(audit).toEqual([{ detail: { before: '2026-10-28', after: '2026-11-04' } }]);
});

it('does not count while statements are imported: they hold letters back themselves', async () => {
  await world.place('p', { total: eur(100), placedAt: '2026-10-01T08:00:00.000Z' });
  world.clock.now = '2026-11-30T12:00:00.000Z';
  const { body } = await world.call('/letters/planned');
  expect(body.receiptsOld, JSON.stringify(body.items)).toMatchObject({ through: '2026-11-04' });
  await world.sql`
    insert into imports (id, kind, on_rejected, fingerprint, state, lines, rejected, actor, created_at, finished_at)
    values ('i', 'payments', 'skip', 'x', 'done', 0, 0, 'key:x', ${world.clock.now}, ${world.clock.now})`;
  await world.sql`
    insert into statement_accounts (account, booked_through, import_id, updated_at)
    values ('', '2026-11-27', 'i', ${world.clock.now})`;
  expect(await receiptsOld()).toBeNull();
});
