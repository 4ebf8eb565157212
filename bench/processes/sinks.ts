import { createServer } from 'node:http';
import { SMTPServer } from 'smtp-server';
import { serve } from '../helper.ts';

/** The mails received since the last reset; instants in ms. */
export type Mails = {
  mails: number;
  /** By Message-ID. */
  different: number;
  bytes: number;
  lastAt: number;
};

let mails = 0;
let bytes = 0;
let lastAt = 0;
let answersAfterMs = 0;
const messageIds = new Set<string>();

/** Accepts every mail and keeps only figures. */
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  disableReverseLookup: true,
  onData: (stream, _session, done) => {
    let head = '';
    stream.on('data', (chunk: Buffer) => {
      if (head.length < 4_096) head += chunk.toString('latin1');
      bytes += chunk.length;
    });
    stream.on('end', () => {
      messageIds.add(/^message-id: (\S+)/im.exec(head)?.[1] ?? '');
      mails += 1;
      lastAt = Date.now();
      if (answersAfterMs === 0) done();
      else setTimeout(done, answersAfterMs);
    });
  },
});
smtp.on('error', () => {});

/** A store that acknowledges everything. */
const store = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(204).end());
});

const commands = {
  async listen(): Promise<{ smtpUrl: string; storeUrl: string }> {
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
    await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', () => resolve()));
    const portOf = (server: { address(): unknown }) => (server.address() as { port: number }).port;
    return {
      smtpUrl: `smtp://127.0.0.1:${portOf(smtp.server)}`,
      storeUrl: `http://127.0.0.1:${portOf(store)}/hooks`,
    };
  },
  reset(): void {
    mails = bytes = lastAt = 0;
    messageIds.clear();
  },
  /** From now on the mail server takes that long to accept a mail. */
  slowDown(ms: number): void {
    answersAfterMs = ms;
  },
  mails: (): Mails => ({ mails, different: messageIds.size, bytes, lastAt }),
};
export type Sinks = typeof commands;

serve(commands);
