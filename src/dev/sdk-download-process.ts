/** A process of its own, so that a download that hangs can be ended: its SDK offers no time-out. */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [server, version, downloadDir] = process.argv.slice(2);
const options = {
  server: { executable: { type: 'cached-download' as const, version, downloadDir: downloadDir! } },
};
const environment =
  server === 'time-skipping'
    ? await TestWorkflowEnvironment.createTimeSkipping(options)
    : await TestWorkflowEnvironment.createLocal(options);
await environment.teardown();
process.exit(0);
