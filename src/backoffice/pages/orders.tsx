import type { CustomerName } from '../../modules/customers/views.ts';
import type { OrderView } from '../../modules/reports/order-views.ts';
import type { Receivables } from '../../modules/reports/receivables.ts';
import { listedStatuses, type OrdersQuery, ordersUrl, type Place } from '../order-filter.ts';
import type { Visitor } from '../page.tsx';
import { OrderBadges, statusWords } from './badges.tsx';
import { Layout } from './layout.tsx';
import { Pages, Tabs } from './list-navigation.tsx';
import { Table } from './table.tsx';
import { Amount, At, DueDate, stepWords } from './values.tsx';

export function OrdersPage({
  visitor,
  query,
  orders,
  names,
  totals,
  candidates,
  next,
  zone,
}: {
  visitor: Visitor;
  query: OrdersQuery;
  orders: readonly OrderView[];
  names: ReadonlyMap<string, string>;
  totals: readonly Receivables[];
  /** Customers that the search may mean; null if it is unambiguous or empty. */
  candidates: readonly CustomerName[] | null;
  next: Place | null;
  zone: string;
}) {
  return (
    <Layout title="Orders" visitor={visitor} section="orders">
      <h1>Orders</h1>
      <Figures totals={totals} />
      <div class="bar">
        <Statuses query={query} />
        <form class="search" method="get" action="/admin/orders">
          {query.status && <input type="hidden" name="status" value={query.status} />}
          {query.overdue && <input type="hidden" name="overdue" value="true" />}
          <label class="unseen" for="customer">
            Customer, by name or id
          </label>
          <input id="customer" name="customer" type="search" placeholder="Customer" value={query.customer} />
          <button type="submit">Search</button>
        </form>
      </div>
      {candidates && <Candidates query={query} candidates={candidates} />}
      {orders.length > 0 && <OrdersTable orders={orders} names={names} zone={zone} caption="Orders" />}
      {orders.length === 0 && !candidates && <p class="empty card">No orders here.</p>}
      <Pages
        first={query.after ? ordersUrl({ ...query, after: null }) : null}
        next={next && ordersUrl({ ...query, after: next })}
      />
    </Layout>
  );
}

function Figures({ totals }: { totals: readonly Receivables[] }) {
  return (
    <div class="figures">
      {totals.map(({ open, outstanding, overdueOrders, overdue }) => (
        <dl class="card">
          <div>
            <dt>Outstanding</dt>
            <dd>
              <Amount money={outstanding} />
            </dd>
            <dd class="note">{open === 1 ? '1 open order' : `${open} open orders`}</dd>
          </div>
          <div class={overdueOrders > 0 ? 'late' : undefined}>
            <dt>Overdue</dt>
            <dd>
              <Amount money={overdue} />
            </dd>
            <dd class="note">{overdueOrders === 1 ? '1 order' : `${overdueOrders} orders`}</dd>
          </div>
        </dl>
      ))}
    </div>
  );
}

function Statuses({ query }: { query: OrdersQuery }) {
  const { customer } = query;
  const tabs = [
    { label: 'All', isShown: !query.status && !query.overdue, url: ordersUrl({ customer }) },
    { label: 'Overdue', isShown: query.overdue === true, url: ordersUrl({ customer, overdue: true }) },
    ...listedStatuses.map((status) => ({
      label: statusWords[status],
      isShown: query.status === status && !query.overdue,
      url: ordersUrl({ customer, status }),
    })),
  ];
  return <Tabs label="Filter by status" tabs={tabs} />;
}

function Candidates({ query, candidates }: { query: OrdersQuery; candidates: readonly CustomerName[] }) {
  if (candidates.length === 0)
    return (
      <p class="empty card">
        No customer matches “<bdi>{query.customer}</bdi>”. <a href="/admin/orders">All orders</a>
      </p>
    );
  return (
    <div class="card">
      <p>
        Several customers match “<bdi>{query.customer}</bdi>”:
      </p>
      <ul class="chips">
        {candidates.map(({ id, name }) => (
          <li>
            <a href={ordersUrl({ ...query, customer: id, after: null })}>{name}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Orders, one per row; without `names` there is no column for the customer. */
export function OrdersTable({
  orders,
  names,
  zone,
  caption,
}: {
  orders: readonly OrderView[];
  names?: ReadonlyMap<string, string>;
  zone: string;
  caption: string;
}) {
  return (
    <div class="card flush">
      <Table
        caption={caption}
        columns={[
          'Order',
          names && 'Customer',
          'Status',
          { number: 'Total' },
          { number: 'Balance' },
          'Due',
          { number: 'Days late' },
          'Next step',
        ]}
      >
        {orders.map((order) => (
          <tr class={order.overdue ? 'late' : undefined}>
            <th scope="row">
              <a href={orderUrl(order.orderId)}>
                <bdi>{order.orderNumber ?? order.orderId}</bdi>
              </a>
              {order.orderNumber !== null && <span class="id">{order.orderId}</span>}
            </th>
            {names && (
              <td data-label="Customer">
                <a href={`/admin/customers/${order.customerId}`}>
                  {names.get(order.customerId) ?? order.customerId}
                </a>
              </td>
            )}
            <td data-label="Status">
              <OrderBadges order={order} />
            </td>
            <td data-label="Total" class="number">
              <Amount money={order.total} />
            </td>
            <td data-label="Balance" class="number">
              <Amount money={order.outstanding} />
            </td>
            <td data-label="Due">
              <DueDate order={order} zone={zone} />
            </td>
            <td data-label="Days late" class="number">
              {order.daysLate > 0 ? order.daysLate : <span class="none">–</span>}
            </td>
            <td data-label="Next step">
              {order.nextStep ? (
                <>
                  {stepWords[order.nextStep.kind]}
                  <span class="id">
                    <At at={order.nextStep.at} zone={zone} />
                  </span>
                </>
              ) : (
                <span class="none">–</span>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

export const orderUrl = (orderId: string): string => `/admin/orders/${encodeURIComponent(orderId)}`;
