import { assertNever } from '../../../kernel/errors.ts';
import { isClosed } from '../../../modules/orders/rules/order-state.ts';
import type { OrderView } from '../../../modules/reports/order-views.ts';
import { Amount, At, DueDate, OnDay, stepWords } from '../values.tsx';

/** The order at a glance. */
export function Facts({
  order,
  customerName,
  zone,
}: {
  order: OrderView;
  customerName: string;
  zone: string;
}) {
  return (
    <dl class="card facts">
      <div>
        <dt>Customer</dt>
        <dd>
          <a href={`/admin/customers/${order.customerId}`}>{customerName}</a>
        </dd>
      </div>
      <div>
        <dt>Total</dt>
        <dd>
          <Amount money={order.total} />
        </dd>
      </div>
      <div>
        <dt>Balance</dt>
        <dd class="strong">
          <Amount money={order.outstanding} />
        </dd>
      </div>
      <div class={order.overdue ? 'late' : undefined}>
        <dt>Due</dt>
        <dd>
          <DueDate order={order} zone={zone} />
          {order.daysLate > 0 && (
            <span class="note"> {order.daysLate === 1 ? '1 day late' : `${order.daysLate} days late`}</span>
          )}
        </dd>
      </div>
      <div>
        <dt>Next step</dt>
        <dd>
          {order.nextStep ? (
            <>
              {stepWords[order.nextStep.kind]}, <At at={order.nextStep.at} zone={zone} />
            </>
          ) : (
            'none'
          )}
        </dd>
      </div>
      <div>
        <dt>Terms</dt>
        <dd>{order.terms.label}</dd>
      </div>
      {order.discount !== null && (
        <div>
          <dt>If paid early</dt>
          <dd>
            <Amount money={order.discount.payable} />
            <span class="note">
              {' '}
              until <OnDay day={order.discount.until} />, {order.discount.percent} % less
            </span>
          </dd>
        </div>
      )}
      {order.fulfilment.amount.amount > 0 && (
        <div>
          <dt>Fulfilled</dt>
          <dd>
            {order.fulfilment.completedOn === null ? (
              <>
                <Amount money={order.fulfilment.amount} /> so far
              </>
            ) : (
              <OnDay day={order.fulfilment.completedOn} />
            )}
          </dd>
        </div>
      )}
      {order.regime !== null && (
        <div>
          <dt>Regime</dt>
          <dd>{order.regime.perishable ? 'Food, perishable: 30 days' : 'Food: 60 days'} from delivery</dd>
        </div>
      )}
      <div>
        <dt>Placed</dt>
        <dd>
          <At at={order.placedAt} zone={zone} />
        </dd>
      </div>
      <div>
        <dt>Store</dt>
        <dd>{storeSentence(order)}</dd>
      </div>
      <div>
        <dt>Order id</dt>
        <dd>{order.orderId}</dd>
      </div>
      {order.buyer !== null && (
        <div class="wide">
          <dt>Buyer</dt>
          <dd>
            <Buyer {...order.buyer} />
          </dd>
        </div>
      )}
      {order.purchaseOrder !== null && (
        <div>
          <dt>Purchase order</dt>
          <dd>{order.purchaseOrder}</dd>
        </div>
      )}
      {order.closeReason !== null && (
        <div>
          <dt>Closed because</dt>
          <dd>{order.closeReason}</dd>
        </div>
      )}
    </dl>
  );
}

/** "Anna Bianchi, anna@acme.example, department: Stores". */
function Buyer({ name, email, ...others }: Record<string, string>) {
  const more = Object.entries(others).map(([key, value]) => `${key}: ${value}`);
  return [name, email, ...more].filter(Boolean).map((fact, index) => (
    <>
      {index > 0 && ', '}
      <bdi>{fact}</bdi>
    </>
  ));
}

function storeSentence({ storeStatus, status }: OrderView): string {
  if (status === 'reserved') return 'Waits for the store’s confirmation';
  switch (storeStatus) {
    case 'marked':
      return 'Marked paid';
    case 'pending':
      return isClosed(status) ? 'Has not acknowledged that the order is paid' : 'Is being notified';
    case 'problem':
      return 'Not reached for half an hour; no reminder is sent';
    case 'failed':
      return 'Could not be notified: decide below';
    case 'chased':
      return 'Not marked paid; the order continues without the store';
    default:
      return assertNever(storeStatus);
  }
}
