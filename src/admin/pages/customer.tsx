import type { AuditEntry } from '../../db/audit.ts';
import type { CustomerRow } from '../../db/customers.ts';
import type { Decline } from '../../db/declines.ts';
import type { MailState } from '../../db/mails.ts';
import type { OrderView } from '../../db/order-views.ts';
import type { RevocationRow } from '../../db/revocations.ts';
import type { TaskRow } from '../../db/tasks.ts';
import type { PresentVatCheck } from '../../db/vat-checks.ts';
import { demandWarnings } from '../../domain/demand.ts';
import type { ClosedMonth } from '../../domain/due-dates.ts';
import type { Privilege } from '../../domain/eligibility/applicant.ts';
import type { Credit } from '../../domain/eligibility/credit.ts';
import type { Verdict } from '../../domain/eligibility/decide.ts';
import { mayFollow } from '../../domain/eligibility/standing.ts';
import { type Money, plainMoney } from '../../domain/money.ts';
import { amountText } from '../amount.ts';
import type { Visitor } from '../page.tsx';
import { PrivilegeBadge, privilegeWords } from './badges.tsx';
import { ChecksTable, ruleName } from './checks.tsx';
import { GroupFact, type GroupUse, OtherAccounts } from './customer/accounts.tsx';
import { Action, Choice, Field, type FormState } from './fields.tsx';
import { Layout } from './layout.tsx';
import { OrdersTable } from './orders.tsx';
import { Amount, At, actorWords } from './values.tsx';
import { VatCheckCard } from './vat-check.tsx';

const warningWords = {
  'near-limit': '80 % of the credit limit or more are used.',
  'over-limit': 'More than the credit limit is used.',
} as const;

/** The page's forms, and the last part of their addresses. */
export const privilegeActions = {
  grant: 'granted',
  suspend: 'suspended',
  insolvency: 'insolvency',
  'use-rules': 'by_rules',
} as const satisfies Record<string, Privilege>;
export type PrivilegeAction = keyof typeof privilegeActions;
export type CustomerAction = PrivilegeAction | 'revoke' | 'credit-limit' | 'policy-limit' | 'vat-check';

/** What has just been done; the address of the page says which. */
export const doneWords = {
  granted: 'Payment terms were granted.',
  suspended: 'Payment terms were suspended.',
  revoked: 'Payment terms were revoked. Open orders go on as agreed.',
  demanded: 'Payment terms were revoked. The open orders are being demanded.',
  insolvency: 'The insolvency was noted.',
  by_rules: 'The rules decide again.',
  limit: 'The credit limit was set.',
  'policy-limit': 'The policy’s credit limit applies again.',
  'vat-check': 'VIES was asked about the VAT number.',
} as const satisfies Record<Privilege | 'demanded' | 'limit' | 'policy-limit' | 'vat-check', string>;
export type Done = keyof typeof doneWords;

export type CustomerPageProps = {
  visitor: Visitor;
  /** With the account that is shown. */
  customer: CustomerRow;
  /** In force now; the customer's own may be a suspension that has ended. */
  privilege: Privilege;
  /** Ids of other customers with the same VAT number. */
  namesakes: readonly string[];
  /** The open request for payment terms. */
  request: TaskRow | null;
  /** Of the present VAT number. */
  vatCheck: PresentVatCheck | null;
  credit: Credit;
  otherAccounts: readonly Credit[];
  group: GroupUse | null;
  /** When the raise that is in force ends. */
  raisedUntil: string | null;
  policyLimit: Money;
  why: { amount: Money; verdict: Verdict; given: string | null; problem: string | null };
  orders: readonly OrderView[];
  declines: readonly Decline[];
  history: readonly Required<AuditEntry>[];
  /** The latest demand of the open orders, and what became of its letter. */
  demand: { revocation: RevocationRow; letter: MailState | null } | null;
  /** Makes a form that is sent twice one revocation. */
  proposedId: string;
  done: Done | null;
  form: FormState | null;
  zone: string;
};

