/** A separate process, so that a download that hangs can be ended: the SDK offers no timeout. */
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
