import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../measure.ts';
import { addCustomersLike, WAKE_TERMS } from '../merchant.ts';
import type { Findings } from '../report.ts';
import type { World } from '../world.ts';

/** How long the mail server takes to accept a mail. */
const SMTP_MS = 150;

/** Payments of orders whose letters are leaving through a slow mail server. */
export async function measurePaymentsMeanwhile(world: World, quick: boolean): Promise<Findings> {
  const count = quick ? 60 : 500;
  const prefix = 'letters-slow';
  await addCustomersLike(world.sql, prefix, count);
  const at = Date.now() + 8_000 + count * 120;
  const { errors, firstError } = await world.http.call('placeOrders', {
    calls: count,
    concurrency: 8,
    prefix,
    customers: { prefix, count },
    termsCode: WAKE_TERMS.code,
    placedAt: new Date(at - WAKE_TERMS.afterMs).toISOString(),
  });
  if (errors > 0) throw new Error(`orders were not accepted: ${firstError}`);
  await world.untilAsleep();
  await world.sinks.call('reset');
  await world.sinks.call('slowDown', SMTP_MS);
  if (Date.now() > at) throw new Error('not all orders were asleep before their instant');
  await sleep(at - Date.now());
  const payments = await world.http.call('pay', {
    calls: Math.floor(count / 5),
    concurrency: 4,
    prefix,
    amount: 100,
  });
  await until('all letters', async () => (await world.sinks.call('mails')).different >= count);
  const { lastAt } = await world.sinks.call('mails');
  await world.sinks.call('slowDown', 0);
  const note = `${count} letters due, the mail server takes ${SMTP_MS} ms for each`;
  return {
    rows: [
      { figure: 'payments meanwhile: p50', value: payments.p50, unit: 'ms', note },
      { figure: 'payments meanwhile: p99', value: payments.p99, unit: 'ms' },
      { figure: `payments not answered with 200, of ${payments.calls}`, value: payments.errors, unit: '' },
      { figure: 'the letters meanwhile', value: count / ((lastAt - at) / 1000), unit: '/s' },
    ],
    wanted: [{ name: 'payments-not-200-meanwhile', measured: payments.errors, bound: 'at most', wanted: 0 }],
    errors: payments.errors,
    details: payments,
  };
}
