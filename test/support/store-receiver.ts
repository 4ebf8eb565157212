import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

export type Heard = { type: string; data: { orderId: string; sequence: number } };

/**
 * A store that receives signed webhooks, as a shop's developer would write it: one that is not signed, or is of another
 * time, gets 401. `answer` may be replaced.
 */
export async function startStore(secret: string) {
  const heard: Heard[] = [];
  const store = { answer: (_event: Heard): number | Promise<number> => 204 };
  const webhook = new Webhook(secret);
  const verified = (body: string, headers: Record<string, string>): Heard | null => {
    try {
      return webhook.verify(body, headers) as Heard;
    } catch {
      return null;
    }
  };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const event = verified(body, request.headers as Record<string, string>);
    if (event) heard.push(event);
    response.writeHead(event ? await store.answer(event) : 401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return Object.assign(store, {
    heard,
    url: `http://127.0.0.1:${port}/hooks`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  });
}