export function CustomerPage(props: CustomerPageProps) {
  const {
    visitor,
    customer,
    privilege,
    namesakes,
    request,
    credit,
    otherAccounts,
    group,
    raisedUntil,
    orders,
    declines,
    history,
    demand,
    done,
    form,
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
        <p class="notice good" role="status">
          {doneWords[done]}
        </p>
      )}
      {form?.problem && (
        <p class="notice bad" role="alert">
          {form.problem}
        </p>
      )}
      {credit.warning !== undefined && (
        <p class={credit.warning === 'over-limit' ? 'notice bad' : 'notice warn'}>
          {warningWords[credit.warning]}
        </p>
      )}
      {namesakes.length > 0 && (
        <p class="notice warn">
          The same VAT number is on{' '}
          {namesakes.map((id, index) => (
            <>
              {index > 0 && ', '}
              <a href={`/admin/customers/${id}`}>{id}</a>
            </>
          ))}
          .
        </p>
      )}
      {request !== null && (
        <p class="notice warn">
          The customer asks for payment terms: <a href={`/admin/tasks/${request.id}`}>decide</a>.
        </p>
      )}
      <dl class="card facts">
        <div>
          <dt>Exposure</dt>
          <dd>
            <Amount money={credit.exposure} />
          </dd>
        </div>
        <div>
          <dt>Credit held</dt>
          <dd>
            <Amount money={credit.unapplied} />
          </dd>
        </div>
        <div>
          <dt>Limit</dt>
          <dd>
            <Amount money={credit.limit} />
            <span class="note">
              {' '}
              {raisedUntil !== null ? (
                <>
                  raised until <At at={raisedUntil} zone={zone} />
                </>
              ) : customer.creditLimit === null ? (
                'by the policy'
              ) : (
                'own'
              )}
              {customer.tolerance !== null &&
                `, own tolerance ${plainMoney({ amount: customer.tolerance, currency: customer.currency })}`}
            </span>
          </dd>
        </div>
        <div class={credit.available.amount < 0 ? 'late' : undefined}>
          <dt>Available</dt>
          <dd class="strong">
            <Amount money={credit.available} />
          </dd>
        </div>
        {group && <GroupFact group={group} currency={customer.currency} />}
        {customer.closedMonths.length > 0 && (
          <div class="wide">
            <dt>Closed</dt>
            <dd>{customer.closedMonths.map(closedWords).join('; ')}</dd>
          </div>
        )}
        <div class="wide">
          <dt>Payment terms</dt>
          <dd>
            {privilegeWords[privilege]}
            {customer.privilegeUntil !== null && (
              <>
                {privilege === customer.privilege ? ' until ' : ', after a suspension until '}
                <At at={customer.privilegeUntil} zone={zone} />
              </>
            )}
            {customer.privilegeReason !== null && `: ${customer.privilegeReason}`}
            {customer.privilegeAt !== null && (
              <span class="note">
                {' '}
                by {actorWords(customer.privilegeActor ?? 'system')},{' '}
                <At at={customer.privilegeAt} zone={zone} />
              </span>
            )}
          </dd>
        </div>
        {demand && (
          <div class="wide">
            <dt>Demand of the open orders</dt>
            <dd>
              <Demand {...demand} zone={zone} />
            </dd>
          </div>
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
      <History history={history} currency={customer.usualCurrency} zone={zone} />
    </Layout>
  );
}

function Why({ customer, why }: CustomerPageProps) {
  const { amount, verdict, given, problem } = why;
  return (
    <section class="card flush" aria-labelledby="why">
      <h2 id="why">Why: would an order be accepted?</h2>
      <form class="inline" method="get" action={`/admin/customers/${customer.id}`}>
        {customer.currency !== customer.usualCurrency && (
          <input type="hidden" name="currency" value={customer.currency} />
        )}
        <div class="field">
          <label for="why-amount">Order amount in {customer.currency}</label>
          <input
            id="why-amount"
            name="amount"
            inputMode="decimal"
            autocomplete="off"
            value={given ?? amountText(amount.amount, amount.currency)}
            aria-invalid={problem ? 'true' : undefined}
            aria-describedby={problem ? 'why-problem' : undefined}
          />
        </div>
        <button type="submit">Check</button>
        {problem && (
          <p class="field-problem" id="why-problem">
            {problem}
          </p>
        )}
      </form>
      <p class={verdict.eligible ? 'verdict good' : 'verdict bad'}>
        {verdict.eligible ? 'Yes' : 'No'}: an order of {plainMoney(amount)} would be{' '}
        {verdict.eligible ? 'accepted' : 'declined'} now.
      </p>
      <ChecksTable checks={verdict.checks} caption="Checks" />
    </section>
  );
}

const letterWords = {
  planned: 'letter refused by the mail server, is tried again',
  sending: 'letter being sent',
  sent: 'letter sent',
  failed: 'letter could not be sent',
  sent_maybe_twice: 'letter sent, perhaps twice',
  unknown: 'not known whether the letter was sent',
} as const satisfies Record<MailState, string>;

function Demand({
  revocation,
  letter,
  zone,
}: {
  revocation: RevocationRow;
  letter: MailState | null;
  zone: string;
}) {
  const { createdAt, finishedAt, orders, demanded } = revocation;
  const said = letter ? letterWords[letter] : finishedAt ? 'no letter: nothing was owed' : 'letter to come';
  return (
    <>
      {finishedAt ? 'Done' : 'Under way'}: {demanded} of {orders} orders, {said}
      <span class="note">
        {' '}
        since <At at={createdAt} zone={zone} />
      </span>
    </>
  );
}
/** Which account a form is about; nothing for the usual one. */
const accountQuery = ({ currency, usualCurrency }: CustomerRow): string =>
  currency === usualCurrency ? '' : `?currency=${currency}`;

