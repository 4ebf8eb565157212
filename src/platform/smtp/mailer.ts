import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { saysUnknownAddress } from './unknown-address.ts';

export type Mail = {
  /** The sender, "Acme <billing@acme.example>"; the mailer's own if not given. */
  readonly from?: string;
  readonly to: string;
  /**
   * Gets a copy of the mail; if the server refuses this address, the mail is still sent. If it refuses `to` for good and
   * takes this one, the mail counts as refused.
   */
  readonly copyTo?: string | null;
  readonly replyTo: string | null;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly messageId: string;
  /** ISO 8601; a retry with the same date sends the same bytes. The current time if not given. */
  readonly date?: string;
};

export type Mailer = {
  /**
   * Hands a mail to the SMTP server; resolves when the server has accepted it.
   * @throws MailRefused if it was certainly not accepted
   * @throws MailOutcomeUnknown if the server may have accepted it
   */
  send(mail: Mail): Promise<void>;
  /** Finishes the deliveries in progress, then closes the connections. */
  close(): void;
};

/**
 * The server refused the mail, or never got it. `permanent`: recipient or content are refused permanently (5xx);
 * `byServer`: it is not about this mail, the server takes none. `unknownAddress`: the recipient's address does not exist,
 * or takes no mail any more.
 */
export class MailRefused extends Error {
  readonly permanent: boolean;
  readonly byServer: boolean;
  readonly unknownAddress: boolean;

  constructor(
    message: string,
    {
      permanent,
      byServer = false,
      unknownAddress = false,
      cause,
    }: { permanent: boolean; byServer?: boolean; unknownAddress?: boolean; cause?: unknown },
  ) {
    super(message, { cause });
    this.name = 'MailRefused';
    this.permanent = permanent;
    this.byServer = byServer;
    this.unknownAddress = unknownAddress;
  }
}

/** The connection broke, or the server stopped answering, after the transmission of the mail had begun. */
export class MailOutcomeUnknown extends Error {
  constructor(message: string, { cause }: { cause?: unknown } = {}) {
    super(message, { cause });
    this.name = 'MailOutcomeUnknown';
  }
}

/** Together well below the two minutes that an attempt to send a mail may take. In milliseconds. */
const timeouts = {
  dnsTimeout: 10_000,
  connectionTimeout: 15_000,
  greetingTimeout: 15_000,
  socketTimeout: 40_000,
};

/** How many connections the pool has; further mails wait in the mailer. */
export const MAILS_AT_ONCE = 5;

/**
 * A pool of SMTP connections.
 * @param smtpUrl `smtp://user:password@host:587`; `smtps://` for TLS from the start
 * @param requireTls whether a server that does not offer STARTTLS gets neither the password nor a mail
 * @param from the sender of all mails, "Acme <billing@acme.example>"
 * @throws Error if `from` has no address
 */
export function createMailer({
  smtpUrl,
  from,
  requireTls = false,
}: {
  smtpUrl: string;
  from: string;
  requireTls?: boolean;
}): Mailer {
  domainOf(from);
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: MAILS_AT_ONCE,
    requireTLS: requireTls,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...timeouts,
  } as Parameters<typeof createTransport>[0]);
  // The message is read from this stream only after the server has answered 354 (go ahead).
  transport.use('stream', ({ data, message }, done) => {
    message.processFunc((stream) => {
      (data as Tracked).streams.push(stream as Readable);
      return stream;
    });
    done();
  });

  return {
    async send({ from: sender = from, to, copyTo = null, replyTo, subject, html, text, messageId, date }) {
      const streams: Readable[] = [];
      const mail: Parameters<typeof transport.sendMail>[0] & Tracked = {
        from: sender,
        to: { name: '', address: to },
        cc: copyTo === null ? undefined : { name: '', address: copyTo },
        replyTo: replyTo === null ? undefined : { name: '', address: replyTo },
        subject,
        html,
        text,
        messageId,
        date: date === undefined ? undefined : new Date(date),
        headers: { 'Auto-Submitted': 'auto-generated' },
        // Random by default, which would make the bytes of a retry differ.
        baseBoundary: sha256(messageId).slice(0, 16),
        streams,
      };
      let refused: SmtpFailure | undefined;
      try {
        const { rejectedErrors = [] } = (await transport.sendMail(mail)) as Pick<
          SmtpFailure,
          'rejectedErrors'
        >;
        refused = rejectedErrors.find((failure) => isAbout(failure, to) && failure.permanent);
      } catch (cause) {
        throw asFailure(
          ofRecipient(cause as SmtpFailure, to),
          streams.some((stream) => stream.readableDidRead),
        );
      }
      if (refused) throw asFailure(refused, false);
    },
    close: () => transport.close(),
  };
}

