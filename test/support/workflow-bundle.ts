import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { workflowsPath } from '../../src/platform/temporal/workers.ts';

/** Bundles the workflows' code once, for all workers that will be started; returns the bundle's file in this folder. */
export async function makeWorkflowBundle(folder: string): Promise<string> {
  const logger = new DefaultLogger('ERROR');
  const { code } = await bundleWorkflowCode({ workflowsPath: workflowsPath(), logger });
  const file = join(folder, 'workflow-bundle.js');
  writeFileSync(file, code);
  return file;
}
