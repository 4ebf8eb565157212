import type { Money } from '../../kernel/money.ts';
import type { AuditRecord } from '../../modules/audit/tables.ts';
import type { CustomerRow } from '../../modules/customers/tables.ts';
import type { PresentVatCheck } from '../../modules/customers/vat-checks.ts';
import type { Privilege } from '../../modules/eligibility/rules/applicant.ts';
import type { Credit } from '../../modules/eligibility/rules/credit.ts';
import type { Decline } from '../../modules/eligibility/tables.ts';
import type { MailState } from '../../modules/mail/tables.ts';
import type { OrderView } from '../../modules/reports/order-views.ts';
import type { RevocationRow } from '../../modules/revocation/tables.ts';
import type { TaskRow } from '../../modules/tasks/tables.ts';
import type { Visitor } from '../page.tsx';
import { PrivilegeBadge } from './badges.tsx';
import { GroupFact, type GroupUse, OtherAccounts } from './customer/accounts.tsx';
import { Actions } from './customer/actions.tsx';
import { ClosuresFact } from './customer/closures.tsx';
import { CreditFacts } from './customer/credit.tsx';
import { Declines } from './customer/declines.tsx';
import { Demand } from './customer/demand.tsx';
import { Facts } from './customer/facts.tsx';
import { History } from './customer/history.tsx';
import { PrivilegeFact } from './customer/privilege.tsx';
import { type ReminderFacts, Reminders } from './customer/reminders.tsx';
import { VatCheckCard } from './customer/vat-check.tsx';
import { Warnings } from './customer/warnings.tsx';
import { type Question, Why } from './customer/why.tsx';
import { Fact } from './fact.tsx';
import type { FormState } from './fields.tsx';
import { Layout } from './layout.tsx';
import { OrdersTable } from './orders.tsx';

export { type CustomerAction, type PrivilegeAction, privilegeActions } from './customer/actions.tsx';

/** Messages about what has just been done; the address of the page names which. */
export const doneWords = {
  granted: 'Payment terms were granted.',
  suspended: 'Payment terms were suspended.',
  revoked: 'Payment terms were revoked. Open orders continue as agreed.',
  demanded: 'Payment terms were revoked. Payment of the open orders is being demanded.',
  insolvency: 'The insolvency was recorded.',
  by_rules: 'The rules decide again.',
  limit: 'The credit limit was set.',
  'policy-limit': 'The policy’s credit limit applies again.',
  'vat-check': 'VIES was asked about the VAT number.',
  hold: 'Reminders are on hold.',
  release: 'The hold was released.',
  lift: 'Letters go to the address again.',
  promise: 'The promise was noted.',
  withdraw: 'The promise was withdrawn.',
  dispute: 'The dispute was noted.',
  resolve: 'The dispute was resolved.',
  mode: 'It was decided whether the customer is reminded.',
} as const satisfies Record<Privilege, string> & Record<string, string>;
export type Done = keyof typeof doneWords;

export type CustomerPageProps = {
  visitor: Visitor;
  /** With the account that is shown. */
  customer: CustomerRow;
  /** In force now; the customer's own may be a suspension that has ended. */
  privilege: Privilege;
  /** Ids of other customers with the same VAT number. */
  sameNumber: readonly string[];
  /** The open request for payment terms. */
  request: TaskRow | null;
  /** The check of the current VAT number. */
  vatCheck: PresentVatCheck | null;
  credit: Credit;
  otherAccounts: readonly Credit[];
  group: GroupUse | null;
  /** When the raise that is in force ends. */
  raisedUntil: string | null;
  policyLimit: Money;
  why: Question;
  orders: readonly OrderView[];
  declines: readonly Decline[];
  history: readonly AuditRecord[];
  /** The latest demand for payment of the open orders, and the state of its letter. */
  demand: { revocation: RevocationRow; letter: MailState | null } | null;
  /** If the form is sent twice, this id makes it one revocation. */
  proposedId: string;
  reminders: ReminderFacts;
  done: Done | null;
  form: FormState | null;
  zone: string;
};

export function CustomerPage(props: CustomerPageProps) {
  const {
    visitor,
    customer,
    privilege,
    otherAccounts,
    group,
    orders,
    declines,
    history,
    demand,
    done,
    zone,
  } = props;
  return (
    <Layout title={customer.name} visitor={visitor} section="customers">
      <p class="crumbs">
        <a href="/admin/customers">Customers</a>
      </p>
      <div class="heading">
        <h1>{customer.name}</h1>
        <PrivilegeBadge privilege={privilege} />
      </div>
      {done && (
        <p class="message good" role="status">
          {doneWords[done]}
        </p>
      )}
      <Warnings {...props} />
      <dl class="card facts">
        <CreditFacts {...props} />
        {group && <GroupFact group={group} currency={customer.currency} />}
        {customer.closedMonths.length + customer.closures.length > 0 && <ClosuresFact {...customer} />}
        <PrivilegeFact {...props} />
        {demand && (
          <Fact name="Demand for the open orders" wide>
            <Demand {...demand} zone={zone} />
          </Fact>
        )}
      </dl>
      <OtherAccounts customerId={customer.id} accounts={otherAccounts} />
      <div class="columns">
        <div>
          <Why {...props} />
          <Declines declines={declines} zone={zone} />
        </div>
        <div>
          <section class="card" aria-labelledby="actions">
            <h2 id="actions">Actions</h2>
            <Actions {...props} />
          </section>
          <Facts customer={customer} zone={zone} />
          <VatCheckCard {...props} />
        </div>
      </div>
      <section aria-labelledby="orders">
        <h2 id="orders">Open orders</h2>
        {orders.length > 0 ? (
          <OrdersTable orders={orders} zone={zone} caption="Open orders" />
        ) : (
          <p class="empty card">No open orders.</p>
        )}
        <p>
          <a href={`/admin/orders?customer=${customer.id}`}>All orders of this customer</a>
        </p>
        <p>
          Statement of account of this year: <a href={`/admin/customers/${customer.id}/statement.pdf`}>PDF</a>
          , <a href={`/admin/customers/${customer.id}/statement.csv`}>CSV</a>
        </p>
      </section>
      <Reminders {...props} />
      <History history={history} zone={zone} />
    </Layout>
  );
}
