import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where the attacks go, and the keys that the attacker got hold of. */
export type Target = { url: string; keys: { storefront: string; accounting: string; read: string } };

/** How often each status was answered; 0: the connection broke or nothing came. */
export type Answers = Record<string, number>;

export type Sent = {
  method?: string;
  key?: string;
  type?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
};

let agent = new Agent({ keepAlive: true });

/** One call, answered by its status; the body of the answer is read and dropped. */
export function send(url: string, { method, key, type, headers = {}, body }: Sent): Promise<number> {
  return new Promise((resolve) => {
    const call = request(
      url,
      {
        agent,
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined
            ? {}
            : { 'content-type': type ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
          ...headers,
        },
      },
      (response) => {
        response.on('error', () => resolve(0));
        response.resume().on('end', () => resolve(response.statusCode!));
      },
    );
    call.on('error', () => resolve(0));
    call.end(body);
  });
}

/** `callers` that each call again as soon as they are answered, until the time is over. */
export async function hammer(
  callers: number,
  until: number,
  call: (index: number) => Promise<number>,
): Promise<Answers> {
  const answers: Answers = {};
  let index = 0;
  const caller = async () => {
    while (Date.now() < until) {
      const status = await call(index++);
      answers[status] = (answers[status] ?? 0) + 1;
      // A refusal that costs nothing would only measure this process.
      if (status === 429 || status === 503) await sleep(50);
    }
  };
  const late = sleep(until - Date.now() + 1_000);
  await Promise.race([Promise.all(Array.from({ length: callers }, caller)), late]);
  // Who is still waiting leaves: the next attack is measured alone.
  const unanswered = Object.values(agent.sockets).reduce((sum, sockets) => sum + sockets!.length, 0);
  agent.destroy();
  agent = new Agent({ keepAlive: true });
  return unanswered > 0 ? { ...answers, 'left unanswered': unanswered } : answers;
}

/** Opens sockets that send a text and then a byte now and then, or nothing, and read slowly, or nothing. */
export async function hold(
  { url }: Target,
  sockets: number,
  until: number,
  { head, trickle, reading }: { head?: string; trickle?: string; reading?: 'slowly' },
): Promise<Answers> {
  const { hostname, port } = new URL(url);
  const opened: Socket[] = [];
  let received = 0;
  for (let index = 0; index < sockets; index++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    if (head) socket.write(head);
    if (reading === 'slowly') {
      socket.on('data', (piece) => {
        received += piece.length;
        socket.pause();
        setTimeout(() => socket.resume(), 500);
      });
    }
    opened.push(socket);
  }
  while (Date.now() < until) {
    if (trickle) for (const socket of opened) if (socket.writable) socket.write(trickle);
    await sleep(100);
  }
  const held = opened.filter((socket) => !socket.destroyed).length;
  for (const socket of opened) socket.destroy();
  return { 'sockets held': held, ...(received > 0 ? { 'KB read': Math.round(received / 1024) } : {}) };
}
