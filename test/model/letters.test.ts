import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reconcileLetters } from '../../src/modules/overview/reconcile-letters.ts';
import { type Letters, openLetters } from '../support/letters-world.ts';
import { PAUSE } from './bank-days.ts';
import { liveReminded } from './letters-life.ts';
import { reminded } from './letters-steps.ts';

/**
 * The same few lives each time; `MODEL_RUNS=1000 npx vitest run --project servers test/model/letters` lives that many
 * others, which `MODEL_SEED` repeats. `MODEL_SHRINK=0` shows a failure as it was found, at once.
 */
const { MODEL_RUNS, MODEL_SEED, MODEL_SHRINK } = process.env;
const RUNS = Number(MODEL_RUNS ?? 4);
const SEED = MODEL_SEED ?? (MODEL_RUNS === undefined ? '21' : undefined);
/** How long shrinking a failure may take at most, in ms. */
const SHRINKING_MS = 120_000;

let world: Letters;
beforeAll(async () => {
  world = await openLetters();
  await world.setDunning({
    ...{ spreadMinutes: 30, pauses: [PAUSE] },
    plans: {
      net60: [
        { offset: '-P10D', tone: 'due-soon' },
        { offset: 'P0D', tone: 'due' },
        { offset: 'P3D', tone: 'overdue-1', payWithinDays: 7 },
        { offset: 'P10D', tone: 'overdue-2', payWithinDays: 10 },
        { offset: 'P15D', tone: 'final', payWithinDays: 7 },
      ],
    },
  });
});
afterAll(() => world.close());

it(
  `${RUNS} lives: holds, promises, disputes, collections and a failing mail server, and only the letters that are wanted`,
  async () => {
    let lives = 0;
    const property = fc.asyncProperty(reminded, async (given) => {
      await liveReminded(world, `l${lives++}`, given);
    });
    const limit = {
      interruptAfterTimeLimit: RUNS * 20_000 + SHRINKING_MS,
      endOnFailure: MODEL_SHRINK === '0',
    };
    await fc.assert(property, { numRuns: RUNS, ...limit, ...(SEED !== undefined && { seed: Number(SEED) }) });
    expect(await reconcileLetters(world.sql, '2020-01-01T00:00:00.000Z')).toEqual([]);
  },
  RUNS * 20_000 + 2 * SHRINKING_MS,
);
