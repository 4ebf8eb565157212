import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Webhook } from 'standardwebhooks';
import { publicLookup, refusePrivateLiteral } from '../../platform/http/public-address.ts';
import { type StoreAnswer, type StoreEvent, type Storefront, StoreUnavailable } from './storefront.ts';

const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Notifies a store by signed webhooks (Standard Webhooks). 2xx acknowledges; 409 and 422 with the JSON
 * `{"code":"order-unknown"}` say that there is no such order; any other answer is StoreUnavailable, redirects included.
 * @param secret "whsec_" and the shared key in base64
 * @param allowPrivate allows the store's address to be private or loopback
 * @param timeoutMs for the whole attempt, from the DNS lookup to the answer
 * @throws Error if the address has another scheme than http(s) or carries credentials, or the secret is malformed
 */
export function createWebhookStorefront({
  url,
  secret,
  allowPrivate,
  timeoutMs = 10_000,
}: {
  url: string;
  secret: string;
  allowPrivate: boolean;
  timeoutMs?: number;
}): Storefront {
  const target = targetOf(url);
  const webhook = webhookOf(secret);

  return {
    async notify(event) {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        if (!allowPrivate) refusePrivateLiteral(target);
        const body = bodyOf(event);
        const headers = signedHeaders(webhook, event.webhookId, body);
        return await answerOf(await post(target, { headers, body, allowPrivate, signal }));
      } catch (cause) {
        if (cause instanceof StoreUnavailable) throw cause;
        const why = signal.aborted
          ? `did not answer within ${timeoutMs} ms`
          : `could not be reached: ${codeOf(cause)}`;
        throw new StoreUnavailable(`the store ${why}`, { cause });
      }
    },
  };
}

function targetOf(url: string): URL {
  const target = new URL(url);
  if (target.protocol !== 'http:' && target.protocol !== 'https:')
    throw new Error('the address of the store’s webhook must begin with https:// or http://');
  if (target.username || target.password)
    throw new Error('the address of the store’s webhook must not contain a user name or password');
  return target;
}

function webhookOf(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch (cause) {
    throw new Error('the secret of the store’s webhook must be "whsec_" and a key in base64', { cause });
  }
}

function bodyOf(event: StoreEvent): string {
  const { type, occurredAt, orderId, orderNumber, customerId, sequence } = event;
  const facts =
    'total' in event
      ? { total: { amount: event.total.amount, currency: event.total.currency } }
      : { ...event.data };
  const data = { orderId, orderNumber, customerId, sequence, ...facts };
  return JSON.stringify({ type, timestamp: occurredAt, data });
}

/** Signed for this attempt: the receiver refuses a timestamp that is more than five minutes old. */
function signedHeaders(webhook: Webhook, id: string, body: string): Record<string, string | number> {
  const now = new Date();
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Netterms',
    'webhook-id': id,
    'webhook-timestamp': Math.floor(now.getTime() / 1000),
    'webhook-signature': webhook.sign(id, now, body),
  };
}

/** Resolves with the head of the answer. No agent: connections are not reused, so each attempt checks the address. */
function post(
  target: URL,
  {
    headers,
    body,
    allowPrivate,
    signal,
  }: {
    headers: Record<string, string | number>;
    body: string;
    allowPrivate: boolean;
    signal: AbortSignal;
  },
): Promise<IncomingMessage> {
  const request = target.protocol === 'https:' ? requestHttps : requestHttp;
  const lookup = allowPrivate ? {} : { lookup: publicLookup };
  return new Promise((resolve, reject) => {
    request(target, { method: 'POST', headers, agent: false, signal, ...lookup })
      .once('response', resolve)
      .on('error', reject)
      .end(body);
  });
}

async function answerOf(response: IncomingMessage): Promise<StoreAnswer> {
  const status = response.statusCode!;
  try {
    if (status >= 200 && status < 300) return { kind: 'acknowledged', status };
    if ((status === 409 || status === 422) && saysOrderUnknown(await readText(response)))
      return { kind: 'order-unknown', status };
    throw new StoreUnavailable(`the store answered ${status}`, { status });
  } finally {
    response.destroy();
  }
}

/** The body, or "" if it is longer than an answer may be. */
async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function saysOrderUnknown(body: string): boolean {
  try {
    return (JSON.parse(body) as { code?: unknown } | null)?.code === 'order-unknown';
  } catch {
    return false;
  }
}

/** A short code such as ECONNREFUSED; an error's message could name the address. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'UNKNOWN';
}
