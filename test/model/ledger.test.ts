import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { openParts } from '../../src/modules/reports/open-parts.ts';
import { type Api, openApi } from '../api/harness.ts';
import { fromDelivery, offerMore } from '../support/merchant.ts';
import { life, live, type Workers } from './lives.ts';

/** `MODEL_RUNS=1000 npx vitest run --project servers test/model` runs that many lives. */
const RUNS = Number(process.env.MODEL_RUNS ?? 12);

let api: Api;
beforeAll(async () => {
  api = await openApi();
  await offerMore(api.sql, fromDelivery);
});
afterAll(() => api.close());

/** What the workflows do with the ledger, done by the test: repeatedly, for any order. */
const workers: Workers = {
  async answered(orderIds, calls) {
    const all = Promise.all(calls);
    const done = all.then(() => true);
    while (!(await Promise.race([done, sleep(4, false)]))) for (const id of orderIds) await api.work(id);
    for (const id of orderIds) await api.work(id);
    return all;
  },
  tick: () => new Date(Date.parse(api.clock.now) + 1_000).toISOString(),
};

it(
  `${RUNS} lives: random commands, doubled, at once and in any order, end as a simple model says`,
  async () => {
    let lives = 0;
    const property = fc.asyncProperty(life, async (given) => {
      await live(api, workers, `m${lives++}`, given);
    });
    await fc.assert(property, { numRuns: RUNS, endOnFailure: false });
    expect(await reconcileBalances(api.sql)).toEqual([]);
    await expectWhatWasOpen();
  },
  60_000 + RUNS * 2_000,
);

/** What was open at a past moment is what had been booked by then, whatever came after. */
async function expectWhatWasOpen(): Promise<void> {
  const moments = await api.sql<{ end: string }[]>`
    select booked_at as end from ledger where account = 'receivable' group by 1 order by md5(booked_at::text) limit 50`;
  expect(moments.length).toBeGreaterThan(10);
  for (const { end } of moments) {
    const asOf = end.slice(0, 10);
    const rebuilt = await api.sql`
      select order_id, instalment, amount from (${openParts(api.sql, { currency: 'EUR', asOf, end, zone: 'UTC' })}) part order by 1, 2`;
    const booked = await api.sql`
      select order_id, instalment, sum(amount)::bigint as amount from ledger
      where account = 'receivable' and booked_at < ${end} group by 1, 2 having sum(amount) <> 0 order by 1, 2`;
    expect([...rebuilt]).toEqual([...booked]);
  }
}
