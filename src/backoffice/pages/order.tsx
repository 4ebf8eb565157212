import type { OrderCommandRow } from '../../modules/commands/tables.ts';
import type { LedgerRow } from '../../modules/ledger/tables.ts';
import type { OrderRow } from '../../modules/orders/tables.ts';
import type { TimelineEvent } from '../../modules/overview/timeline.ts';
import type { OrderView } from '../../modules/reports/order-views.ts';
import type { Visitor } from '../page.tsx';
import { OrderBadges } from './badges.tsx';
import { type FormState, Refused } from './fields.tsx';
import { Layout } from './layout.tsx';
import { Actions } from './order/actions.tsx';
import { CommandMessage } from './order/command-message.tsx';
import { Facts } from './order/facts.tsx';
import { Instalments } from './order/instalments.tsx';
import { Invoices } from './order/invoices.tsx';
import { Ledger } from './order/ledger.tsx';
import { Timeline } from './timeline.tsx';
import { At } from './values.tsx';

export type { ActionId } from './order/actions.tsx';

export type OrderPageProps = {
  visitor: Visitor;
  order: OrderView;
  row: OrderRow;
  customerName: string;
  ledger: readonly LedgerRow[];
  timeline: readonly TimelineEvent[];
  /** The command that this visitor has just given. */
  command: OrderCommandRow | null;
  /** A form that was refused. */
  form: FormState | null;
  proposed: { paymentId: string; receivedOn: string; key: string };
  workflowUrl: string;
  zone: string;
};

export function OrderPage(props: OrderPageProps) {
  const { visitor, order, row, ledger, timeline, command, form, workflowUrl, zone } = props;
  return (
    <Layout title={`Order ${order.orderNumber ?? order.orderId}`} visitor={visitor} section="orders">
      <p class="crumbs">
        <a href="/admin/orders">Orders</a>
      </p>
      <div class="heading">
        <h1>
          Order <bdi>{order.orderNumber ?? order.orderId}</bdi>
        </h1>
        <OrderBadges order={order} />
      </div>
      {command && <CommandMessage command={command} />}
      <Refused form={form} />
      {order.stuckSince !== null && (
        <p class="message bad">
          The order’s workflow runs but has made no progress since <At at={order.stuckSince} zone={zone} />:
          look at it in Temporal.
        </p>
      )}
      <Facts {...props} />
      <div class="columns">
        <div>
          <section class="card flush" aria-labelledby="instalments">
            <h2 id="instalments">Instalments</h2>
            <Instalments order={order} zone={zone} />
          </section>
          {order.invoices.length > 0 && (
            <section class="card flush" aria-labelledby="invoices">
              <h2 id="invoices">Invoices</h2>
              <Invoices order={order} />
            </section>
          )}
          <section class="card" aria-labelledby="timeline">
            <h2 id="timeline">Timeline</h2>
            <Timeline events={timeline} order={row} zone={zone} />
            <p class="note">
              Times are in {zone}.{' '}
              <a href={workflowUrl} rel="noreferrer">
                This order’s workflow in Temporal
              </a>
            </p>
          </section>
        </div>
        <div>
          <section class="card" aria-labelledby="actions">
            <h2 id="actions">Actions</h2>
            <Actions {...props} />
          </section>
          <section class="card flush" aria-labelledby="ledger">
            <h2 id="ledger">Ledger</h2>
            <Ledger entries={ledger} zone={zone} />
          </section>
        </div>
      </div>
    </Layout>
  );
}