const reasonLabel = 'Reason';

function Actions({
  visitor,
  customer,
  privilege,
  orders,
  credit,
  policyLimit,
  proposedId,
  form,
}: CustomerPageProps) {
  const stateOf = (action: CustomerAction) => (form?.action === action ? form : null);
  const common = (id: CustomerAction) => ({
    id,
    visitor,
    state: stateOf(id),
    target: `/admin/customers/${customer.id}/${id}${accountQuery(customer)}`,
  });
  const fieldsOf = (id: CustomerAction) => ({ form: { id, state: stateOf(id) } });
  const privileges = [
    {
      id: 'grant',
      title: 'Grant payment terms',
      note: 'The rules are not asked any more; the credit limit still holds.',
      button: 'Grant',
      tone: 'main',
    },
    {
      id: 'suspend',
      title: 'Suspend payment terms',
      note: 'No new orders on terms until that day or your word. Open orders go on.',
      button: 'Suspend',
      tone: 'plain',
    },
    {
      id: 'insolvency',
      title: 'Note an insolvency',
      note: 'No new orders on terms, no reminders, no interest from today on; payments become credit until somebody allocates them. Ends when terms are granted or the rules decide again.',
      button: 'Note the insolvency',
      tone: 'danger',
    },
    {
      id: 'use-rules',
      title: 'Let the rules decide',
      note: 'The eligibility policy decides for this customer, as for others.',
      button: 'Use the rules',
      tone: 'plain',
    },
  ] as const;
  return (
    <>
      {privileges
        .filter(({ id }) => privilegeActions[id] !== privilege && mayFollow(privilege, privilegeActions[id]))
        .map(({ id, ...texts }) => (
          <Action {...common(id)} {...texts}>
            {id === 'suspend' && (
              <Field
                {...fieldsOf(id)}
                name="lastDay"
                label="Last day of the suspension"
                type="date"
                required={false}
                hint="When it has ended, what holds now holds again."
              />
            )}
            <Field {...fieldsOf(id)} name="reason" label={reasonLabel} />
          </Action>
        ))}
      {mayFollow(privilege, 'revoked') && (privilege !== 'revoked' || orders.length > 0) && (
        <Action
          {...common('revoke')}
          title="Revoke payment terms"
          note="No new orders on terms, from now on."
          button="Revoke"
          tone="danger"
        >
          <input type="hidden" name="revocationId" value={proposedId} />
          <Choice
            {...fieldsOf('revoke')}
            name="openOrders"
            label="Open orders"
            options={[
              { value: 'keep', label: 'Keep', hint: 'They go on as agreed.' },
              {
                value: 'demand',
                label: 'Demand',
                hint: `All that is open is due today, reservations are cancelled, and the customer gets a letter; a later grant restores no due date. ${demandWarnings.join(' ')}`,
              },
            ]}
          />
          <Field {...fieldsOf('revoke')} name="reason" label={reasonLabel} />
        </Action>
      )}
      <Action
        {...common('credit-limit')}
        title="Set a credit limit"
        note={`Instead of the policy’s ${plainMoney(policyLimit)}.`}
        button="Set the limit"
        tone="main"
      >
        <Field
          {...fieldsOf('credit-limit')}
          name="limit"
          label={`Limit in ${customer.currency}`}
          inputMode="decimal"
          value={amountText(credit.limit.amount, customer.currency)}
        />
        <Field {...fieldsOf('credit-limit')} name="reason" label={reasonLabel} />
      </Action>
      {customer.creditLimit !== null && (
        <Action
          {...common('policy-limit')}
          title="Use the policy’s limit"
          note={`The limit becomes ${plainMoney(policyLimit)}, and follows the policy from then on.`}
          button="Use the policy’s limit"
        >
          <Field {...fieldsOf('policy-limit')} name="reason" label={reasonLabel} />
        </Action>
      )}
    </>
  );
}

/** The contacts that mean something to Netterms; others are the store's own. */
const contactWords: Readonly<Record<string, string>> = {
  billing: 'Contact for letters',
  dunning: 'Contact for reminders',
  pec: 'Certified e-mail (PEC)',
};

