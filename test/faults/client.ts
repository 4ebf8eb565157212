import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 10_000;
/** How long a client waits before it repeats a request. */
const PAUSE_MS = 1_000;

/** What was asked, under its business key, and the last word on it. */
export type Asked = {
  kind: 'order' | 'payment' | 'cancel' | 'credit' | 'extend';
  /** The business key. */
  id: string;
  orderId: string;
  customerId: string;
  /** In minor units; 0 where there is none. */
  amount: number;
  dueOn?: string;
  /** Null: nobody knows whether it happened. */
  answer: Answer | null;
};
// biome-ignore lint/suspicious/noExplicitAny: whatever the API answers
export type Answer = { status: number; body: any };

/** One call of a client. `refused`: 503, or the connection broke; `silent`: no answer within ten seconds. */
export type Call = {
  at: number;
  ms: number;
  kind: Asked['kind'];
  status: number | null;
  outcome: 'answered' | 'refused' | 'silent';
};

export type Client = ReturnType<typeof createClient>;

/** A client of the API that does what docs/store-integration.md says, and notes all that it was told. */
export function createClient(url: string, key: string) {
  const asked: Asked[] = [];
  const calls: Call[] = [];

  async function call(kind: Asked['kind'], path: string, body: object, id: string): Promise<Answer | null> {
    const at = Date.now();
    const note = (outcome: Call['outcome'], status: number | null) =>
      calls.push({ at, ms: Date.now() - at, kind, status, outcome });
    try {
      const response = await fetch(`${url}/v1${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': id,
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const answer = { status: response.status, body: await response.json() };
      const isFinal = answer.status < 500;
      note(isFinal ? 'answered' : 'refused', answer.status);
      return isFinal ? answer : null;
    } catch (error) {
      note((error as Error).name === 'TimeoutError' ? 'silent' : 'refused', null);
      return null;
    }
  }

  return {
    asked,
    calls,

    /**
     * Asks the API, and repeats the same request until it is answered with a final status; with `once` it gives up
     * when the outcome is unknown.
     */
    async ask(
      request: Omit<Asked, 'answer'>,
      { path, body, once }: { path: string; body: object; once: boolean },
    ): Promise<Answer | null> {
      const entry: Asked = { ...request, answer: null };
      asked.push(entry);
      for (;;) {
        entry.answer = await call(entry.kind, path, body, entry.id);
        if (entry.answer || once) return entry.answer;
        await sleep(PAUSE_MS);
      }
    },
  };
}
