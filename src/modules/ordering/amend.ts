import { z } from 'zod';
import type { Tx } from '../../platform/postgres/client.ts';
import { type OrderSituation, orderCommand } from '../commands/definition.ts';
import { closed, otherCurrency, type Refusal } from '../commands/rules/refusal.ts';
import { reread } from '../credit/accounts.ts';
import { lockCreditGroup } from '../credit/credit-groups.ts';
import { applicantOfOne, momentOf } from '../eligibility/applicants.ts';
import { buyerMessage, decideIncrease } from '../eligibility/rules/decide.ts';
import { conditionsOf } from '../eligibility/rules/policy.ts';
import { invoicedOf } from '../invoicing/tables.ts';
import { amendTotal, creditedAndForgiven } from './amend-total.ts';

/** A new total: a higher one needs the customer's credit, a lower one releases credit. */
export const amend = orderCommand({
  kind: 'amend',
  permission: 'storefront',
  body: z.object({ total: z.int(), currency: z.string() }),

  async read(tx, state, { total }) {
    const { order } = state;
    const [{ amount: invoiced }, forgiven] = await Promise.all([
      invoicedOf(tx, order.id),
      creditedAndForgiven(tx, order),
    ]);
    return {
      invoiced,
      forgiven,
      noCredit: total > order.total ? await withoutCredit(tx, state, total) : null,
    };
  },

  refuse({ order }, { total, currency }, { invoiced, forgiven, noCredit }) {
    const refusal = otherCurrency(order, currency) ?? closed(order);
    if (refusal || total === order.total) return refusal;
    if (total < invoiced) return { code: 'below-invoiced' };
    if (total < forgiven) return { code: 'below-credited' };
    return noCredit;
  },

  async apply(tx, state, { total }, { command }) {
    if (total === state.order.total) return { follows: false };
    await amendTotal(tx, state, total, command);
  },

  consequences: ['fulfilment', 'invoicing', 'discountAndTolerance'],
});

/** Refuses an increase beyond the customer's credit. The order's present total is already in the exposure. */
async function withoutCredit(
  tx: Tx,
  { order, policies, now }: OrderSituation,
  total: number,
): Promise<Refusal | null> {
  const { eligibility, settings } = policies;
  const customer = await reread(tx, order.customerId, order.currency);
  if (customer.creditGroup !== null) await lockCreditGroup(tx, customer.creditGroup);
  const moment = momentOf(settings.body, now);
  const applicant = await applicantOfOne(tx, customer, conditionsOf(eligibility.body), moment);
  const by = { amount: total - order.total, currency: order.currency };
  const { eligible, checks } = decideIncrease(applicant, eligibility.body, by, total);
  if (eligible) return null;
  return { code: 'not-eligible', because: { buyerMessage: buyerMessage(false, customer.locale), checks } };
}
