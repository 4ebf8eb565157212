import { Agent, request } from 'node:http';
import { quantile } from '../../bench/measure.ts';

/** Answers in ms; `failed` were not answered as they should be. */
export type Seen = { calls: number; failed: number; p50: number; p99: number; max: number };

/** Calls regularly, whether or not the last answer came, as shops and load balancers do. */
export function startMeter(
  everyMs: number,
  call: (index: number) => Promise<boolean>,
): { end(): Promise<Seen> } {
  const latencies: number[] = [];
  const open = new Set<Promise<void>>();
  let failed = 0;
  let index = 0;
  const timer = setInterval(() => {
    const began = performance.now();
    const answered = call(index++).then((right) => {
      latencies.push(performance.now() - began);
      if (!right) failed += 1;
      open.delete(answered);
    });
    open.add(answered);
  }, everyMs);
  return {
    async end() {
      clearInterval(timer);
      await Promise.all(open);
      latencies.sort((a, b) => a - b);
      return {
        calls: latencies.length,
        failed,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
        max: latencies.at(-1) ?? Number.NaN,
      };
    },
  };
}

const agent = new Agent({ keepAlive: true });

/** Whether a call is answered with this status. */
export function answers(status: number, url: string, key: string | null, body?: object): Promise<boolean> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve) => {
    const call = request(
      url,
      {
        agent,
        method: text === undefined ? 'GET' : 'POST',
        headers: {
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      },
      (response) => {
        response.on('error', () => resolve(false));
        response.resume().on('end', () => resolve(response.statusCode === status));
      },
    );
    call.on('error', () => resolve(false));
    call.end(text);
  });
}
