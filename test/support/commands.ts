import type { Money } from '../../src/kernel/money.ts';
import type { Asked } from '../../src/modules/commands/asked.ts';
import type { Ask, Commands } from '../../src/modules/commands/commands.ts';
import type { CustomerCommand } from '../../src/modules/commands/definition.ts';
import type { OrderCommandKind } from '../../src/modules/orders/rules/order-state.ts';
import { receivePayment } from '../../src/modules/payments/receive-payment.ts';
import { reversePayment } from '../../src/modules/payments/reverse-payment.ts';
import { revokeTerms } from '../../src/modules/revocation/revoke-terms.ts';
import { inTransaction, type Sql } from '../../src/platform/postgres/client.ts';
import { commandsFor, orderCommands } from '../../src/registry.ts';

type BodyOf<Definition> = Definition extends CustomerCommand<infer Body> ? Body : never;
type By = { now: string; actor?: string; reason?: string };

/** The pipeline without workflows: none is notified, and the tests themselves apply what is pending. */
export const commandsAlone = (sql: Sql, { notifiesStore = false } = {}): Commands =>
  commandsFor({ sql, orderWorkflows: { notify: async () => {} }, notifiesStore });

/** Asks within a transaction, without waiting for a workflow. */
export const keep = <Result>(sql: Sql, ask: (within: Ask) => Promise<Result>): Promise<Result> =>
  inTransaction(sql, (tx) => ask(commandsAlone(sql).within(tx)));

/** What receives the command: the pipeline, which waits for the outcome, or a transaction. */
type Taker = Commands | Ask;

/** Asks an order; what the body leaves out is null, and its currency is EUR. */
export const askOf = (
  taker: Taker,
  orderId: string,
  kind: OrderCommandKind,
  { body = {}, now, actor = 'user:test', reason }: By & { body?: object },
): Promise<Asked> => {
  const definition = orderCommands[kind];
  const usual = { currency: 'EUR', orderId, method: null, reference: null, number: null };
  const given = {
    ...{ orderId, actor, reason: reason ?? null, idempotencyKey: null, now, content: body },
    body: definition.body.parse({ ...usual, ...body }) as never,
  };
  const asked = definition as never;
  return 'order' in taker ? taker.order(asked, given) : taker.askOrder(asked, given);
};

/** Asks a customer. */
export const askOfCustomer = <Body>(
  taker: Taker,
  definition: CustomerCommand<Body>,
  body: Body,
  { now, actor = 'user:test', reason = 'test' }: By,
): Promise<Asked> => {
  const given = { body, content: body, actor, reason, idempotencyKey: null, now };
  return 'customer' in taker ? taker.customer(definition, given) : taker.askCustomer(definition, given);
};

/** A customer's payment; by default it goes to the oldest due. */
export const receive = (
  taker: Taker,
  body: Pick<BodyOf<typeof receivePayment>, 'paymentId' | 'customerId' | 'amount' | 'receivedOn'> &
    Partial<BodyOf<typeof receivePayment>>,
  by: By,
): Promise<Asked> => {
  const usual = { method: null, reference: null, allocations: null, deductions: [], allocate: true };
  return askOfCustomer(taker, receivePayment, { ...usual, ...body }, by);
};

export const reverse = (
  taker: Taker,
  { paymentId, fee, ...by }: By & { paymentId: string; fee?: Money | 'policy' },
): Promise<Asked> =>
  askOfCustomer(taker, reversePayment, { paymentId, ...(fee === undefined ? {} : { fee }) }, by);

export const revoke = (taker: Taker, body: BodyOf<typeof revokeTerms>, by: By): Promise<Asked> =>
  askOfCustomer(taker, revokeTerms, body, by);
