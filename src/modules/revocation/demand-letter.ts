import { dayAt } from '../../kernel/calendar.ts';
import { withAccountOf } from '../banking/accounts.ts';
import { referenceOf } from '../banking/payment-references.ts';
import { letterAddresses, recipientOf, replyAddress } from '../customers/rules/contacts.ts';
import type { CustomerRow } from '../customers/tables.ts';
import { openLetterTask } from '../dunning/letter-tasks.ts';
import type { DemandData, Renderer } from '../dunning/letters/render.ts';
import type { MailDefinition } from '../mail/definition.ts';
import type { Settings } from '../settings/rules/settings.ts';
import { demandedOf, getRevocation, type Owed, type RevocationRow, revocationOfMail } from './tables.ts';

/** The letter of a revocation: all that is still owed for its orders. */
export function demandLetter(renderer: Renderer): MailDefinition {
  const compose: MailDefinition['compose'] = async (tx, mail, { customer, policies, undeliverable, now }) => {
    const revocation = await getRevocation(tx, revocationOfMail(mail.id));
    const { currency } = customer;
    const settings = await withAccountOf(tx, policies.settings.body, {
      customerId: customer.id,
      currency,
      now,
    });
    const owed = await demandedOf(tx, revocation.id);
    if (owed.length === 0) return { withdraw: 'nothing is owed any more' };
    if (customer.privilege === 'insolvency') return { withdraw: 'the customer is insolvent' };
    const orderIds = owed.map(({ orderId }) => orderId);
    const reference = await referenceOf(tx, { customerId: customer.id, orderIds, now });
    const data = demandData({ revocation, customer, owed, settings, reference });
    const { subject, html, text: plain } = renderer.renderDemand(customer.locale, data);
    const recipient = recipientOf(letterAddresses(customer), undeliverable);
    const replyTo = replyAddress(customer, settings);
    return { locale: customer.locale, recipient, copyTo: null, replyTo, subject, html, plain };
  };
  return {
    compose,
    /** Somebody may have paid since. */
    async stillHolds(tx, mail, given) {
      const content = await compose(tx, mail, given);
      return 'plain' in content && content.plain === mail.plain;
    },

    conclude: (tx, mail, outcome, { now }) => openLetterTask(tx, mail, { outcome, now }),
  };
}

function demandData({
  revocation,
  customer,
  owed,
  settings,
  reference,
}: {
  revocation: RevocationRow;
  customer: CustomerRow;
  owed: readonly Owed[];
  settings: Settings & { holder: string; bic: string | null };
  reference: string;
}): DemandData {
  return {
    company: settings.company,
    customerName: customer.name,
    reference,
    dueOn: dayAt(revocation.startedAt ?? revocation.createdAt, settings.timeZone),
    orders: owed.map(({ orderId, orderNumber, outstanding, currency }) => ({
      orderId,
      orderNumber,
      outstanding: { amount: outstanding, currency },
    })),
    iban: settings.iban,
    holder: settings.holder,
    bic: settings.bic,
    replyTo: replyAddress(customer, settings),
  };
}
