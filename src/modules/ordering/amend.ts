import type { Tx } from '../../platform/postgres/client.ts';
import { type Apply, bookingOf, type Refusal } from '../commands/command.ts';
import { reread } from '../credit/accounts.ts';
import { lockCreditGroup } from '../credit/credit-groups.ts';
import { applicantOfOne, momentOf } from '../eligibility/applicants.ts';
import { buyerMessage, decideIncrease } from '../eligibility/rules/decide.ts';
import { conditionsOf } from '../eligibility/rules/policy.ts';
import { completeInvoicing } from '../invoicing/apply-invoice.ts';
import { invoicedOf } from '../invoicing/tables.ts';
import { isClosed } from '../orders/rules/order-state.ts';
import type { OrderRow } from '../orders/tables.ts';
import { concedeAfterAll } from '../payments/concede.ts';
import { activePolicies } from '../settings/tables.ts';
import { amendTotal, creditedAndLetGo } from './amend-total.ts';
import { completeFulfilment } from './fulfil.ts';

/** Another total: more needs the customer's credit, less gives it back. */
export const amend: Apply = async (tx, subject, command, context) => {
  if (isClosed(subject.status)) return 'order-closed';
  const { order } = subject;
  const { total } = command.body as { total: number };
  if (total === order.total) return null;
  if (total < (await invoicedOf(tx, order.id)).amount) return 'below-invoiced';
  if (total < (await creditedAndLetGo(tx, order))) return 'below-credited';
  const refusal = total > order.total ? await withoutCredit(tx, order, total, context.now) : null;
  if (refusal) return refusal;
  const booking = { ...bookingOf(subject, command, context), commandId: command.id };
  subject.order = await amendTotal(tx, order.id, total, booking);
  await completeFulfilment(tx, subject, context.now);
  await completeInvoicing(tx, subject, context.now);
  await concedeAfterAll(tx, subject, command, context);
  return null;
};

/** The customer may not owe so much more. What the order asks for now is in the exposure already. */
async function withoutCredit(tx: Tx, order: OrderRow, total: number, now: string): Promise<Refusal | null> {
  const { eligibility, settings } = await activePolicies(tx);
  const customer = await reread(tx, order.customerId, order.currency);
  if (customer.creditGroup !== null) await lockCreditGroup(tx, customer.creditGroup);
  const moment = momentOf(settings.body, now);
  const applicant = await applicantOfOne(tx, customer, conditionsOf(eligibility.body), moment);
  const by = { amount: total - order.total, currency: order.currency };
  const { eligible, checks } = decideIncrease(applicant, eligibility.body, by, total);
  if (eligible) return null;
  return { code: 'not-eligible', because: { buyerMessage: buyerMessage(false, customer.locale), checks } };
}
