import type { Findings } from '../report.ts';
import type { World } from '../world.ts';
import { measureEvents } from './events.ts';
import { measureLettersAtOnce } from './letters-at-once.ts';
import { measurePaymentsMeanwhile } from './payments-meanwhile.ts';

/** Letters: how fast they leave and what they cost, what an order's whole life costs, and payments meanwhile. */
export async function measureLetters(world: World, quick: boolean): Promise<Findings> {
  const found: Findings[] = [];
  for (const measure of [measureEvents, measureLettersAtOnce, measurePaymentsMeanwhile])
    found.push(await measure(world, quick));
  return {
    rows: found.flatMap(({ rows }) => rows),
    wanted: found.flatMap(({ wanted }) => wanted),
    errors: found.reduce((sum, { errors }) => sum + errors, 0),
    details: found.map(({ details }) => details),
  };
}
