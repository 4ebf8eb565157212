import type { Client } from '@temporalio/client';
import type { Log } from '../../platform/log.ts';
import { startOnce } from '../../platform/temporal/start-once.ts';
import type { FileImport } from '../../workflows/messages.ts';
import { type ImportRow, workflowIdOfImport } from './tables.ts';

type Waiting = Pick<ImportRow, 'id' | 'kind'>;

export type ImportWorkflows = ReturnType<typeof createImportWorkflows>;

/**
 * The workflows that apply imports. PostgreSQL says whether an import is finished, so a workflow that ended too early
 * (terminated, lost) is simply started again.
 */
export function createImportWorkflows({ client, log }: { client: Client; log: Log }) {
  /** Starts the import's workflow; does nothing if it is running. */
  async function ensureRunning({ id, kind }: Waiting): Promise<void> {
    const input: FileImport = { importId: id };
    await startOnce(client, 'fileImport', {
      workflowId: workflowIdOfImport(id),
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `import of ${kind}`,
    });
  }

  return {
    ensureRunning,

    /** Starts the workflow of an import that was just received; if that fails, the poller starts it. */
    startSoon(row: Waiting): void {
      ensureRunning(row).catch((error: Error) =>
        log.warn(
          { importId: row.id, error: error.message },
          'the workflow of the import could not be started now; the poller will start it',
        ),
      );
    },
  };
}
