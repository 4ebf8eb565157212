import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { afterAll, expect, test } from 'vitest';
import { startMailbox } from '../../src/dev/mailbox.ts';

const directory = mkdtempSync(join(tmpdir(), 'netterms-mailbox-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('the mailbox lists what came by SMTP, even after a restart', async () => {
  const first = await startMailbox({ directory, log: () => {} });
  const transport = nodemailer.createTransport(first.smtpUrl);
  await transport.sendMail({
    from: 'a@shop.example',
    to: 'b@buyer.example',
    subject: 'Promemoria',
    text: 'Ciao',
  });
  transport.close();
  const list = async (api: string) => (await (await fetch(api)).json()) as { subject: string }[];
  expect((await list(first.apiUrl)).map(({ subject }) => subject)).toEqual(['Promemoria']);
  await first.stop();

  const second = await startMailbox({ directory, log: () => {} });
  expect((await list(second.apiUrl)).map(({ subject }) => subject)).toEqual(['Promemoria']);
  await second.stop();
});
