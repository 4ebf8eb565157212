import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { freePort } from './ports.ts';

/** What the store was notified of for an order, the newest last. */
export type StoreOrder = {
  orderId: string;
  orderNumber: string | null;
  customerId: string;
  total: { amount: number; currency: string };
  status: 'paid' | 'settled' | 'cancelled';
  events: { type: string; sequence: number; timestamp: string }[];
};

type Message = {
  type: string;
  timestamp: string;
  data: {
    orderId: string;
    orderNumber?: string | null;
    customerId: string;
    sequence: number;
    total: { amount: number; currency: string };
  };
};

const statusAfter: Record<string, StoreOrder['status']> = {
  'order.marked_paid': 'paid',
  'order.settled': 'settled',
  'order.cancelled': 'cancelled',
};

export type SampleStore = { url: string; webhookUrl: string; stop: () => Promise<void> };

/**
 * A stand-in for a store: it receives Netterms' webhooks, verifies their signatures, and shows them as a page and as
 * `GET /orders.json`. It keeps its data only in memory.
 */
export async function startSampleStore({
  port: wanted,
  secret,
}: {
  port?: number;
  secret: string;
}): Promise<SampleStore> {
  const port = await freePort(wanted);
  const orders = new Map<string, StoreOrder>();
  const webhook = new Webhook(secret);
  const server = createServer(async (request, response) => {
    if (request.method === 'POST' && request.url === '/webhooks/netterms') {
      const body = await read(request);
      try {
        note(orders, webhook.verify(body, request.headers as Record<string, string>) as Message);
        response.writeHead(204).end();
      } catch {
        answer(response, 401, 'application/json', JSON.stringify({ code: 'bad-signature' }));
      }
    } else if (request.url === '/orders.json') {
      answer(response, 200, 'application/json', JSON.stringify({ items: [...orders.values()] }, null, 2));
    } else if (request.url === '/') {
      answer(response, 200, 'text/html; charset=utf-8', page([...orders.values()]));
    } else {
      answer(response, 404, 'application/json', JSON.stringify({ code: 'not-found' }));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://localhost:${port}`,
    webhookUrl: `http://127.0.0.1:${port}/webhooks/netterms`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Delivery is at least once and may come out of order: the highest sequence decides the status. */
function note(orders: Map<string, StoreOrder>, { type, timestamp, data }: Message): void {
  const status = statusAfter[type];
  if (!status) return;
  const known = orders.get(data.orderId);
  const earlier = known?.events ?? [];
  if (earlier.some(({ sequence }) => sequence === data.sequence)) return;
  const events = [...earlier, { type, sequence: data.sequence, timestamp }].sort(
    (a, b) => a.sequence - b.sequence,
  );
  orders.set(data.orderId, {
    orderId: data.orderId,
    orderNumber: data.orderNumber ?? null,
    customerId: data.customerId,
    total: data.total,
    status: statusAfter[events.at(-1)!.type]!,
    events,
  });
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

function page(orders: readonly StoreOrder[]): string {
  const rows = [...orders]
    .reverse()
    .map(
      ({ orderId, orderNumber, customerId, total, status, events }) =>
        `<tr><td>${escaped(orderNumber ?? orderId)}<td>${escaped(customerId)}<td class="n">${escaped(
          `${(total.amount / 100).toFixed(2)} ${total.currency}`,
        )}<td>${status}<td>${events.map(({ type }) => escaped(type.replace('order.', ''))).join(' → ')}`,
    );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>Sample store</title>
<style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:56rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem;border-bottom:1px solid #ccc}.n{text-align:right}</style>
<h1>Sample store</h1><p>The orders about which Netterms has notified this store, by signed webhooks.</p>
<table><thead><tr><th>Order<th>Customer<th class="n">Total<th>Status here<th>Events received</thead><tbody>${
    rows.join('') || '<tr><td colspan="5">Nothing yet.'
  }</tbody></table></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
