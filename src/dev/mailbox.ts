import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild, untilReady } from './child.ts';
import { projectDir } from './paths.ts';
import { freePort } from './ports.ts';

export type MailboxOptions = {
  /** 0 or undefined: a free port. */
  smtpPort?: number;
  webPort?: number;
  /** Keeps the mails between starts. */
  directory: string;
  log: (line: string) => void;
};

export type RunningMailbox = {
  smtpUrl: string;
  webUrl: string;
  /** Lists all mails as JSON. */
  apiUrl: string;
  child: Child;
  stop: () => Promise<void>;
};

/** How many of the newest mails are kept. */
const MAX_MAILS = 2_000;

/** Starts a mailbox (maildev) that accepts every mail by SMTP and shows it in the browser; it forwards nothing. */
export async function startMailbox({
  smtpPort,
  webPort,
  directory,
  log,
}: MailboxOptions): Promise<RunningMailbox> {
  mkdirSync(directory, { recursive: true });
  // Mails hold sign-in links and what customers owe.
  chmodSync(directory, 0o700);
  const smtp = await freePort(smtpPort);
  const web = await freePort(webPort);
  const child = startChild({
    program: process.execPath,
    args: [
      join(projectDir, 'node_modules/maildev/dist/bin/maildev.js'),
      ...['--smtp', `${smtp}`, '--ip', '127.0.0.1', '--web', `${web}`, '--web-ip', '127.0.0.1'],
      ...['--mail-directory', directory, '--max-emails', `${MAX_MAILS}`],
    ],
    cwd: directory,
    stopSignal: 'SIGTERM',
    stopWithinMs: 3_000,
    log,
  });
  const webUrl = `http://localhost:${web}`;
  const apiUrl = `${webUrl}/api/email`;
  await untilReady(child, 'The mailbox', () => answers(apiUrl));
  return { smtpUrl: `smtp://127.0.0.1:${smtp}`, webUrl, apiUrl, child, stop: child.stop };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
