import type { Client } from '@temporalio/client';
import type { Log } from '../../platform/log.ts';
import { startOnce } from '../../platform/temporal/start-once.ts';
import type { FileImport } from '../../workflows/messages.ts';
import { type ImportRow, workflowIdOfImport } from './tables.ts';

type Waiting = Pick<ImportRow, 'id' | 'kind'>;

export type ImportWorkflows = ReturnType<typeof createImportWorkflows>;

/**
 * The workflows that apply imports. PostgreSQL says whether one is finished, so that one which ended too early
 * (terminated, lost) is simply started again.
 */
export function createImportWorkflows({ client, log }: { client: Client; log: Log }) {
  /** Starts the import's workflow; changes nothing if it runs. */
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

    /** Starts the workflow of an import that was just received; what fails is left to the poller. */
    startSoon(row: Waiting): void {
      ensureRunning(row).catch((error: Error) =>
        log.warn(
          { importId: row.id, error: error.message },
          'the import could not be started now; the poller will',
        ),
      );
    },
  };
}
