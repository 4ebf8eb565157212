import { bankCollectionsOf } from '../bank-collections/tables.ts';
import { withAccountOf } from '../banking/accounts.ts';
import { referenceOf } from '../banking/payment-references.ts';
import { buyerCopy, letterAddresses, recipientOf, replyAddress } from '../customers/rules/contacts.ts';
import { invoicesOfOrders } from '../invoicing/tables.ts';
import type { MailDefinition } from '../mail/definition.ts';
import { isClosed } from '../orders/rules/order-state.ts';
import { getOrder, instalmentsOfOrders, type OrderRow } from '../orders/tables.ts';
import { amountLines } from './amount-lines.ts';
import { openLetterTask } from './letter-tasks.ts';
import type { Renderer } from './letters/render.ts';
import { orderLetterData } from './order-letter-data.ts';

/** The letters about one order, which leave when it is confirmed and when it is closed. */
export function orderLetter(
  kind: 'confirmation' | 'settled' | 'cancelled',
  renderer: Renderer,
): MailDefinition {
  /** Why it is not wanted any more. Once an order was closed, its confirmation would only confuse the customer. */
  const needless = ({ status, reopenings }: OrderRow): string | null => {
    if (kind === 'confirmation')
      return isClosed(status) || reopenings > 0 ? 'the order was closed first' : null;
    return status === kind ? null : 'the order was opened again';
  };
  return {
    stillHolds: async (tx, mail) => needless(await getOrder(tx, mail.orderId!)) === null,

    async compose(tx, mail, { customer, policies, undeliverable, now }) {
      const order = await getOrder(tx, mail.orderId!);
      const why = needless(order);
      if (why !== null) return { withdraw: why };
      const { customerId, currency } = order;
      const settings = await withAccountOf(tx, policies.settings.body, { customerId, currency, now });
      const orderIds = [order.id];
      const [instalments, collections, invoices, lines] = await Promise.all([
        instalmentsOfOrders(tx, orderIds),
        bankCollectionsOf(tx, order.id),
        invoicesOfOrders(tx, orderIds),
        amountLines(tx, orderIds),
      ]);
      const unpaid = instalments.find(({ outstanding }) => outstanding > 0);
      const asked = unpaid && { [order.id]: unpaid.outstanding };
      const reference = asked ? await referenceOf(tx, { customerId, orderIds, asked, now }) : '';
      const replyTo = replyAddress(customer, settings);
      const data = orderLetterData({
        ...{ order, customer, settings, reference, replyTo, instalments, collections, invoices, now },
        lines: [...lines.values()].flat(),
      });
      const { subject, html, text: plain } = renderer.render(kind, customer.locale, data);
      const recipient = recipientOf(letterAddresses(customer), undeliverable);
      const copyTo = kind === 'confirmation' ? buyerCopy(order.buyer, recipient) : null;
      return { locale: customer.locale, recipient, copyTo, replyTo, subject, html, plain };
    },

    conclude: (tx, mail, outcome, { now }) => openLetterTask(tx, mail, { outcome, now }),
  };
}
