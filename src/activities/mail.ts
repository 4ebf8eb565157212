import { ApplicationFailure, activityInfo, log } from '@temporalio/activity';
import { withAccountOf } from '../modules/banking/accounts.ts';
import {
  buyerCopy,
  letterRecipient,
  reminderRecipient,
  replyAddress,
} from '../modules/customers/rules/contacts.ts';
import { type CustomerRow, lockCustomer } from '../modules/customers/tables.ts';
import type { Renderer, TemplateName } from '../modules/dunning/letters/render.ts';
import { invoicesOfOrders, withheldOf } from '../modules/invoicing/tables.ts';
import {
  findMail,
  freezeMail,
  giveUpMail,
  type MailContent,
  type MailRow,
  noteAccepted,
  noteNotAccepted,
  noteRepeat,
} from '../modules/mail/tables.ts';
import { isClosed } from '../modules/orders/rules/order-state.ts';
import type { Step } from '../modules/orders/rules/steps.ts';
import { noteStepOutcome } from '../modules/orders/step-outcomes.ts';
import { instalmentsOfOrders, lockOrder, type OrderRow } from '../modules/orders/tables.ts';
import { demandedOf, demandMailId, getRevocation } from '../modules/revocation/tables.ts';
import { activePolicies } from '../modules/settings/tables.ts';
import { inTransaction, type Sql, type Tx } from '../platform/postgres/client.ts';
import { type Mailer, MailRefused, messageIdFor } from '../platform/smtp/mailer.ts';
import { demandData, mailData } from './mail-data.ts';

/** Mails that do not belong to a step of the plan. */
export type Letter = 'confirmation' | 'settled' | 'cancelled';
export type MailOutcome = 'sent' | 'skipped' | 'superseded';

type OrderAt = { orderId: string; episode: number };
type Dependencies = { sql: Sql; renderer: Renderer; mailer: Mailer; mailFrom: string };

/** What an attempt is about to send. */
type Prepared = { mail: MailContent; date: string; stepKey: string | null };

/** A mail's business key: "order/1042/confirmation", "order/1042/1/P7D", or "order/1042/settled/2" if closed again. */
export function mailIdOf(
  { id, reopenings }: Pick<OrderRow, 'id' | 'reopenings'>,
  what: Step | Letter,
): string {
  if (typeof what !== 'string') return `order/${id}/${what.key}`;
  const again = what !== 'confirmation' && reopenings > 0 ? `/${reopenings + 1}` : '';
  return `order/${id}/${what}${again}`;
}

/**
 * Mail is sent at least once. Before SMTP the row is `sending`. After a refusal by the server the retry renders the
 * mail again; if the outcome is unknown (a crash, a timeout), the retry repeats the same bytes and Message-ID, and so do
 * all that follow: what is in doubt stays in doubt, whatever the server says later.
 */
