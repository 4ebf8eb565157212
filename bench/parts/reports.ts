import { median } from '../measure.ts';
import { addPastOrders } from '../receivables.ts';
import type { Findings } from '../report.ts';
import type { World } from '../world.ts';

const ORDERS = 100_000;
/** In ms. */
const BOUND = 300;
const reports = ['ageing', 'expected-cash', 'dso', 'average-days-late'];

/** The reports over HTTP, for today and for past days, on a hundred thousand orders; the slowest day counts. */
export async function measureReports(world: World, quick: boolean): Promise<Findings> {
  await addPastOrders(world.sql, ORDERS);
  const rounds = quick ? 3 : 9;
  const days = [0, 90, 365, 700].map((ago) =>
    new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10),
  );
  const medians: Record<string, number> = {};
  const byDay: Record<string, number[]> = {};
  let errors = 0;
  for (const report of reports) {
    const ofDays: number[] = [];
    for (const day of days) {
      const times: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        const began = performance.now();
        const answer = await fetch(`${world.api.url}/v1/reports/${report}?asOf=${day}`, {
          headers: { authorization: `Bearer ${world.api.key}` },
        });
        await answer.text();
        if (!answer.ok) errors += 1;
        times.push(performance.now() - began);
      }
      ofDays.push(median(times.slice(1)));
    }
    byDay[report] = ofDays;
    medians[report] = Math.max(...ofDays);
  }
  return {
    rows: reports.map((report) => ({
      figure: `${report}, the slowest of four days: median`,
      value: medians[report]!,
      unit: 'ms',
    })),
    wanted: reports.map((report) => ({
      name: `report-${report}-ms`,
      measured: medians[report]!,
      bound: 'at most' as const,
      wanted: BOUND,
    })),
    errors,
    details: { orders: ORDERS, days, byDay },
  };
}
