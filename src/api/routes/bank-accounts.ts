import { NettermsError } from '../../kernel/errors.ts';
import {
  type AccountVersion,
  type BankAccount,
  bankAccounts,
  getBankAccount,
} from '../../modules/banking/accounts.ts';
import { bindCustomer, putBankAccount, withdrawAccountChange } from '../../modules/banking/change-account.ts';
import { referenceFor } from '../../modules/banking/payment-references.ts';
import { ibanProblem } from '../../modules/banking/rules/iban.ts';
import { creditorReference, grouped } from '../../modules/banking/rules/payment-reference.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { approvalView } from '../approval-view.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import {
  type AccountView,
  accountInput,
  bankAccount,
  bankAccountList,
  changedAccount,
  customerAccount,
  paymentReferenceInput,
  paymentReferenceView,
} from '../schemas/bank-accounts.ts';
import { withReason } from '../schemas/fields.ts';

const tag = 'Bank accounts';

/** The merchant's own accounts, who pays into which, and the references that are printed with them. */
export function bankAccountEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/bank-accounts',
      operationId: 'listBankAccounts',
      tag,
      summary:
        'List your bank accounts, what is in force, and up to which day their statements were imported',
      scopes: ['read'],
      answer: bankAccountList,
      handle: async ({ now }) => ({ body: { items: (await bankAccounts(sql, now)).map(viewOf) } }),
    }),
    endpoint({
      method: 'get',
      path: '/bank-accounts/{iban}',
      operationId: 'readBankAccount',
      tag,
      summary: 'Read a bank account',
      tryOut: { after: ['replaceBankAccount'] },
      scopes: ['read'],
      answer: bankAccount,
      handle: async ({ params: { iban }, now }) => ({ body: viewOf(await getBankAccount(sql, iban, now)) }),
    }),
    endpoint({
      method: 'put',
      path: '/bank-accounts/{iban}',
      operationId: 'replaceBankAccount',
      tag,
      summary:
        'Set up or change a bank account; a second admin approves it, and it is in force 24 hours later',
      scopes: ['admin'],
      body: accountInput,
      answer: changedAccount,
      statuses: {
        200: 'in force, or nothing changed',
        202: 'not in force: a second admin must approve, and it is in force 24 hours after that',
      },
      handle: async ({ params: { iban }, body: { default: isDefault, ...body }, actor, now }) => {
        requireIban(iban);
        const details = { bic: null, isDefault, ...body };
        const { account, approval, replayed } = await putBankAccount(sql, iban, details, { actor, now });
        const body_ = viewOf(account);
        if (approval === null) return { body: body_, headers: replayedHeader(replayed) };
        return {
          status: 202,
          body: { ...body_, approval: approvalView(approval) },
          headers: { Location: `/v1/approvals/${approval.id}`, ...replayedHeader(replayed) },
        };
      },
    }),
    endpoint({
      method: 'post',
      path: '/bank-accounts/{iban}/withdraw',
      operationId: 'withdrawBankAccountChange',
      tag,
      summary: 'Stop an approved change of a bank account that is not in force yet',
      tryOut: { after: ['replaceBankAccount'] },
      scopes: ['admin'],
      body: withReason('We did not ask for this.'),
      answer: bankAccount,
      handle: async ({ params: { iban }, body: { reason }, actor, now }) => ({
        body: viewOf(await withdrawAccountChange(sql, iban, { reason, actor, now })),
      }),
    }),
    endpoint({
      method: 'put',
      path: '/customers/{customerId}/bank-account',
      operationId: 'bindCustomerToBankAccount',
      tag,
      summary: 'Bind a customer to one of your bank accounts, or to the default one again',
      tryOut: { after: ['replaceBankAccount'] },
      scopes: ['admin'],
      body: customerAccount,
      answer: customerAccount,
      handle: async ({ params: { customerId }, body: { iban }, actor, now }) => {
        await bindCustomer(sql, customerId, iban, { actor, now });
        return { body: { iban } };
      },
    }),
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/payment-references',
      operationId: 'makePaymentReference',
      tag,
      summary: 'Make the reference with which a customer pays several orders in one transfer',
      tryOut: { after: ['placeOrder'] },
      scopes: ['storefront', 'accounting'],
      body: paymentReferenceInput,
      answer: paymentReferenceView,
      handle: async ({ params: { customerId }, body: { orderIds }, now }) => {
        const made = await referenceFor(sql, { customerId, orderIds, now });
        const { reference } = made;
        return {
          body: {
            ...{ reference, grouped: grouped(reference), orderIds: made.orderIds },
            creditorReference: creditorReference(reference),
          },
        };
      },
    }),
  ];
}

function requireIban(iban: string): void {
  const problem = ibanProblem(iban);
  if (problem !== null)
    throw new NettermsError('validation', problem, { errors: [{ pointer: 'iban', detail: problem }] });
}

const versionView = ({
  holder,
  bic,
  currency,
  isDefault,
  inForceFrom,
  requestedBy,
  approvedBy,
}: AccountVersion) => ({
  ...{ holder, bic, currency, default: isDefault, inForceFrom, requestedBy, approvedBy },
});

const viewOf = ({ iban, mapping, inForce, coming, bookedThrough }: BankAccount): AccountView => ({
  iban,
  inForce: inForce && versionView(inForce),
  coming: coming && versionView(coming),
  mapping: mapping as AccountView['mapping'],
  bookedThrough,
});
