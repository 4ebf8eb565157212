import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { openJournal } from '../journal.ts';

/** A webhook that was acknowledged, with its webhook-id. */
export type AcknowledgedWebhook = { at: number; id: string; body: string };

/*
 * A store that verifies each webhook, and has it on the disk before it acknowledges it.
 * Usage: store.ts PORT JOURNAL SECRET
 */
const [port, file = '', secret = ''] = process.argv.slice(2);
const journal = openJournal<AcknowledgedWebhook>(file);
const webhook = new Webhook(secret);

const server = createServer(async (request, response) => {
  const body = await text(request).catch(() => null);
  if (body === null) return;
  try {
    webhook.verify(body, request.headers as Record<string, string>);
  } catch {
    response.writeHead(401).end();
    return;
  }
  journal.append({ at: Date.now(), id: `${request.headers['webhook-id']}`, body });
  response.writeHead(204).end();
});
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
