import type { LedgerRow } from '../../../modules/ledger/tables.ts';
import { isClosed } from '../../../modules/orders/rules/order-state.ts';
import type { OrderView } from '../../../modules/reports/order-views.ts';
import { amountText } from '../../amount.ts';
import type { Visitor } from '../../page.tsx';
import { Action, Field, type FormState } from '../fields.tsx';
import { orderUrl } from '../orders.tsx';

/** The page's forms, and the last part of their addresses. */
export type ActionId = 'payment' | 'reverse' | 'settle' | 'cancel' | 'retry-store' | 'chase';

/** What the visitor may do with the order as it stands. */
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
  const stateOf = (action: ActionId) => (form?.action === action ? form : null);
  const common = (id: ActionId) => ({
    id,
    visitor,
    state: stateOf(id),
    target: `${orderUrl(order.orderId)}/${id}`,
  });
  const fieldsOf = (id: ActionId) => ({ form: { id, state: stateOf(id) } });
  const once = <input type="hidden" name="key" value={proposed.key} />;
  const { currency } = order.total;
  return (
    <>
      {order.status !== 'reserved' && (
        <Action
          {...common('payment')}
          title="Record a payment"
          note={
            closed
              ? 'The order is closed: the money becomes the customer’s credit.'
              : 'Pays the earliest instalment first; what is too much becomes the customer’s credit.'
          }
          button="Record the payment"
          tone="main"
        >
          <Field
            {...fieldsOf('payment')}
            name="amount"
            label={`Amount in ${currency}`}
            inputMode="decimal"
            value={closed ? '' : amountText(order.outstanding.amount, currency)}
          />
          <Field
            {...fieldsOf('payment')}
            name="receivedOn"
            label="Received on"
            type="date"
            value={proposed.receivedOn}
            max={proposed.receivedOn}
          />
          <Field
            {...fieldsOf('payment')}
            name="paymentId"
            label="Payment id"
            hint="The same id is never booked twice. The bank’s own reference is a good one."
            value={proposed.paymentId}
          />
          <Field {...fieldsOf('payment')} name="method" label="Method" required={false} />
          <Field {...fieldsOf('payment')} name="reference" label="Reference" required={false} />
        </Action>
      )}
      {lastPayment(ledger) !== null && (
        <Action
          {...common('reverse')}
          title="Take a payment back"
          note="For money that was entered by mistake or that the bank took back. An order that it had settled is open again."
          button="Take it back"
          tone="danger"
        >
          <Field
            {...fieldsOf('reverse')}
            name="paymentId"
            label="Payment id"
            value={lastPayment(ledger) ?? ''}
          />
          <Field {...fieldsOf('reverse')} name="reason" label="Reason" />
        </Action>
      )}
      {order.status === 'open' && (
        <Action
          {...common('settle')}
          title="Settle"
          note="Books a payment of the whole balance and ends the order."
          button="Settle the order"
        >
          {once}
          <Field {...fieldsOf('settle')} name="reason" label="Reason" />
        </Action>
      )}
      {!closed && (
        <Action
          {...common('cancel')}
          title="Cancel"
          note="Takes the whole charge back and tells the store. What was received becomes the customer’s credit."
          button="Cancel the order"
          tone="danger"
        >
          {once}
          <Field {...fieldsOf('cancel')} name="reason" label="Reason" />
        </Action>
      )}
      {order.storeStatus === 'failed' && order.status === 'open' && (
        <>
          <Action
            {...common('retry-store')}
            title="Tell the store again"
            note="The store could not be told that the order is paid, and no reminder leaves until it is."
            button="Tell it again"
          >
            {once}
          </Action>
          <Action
            {...common('chase')}
            title="Chase all the same"
            note="Reminders leave although the store has not marked the order paid."
            button="Chase the order"
          >
            {once}
            <Field {...fieldsOf('chase')} name="reason" label="Reason" />
          </Action>
        </>
      )}
    </>
  );
}

/** The latest payment that was not taken back. */
function lastPayment(ledger: readonly LedgerRow[]): string | null {
  const reversed = new Set(ledger.map(({ reverses }) => reverses));
  return ledger.findLast(({ kind, id }) => kind === 'payment' && !reversed.has(id))?.paymentId ?? null;
}
