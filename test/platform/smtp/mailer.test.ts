import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createMailer,
  isLoopback,
  type Mail,
  MailOutcomeUnknown,
  MailRefused,
  messageIdFor,
} from '../../../src/platform/smtp/mailer.ts';

const from = 'Officine Bianchi <billing@bianchi.example>';
const mail: Mail = {
  to: 'amministrazione@rossi.example',
  replyTo: 'crediti@bianchi.example',
  subject: 'Ordine 1042: scadenza 3 marzo 2027, già confermato',
  html: '<p>Importo: 1.220,00 €</p>',
  text: 'Importo: 1.220,00 €\n.\nFine',
  messageId: messageIdFor('order/1042/1/P7D', from),
  date: '2027-03-10T08:00:00.000Z',
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function mailerTo(port: number, requireTls = false) {
  const smtpUrl = `smtp://${requireTls ? 'user:secret@' : ''}127.0.0.1:${port}`;
  const mailer = createMailer({ smtpUrl, from, requireTls });
  closing.push(() => mailer.close());
  return mailer;
}

/** A real SMTP server that keeps what it accepts. */
async function postOffice(options: Partial<SMTPServerOptions> = {}) {
  const accepted: { raw: string; to: string[] }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 200,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        accepted.push({ raw: Buffer.concat(chunks).toString(), to });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const port = (server.server.address() as AddressInfo).port;
  return { accepted, port, mailer: mailerTo(port) };
}

const refusal = (responseCode: number) => Object.assign(new Error('no'), { responseCode });

/** A small server that answers each command by the script; null breaks the connection. */
async function scripted(answer: (line: string, inData: boolean) => string | null, requireTls = false) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let inData = false;
    let rest = '';
    socket.write('220 test ESMTP\r\n');
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const reply = answer(line, inData);
        if (reply === null) return socket.destroy();
        inData = reply.startsWith('354') || (inData && line !== '.');
        if (reply) socket.write(`${reply}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return mailerTo((server.address() as AddressInfo).port, requireTls);
}

const failureOf = async (sending: Promise<void>): Promise<unknown> =>
  sending.then(
    () => expect.fail('the mail was accepted'),
    (failure) => failure,
  );

describe('a mail that the server accepts', () => {
  it('arrives complete: both parts, sender, Reply-To, Message-ID, date, and marked as automatic', async () => {
    const { mailer, accepted } = await postOffice();
    await mailer.send(mail);
    const [{ raw, to }] = accepted as [{ raw: string; to: string[] }];
    const arrived = await simpleParser(raw);
    expect(to).toEqual(['amministrazione@rossi.example']);
    expect(arrived.subject).toBe(mail.subject);
    expect(arrived.from?.text).toBe('"Officine Bianchi" <billing@bianchi.example>');
    expect(arrived.replyTo?.value).toEqual([{ address: 'crediti@bianchi.example', name: '' }]);
    expect(arrived.messageId).toBe(mail.messageId);
    expect(arrived.date?.toISOString()).toBe(mail.date);
    expect(arrived.headers.get('auto-submitted')).toBe('auto-generated');
    expect(arrived.html).toContain('1.220,00 €');
    expect(arrived.text?.trimEnd()).toBe(mail.text);
  });

  it('is repeated with the same bytes', async () => {
    const { mailer, accepted, port } = await postOffice();
    await mailer.send(mail);
    await mailerTo(port).send(mail);
    expect(accepted).toHaveLength(2);
    expect(accepted[1]!.raw).toBe(accepted[0]!.raw);
  });

  it('is also copied to the buyer, and to nobody else', async () => {
    const { mailer, accepted } = await postOffice();
    const copyTo = 'anna@rossi.example';
    await mailer.send({ ...mail, copyTo });
    await mailer.send({ ...mail, copyTo: null });
    expect(accepted.map(({ to }) => to)).toEqual([[mail.to, copyTo], [mail.to]]);
    const [copied, alone] = await Promise.all(accepted.map(({ raw }) => simpleParser(raw)));
    expect(copied?.cc).toMatchObject({ value: [{ address: copyTo }] });
    expect(alone?.cc).toBeUndefined();
  });

  it('arrives even if the server refuses the address of the copy', async () => {
    const { mailer, accepted } = await postOffice({
      onRcptTo: ({ address }, _session, done) => done(address === mail.to ? null : refusal(550)),
    });
    await mailer.send({ ...mail, copyTo: 'gone@rossi.example' });
    expect(accepted.map(({ to }) => to)).toEqual([[mail.to]]);
  });

  it('has no Reply-To if the merchant set none', async () => {
    const { mailer, accepted } = await postOffice();
    await mailer.send({ ...mail, replyTo: null });
    expect((await simpleParser(accepted[0]!.raw)).replyTo).toBeUndefined();
  });

  it('gets no extra header or recipient from line breaks in its subject and addresses', async () => {
    const { mailer, accepted } = await postOffice();
    await mailer.send({
      ...mail,
      subject: 'One\r\nBcc: evil@evil.example\r\n\r\nTwo',
      replyTo: 'a@bianchi.example\r\nX-Evil: 1',
    });
    const arrived = await simpleParser(accepted[0]!.raw);
    expect(arrived.bcc).toBeUndefined();
    expect(arrived.headers.has('x-evil')).toBe(false);
    expect(accepted[0]!.to).toEqual([mail.to]);
    expect(arrived.text?.trimEnd()).toBe(mail.text);
  });

  it('is sent to a domain with non-ASCII letters', async () => {
    const { mailer, accepted } = await postOffice();
    await mailer.send({ ...mail, to: 'info@caffè.example' });
    expect(accepted[0]!.to).toEqual(['info@caffè.example']);
  });

  it('is sent over a new connection if the server has closed the open one', async () => {
    const seen: string[] = [];
    const mailer = await scripted((line, inData) => {
      if (inData) return line === '.' ? '250 accepted' : '';
      seen.push(line.split(' ')[0]!);
      if (line.startsWith('MAIL') && seen.filter((verb) => verb === 'MAIL').length === 2) return null;
      return line.startsWith('DATA') ? '354 go on' : '250 ok';
    });
    await mailer.send(mail);
    await mailer.send({ ...mail, messageId: messageIdFor('another', from) });
    expect(seen.filter((verb) => verb === 'EHLO')).toHaveLength(2);
    expect(seen.filter((verb) => verb === 'DATA')).toHaveLength(2);
  });
});

describe('a mail that was certainly not accepted', () => {
  it.each([
    [451, false],
    [421, false],
    [550, true],
  ])('for the recipient, with %i: permanent %s', async (code, permanent) => {
    const { mailer } = await postOffice({ onRcptTo: (_address, _session, done) => done(refusal(code)) });
    const failure = await failureOf(mailer.send(mail));
    expect(failure).toBeInstanceOf(MailRefused);
    expect(failure).toMatchObject({ permanent });
  });

  it.each([
    ['5.1.1', 'accepted', { permanent: true, unknownAddress: true }],
    ['5.7.1', 'accepted', { permanent: true, unknownAddress: false }],
    ['5.1.1', 'deferred', { permanent: true, unknownAddress: true }],
    ['5.1.1', 'refused', { permanent: true, unknownAddress: true }],
  ])('for the recipient with 550 %s, while its copy is %s', async (code, copy, expected) => {
    const replies = { accepted: '250 ok', deferred: '451 4.3.0 later', refused: '550 5.7.1 no' };
    const mailer = await scripted((line, inData) => {
      if (line.startsWith('RCPT TO:<buyer')) return replies[copy as keyof typeof replies];
      if (line.startsWith('RCPT')) return `550 ${code} no`;
      if (inData) return line === '.' ? '250 accepted' : '';
      return line.startsWith('DATA') ? '354 go on' : '250 ok';
    });
    const failure = await failureOf(
      mailer.send({ ...mail, to: 'Conti@Rossi.example', copyTo: 'buyer@rossi.example' }),
    );
    expect(failure).toBeInstanceOf(MailRefused);
    expect(failure).toMatchObject(expected);
  });

  it.each([
    [452, false],
    [554, true],
  ])('for its content, after it was sent, with %i: permanent %s', async (code, permanent) => {
    const { mailer } = await postOffice({
      onData(stream, _session, done) {
        stream.resume();
        stream.on('end', () => done(refusal(code)));
      },
    });
    const failure = await failureOf(mailer.send(mail));
    expect(failure).toBeInstanceOf(MailRefused);
    expect(failure).toMatchObject({ permanent });
  });

  it('for the sender, with 550: the merchant can correct it, so it is not permanent', async () => {
    const { mailer } = await postOffice({ onMailFrom: (_address, _session, done) => done(refusal(550)) });
    expect(await failureOf(mailer.send(mail))).toMatchObject({ name: 'MailRefused', permanent: false });
  });

  it('because no server listens', async () => {
    const { port } = await postOffice();
    await closing.splice(0, 1)[0]!();
    const failure = await failureOf(mailerTo(port).send(mail));
    expect(failure).toBeInstanceOf(MailRefused);
    expect(failure).toMatchObject({ permanent: false });
  });

  it('because the server of that name does not exist', async () => {
    const mailer = createMailer({ smtpUrl: 'smtp://nowhere.invalid:25', from });
    closing.push(() => mailer.close());
    expect(await failureOf(mailer.send(mail))).toMatchObject({ name: 'MailRefused', permanent: false });
  });

  it('because the connection broke before the mail was being sent', async () => {
    const mailer = await scripted((line) => (line.startsWith('DATA') ? null : '250 ok'));
    expect(await failureOf(mailer.send(mail))).toMatchObject({ name: 'MailRefused', permanent: false });
  });

  it('because it has no valid recipient', async () => {
    const { mailer, accepted } = await postOffice();
    for (const to of ['', ' ', 'nobody at all']) {
      expect(await failureOf(mailer.send({ ...mail, to }))).toMatchObject({
        name: 'MailRefused',
        permanent: true,
      });
    }
    expect(accepted).toEqual([]);
  });
});

describe('a mail that the server may have accepted', () => {
  const upToTheEnd = (end: string | null) => (line: string, inData: boolean) => {
    if (!inData) return line.startsWith('DATA') ? '354 go on' : '250 ok';
    return line === '.' ? end : '';
  };

  it('has an unknown outcome if the connection breaks instead of an answer', async () => {
    const failure = await failureOf((await scripted(upToTheEnd(null))).send(mail));
    expect(failure).toBeInstanceOf(MailOutcomeUnknown);
  });

  it('has an unknown outcome if the connection breaks in the middle of the mail', async () => {
    const mailer = await scripted((line, inData) => (inData ? null : upToTheEnd(null)(line, inData)));
    expect(await failureOf(mailer.send(mail))).toBeInstanceOf(MailOutcomeUnknown);
  });

  it('is refused if the answer after it is a refusal', async () => {
    const mailer = await scripted(upToTheEnd('421 shutting down'));
    expect(await failureOf(mailer.send(mail))).toMatchObject({ name: 'MailRefused', permanent: false });
  });
});

describe('the Message-ID', () => {
  it('is the same for the same mail, differs for others, and is at the sender’s domain', () => {
    const id = messageIdFor('order/1042/confirmation', from);
    expect(id).toMatch(/^<[0-9a-f]{40}@bianchi\.example>$/);
    expect(messageIdFor('order/1042/confirmation', 'billing@bianchi.example')).toBe(id);
    expect(messageIdFor('order/1042/settled', from)).not.toBe(id);
  });

  it('needs a sender with an address', () => {
    expect(() => createMailer({ smtpUrl: 'smtp://127.0.0.1:1', from: 'Officine Bianchi' })).toThrow(
      'no address',
    );
  });
});

describe('TLS', () => {
  it('that is required and not offered: nothing is sent, not even the password', async () => {
    const commands: string[] = [];
    const mailer = await scripted((line) => {
      commands.push(line);
      return line.startsWith('EHLO') ? '250-test\r\n250 AUTH PLAIN' : '502 not here';
    }, true);
    const failure = await failureOf(mailer.send(mail));
    expect(failure).toBeInstanceOf(MailRefused);
    expect(failure).toMatchObject({
      permanent: false,
      message: expect.stringContaining('SMTP_ALLOW_PLAINTEXT=true'),
    });
    expect(commands.filter((line) => /AUTH|MAIL/.test(line))).toEqual([]);
  });

  it.each([
    ['smtp://localhost:25', true],
    ['smtp://user:p@127.0.0.1:1025', true],
    ['smtp://[::1]:25', true],
    ['smtp://127.0.0.1.evil.example:25', false],
    ['smtp://mail.bianchi.example:587', false],
    ['smtp://localhost@10.0.0.5:25', false],
    ['smtp://10.0.0.5', false],
  ])('%s is on this machine: %s', (url, expected) => {
    expect(isLoopback(url)).toBe(expected);
  });
});
