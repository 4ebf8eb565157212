import type { Client } from '@temporalio/client';
import type { Log } from '../../platform/log.ts';
import { startOnce } from '../../platform/temporal/start-once.ts';
import type { KeptBackMail } from '../../workflows/messages.ts';

export type MailWorkflows = ReturnType<typeof createMailWorkflows>;

/** The workflows of mails that the mail server has refused for now, one for each. */
export function createMailWorkflows({ client, log }: { client: Client; log: Pick<Log, 'warn'> }) {
  async function ensureRunning(mailId: string): Promise<void> {
    const input: KeptBackMail = { mailId };
    await startOnce(client, 'letter', {
      workflowId: `letter/${mailId}`,
      args: [input],
      // It has ended if an operator terminated it: the mail is still to be tried.
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `mail ${mailId}`,
    });
  }

  return {
    ensureRunning,
    /** The same; if Temporal cannot be reached, the poller does it. */
    async retry(mailId: string): Promise<void> {
      await ensureRunning(mailId).catch((error: Error) =>
        log.warn(
          { mailId, error: error.message },
          'the mail will be tried again once the poller has started its workflow',
        ),
      );
    },
  };
}
