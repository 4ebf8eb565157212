import { isMainThread, parentPort } from 'node:worker_threads';
import type { Asked, Made } from './documents.ts';
import { statementPdf } from './statement-pdf.ts';

/* The thread that makes documents: it gets what is in one, and answers with its bytes. */
if (!isMainThread && parentPort) {
  const port = parentPort;
  port.on('message', async ({ statement, merchant }: Asked) => {
    const answer: Made = await statementPdf(statement, merchant).then(
      (file) => ({ file }),
      (error: Error) => ({ failed: error.message }),
    );
    port.postMessage(answer);
  });
}
