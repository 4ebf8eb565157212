import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/**
 * A real SMTP server that keeps what it accepts; `open = false` makes it refuse temporarily. It has a mail and answers
 * only after `beforeAnswer`, which may be replaced.
 */
export async function startPostOffice() {
  const office = {
    open: true,
    beforeAnswer: async (_mail: ParsedMail): Promise<void> => {},
    mails: [] as ParsedMail[],
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onMailFrom: (_address, _session, done) =>
      done(office.open ? null : Object.assign(new Error('try again later'), { responseCode: 451 })),
    onData: (stream, _session, done) => {
      simpleParser(stream)
        .then((mail) => {
          office.mails.push(mail);
          return office.beforeAnswer(mail);
        })
        .then(() => done(), done);
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as { port: number };
  return Object.assign(office, {
    url: `smtp://127.0.0.1:${port}`,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}
