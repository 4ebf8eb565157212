import type { LedgerRow } from '../../../modules/ledger/tables.ts';
import { isClosed } from '../../../modules/orders/rules/order-state.ts';
import type { OrderView } from '../../../modules/reports/order-views.ts';
import { amountText } from '../../amount.ts';
import type { Visitor } from '../../page.tsx';
import { Action, Field, type FormState, formsOf } from '../fields.tsx';
import { orderUrl } from '../orders.tsx';

/** The page's forms, by the last part of their addresses. */
export type ActionId = 'payment' | 'reverse' | 'settle' | 'cancel' | 'retry-store' | 'chase';

/** What the visitor may do with the order in its present state. */
export function Actions({
  visitor,
  order,
  ledger,
  form,
  proposed,
}: {
  visitor: Visitor;
  order: OrderView;
  ledger: readonly LedgerRow[];
  form: FormState | null;
  proposed: { paymentId: string; receivedOn: string; key: string };
}) {
  const closed = isClosed(order.status);
  const { action, fields } = formsOf<ActionId>({
    ...{ visitor, form, targetOf: (path) => `${orderUrl(order.orderId)}/${path}` },
  });
  const once = <input type="hidden" name="key" value={proposed.key} />;
  const { currency } = order.total;
  return (
    <>
      {order.status !== 'reserved' && (
        <Action
          {...action('payment')}
          title="Record a payment"
          note={
            closed
              ? 'The order is closed: the money becomes the customer’s credit.'
              : 'Pays the earliest instalment first; an overpayment becomes the customer’s credit.'
          }
          button="Record the payment"
          tone="main"
        >
          <Field
            {...fields('payment')}
            name="amount"
            label={`Amount in ${currency}`}
            inputMode="decimal"
            value={closed ? '' : amountText(order.outstanding.amount, currency)}
          />
          <Field
            {...fields('payment')}
            name="receivedOn"
            label="Received on"
            type="date"
            value={proposed.receivedOn}
            max={proposed.receivedOn}
          />
          <Field
            {...fields('payment')}
            name="paymentId"
            label="Payment id"
            hint="The same id is never booked twice. The bank’s own reference is a good choice."
            value={proposed.paymentId}
          />
          <Field {...fields('payment')} name="method" label="Method" required={false} />
          <Field {...fields('payment')} name="reference" label="Reference" required={false} />
        </Action>
      )}
      {lastPayment(ledger) !== null && (
        <Action
          {...action('reverse')}
          title="Reverse a payment"
          note="For money that was entered by mistake or that the bank returned. An order that the payment had settled is open again."
          button="Reverse the payment"
          tone="danger"
        >
          <Field
            {...fields('reverse')}
            name="paymentId"
            label="Payment id"
            value={lastPayment(ledger) ?? ''}
          />
          <Field {...fields('reverse')} name="reason" label="Reason" />
        </Action>
      )}
      {order.status === 'open' && (
        <Action
          {...action('settle')}
          title="Settle"
          note="Books a payment of the whole balance and closes the order."
          button="Settle the order"
        >
          {once}
          <Field {...fields('settle')} name="reason" label="Reason" />
        </Action>
      )}
      {!closed && (
        <Action
          {...action('cancel')}
          title="Cancel"
          note="Reverses the whole charge, even if the order is invoiced or delivered, and notifies the store. What was received becomes the customer’s credit."
          button="Cancel the order"
          tone="danger"
        >
          {once}
          <Field {...fields('cancel')} name="reason" label="Reason" />
        </Action>
      )}
      {order.storeStatus === 'failed' && order.status === 'open' && (
        <>
          <Action
            {...action('retry-store')}
            title="Notify the store again"
            note="The store could not be notified that the order is paid. No reminder is sent until it is notified."
            button="Notify the store again"
          >
            {once}
          </Action>
          <Action
            {...action('chase')}
            title="Continue without the store"
            note="Reminders are sent although the store has not marked the order paid."
            button="Continue without the store"
          >
            {once}
            <Field {...fields('chase')} name="reason" label="Reason" />
          </Action>
        </>
      )}
    </>
  );
}

/** The latest payment that was not reversed. */
function lastPayment(ledger: readonly LedgerRow[]): string | null {
  const reversed = new Set(ledger.map(({ reverses }) => reverses));
  return ledger.findLast(({ kind, id }) => kind === 'payment' && !reversed.has(id))?.paymentId ?? null;
}
