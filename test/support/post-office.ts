import { buffer } from 'node:stream/consumers';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** A mail as it arrived, whatever was answered to it. */
export type Arrival = { to: string; messageId: string; bytes: string };

const refusal = (responseCode: number) => Object.assign(new Error('not this one'), { responseCode });

/**
 * A real SMTP server that keeps what it accepts; `open = false` makes it refuse temporarily. It has a mail and answers
 * only after `beforeAnswer`, which may be replaced: `false` closes the connection instead of an answer.
 */
export async function startPostOffice() {
  const office = {
    open: true,
    beforeAnswer: (async () => {}) as (mail: ParsedMail) => Promise<unknown>,
    mails: [] as ParsedMail[],
    arrivals: [] as Arrival[],
    /** The reply code to a recipient; undefined takes the mail. */
    refuses: (() => undefined) as (recipient: string) => number | undefined,
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onMailFrom: (_address, _session, done) =>
      done(office.open ? null : Object.assign(new Error('try again later'), { responseCode: 451 })),
    onRcptTo: ({ address }, _session, done) => {
      const code = office.refuses(address);
      done(code === undefined ? null : refusal(code));
    },
    onData: (stream, session, done) => {
      const take = async (): Promise<unknown> => {
        const bytes = await buffer(stream);
        const mail = await simpleParser(bytes);
        const to = session.envelope.rcptTo[0]!.address;
        office.arrivals.push({ to, messageId: mail.messageId!, bytes: bytes.toString('latin1') });
        office.mails.push(mail);
        return office.beforeAnswer(mail);
      };
      take().then((answer) => (answer === false ? hangUp(session.id) : done()), done);
    },
  });
  server.on('error', () => {});
  const hangUp = (sessionId?: string) => {
    for (const { id, _socket } of server.connections) if (id === (sessionId ?? id)) _socket.destroy();
  };
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.server.listen(port, '127.0.0.1', () => resolve()));
  await listen(0);
  const { port } = server.server.address() as { port: number };
  return Object.assign(office, {
    url: `smtp://127.0.0.1:${port}`,
    /** Nobody listens any more, and what is connected is cut off. */
    async goAway(): Promise<void> {
      const closed = new Promise((resolve) => server.server.close(resolve));
      hangUp();
      await closed;
    },
    comeBack: () => listen(port),
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}
