import type { CommandRow } from '../../db/commands.ts';
import type { LedgerRow } from '../../db/ledger.ts';
import type { OrderView } from '../../db/order-views.ts';
import type { OrderRow } from '../../db/orders.ts';
import type { TimelineEvent } from '../../db/timeline.ts';
import { assertNever, type ErrorCode, errorTable } from '../../domain/errors.ts';
import type { Withholding } from '../../domain/invoice.ts';
import { type CommandKind, isClosed } from '../../domain/order-state.ts';
import { amountText } from '../amount.ts';
import type { Visitor } from '../page.tsx';
import { OrderBadges } from './badges.tsx';
import { Action, Field, type FormState } from './fields.tsx';
import { Layout } from './layout.tsx';
import { orderUrl } from './orders.tsx';
import { Timeline } from './timeline.tsx';
import { Amount, At, actorWords, collectionWords, Due, DueDate, OnDay, stepWords } from './values.tsx';

export type OrderPageProps = {
  visitor: Visitor;
  order: OrderView;
  row: OrderRow;
  customerName: string;
  ledger: readonly LedgerRow[];
  timeline: readonly TimelineEvent[];
  /** The command that this visitor has just given. */
  command: CommandRow | null;
  /** A form that was refused. */
  form: FormState | null;
  proposed: { paymentId: string; receivedOn: string; key: string };
  workflowUrl: string;
  zone: string;
};

