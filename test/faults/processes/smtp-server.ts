import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { openJournal } from '../journal.ts';

/** A mail that was accepted, byte by byte. */
export type AcceptedMail = { at: number; raw: string };

/*
 * An SMTP server that has each mail on the disk before it answers 250, as RFC 5321 demands.
 * Usage: smtp-server.ts PORT JOURNAL
 */
const [port, file = ''] = process.argv.slice(2);
const journal = openJournal<AcceptedMail>(file);

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  disableReverseLookup: true,
  async onData(stream, _session, done) {
    const raw = await text(stream).catch(() => null);
    if (raw === null) return;
    journal.append({ at: Date.now(), raw });
    done();
  },
});
// Connections break here all the time.
server.on('error', () => {});
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
