import type { Client } from '@temporalio/client';
import type { Log } from '../../platform/log.ts';
import { startOnce } from '../../platform/temporal/start-once.ts';
import type { Revocation } from '../../workflows/messages.ts';
import { NtCustomerId } from '../../workflows/search-attributes.ts';
import { type RevocationRow, revocationWorkflowId } from './tables.ts';

export type RevocationWorkflows = ReturnType<typeof createRevocationWorkflows>;

/** The workflows of the revocations, as the other processes see them; PostgreSQL says which are finished. */
export function createRevocationWorkflows({ client, log }: { client: Client; log: Log }) {
  /** Starts the workflow unless it is running; if it ended too early, it is started again. */
  async function ensureRunning({ id, customerId }: Pick<RevocationRow, 'id' | 'customerId'>): Promise<void> {
    const input: Revocation = { revocationId: id };
    await startOnce(client, 'revoke', {
      workflowId: revocationWorkflowId(id),
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `revocation ${id} of ${customerId}`,
      typedSearchAttributes: [{ key: NtCustomerId, value: customerId }],
    });
  }

  return {
    ensureRunning,

    /** Starts the workflow of a revocation that was just written; what fails is left to the poller. */
    startSoon(revocation: RevocationRow): void {
      ensureRunning(revocation).catch((error: Error) =>
        log.warn(
          { revocationId: revocation.id, error: error.message },
          'the workflow could not be started now; the poller will start it',
        ),
      );
    },
  };
}
