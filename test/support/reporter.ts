import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node';

/**
 * Ends the run with `N passed, N failed` alone on the last line. Failed are tests, and also files, suites and errors
 * that failed outside of a test. A run in which nothing was executed fails.
 */
export class ClosingLine implements Reporter {
  private passed = 0;
  private failed = 0;

  onTestRunStart(): void {
    this.passed = 0;
    this.failed = 0;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    this.passed = tests.filter(isIn('passed')).length;
    this.failed =
      tests.filter(isIn('failed')).length +
      suites.filter((suite) => suite.errors().length > 0).length +
      unhandled.length;
    // Last of all: the servers' teardown comes after this.
    process.once('exit', (code) => this.close(code));
  }

  private close(code: number): void {
    if (this.passed + this.failed === 0) console.log('no test was run');
    if (code !== 0 && this.failed === 0) this.failed = 1;
    if (this.failed > 0 || this.passed === 0) process.exitCode = code || 1;
    console.log(`${this.passed} passed, ${this.failed} failed`);
  }
}

const isIn = (state: string) => (test: TestCase | TestSuite) => (test as TestCase).result?.().state === state;
