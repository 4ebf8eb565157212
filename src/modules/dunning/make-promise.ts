import { z } from 'zod';
import { addDays } from '../../kernel/calendar.ts';
import type { Money } from '../../kernel/money.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { customerCommand } from '../commands/definition.ts';
import { invalidField, type Refusal, throwIfRefused } from '../commands/rules/refusal.ts';
import { owedOn, requireOrders } from './customer-orders.ts';
import { insertPromise } from './promises.ts';
import { MAX_PROMISE_DAYS } from './rules/promises.ts';

const request = z.object({
  customerId: z.string(),
  promiseId: z.string(),
  /** In the merchant's zone. */
  by: z.string(),
  /** Null: all that is due on that day. */
  amount: z.object({ amount: z.int(), currency: z.string() }).nullable(),
  /** Null: all orders of the customer. */
  orderIds: z.array(z.string()).nullable(),
  note: z.string().nullable(),
});

/**
 * Notes that the customer will have paid by a day.
 * Refused with `customer-not-found`, `order-not-found`; `validation` for a day in the past or too far ahead;
 * `currency-mismatch` if none of the orders is in the currency; `nothing-due` without an amount and with nothing due.
 */
export const makePromise = customerCommand({
  kind: 'makePromise',
  permission: 'admin',
  body: request,
  customerOf: async (_, { customerId }) => customerId,
  businessId: ({ promiseId }) => ({ id: `promise ${promiseId}`, called: `Promise ${promiseId}` }),

  async apply(tx, { today, now }, body, { command: { actor } }) {
    const { customerId, promiseId, by, amount, orderIds, note } = body;
    if (by < today) throwIfRefused(invalidField('/by', `This is in the past: today is ${today}.`));
    if (by > addDays(today, MAX_PROMISE_DAYS))
      throwIfRefused(invalidField('/by', `This is more than ${MAX_PROMISE_DAYS} days ahead.`));
    const covers = await promised(tx, body);
    await insertPromise(tx, {
      ...{ id: promiseId, customerId, byOn: by, amount, orderIds, covers, note, actor, now },
    });
    await recordAudit(tx, {
      ...{ at: now, actor, action: 'promise.made', subject: `customer/${customerId}`, reason: note },
      detail: { promiseId, by, ...(amount && { amount }), ...(orderIds && { orderIds }) },
    });
  },

  consequences: [],
});

/** What a promise comes to: its amount, or all that will be due on its day and is owed now. */
async function promised(tx: Tx, body: z.infer<typeof request>): Promise<Money[]> {
  const { customerId, by, amount, orderIds } = body;
  const currencies = orderIds && (await requireOrders(tx, customerId, orderIds));
  if (amount !== null) {
    if (currencies && !currencies.includes(amount.currency)) throwIfRefused(notIn(amount.currency));
    return [amount];
  }
  const covers = await owedOn(tx, customerId, { orderIds, dueBy: by });
  if (covers.length === 0)
    throwIfRefused({
      code: 'nothing-due',
      detail: `Nothing will be due on ${by}: give the amount that was promised.`,
    });
  return covers;
}

const notIn = (currency: string): Refusal => ({
  code: 'currency-mismatch',
  detail: `None of the orders is in ${currency}.`,
});
