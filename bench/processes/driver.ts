import { Agent, request } from 'node:http';
import { fingerprint } from '../../src/kernel/fingerprint.ts';
import { checkout } from '../../src/modules/ordering/checkout.ts';
import { connect } from '../../src/platform/postgres/client.ts';
import { createTemporalClient } from '../../src/platform/temporal/client.ts';
import { serve } from '../helper.ts';
import { type Load, load } from '../load.ts';
import { customerId } from '../merchant.ts';

/**
 * `prefix` begins the order ids of this load; `placedAt` and `termsCode` apply to all its orders. `customers`: each order
 * goes to the next of these (merchant.ts), by default of the usual ones.
 */
export type Orders = {
  calls: number;
  concurrency: number;
  prefix: string;
  customers?: { prefix: string; count: number };
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

/** A payment of `amount` (in cents) for each of the first orders of a load. */
export type Payments = { calls: number; concurrency: number; prefix: string; amount: number };

const orderOf = ({ prefix, termsCode, placedAt, customers }: Orders, index: number) => ({
  orderId: `${prefix}-${index}`,
  customerId: customers ? `${customers.prefix}-${index % customers.count}` : customerId(index),
  total: { amount: 122_000, currency: 'EUR' },
  orderNumber: `SO-${prefix}-${index}`,
  ...(termsCode ? { termsCode } : {}),
  ...(placedAt ? { placedAt } : {}),
});

/** Places orders as a store does, and books payments. */
function overHttp(url: string, key: string) {
  const agent = new Agent({ keepAlive: true });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const post = (path: string, content: unknown, expected: number) =>
    new Promise<void>((resolve, reject) => {
      const body = JSON.stringify(content);
      const length = Buffer.byteLength(body);
      const options = { method: 'POST', agent, headers: { ...headers, 'content-length': length } };
      const call = request(`${url}/v1${path}`, options, (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          answer += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === expected) resolve();
          else reject(new Error(`${response.statusCode} ${answer.slice(0, 300)}`));
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  return {
    placeOrders: (orders: Orders): Promise<Load> =>
      load(orders, (index) => post('/orders', orderOf(orders, index), 201)),
    /** An answer other than 200, "booked", is an error. */
    pay: (payments: Payments): Promise<Load> =>
      load(payments, (index) => {
        const orderId = `${payments.prefix}-${index}`;
        const amount = { amount: payments.amount, currency: 'EUR' };
        return post(`/orders/${orderId}/payments`, { paymentId: `payment-of-${orderId}`, amount }, 200);
      }),
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
