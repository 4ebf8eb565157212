import { expect, it, onTestFinished } from 'vitest';
import { databaseClockProblem } from '../../../src/platform/postgres/clock.ts';
import { freshDatabase } from '../../support/database.ts';

const by = (ms: number) => () => Date.now() + ms;

it('a clock that differs from PostgreSQL’s by more than a minute is named, in both directions', async () => {
  const { sql, drop } = await freshDatabase();
  onTestFinished(drop);
  expect(await databaseClockProblem(sql)).toBeNull();
  expect(await databaseClockProblem(sql, by(50_000))).toBeNull();
  expect(await databaseClockProblem(sql, by(-50_000))).toBeNull();
  expect(await databaseClockProblem(sql, by(86_400_000))).toMatch(
    /is at least 86400 seconds ahead of PostgreSQL's/,
  );
  expect(await databaseClockProblem(sql, by(-3_600_000))).toMatch(
    /is at least 3600 seconds behind PostgreSQL's/,
  );
});

it('an answer that takes long is no difference', async () => {
  const { sql, drop } = await freshDatabase();
  onTestFinished(drop);
  let calls = 0;
  // Asked a minute and a half ago, answered now.
  expect(await databaseClockProblem(sql, () => Date.now() - (calls++ === 0 ? 90_000 : 0))).toBeNull();
  // Asked now; it took a minute and a half.
  calls = 0;
  expect(await databaseClockProblem(sql, () => Date.now() + (calls++ === 0 ? 0 : 90_000))).toBeNull();
});
