import type { Load } from '../load.ts';
import { median } from '../measure.ts';
import { addOtherCustomers, setRules, TWENTY_RULES, USUAL_RULES } from '../merchant.ts';
import type { Findings, Row } from '../report.ts';
import type { World } from '../world.ts';

const OTHERS = 100_000;
const BOUND = 1.3;

/**
 * Checkouts over HTTP, one after the other, first with the usual three rules and few customers, then with twenty rules
 * (eight of them query the customer's history) and a hundred thousand customers.
 */
export async function measureEligibility(world: World, quick: boolean): Promise<Findings> {
  const { rounds, calls } = quick ? { rounds: 1, calls: 30 } : { rounds: 5, calls: 200 };
  const drive = async (name: string, count: number): Promise<Load> => {
    const load = await world.http.call('placeOrders', {
      calls: count,
      concurrency: 1,
      prefix: `rules-${name}`,
    });
    await world.untilAsleep();
    return load;
  };
  const measure = async (name: string): Promise<Load[]> => {
    await drive(`${name}-warm-up`, quick ? 20 : 100);
    const loads: Load[] = [];
    for (let round = 1; round <= rounds; round++) loads.push(await drive(`${name}-${round}`, calls));
    return loads;
  };

  const usual = await measure('usual');
  await addOtherCustomers(world.sql, OTHERS);
  await setRules(world.sql, TWENTY_RULES);
  const twenty = await measure('twenty');
  await setRules(world.sql, USUAL_RULES);

  const p50 = (loads: readonly Load[]) => median(loads.map((load) => load.p50));
  const p99 = (loads: readonly Load[]) => median(loads.map((load) => load.p99));
  const rows: Row[] = [
    { figure: '3 rules, 200 customers, one at a time: p50', value: p50(usual), unit: 'ms' },
    { figure: '3 rules, 200 customers, one at a time: p99', value: p99(usual), unit: 'ms' },
    { figure: '20 rules, 100,000 customers, one at a time: p50', value: p50(twenty), unit: 'ms' },
    { figure: '20 rules, 100,000 customers, one at a time: p99', value: p99(twenty), unit: 'ms' },
  ];
  return {
    rows,
    wanted: [
      {
        name: 'checkout-20-rules-ratio',
        measured: p50(twenty) / p50(usual),
        bound: 'at most',
        wanted: BOUND,
      },
    ],
    errors: [...usual, ...twenty].reduce((sum, { errors }) => sum + errors, 0),
    details: { usual, twenty },
  };
}
