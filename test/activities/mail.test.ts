import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailActivities } from '../../src/activities/mail.ts';
import { createRenderer } from '../../src/modules/dunning/letters/render.ts';
import { mailsOf } from '../../src/modules/mail/tables.ts';
import { checkout } from '../../src/modules/ordering/checkout.ts';
import { stepOf } from '../../src/modules/orders/rules/steps.ts';
import { getOrder } from '../../src/modules/orders/tables.ts';
import { aLook, anOrder } from '../support/builders.ts';
import { askOf, commandsAlone, keep } from '../support/commands.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { openMerchant } from '../support/merchant.ts';

const NOW = '2027-03-01T10:00:00.000Z';
const id = { orderId: 'o', episode: 1 };

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  await openMerchant(database.sql);
  await checkout(database.sql, anOrder(id), { now: NOW, actor: 'key:test', notifiesStore: false });
  await keep(database.sql, (within) => askOf(within, 'o', 'settle', { now: NOW }));
  await commandsAlone(database.sql).advance(aLook('o', NOW));
});
afterAll(() => database.drop());

/** What a worker does that takes an activity's task only now. */
async function attempt(run: (activities: ReturnType<typeof mailActivities>) => Promise<string>) {
  const sent: string[] = [];
  const activities = mailActivities({
    sql: database.sql,
    renderer: await createRenderer(),
    mailer: { send: async ({ subject }) => void sent.push(subject), close() {} },
    mailFrom: 'Netterms <terms@merchant.example>',
  });
  return { outcome: await new MockActivityEnvironment().run(run, activities), sent };
}

describe('an attempt that begins after the order was closed', () => {
  it('sends no reminder and no confirmation', async () => {
    const [reminder] = (await getOrder(database.sql, 'o')).plan;
    const step = stepOf(reminder!);
    expect(await attempt((mail) => mail.sendReminder({ ...id, step, superseded: [] }))).toEqual({
      outcome: 'skipped',
      sent: [],
    });
    expect(await attempt((mail) => mail.sendLetter({ ...id, letter: 'confirmation' }))).toEqual({
      outcome: 'skipped',
      sent: [],
    });
    expect(await mailsOf(database.sql, 'o')).toEqual([]);
  });

  it('sends nothing at all once the order is finished', async () => {
    await database.sql`update orders set finished_at = ${NOW} where id = 'o'`;
    expect(await attempt((mail) => mail.sendLetter({ ...id, letter: 'settled' }))).toEqual({
      outcome: 'superseded',
      sent: [],
    });
  });
});