export function mailActivities({ sql, renderer, mailer, mailFrom }: Dependencies) {
  return {
    /** Sends a mail that does not belong to a step. A retry after it was sent sends nothing. */
    async sendLetter({ orderId, episode, letter }: OrderAt & { letter: Letter }): Promise<MailOutcome> {
      const now = attemptTime();
      const prepared = await inTransaction(sql, async (tx) => {
        const { order, customer } = await lockOrder(tx, orderId);
        if (order.episode !== episode || order.finishedAt) return 'superseded';
        // Once the order was closed, a confirmation would only confuse the customer.
        if (letter === 'confirmation' && (isClosed(order.status) || order.reopenings > 0)) return 'skipped';
        return prepare(tx, { order, customer, what: letter, template: letter, now });
      });
      if (typeof prepared === 'string') return prepared;
      await deliver(prepared, now);
      return 'sent';
    },

    /**
     * Sends the reminder of a step, if its instalment is still unpaid; the balance is read in the same transaction
     * that freezes the mail. `superseded` steps are recorded as skipped. A retry after it was sent sends nothing.
     */
    async sendReminder({
      orderId,
      episode,
      step,
      superseded,
    }: OrderAt & { step: Step; superseded: string[] }): Promise<MailOutcome> {
      const now = attemptTime();
      const prepared = await inTransaction(sql, async (tx) => {
        const { order, customer } = await lockOrder(tx, orderId);
        if (order.episode !== episode || order.finishedAt) return 'superseded';
        for (const stepKey of superseded) await skip(tx, orderId, stepKey, 'superseded', now);
        const [instalment] = (await instalmentsOfOrders(tx, [orderId])).filter(
          ({ number }) => number === step.instalment,
        );
        const planned = order.plan.find(({ key }) => key === step.key);
        const paid = order.status !== 'open' || !instalment || instalment.outstanding <= 0;
        const insolvent = customer.privilege === 'insolvency';
        if (paid || !planned || insolvent) {
          const reason = paid ? 'paid' : planned ? 'insolvency' : 'replanned';
          await skip(tx, orderId, step.key, reason, now);
          return 'skipped';
        }
        const template = planned.template as TemplateName;
        return prepare(tx, { order, customer, what: step, template, now });
      });
      if (typeof prepared === 'string') return prepared;
      await deliver(prepared, now);
      return 'sent';
    },

    /**
     * Sends the letter of a revocation, if something is still owed for its orders; what is owed is read in the same
     * transaction that freezes the letter. A retry after it was sent sends nothing.
     */
    async sendDemand({ revocationId }: { revocationId: string }): Promise<MailOutcome> {
      const now = attemptTime();
      const prepared = await inTransaction(sql, (tx) => prepareDemand(tx, revocationId, now));
      if (typeof prepared === 'string') return prepared;
      await deliver(prepared, now);
      return 'sent';
    },
  };

  async function prepareDemand(tx: Tx, revocationId: string, now: string): Promise<Prepared | MailOutcome> {
    const revocation = await getRevocation(tx, revocationId);
    const customer = await lockCustomer(tx, revocation.customerId);
    const { body } = (await activePolicies(tx)).settings;
    const { currency } = customer;
    const settings = await withAccountOf(tx, body, { customerId: customer.id, currency, now });
    const owed = await demandedOf(tx, revocationId);
    const id = demandMailId(revocationId);
    if (owed.length === 0 || customer.privilege === 'insolvency') {
      await giveUpMail(tx, id, null);
      return 'skipped';
    }
    const begun = await earlierAttempt(tx, id);
    if (begun === 'sent') return 'sent';
    if (begun) return { mail: begun, date: begun.createdAt, stepKey: null };
    const data = demandData({ revocation, customer, owed, settings });
    const { subject, html, text: plain } = renderer.renderDemand(customer.locale, data);
    const mail: MailContent = {
      id,
      orderId: null,
      customerId: customer.id,
      template: 'demand',
      locale: customer.locale,
      recipient: letterRecipient(customer),
      copyTo: null,
      replyTo: replyAddress(customer, settings),
      messageId: messageIdFor(id, mailFrom),
      subject,
      html,
      plain,
    };
    await freezeMail(tx, mail, now);
    return { mail, date: now, stepKey: null };
  }

  async function prepare(
    tx: Tx,
    {
      order,
      customer,
      what,
      template,
      now,
    }: { order: OrderRow; customer: CustomerRow; what: Step | Letter; template: TemplateName; now: string },
  ): Promise<Prepared | 'sent'> {
    const id = mailIdOf(order, what);
    const { body } = (await activePolicies(tx)).settings;
    const { customerId, currency } = order;
    const settings = await withAccountOf(tx, body, { customerId, currency, now });
    const stepKey = typeof what === 'string' ? null : what.key;
    const begun = await earlierAttempt(tx, id);
    if (begun === 'sent') return 'sent';
    if (begun) return { mail: begun, date: begun.createdAt, stepKey };
    const instalments = await instalmentsOfOrders(tx, [order.id]);
    const about = instalments.find(({ number }) => typeof what !== 'string' && number === what.instalment);
    const replyTo = replyAddress(customer, settings);
    const [invoices, withheld] = await Promise.all([
      invoicesOfOrders(tx, [order.id]),
      withheldOf(tx, order.id),
    ]);
    const owed = { instalments, about, invoices, withheld };
    const data = mailData({ order, customer, settings, replyTo, ...owed, now });
    const { subject, html, text: plain } = renderer.render(template, customer.locale, data);
    const recipient = stepKey === null ? letterRecipient(customer) : reminderRecipient(customer);
    const mail: MailContent = {
      id,
      orderId: order.id,
      template,
      locale: customer.locale,
      recipient,
      copyTo: what === 'confirmation' ? buyerCopy(order.buyer, recipient) : null,
      replyTo,
      messageId: messageIdFor(id, mailFrom),
      subject,
      html,
      plain,
    };
    await freezeMail(tx, mail, now);
    return { mail, date: now, stepKey };
  }

  async function deliver({ mail, date, stepKey }: Prepared, now: string): Promise<void> {
    const { recipient: to, copyTo, replyTo, subject, html, plain: text, messageId } = mail;
    try {
      await mailer.send({ to, copyTo, replyTo, subject, html, text, messageId, date });
    } catch (failure) {
      await noteAttempt(mail, failure);
      throw failure instanceof MailRefused && failure.permanent
        ? ApplicationFailure.nonRetryable('the mail server refused the mail', 'mail-refused')
        : ApplicationFailure.retryable('the mail could not be sent', 'mail-not-sent');
    }
    await inTransaction(sql, async (tx) => {
      await noteAccepted(tx, mail.id, now);
      if (stepKey === null || mail.orderId === null) return;
      await noteStepOutcome(tx, {
        orderId: mail.orderId,
        stepKey,
        outcome: 'sent',
        reason: null,
        mailId: mail.id,
        notedAt: now,
      });
    });
  }

  async function noteAttempt({ id, orderId }: MailContent, failure: unknown): Promise<void> {
    const refused = failure instanceof MailRefused;
    const error = failure instanceof Error ? failure.message : String(failure);
    await noteNotAccepted(sql, id, { refused, error });
    log.warn('a mail could not be sent', { orderId, mailId: id, refused, attempt: activityInfo().attempt });
  }
}

/** 'sent', or the mail if its outcome is unknown (it is recorded as repeated), or null if it must be written. */
async function earlierAttempt(tx: Tx, id: string): Promise<MailRow | 'sent' | null> {
  const known = await findMail(tx, id);
  if (known?.state === 'sent' || known?.state === 'sent_maybe_twice') return 'sent';
  if (known?.state !== 'sending' && known?.state !== 'unknown') return null;
  await noteRepeat(tx, id);
  return known;
}

/** Records that a step sends nothing, and closes its mail if sending was still being tried. */
async function skip(tx: Tx, orderId: string, stepKey: string, reason: string, now: string): Promise<void> {
  const mailId = `order/${orderId}/${stepKey}`;
  const known = await giveUpMail(tx, mailId, null);
  await noteStepOutcome(tx, {
    orderId,
    stepKey,
    outcome: 'skipped',
    reason,
    mailId: known && mailId,
    notedAt: now,
  });
}

/** The time for which this attempt was scheduled: unlike the system clock, it follows the skipped time of tests. */
const attemptTime = (): string => new Date(activityInfo().currentAttemptScheduledTimestampMs).toISOString();
