import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

export type Heard = { type: string; data: { orderId: string; sequence: number } };

/** A store that receives signed webhooks, as a shop's developer would write it. `answer` may be replaced. */
export async function startStore(secret: string) {
  const heard: Heard[] = [];
  const store = { answer: (_event: Heard): number => 204 };
  const webhook = new Webhook(secret);
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const event = webhook.verify(body, request.headers as Record<string, string>) as Heard;
    heard.push(event);
    response.writeHead(store.answer(event)).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return Object.assign(store, {
    heard,
    url: `http://127.0.0.1:${port}/hooks`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  });
}