export function OrderPage(props: OrderPageProps) {
  const { visitor, order, row, customerName, ledger, timeline, command, form, workflowUrl, zone } = props;
  return (
    <Layout title={`Order ${order.orderNumber ?? order.orderId}`} visitor={visitor} section="orders">
      <p class="crumbs">
        <a href="/admin/orders">Orders</a>
      </p>
      <div class="heading">
        <h1>Order {order.orderNumber ?? order.orderId}</h1>
        <OrderBadges order={order} />
      </div>
      {command && <CommandNotice command={command} />}
      {form?.problem && (
        <p class="notice bad" role="alert">
          {form.problem}
        </p>
      )}
      {order.stuckSince !== null && (
        <p class="notice bad">
          The order’s workflow runs but has not got on since <At at={order.stuckSince} zone={zone} />: look at
          it in Temporal.
        </p>
      )}
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
            <dt>Paid early</dt>
            <dd>
              <Amount money={order.discount.payable} />
              <span class="note">
                {' '}
                until <OnDay day={order.discount.until} />, {order.discount.percent} % less; settle it by hand
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
            <dd>
              {order.regime.perishable ? 'Food, perishable: 30 days' : 'Food: 60 days'} from the delivery
            </dd>
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
            <dd>{buyerWords(order.buyer)}</dd>
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
              Times are of {zone}.{' '}
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

/** "Anna Bianchi, anna@acme.example, department: Stores". */
function buyerWords({ name, email, ...others }: Record<string, string>): string {
  const more = Object.entries(others).map(([key, value]) => `${key}: ${value}`);
  return [name, email, ...more].filter(Boolean).join(', ');
}

function storeSentence({ storeStatus, status }: OrderView): string {
  if (status === 'reserved') return 'Waits for the store’s confirmation';
  switch (storeStatus) {
    case 'marked':
      return 'Marked paid';
    case 'pending':
      return isClosed(status) ? 'Was not told “paid”' : 'Is being told';
    case 'problem':
      return 'Not reached for half an hour; no reminder leaves';
    case 'failed':
      return 'Could not be told: decide below';
    case 'chased':
      return 'Not marked paid; chased all the same';
    default:
      return assertNever(storeStatus);
  }
}

const appliedWords = {
  confirm: 'The order was confirmed.',
  recordPayment: 'The payment was recorded.',
  settle: 'The order was settled.',
  cancel: 'The order was cancelled.',
  retryStore: 'The store is told again.',
  chase: 'The order goes on without the store’s word.',
  extend: 'The due date was moved.',
  credit: 'The credit note was booked.',
  writeOff: 'The amount was written off.',
  chargeInterest: 'The late interest was charged.',
  waive: 'The charges were waived.',
  reschedule: 'The instalment plan is in force.',
  demand: 'All that is open is due today.',
  allocate: 'The payment was allocated.',
  applyCredit: 'The credit was applied.',
  amend: 'The order has its new total.',
  fulfil: 'The fulfilment was recorded.',
  invoice: 'The invoice was booked.',
} as const satisfies Record<CommandKind, string>;

function CommandNotice({ command: { id, orderId, kind, outcome, refusal } }: { command: CommandRow }) {
  if (outcome === 'applied')
    return (
      <p class="notice good" role="status">
        {appliedWords[kind]}
      </p>
    );
  if (outcome === 'refused')
    return (
      <p class="notice bad" role="alert">
        This was refused: {errorTable[refusal as ErrorCode]?.[1] ?? refusal}.
      </p>
    );
  return (
    <p class="notice warn" role="status">
      This is kept and still under way: the order’s process has not taken it yet.{' '}
      <a href={`${orderUrl(orderId)}?command=${id}`}>Look again</a>
    </p>
  );
}

function Instalments({ order, zone }: { order: OrderView; zone: string }) {
  return (
    <table class="stacked">
      <caption class="unseen">Instalments</caption>
      <thead>
        <tr>
          <th scope="col">No.</th>
          <th scope="col">Due</th>
          <th scope="col" class="number">
            Amount
          </th>
          <th scope="col" class="number">
            Unpaid
          </th>
        </tr>
      </thead>
      <tbody>
        {order.instalments.map((line) => (
          <tr>
            <th scope="row">{line.number}</th>
            <td data-label="Due">
              <Due order={order} line={line} zone={zone} />
              <span class="id">by {collectionWords[line.collection]}</span>
            </td>
            <td data-label="Amount" class="number">
              <Amount money={line.amount} />
            </td>
            <td data-label="Unpaid" class="number">
              <Amount money={line.outstanding} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const withheldWords = {
  split_payment: 'split payment',
  withholding: 'tax withheld',
} as const satisfies Record<Withholding, string>;

function Invoices({ order }: { order: OrderView }) {
  return (
    <table class="stacked">
      <caption class="unseen">Invoices</caption>
      <thead>
        <tr>
          <th scope="col">Number</th>
          <th scope="col">Issued</th>
          <th scope="col" class="number">
            Of this order
          </th>
          <th scope="col" class="number">
            To pay
          </th>
        </tr>
      </thead>
      <tbody>
        {order.invoices.map(({ invoiceId, number, issuedOn, documentUrl, amount, payable, withheld }) => (
          <tr>
            <th scope="row">
              {documentUrl === null ? (
                number
              ) : (
                <a href={documentUrl} rel="noreferrer">
                  {number}
                </a>
              )}
              <span class="id">{invoiceId}</span>
            </th>
            <td data-label="Issued">
              <OnDay day={issuedOn} />
            </td>
            <td data-label="Of this order" class="number">
              <Amount money={amount} />
            </td>
            <td data-label="To pay" class="number">
              <Amount money={payable} />
              {withheld !== null && <span class="id">{withheldWords[withheld]}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The page's forms, and the last part of their addresses. */
export type ActionId = 'payment' | 'reverse' | 'settle' | 'cancel' | 'retry-store' | 'chase';

function Actions({ visitor, order, ledger, form, proposed }: OrderPageProps) {
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

const entryWords = {
  charge: 'Charge',
  payment: 'Payment',
  cancellation: 'Cancellation',
  credit_note: 'Credit note',
  refund: 'Refund',
  interest: 'Late interest',
  fee: 'Fee',
  write_off: 'Write-off',
  adjustment: 'Adjustment',
  allocation: 'Allocation',
  reversal: 'Reversal',
} as const satisfies Record<LedgerRow['kind'], string>;

function Ledger({ entries, zone }: { entries: readonly LedgerRow[]; zone: string }) {
  if (entries.length === 0) return <p class="empty">Nothing is booked yet.</p>;
  return (
    <table class="stacked">
      <caption class="unseen">Ledger entries</caption>
      <thead>
        <tr>
          <th scope="col">Entry</th>
          <th scope="col">Booked</th>
          <th scope="col" class="number">
            Amount
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map(({ kind, account, instalment, amount, currency, paymentId, actor, bookedAt }) => (
          <tr>
            <th scope="row">
              {entryWords[kind]}
              <span class="id">
                {account === 'unapplied' ? 'customer’s credit' : `instalment ${instalment}`}
              </span>
              {paymentId !== null && <span class="id">{paymentId}</span>}
            </th>
            <td data-label="Booked">
              <At at={bookedAt} zone={zone} />
              <span class="id">by {actorWords(actor)}</span>
            </td>
            <td data-label="Amount" class="number">
              <Amount money={{ amount, currency }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
