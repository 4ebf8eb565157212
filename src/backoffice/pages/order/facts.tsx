import { assertNever } from '../../../kernel/errors.ts';
import { isClosed } from '../../../modules/orders/rules/order-state.ts';
import type { OrderView } from '../../../modules/reports/order-views.ts';
import { Fact } from '../fact.tsx';
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
      <Fact name="Customer">
        <a href={`/admin/customers/${order.customerId}`}>{customerName}</a>
      </Fact>
      <Fact name="Total">
        <Amount money={order.total} />
      </Fact>
      <Fact name="Balance" strong>
        <Amount money={order.outstanding} />
      </Fact>
      <Fact name="Due" late={order.overdue}>
        <DueDate order={order} zone={zone} />
        {order.daysLate > 0 && (
          <span class="note"> {order.daysLate === 1 ? '1 day late' : `${order.daysLate} days late`}</span>
        )}
      </Fact>
      <Fact name="Next step">
        {order.nextStep ? (
          <>
            {stepWords[order.nextStep.kind]}, <At at={order.nextStep.at} zone={zone} />
          </>
        ) : (
          'none'
        )}
      </Fact>
      <Fact name="Terms">{order.terms.label}</Fact>
      {order.discount !== null && (
        <Fact name="If paid early">
          <Amount money={order.discount.payable} />
          <span class="note">
            {' '}
            until <OnDay day={order.discount.until} />, {order.discount.percent} % less
          </span>
        </Fact>
      )}
      {order.fulfilment.amount.amount > 0 && (
        <Fact name="Fulfilled">
          {order.fulfilment.completedOn === null ? (
            <>
              <Amount money={order.fulfilment.amount} /> so far
            </>
          ) : (
            <OnDay day={order.fulfilment.completedOn} />
          )}
        </Fact>
      )}
      {order.regime !== null && (
        <Fact name="Regime">
          {order.regime.perishable ? 'Food, perishable: 30 days' : 'Food: 60 days'} from delivery
        </Fact>
      )}
      <Fact name="Placed">
        <At at={order.placedAt} zone={zone} />
      </Fact>
      <Fact name="Store">{storeSentence(order)}</Fact>
      <Fact name="Order id">{order.orderId}</Fact>
      {order.buyer !== null && (
        <Fact name="Buyer" wide>
          <Buyer {...order.buyer} />
        </Fact>
      )}
      {order.purchaseOrder !== null && <Fact name="Purchase order">{order.purchaseOrder}</Fact>}
      {order.closeReason !== null && <Fact name="Closed because">{order.closeReason}</Fact>}
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
