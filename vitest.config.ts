import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/reporter.ts';

/** Need no server: they run at once, without any set-up. */
const pure = [
  'test/*.test.ts',
  'test/kernel/**/*.test.ts',
  'test/modules/*/rules/**/*.test.ts',
  'test/modules/banking/formats/**/*.test.ts',
  'test/modules/dunning/letters/**/*.test.ts',
  'test/modules/reports/documents/**/*.test.ts',
];

/** Records the histories again; not part of the tests. */
const recording = process.env.RECORD_HISTORIES
  ? [
      {
        extends: true as const,
        test: {
          name: 'record',
          include: ['test/replay/record.ts'],
          globalSetup: 'test/support/global-setup.ts',
          testTimeout: 120_000,
        },
      },
    ]
  : [];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 4,
    isolate: false,
    reporters: ['default', new ClosingLine()],
    projects: [
      ...recording,
      { extends: true, test: { name: 'pure', include: pure, testTimeout: 30_000 } },
      {
        extends: true,
        test: {
          name: 'servers',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: pure,
          globalSetup: 'test/support/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          teardownTimeout: 20_000,
        },
      },
    ],
  },
});
