import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createMailer, type Mailer } from '../../src/platform/smtp/mailer.ts';

/**
 * What becomes of an attempt. `dies`: the server takes the whole mail, and the connection ends instead of an answer;
 * `dies midway`: in the middle of the mail; a number: the answer to the whole mail, or to its recipient, with an enhanced
 * code or without; `away`: nobody listens.
 */
export type Fate =
  | 'accepts'
  | 'dies'
  | 'dies midway'
  | 451
  | `recipient ${number}`
  | `recipient ${number} ${string}`
  | 554
  | 'away';

/** A real SMTP server that keeps every mail of which it has seen the end, and does to each attempt what the script says. */
export async function startScriptedPost(from: string) {
  /** The fates of the attempts to come, by recipient. Without a script the mail is accepted. */
  const scripts = new Map<string, Fate[]>();
  const received = new Map<string, string[]>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let to = '';
    let fate: Fate = 'accepts';
    let mail: string[] | null = null;
    const answer = (line: string) => socket.write(`${line}\r\n`);
    const take = (line: string): void => {
      if (mail && line !== '.') {
        mail.push(line);
        if (fate === 'dies midway') socket.destroy();
        return;
      }
      if (mail) {
        received.set(to, [...(received.get(to) ?? []), mail.join('\r\n')]);
        mail = null;
        if (fate === 'dies') socket.destroy();
        else answer(typeof fate === 'number' ? `${fate} no` : '250 accepted');
      } else if (line.startsWith('RCPT')) {
        to = /<(.*)>/.exec(line)![1]!;
        fate = scripts.get(to)?.shift() ?? 'accepts';
        const [, code] = /^recipient (.+)/.exec(String(fate)) ?? [];
        answer(code ? `${code} no` : '250 ok');
      } else if (line.startsWith('DATA')) {
        mail = [];
        answer('354 go on');
      } else answer('250 ok');
    };
    let rest = '';
    answer('220 test ESMTP');
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) if (!socket.destroyed) take(line);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const here = createMailer({ smtpUrl: `smtp://127.0.0.1:${port}`, from });
  const nowhere = createMailer({ smtpUrl: 'smtp://127.0.0.1:1', from });
  return {
    scripts,
    /** The bytes of the mails to this recipient that came whole, whatever was answered. */
    received: (to: string) => received.get(to) ?? [],
    send: ((mail) => {
      const script = scripts.get(mail.to);
      if (script?.[0] !== 'away') return here.send(mail);
      script.shift();
      return nowhere.send(mail);
    }) satisfies Mailer['send'],
    async stop() {
      for (const mailer of [here, nowhere]) mailer.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
