import { returnedBankCollections } from './modules/bank-collections/tables.ts';
import { importBankLines, leaveOutDebits } from './modules/banking/import-bank-lines.ts';
import type { Pipeline } from './modules/commands/apply.ts';
import { type Commands, createCommands } from './modules/commands/commands.ts';
import type {
  Consequences,
  CustomerCommand,
  CustomerConsequences,
  OrderCommand,
  Reminding,
} from './modules/commands/definition.ts';
import type { CustomerCommandKind } from './modules/commands/rules/kinds.ts';
import { claimUnsignalled } from './modules/commands/tables.ts';
import { adjustCredit } from './modules/corrections/adjust-credit.ts';
import { issueCreditNote } from './modules/corrections/issue-credit-note.ts';
import { refundCredit } from './modules/corrections/refund-credit.ts';
import { writeOff } from './modules/corrections/write-off.ts';
import { importCustomers } from './modules/customers/import-customers.ts';
import { reportingFailure } from './modules/dunning/letter-failed.ts';
import type { Renderer } from './modules/dunning/letters/render.ts';
import { liftAddress } from './modules/dunning/lift-address.ts';
import { look } from './modules/dunning/look/look.ts';
import { wakeSteps } from './modules/dunning/look/wake-steps.ts';
import { orderLetter } from './modules/dunning/order-letters.ts';
import { receipt } from './modules/dunning/receipt.ts';
import { reminder } from './modules/dunning/reminder.ts';
import { letterCopy } from './modules/dunning/resend-letter.ts';
import { chargeUndisputedInterest } from './modules/dunning/reserves/charge-undisputed-interest.ts';
import { makePromise } from './modules/dunning/reserves/make-promise.ts';
import { openDispute } from './modules/dunning/reserves/open-dispute.ts';
import { placeHold } from './modules/dunning/reserves/place-hold.ts';
import { releaseHold } from './modules/dunning/reserves/release-hold.ts';
import { resolveDispute } from './modules/dunning/reserves/resolve-dispute.ts';
import { setReminders } from './modules/dunning/reserves/set-reminders.ts';
import { withdrawPromise } from './modules/dunning/reserves/withdraw-promise.ts';
import type { Appliers } from './modules/imports/apply-import.ts';
import type { ImportWorkflows } from './modules/imports/import-workflows.ts';
import { claimWaitingImports, wakeImports } from './modules/imports/tables.ts';
import { waive } from './modules/interest/waive.ts';
import { applyInvoice, invoicing, keptBack } from './modules/invoicing/apply-invoice.ts';
import { registerInvoice } from './modules/invoicing/register-invoice.ts';
import type { MailDefinition, MailDefinitions } from './modules/mail/definition.ts';
import type { MailWorkflows } from './modules/mail/mail-workflows.ts';
import { claimKeptBack } from './modules/mail/tables.ts';
import { amend } from './modules/ordering/amend.ts';
import { cancel } from './modules/ordering/cancel.ts';
import { confirm } from './modules/ordering/confirm.ts';
import { extend } from './modules/ordering/extend.ts';
import { fulfil, fulfilment } from './modules/ordering/fulfil.ts';
import { reschedule } from './modules/ordering/reschedule.ts';
import { wakeOrders } from './modules/orders/life-cycle.ts';
import { claimOverdueOrders } from './modules/orders/lost-workflows.ts';
import type { OrderWorkflows } from './modules/orders/order-workflows.ts';
import type { OrderCommandKind } from './modules/orders/rules/order-state.ts';
import { allocate } from './modules/payments/allocate.ts';
import { allocatePayment } from './modules/payments/allocate-payment.ts';
import { applyCredit } from './modules/payments/apply-credit.ts';
import { discountAndTolerance } from './modules/payments/discount-and-tolerance.ts';
import { receivePayment } from './modules/payments/receive-payment.ts';
import { recordPayment } from './modules/payments/record-payment.ts';
import { reversePayment } from './modules/payments/reverse-payment.ts';
import { settle } from './modules/payments/settle.ts';
import { demand } from './modules/revocation/demand.ts';
import { demandLetter } from './modules/revocation/demand-letter.ts';
import type { RevocationWorkflows } from './modules/revocation/revocation-workflows.ts';
import { revokeTerms } from './modules/revocation/revoke-terms.ts';
import { claimRevocations, wakeRevocations } from './modules/revocation/tables.ts';
import { continueWithoutStore, retryStore } from './modules/storefronts/retry-store.ts';
import type { Db, Sql } from './platform/postgres/client.ts';
import type { Recovery } from './platform/temporal/poller.ts';

/*
 * Definitions that modules export and that others use without knowing those modules: one of the three ways in which a
 * lower module reaches a higher one (docs/decisions/0015). Apart from the processes, this is the only file that imports
 * all modules; no module imports it.
 */

