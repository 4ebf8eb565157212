import { Agent, request } from 'node:http';
import { fingerprint } from '../../src/kernel/fingerprint.ts';
import { checkout } from '../../src/modules/ordering/checkout.ts';
import { connect } from '../../src/platform/postgres/client.ts';
import { createTemporalClient } from '../../src/platform/temporal/client.ts';
import { serve } from '../helper.ts';
import { type Load, load } from '../load.ts';
import { customerId } from '../merchant.ts';

/** `prefix` begins the order ids of this load; `placedAt` and `termsCode` apply to all its orders. */
export type Orders = {
  calls: number;
  concurrency: number;
  prefix: string;
  termsCode?: string;
  placedAt?: string;
};
export type Starts = {
  calls: number;
  concurrency: number;
  prefix: string;
  workflow: string;
  taskQueue: string;
  args: unknown[];
};

const orderOf = ({ prefix, termsCode, placedAt }: Orders, index: number) => ({
  orderId: `${prefix}-${index}`,
  customerId: customerId(index),
  total: { amount: 122_000, currency: 'EUR' },
  orderNumber: `SO-${prefix}-${index}`,
  ...(termsCode ? { termsCode } : {}),
  ...(placedAt ? { placedAt } : {}),
});

/** Places orders as a store does. */
function overHttp(url: string, key: string) {
  const agent = new Agent({ keepAlive: true });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const post = (body: string) =>
    new Promise<void>((resolve, reject) => {
      const length = Buffer.byteLength(body);
      const options = { method: 'POST', agent, headers: { ...headers, 'content-length': length } };
      const call = request(`${url}/v1/orders`, options, (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          answer += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 201) resolve();
          else reject(new Error(`${response.statusCode} ${answer.slice(0, 300)}`));
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  return {
    placeOrders: (orders: Orders): Promise<Load> =>
      load(orders, (index) => post(JSON.stringify(orderOf(orders, index)))),
  };
}

/** The checkout's transaction alone: no HTTP, no Temporal. */
function direct(databaseUrl: string, poolSize: string) {
  const sql = connect(databaseUrl, { max: Number(poolSize) });
  return {
    placeOrders: (orders: Orders): Promise<Load> =>
      load(orders, async (index) => {
        const order = orderOf(orders, index);
        const { kind } = await checkout(
          sql,
          {
            ...order,
            termsCode: order.termsCode ?? null,
            placedAt: order.placedAt ?? null,
            confirm: 'now',
            buyer: null,
            purchaseOrder: null,
            metadata: {},
            categories: [],
            regime: null,
            customer: null,
            fingerprint: fingerprint(order),
          },
          { now: new Date().toISOString(), actor: 'key:bench', notifiesStore: true },
        );
        if (kind !== 'accepted') throw new Error(kind);
      }),
  };
}

/** Temporal alone: plain starts of a workflow. */
function starts(address: string) {
  const { client } = createTemporalClient({ address, namespace: 'default' });
  return {
    start: (given: Starts): Promise<Load> =>
      load(given, (index) =>
        client.workflow.start(given.workflow, {
          workflowId: `${given.prefix}-${index}`,
          taskQueue: given.taskQueue,
          args: given.args,
        }),
      ),
  };
}

const kinds = { http: overHttp, direct, starts };
export type DriverKind = keyof typeof kinds;
export type Driver<Kind extends DriverKind> = ReturnType<(typeof kinds)[Kind]>;

const [kind, first = '', second = ''] = process.argv.slice(2);
serve(kinds[kind as DriverKind](first, second));
