import pLimit from 'p-limit';
import { atMost } from '../../platform/at-most.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { lockCustomer } from '../customers/tables.ts';
import { noteStuck } from '../orders/life-cycle.ts';
import type { OrderWorkflows, SignalName } from '../orders/order-workflows.ts';
import type { OrderRow } from '../orders/tables.ts';
import { type Advance, advance, type OrderSnapshot } from './advance.ts';
import { type Pipeline, situationAt } from './apply.ts';
import type { Asked } from './asked.ts';
import type { CustomerCommand, CustomerSituation, OrderCommand, Situation } from './definition.ts';
import { createOutcomes } from './outcomes.ts';
import {
  type Asking,
  type AskingOrder,
  askOnBehalfOf,
  submitCustomerCommand,
  submitOrderCommand,
} from './submit.ts';
import type { CommandRow, OrderCommandRow } from './tables.ts';

/**
 * How long a caller is kept waiting for an outcome, in ms, before the answer is "accepted". Counted from when the call is
 * taken up: a call that has waited for a connection or a lock does not wait as long again.
 */
const PATIENCE_MS = 2_000;
/** How many workflows are notified in parallel: a payment or an invoice may cover hundreds of orders. */
const NOTIFIED_AT_ONCE = 8;

export type Commands = ReturnType<typeof createCommands>;
/** Asks something within a transaction. */
export type Ask = ReturnType<Commands['within']>;

/**
 * The only way in which people and stores ask something of an order or a customer: the command is written under the
 * locks, the orders' workflows are notified after the commit, and the caller waits a moment for the outcome.
 */
export function createCommands({
  sql,
  pipeline,
  orderWorkflows,
}: {
  sql: Sql;
  pipeline: Pipeline;
  orderWorkflows: Pick<OrderWorkflows, 'notify'>;
}) {
  const outcomesOf = createOutcomes(sql);

  /** Asks within the caller's transaction; call `notify` once that is committed. */
  const within = (tx: Tx) => ({
    /** What holds now; call it after taking the locks. */
    situation: (now: string): Promise<Situation> => situationAt(tx, pipeline, now),
    /** Something has happened to a customer that no command says: reminders that waited for it look again. */
    remind: (state: CustomerSituation): Promise<void> => pipeline.reminding.wake(tx, state),

    order: <Body, Facts>(definition: OrderCommand<Body, Facts>, given: AskingOrder<Body>): Promise<Asked> =>
      submitOrderCommand(tx, pipeline, definition, given),
    customer: <Body>(definition: CustomerCommand<Body>, given: Asking<Body>): Promise<Asked> =>
      submitCustomerCommand(tx, pipeline, definition, given),
    /** Asks something of an order on behalf of a customer's command that was decided earlier. Needs the order's lock. */
    async onBehalfOf<Body>(
      parent: CommandRow,
      definition: OrderCommand<Body>,
      { order, body, now }: { order: OrderRow; body: Body; now: string },
    ): Promise<OrderCommandRow> {
      const customer = await lockCustomer(tx, order.customerId);
      const state = { ...(await situationAt(tx, pipeline, now)), customer };
      return askOnBehalfOf(tx, pipeline, {
        parent,
        definition: definition as OrderCommand,
        order,
        body,
        state,
      });
    },
  });

  /** Notifies the workflows of the orders that have something to do. The poller repeats what fails. */
  async function notify(asked: Asked): Promise<void> {
    const limit = pLimit(NOTIFIED_AT_ONCE);
    const signal = (orderId: string, name: SignalName, commandId?: string) =>
      limit(() => orderWorkflows.notify(orderId, name, commandId));
    await Promise.all([
      ...undecidedOf(asked).map(({ orderId, kind, id }) => signal(orderId, kind, id)),
      ...asked.changedOrders.map((orderId) => signal(orderId, 'lookAgain')),
    ]);
  }

  /** Notifies the workflows, and waits for the outcomes until the caller's patience ends, by `performance.now()`. */
  async function follow(asked: Asked, until: number): Promise<Asked> {
    // Not awaited before the outcome: if Temporal does not answer, the caller must not wait twice as long.
    const notified = notify(asked).catch(() => {});
    if (asked.changedOrders.length > 0) await atMost(Math.max(0, until - performance.now()), notified);
    const ids = undecidedOf(asked).map(({ id }) => id);
    const decided = new Map((await outcomesOf(ids, until)).map((row) => [row.id, row]));
    const now = <Row extends CommandRow>(row: Row): Row => (decided.get(row.id) as Row | undefined) ?? row;
    return { ...asked, command: asked.command && now(asked.command), children: asked.children.map(now) };
  }

  /** Runs `work` in one transaction, then follows what was asked in it. */
  async function transact<Result extends { readonly asked: Asked }>(
    work: (tx: Tx, ask: ReturnType<typeof within>) => Promise<Result>,
  ): Promise<Result> {
    const until = performance.now() + PATIENCE_MS;
    const done = await inTransaction(sql, (tx) => work(tx, within(tx)));
    return { ...done, asked: await follow(done.asked, until) };
  }

  return {
    within,
    transact,
    notify,

    /** Asks something of an order. @throws NettermsError as `submitOrderCommand` does */
    async askOrder<Body, Facts>(
      definition: OrderCommand<Body, Facts>,
      given: AskingOrder<Body>,
    ): Promise<Asked> {
      const { asked } = await transact(async (_, ask) => ({ asked: await ask.order(definition, given) }));
      return asked;
    },

    /** Asks something of a customer. @throws NettermsError as `submitCustomerCommand` does */
    async askCustomer<Body>(definition: CustomerCommand<Body>, given: Asking<Body>): Promise<Asked> {
      const { asked } = await transact(async (_, ask) => ({ asked: await ask.customer(definition, given) }));
      return asked;
    },

    /** The workflow of an order looks at its order. */
    advance: (given: Advance): Promise<OrderSnapshot> => advance(sql, pipeline, given),

    /** Notifies the workflow again of a command that it has not taken. After some time the order is shown as stuck. */
    async notifyAgain({ orderId, kind, id, late }: OrderCommandRow & { late: boolean }): Promise<void> {
      if (late) await noteStuck(sql, orderId);
      await orderWorkflows.notify(orderId, kind, id);
    },
  };
}

/** The commands that the orders' workflows still have to apply. */
const undecidedOf = ({ command, children }: Asked): OrderCommandRow[] =>
  [...(command?.orderId ? [command as OrderCommandRow] : []), ...children].filter(
    ({ outcome }) => outcome === null,
  );