/** What can be asked of an order. */
export const orderCommands = {
  confirm,
  recordPayment,
  settle,
  cancel,
  retryStore,
  chase: continueWithoutStore,
  extend,
  credit: issueCreditNote,
  writeOff,
  chargeInterest: chargeUndisputedInterest,
  waive,
  reschedule,
  demand,
  allocate,
  applyCredit,
  amend,
  fulfil,
  invoice: applyInvoice,
} satisfies Record<OrderCommandKind, OrderCommand>;

/** What can be asked of a customer. Only the compiler reads the list: a kind without a definition does not compile. */
export const customerCommands = {
  receivePayment,
  allocatePayment,
  reversePayment,
  refundCredit,
  adjustCredit,
  registerInvoice,
  revokeTerms,
  placeHold,
  releaseHold,
  liftAddress,
  makePromise,
  withdrawPromise,
  openDispute,
  resolveDispute,
  setReminders,
} satisfies Record<CustomerCommandKind, CustomerCommand>;

/** What follows a command whose definition asks for it; commands/definition.ts gives the sequence. */
const consequences: Consequences = { fulfilment, invoicing, keptBack, discountAndTolerance };
const customerConsequences: CustomerConsequences = { bankCollections: returnedBankCollections };

/** How reminders follow what happens. */
const reminding: Reminding = {
  async look(tx, state) {
    await look(tx, state);
  },
  wake: (tx, { customer, policies, now }) => wakeSteps(tx, { customerId: customer.id, policies, now }),
};

/** What each kind of mail says. */
export const mailDefinitionsOf = (renderer: Renderer, given: { notifiesStore: boolean }): MailDefinitions => {
  const reported = (definition: MailDefinition) => reportingFailure(definition, given);
  return {
    confirmation: reported(orderLetter('confirmation', renderer)),
    settled: reported(receipt(renderer)),
    cancelled: reported(orderLetter('cancelled', renderer)),
    demand: reported(demandLetter(renderer)),
    reminder: reported(reminder(renderer, given)),
    copy: letterCopy,
  };
};

/** The pipeline of all commands, for a process. */
export function commandsFor({
  sql,
  orderWorkflows,
  notifiesStore,
}: {
  sql: Sql;
  orderWorkflows: Pick<OrderWorkflows, 'notify'>;
  /** True: a store is notified by webhook. False: the answer to the caller says that the order is paid. */
  notifiesStore: boolean;
}): Commands {
  const pipeline: Pipeline = { orderCommands, consequences, customerConsequences, reminding, notifiesStore };
  return createCommands({ sql, pipeline, orderWorkflows });
}

/** How the lines of each kind of import are applied. */
export const importAppliers: Appliers = {
  customers: { apply: importCustomers },
  payments: { prepare: leaveOutDebits, apply: importBankLines },
};

/**
 * What the poller looks for: orders whose workflow was never started or has not reported in time, commands that no
 * workflow has taken, files that were not applied, and revocations that are not finished.
 */
export const recoveriesOf = ({
  sql,
  orderWorkflows,
  commands,
  importWorkflows,
  revocationWorkflows,
  mailWorkflows,
}: {
  sql: Sql;
  orderWorkflows: Pick<OrderWorkflows, 'ensureRunning'>;
  commands: Pick<Commands, 'notifyAgain'>;
  importWorkflows: Pick<ImportWorkflows, 'ensureRunning'>;
  revocationWorkflows: Pick<RevocationWorkflows, 'ensureRunning'>;
  mailWorkflows: Pick<MailWorkflows, 'ensureRunning'>;
}): Recovery[] => [
  async (claim) =>
    (await claimOverdueOrders(sql, claim)).map((order) => ({
      logFields: { orderId: order.id },
      recover: () => orderWorkflows.ensureRunning(order),
    })),
  async (claim) =>
    (await claimUnsignalled(sql, claim)).map((command) => ({
      logFields: { orderId: command.orderId },
      recover: () => commands.notifyAgain(command),
    })),
  async (claim) =>
    (await claimWaitingImports(sql, claim)).map((row) => ({
      logFields: { importId: row.id },
      recover: () => importWorkflows.ensureRunning(row),
    })),
  async (claim) =>
    (await claimRevocations(sql, claim)).map((row) => ({
      logFields: { revocationId: row.id },
      recover: () => revocationWorkflows.ensureRunning(row),
    })),
  async (claim) =>
    (await claimKeptBack(sql, claim)).map(({ id }) => ({
      logFields: { mailId: id },
      recover: () => mailWorkflows.ensureRunning(id),
    })),
];

/** For when Temporal's data is lost: makes the poller look at all unfinished work now, and start it again. */
export async function wakeAll(db: Db): Promise<void> {
  await wakeOrders(db);
  await wakeRevocations(db);
  await wakeImports(db);
}
