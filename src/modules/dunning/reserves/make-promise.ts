import { z } from 'zod';
import { addDays, type Day, dayAt, type Instant } from '../../../kernel/calendar.ts';
import type { Money } from '../../../kernel/money.ts';
import type { Tx } from '../../../platform/postgres/client.ts';
import { recordAudit } from '../../audit/tables.ts';
import { customerCommand } from '../../commands/definition.ts';
import { invalidField, type Refusal, throwIfRefused } from '../../commands/rules/refusal.ts';
import { MAX_PROMISE_DAYS } from '../rules/promises.ts';
import { orderOnTermsOfDays, owedOn, requireOrders } from './customer-orders.ts';
import { insertPromise } from './promises.ts';

const request = z.object({
  customerId: z.string(),
  promiseId: z.string(),
  /** A day in the merchant's zone, or an instant. */
  by: z.string(),
  /** Null: all that is due then. */
  amount: z.object({ amount: z.int(), currency: z.string() }).nullable(),
  /** Null: all orders of the customer. */
  orderIds: z.array(z.string()).nullable(),
  note: z.string().nullable(),
});

/**
 * Notes that the customer will have paid by a day; by an instant, if all that is promised are orders on terms of seconds.
 * Refused with `customer-not-found`, `order-not-found`; `validation` for what is in the past or too far ahead, and for an
 * instant for other orders;
 * `currency-mismatch` if none of the orders is in the currency; `nothing-due` without an amount and with nothing due.
 */
export const makePromise = customerCommand({
  kind: 'makePromise',
  permission: 'admin',
  body: request,
  customerOf: async (_, { customerId }) => customerId,
  businessId: ({ promiseId }) => ({ id: `promise ${promiseId}`, called: `Promise ${promiseId}` }),

  async apply(tx, { today, now, policies }, body, { command: { actor } }) {
    const { customerId, promiseId, by, amount, orderIds, note } = body;
    const byAt = instantOf(by);
    const byOn = byAt === null ? by : dayAt(byAt, policies.settings.body.timeZone);
    if (byOn < today) throwIfRefused(invalidField('/by', `This is in the past: today is ${today}.`));
    if (byAt !== null && byAt < now)
      throwIfRefused(invalidField('/by', `This is in the past: it is ${now}.`));
    if (byOn > addDays(today, MAX_PROMISE_DAYS))
      throwIfRefused(invalidField('/by', `This is more than ${MAX_PROMISE_DAYS} days ahead.`));
    const covers = await promised(tx, body, { byOn, byAt });
    await insertPromise(tx, {
      ...{ id: promiseId, customerId, byOn, byAt, amount, orderIds, covers, note, actor, now },
    });
    await recordAudit(tx, {
      ...{ at: now, actor, action: 'promise.made', subject: `customer/${customerId}`, reason: note },
      detail: { promiseId, by: byOn, ...(amount && { amount }), ...(orderIds && { orderIds }) },
    });
  },

  consequences: [],
});

/** The instant, if `by` is not a day; with milliseconds and in UTC. */
const instantOf = (by: string): Instant | null => (by.includes('T') ? new Date(by).toISOString() : null);

/** What a promise comes to: its amount, or all that will be due by then and is owed now. */
async function promised(
  tx: Tx,
  { customerId, by, amount, orderIds }: z.infer<typeof request>,
  dueBy: { byOn: Day; byAt: Instant | null },
): Promise<Money[]> {
  const currencies = orderIds && (await requireOrders(tx, customerId, orderIds));
  if (dueBy.byAt !== null) await requireTermsOfSeconds(tx, orderIds);
  if (amount !== null) {
    if (currencies && !currencies.includes(amount.currency)) throwIfRefused(notIn(amount.currency));
    return [amount];
  }
  const covers = await owedOn(tx, customerId, { orderIds, dueBy });
  if (covers.length === 0)
    throwIfRefused({
      code: 'nothing-due',
      detail: `Nothing will be due by ${by}: give the amount that was promised.`,
    });
  return covers;
}

/** Without orders a promise is of those placed later as well, which may be on any terms. */
async function requireTermsOfSeconds(tx: Tx, orderIds: readonly string[] | null): Promise<void> {
  const rule = 'An instant can be promised only for orders on terms of seconds (`elapsed`)';
  if (orderIds === null) return throwIfRefused(invalidField('/by', `${rule}: name them in \`orderIds\`.`));
  const other = await orderOnTermsOfDays(tx, orderIds);
  if (other !== null) throwIfRefused(invalidField('/by', `${rule}, and order ${other} is not: give a day.`));
}

const notIn = (currency: string): Refusal => ({
  code: 'currency-mismatch',
  detail: `None of the orders is in ${currency}.`,
});
