import { type Money, plainMoney } from '../../../kernel/money.ts';
import type { CustomerRow } from '../../../modules/customers/tables.ts';
import type { Privilege } from '../../../modules/eligibility/rules/applicant.ts';
import type { Credit } from '../../../modules/eligibility/rules/credit.ts';
import { mayFollow } from '../../../modules/eligibility/rules/standing.ts';
import type { OrderView } from '../../../modules/reports/order-views.ts';
import { demandWarnings } from '../../../modules/revocation/rules/demand.ts';
import { amountText } from '../../amount.ts';
import type { Visitor } from '../../page.tsx';
import { Choice } from '../choices.tsx';
import { Action, Field, type FormState, formsOf } from '../fields.tsx';

/** The page's forms, by the last part of their addresses. */
export const privilegeActions = {
  grant: 'granted',
  suspend: 'suspended',
  insolvency: 'insolvency',
  'use-rules': 'by_rules',
} as const satisfies Record<string, Privilege>;
export type PrivilegeAction = keyof typeof privilegeActions;
export type CustomerAction = PrivilegeAction | 'revoke' | 'credit-limit' | 'policy-limit' | 'vat-check';

/** The account that a form is about; empty for the usual one. */
const accountQuery = ({ currency, usualCurrency }: CustomerRow): string =>
  currency === usualCurrency ? '' : `?currency=${currency}`;

const reasonLabel = 'Reason';

/** What the visitor may change: the privilege and the limit. */
export function Actions({
  visitor,
  customer,
  privilege,
  orders,
  credit,
  policyLimit,
  proposedId,
  form,
}: {
  visitor: Visitor;
  customer: CustomerRow;
  privilege: Privilege;
  orders: readonly OrderView[];
  credit: Credit;
  policyLimit: Money;
  /** If the form is sent twice, this id makes it one revocation. */
  proposedId: string;
  form: FormState | null;
}) {
  const { action, fields } = formsOf<CustomerAction>({
    ...{ visitor, form },
    targetOf: (path) => `/admin/customers/${customer.id}/${path}${accountQuery(customer)}`,
  });
  const privileges = [
    {
      id: 'grant',
      title: 'Grant payment terms',
      note: 'The rules no longer apply; the credit limit still does.',
      button: 'Grant',
      tone: 'main',
    },
    {
      id: 'suspend',
      title: 'Suspend payment terms',
      note: 'No new orders on terms until that day or your next decision. Open orders continue.',
      button: 'Suspend',
      tone: 'plain',
    },
    {
      id: 'insolvency',
      title: 'Record an insolvency',
      note: 'No new orders on terms, no reminders, no interest from today on; payments become credit until somebody allocates them. Ends when terms are granted or the rules decide again.',
      button: 'Record the insolvency',
      tone: 'danger',
    },
    {
      id: 'use-rules',
      title: 'Let the rules decide',
      note: 'The eligibility policy decides for this customer, as for all others.',
      button: 'Use the rules',
      tone: 'plain',
    },
  ] as const;
  return (
    <>
      {privileges
        .filter(({ id }) => privilegeActions[id] !== privilege && mayFollow(privilege, privilegeActions[id]))
        .map(({ id, ...texts }) => (
          <Action {...action(id)} {...texts}>
            {id === 'suspend' && (
              <Field
                {...fields(id)}
                name="lastDay"
                label="Last day of the suspension"
                type="date"
                required={false}
                hint="After that day the present privilege applies again."
              />
            )}
            <Field {...fields(id)} name="reason" label={reasonLabel} />
          </Action>
        ))}
      {mayFollow(privilege, 'revoked') && (privilege !== 'revoked' || orders.length > 0) && (
        <Action
          {...action('revoke')}
          title="Revoke payment terms"
          note="No new orders on terms from now on."
          button="Revoke"
          tone="danger"
        >
          <input type="hidden" name="revocationId" value={proposedId} />
          <Choice
            {...fields('revoke')}
            name="openOrders"
            label="Open orders"
            options={[
              { value: 'keep', label: 'Keep', hint: 'They continue as agreed.' },
              {
                value: 'demand',
                label: 'Demand',
                hint: `All that is open is due today, reservations are cancelled, and the customer gets a letter. Granting terms later does not restore the due dates. ${demandWarnings.join(' ')}`,
              },
            ]}
          />
          <Field {...fields('revoke')} name="reason" label={reasonLabel} />
        </Action>
      )}
      <Action
        {...action('credit-limit')}
        title="Set a credit limit"
        note={`Instead of the policy’s ${plainMoney(policyLimit)}.`}
        button="Set the limit"
        tone="main"
      >
        <Field
          {...fields('credit-limit')}
          name="limit"
          label={`Limit in ${customer.currency}`}
          inputMode="decimal"
          value={amountText(credit.limit.amount, customer.currency)}
        />
        <Field {...fields('credit-limit')} name="reason" label={reasonLabel} />
      </Action>
      {customer.creditLimit !== null && (
        <Action
          {...action('policy-limit')}
          title="Use the policy’s limit"
          note={`The limit becomes ${plainMoney(policyLimit)}, and follows the policy from then on.`}
          button="Use the policy’s limit"
        >
          <Field {...fields('policy-limit')} name="reason" label={reasonLabel} />
        </Action>
      )}
    </>
  );
}