/** A mail in delivery, with the streams of its attempts (the pool may reconnect before any byte is sent). */
type Tracked = { streams: Readable[]; baseBoundary: string };

/** Nodemailer's description of a failure: its code, the SMTP command and, if the server answered, the reply code. */
type SmtpFailure = Error & {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
  permanent?: boolean;
  recipient?: string;
  /** Of each recipient that was refused. */
  rejectedErrors?: SmtpFailure[];
};

/** If all recipients were refused: what was said of `to`, whatever was said of the copy. */
const ofRecipient = (failure: SmtpFailure, to: string): SmtpFailure =>
  failure.rejectedErrors?.find((one) => isAbout(one, to)) ?? failure;

/** The transport writes the domain in small letters. */
const isAbout = ({ recipient = '' }: SmtpFailure, to: string): boolean =>
  recipient.toLowerCase() === to.toLowerCase();

function asFailure(failure: SmtpFailure, begun: boolean): MailRefused | MailOutcomeUnknown {
  if (failure.code === 'ETLS')
    return new MailRefused(
      `no TLS with the SMTP server (${failure.message}): use a server that offers STARTTLS, smtps://, or set SMTP_ALLOW_PLAINTEXT=true`,
      { permanent: false, byServer: true, cause: failure },
    );
  const answered = failure.responseCode !== undefined && failure.responseCode >= 400;
  if (begun && !answered) return new MailOutcomeUnknown(failure.message, { cause: failure });
  return new MailRefused(failure.message, {
    permanent: isPermanent(failure),
    byServer: isByServer(failure),
    unknownAddress: saysUnknownAddress(failure.command, failure.response ?? ''),
    cause: failure,
  });
}

/** Whether the server takes no mails at all: it cannot be reached, refuses the login, or is about to close (421). */
const isByServer = ({ code, command, responseCode }: SmtpFailure): boolean =>
  responseCode === 421 ||
  !(command === 'MAIL FROM' || command === 'RCPT TO' || command === 'DATA' || code === 'EENVELOPE');

/** Permanent only if it concerns the recipient or the content: the merchant can correct a password or a sender. */
function isPermanent({ code, command, permanent }: SmtpFailure): boolean {
  if (command === 'RCPT TO' || command === 'DATA') return permanent === true;
  return code === 'EENVELOPE' && command === 'API'; // not an e-mail address: nothing was sent
}

/** Whether the SMTP server is on this machine, so that nobody reads along. */
export const isLoopback = (smtpUrl: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(smtpUrl).hostname);

/** The Message-ID of a mail: the same at each attempt, and without business ids. */
export function messageIdFor(mailId: string, from: string): string {
  return `<${sha256(mailId).slice(0, 40)}@${domainOf(from)}>`;
}

function domainOf(from: string): string {
  const domain = /@([^\s@<>]+)>?\s*$/.exec(from)?.[1];
  if (!domain)
    throw new Error(
      `the sender of e-mails has no address: ${from} (set MAIL_FROM to one such as "Acme <billing@acme.example>")`,
    );
  return domain;
}

const sha256 = (value: string): string => createHash('sha256').update(value).digest('hex');