function Facts({ customer, zone }: { customer: CustomerRow; zone: string }) {
  const { accountManager } = customer;
  const turnover = customer.turnoverCurrency
    ? plainMoney({ amount: customer.turnover, currency: customer.turnoverCurrency })
    : 'not known';
  const facts: readonly [string, string][] = [
    ['Customer id', customer.id],
    ['E-mail', customer.email],
    ['Country', customer.country],
    ['Language', customer.locale],
    ['VAT number', customer.vatNumber ?? 'none'],
    ['Groups', customer.groups.join(', ') || 'none'],
    ['Past orders', `${customer.pastOrders}`],
    ['Turnover', turnover],
    ['Known since', customer.since ?? 'not known'],
    ['Account manager', accountManager ? `${accountManager.name}, ${accountManager.email}` : 'none'],
    ...Object.entries(customer.contacts).map(([role, contact]): [string, string] => [
      contactWords[role] ?? `Contact: ${role}`,
      contact,
    ]),
  ];
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts">What the store says</h2>
      <dl class="list">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="note">
        Last written <At at={customer.updatedAt} zone={zone} />
      </p>
    </section>
  );
}

function Declines({ declines, zone }: { declines: readonly Decline[]; zone: string }) {
  return (
    <section class="card" aria-labelledby="declines">
      <h2 id="declines">Declined orders</h2>
      {declines.length === 0 && <p class="note">None.</p>}
      <ol class="entries">
        {declines.map(({ orderId, total, checks, declinedAt, eligibilityVersion }) => (
          <li>
            <details>
              <summary>
                <Amount money={total} />, order {orderId}: {failed(checks)}
                <span class="id">
                  <At at={declinedAt} zone={zone} />, policy version {eligibilityVersion}
                </span>
              </summary>
              <ChecksTable checks={checks} caption={`Checks of order ${orderId}`} />
            </details>
          </li>
        ))}
      </ol>
    </section>
  );
}

const failed = (checks: Decline['checks']): string =>
  checks
    .filter(({ passed }) => !passed)
    .map(({ rule }) => ruleName(rule).toLowerCase())
    .join(', ');

const historyWords: Readonly<Record<string, string>> = {
  'customer.granted': 'Payment terms granted',
  'customer.suspended': 'Payment terms suspended',
  'customer.revoked': 'Payment terms revoked',
  'customer.insolvency': 'Insolvency noted',
  'customer.by_rules': 'The rules decide again',
  'customer.credit_limit': 'Credit limit changed',
  'customer.credit_raise': 'Credit limit raised for a time, or the raise ended',
  'customer.credit_adjusted': 'Credit held corrected',
  'customer.credit_group': 'Credit group changed',
  'customer.terms': 'Own payment terms changed',
  'terms-request.opened': 'Asked for payment terms',
  'terms-request.granted': 'The wish for payment terms was granted',
  'terms-request.refused': 'The wish for payment terms was refused',
  'terms-request.done': 'The wish for payment terms was dealt with',
};

function History({
  history,
  currency,
  zone,
}: {
  history: readonly Required<AuditEntry>[];
  currency: string;
  zone: string;
}) {
  return (
    <section class="card" aria-labelledby="history">
      <h2 id="history">History</h2>
      {history.length === 0 && <p class="note">Nothing was changed by hand yet.</p>}
      <ol class="entries">
        {history.map(({ at, actor, action, reason, detail }) => (
          <li>
            {historyWords[action] ?? action}
            {action === 'customer.credit_limit' && limitChange(detail, currency)}
            {detail.openOrders === 'demand' && ', the open orders demanded'}
            {action === 'customer.credit_adjusted' && `: ${plainMoney(detail.amount as Money)}`}
            {action === 'customer.credit_group' && groupChange(detail)}
            {typeof detail.until === 'string' && (
              <>
                {' until '}
                <At at={detail.until} zone={zone} />
              </>
            )}
            {reason !== null && <span class="reason">{reason}</span>}
            <span class="id">
              <At at={at} zone={zone} /> by {actorWords(actor)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const groupChange = ({ before, after }: Record<string, unknown>): string =>
  `: from ${before ?? 'none'} to ${after ?? 'none'}`;

/** Entries of before there was an account in each currency have the limit before as a number. */
function limitChange({ before, after, currency: of }: Record<string, unknown>, usual: string): string {
  const currency = typeof of === 'string' ? of : usual;
  const inWords = (limit: unknown): string => {
    if (typeof limit === 'number') return plainMoney({ amount: limit, currency });
    return limit ? plainMoney(limit as Money) : 'the policy’s';
  };
  return `: from ${inWords(before)} to ${inWords(after)}`;
}

/** "August: due on day 10 of the next month". */
function closedWords({ month, moveToDay }: ClosedMonth): string {
  const name = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' }).format(
    Date.UTC(2000, month - 1),
  );
  return `${name}: due on day ${moveToDay} of the next month`;
}
