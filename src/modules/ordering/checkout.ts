import { Duration } from 'luxon';
import { dayAt } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import type { Money } from '../../kernel/money.ts';
import { replayOrConflict } from '../../kernel/replay.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { inCurrency } from '../credit/accounts.ts';
import { lockCreditGroup } from '../credit/credit-groups.ts';
import { type CustomerFacts, type CustomerRow, lockCustomer, putCustomer } from '../customers/tables.ts';
import { planSteps } from '../dunning/rules/plan.ts';
import { applicantOfOne, momentOf } from '../eligibility/applicants.ts';
import { decide, type Verdict } from '../eligibility/rules/decide.ts';
import { offeredTerms, rulesOf, termsCodesOf } from '../eligibility/rules/policy.ts';
import { recordDecline } from '../eligibility/tables.ts';
import { moveBalances } from '../ledger/move-balances.ts';
import { charge } from '../ledger/rules/debts.ts';
import { book } from '../ledger/tables.ts';
import { queueConfirmation } from '../orders/life-cycle.ts';
import { insertSteps, newStep, type StepRow, stepsOf } from '../orders/steps.ts';
import {
  findOrder,
  getOrder,
  type InstalmentRow,
  insertOrder,
  instalmentsOfOrders,
  type NewOrder,
  type OrderRow,
} from '../orders/tables.ts';
import { type ActivePolicies, activePolicies } from '../settings/tables.ts';
import { offerOf } from '../terms/rules/offer.ts';
import type { Regime } from '../terms/rules/regime.ts';
import type { NamedTerms, TermsPolicy } from '../terms/rules/terms.ts';

/** What a store asks at checkout. `fingerprint` is of the request as it was sent, before defaults. */
export type CheckoutRequest = {
  orderId: string;
  customerId: string;
  total: Money;
  orderNumber: string | null;
  termsCode: string | null;
  placedAt: string | null;
  confirm: 'now' | 'later';
  buyer: Record<string, string> | null;
  purchaseOrder: string | null;
  metadata: Record<string, unknown>;
  /** The categories of the products, as the eligibility rules name them. */
  categories: string[];
  /** A law that limits the payment terms for its goods. */
  regime: Regime | null;
  /** The customer's facts, if the store sends them with the order. */
  customer: { facts: CustomerFacts; fingerprint: string } | null;
  fingerprint: string;
};

export type CheckoutResult =
  | {
      kind: 'accepted';
      replayed: boolean;
      order: OrderRow;
      instalments: InstalmentRow[];
      steps: StepRow[];
      policies: ActivePolicies;
    }
  | { kind: 'declined'; verdict: Verdict; customer: CustomerRow };

/**
 * The checkout, as one transaction: locks the customer, decides, reserves the credit, and writes the order with its
 * instalments, its plan and its charge. The customer's facts are written first, if they come with a new order. A
 * decline is kept with its reasons (and with those facts); the order's id stays free.
 * @param notifiesStore whether a store is notified by webhook; if not, the answer says that the order is paid
 * @throws NettermsError `customer-not-found`, `terms-not-found`, `terms-not-applicable`, `currency-mismatch`,
 *   `conflict`
 */
export async function checkout(
  sql: Sql,
  request: CheckoutRequest,
  { now, actor, notifiesStore }: { now: string; actor: string; notifiesStore: boolean },
): Promise<CheckoutResult> {
  return inTransaction(sql, async (tx) => {
    if (request.customer) await writeCustomer(tx, request.customerId, request, now);
    // The rules' query on the customer's history takes longer to plan than to run: a generic plan is made only once.
    const [, locked, policies, known] = await Promise.all([
      tx`set local plan_cache_mode = force_generic_plan`,
      lockCustomer(tx, request.customerId),
      activePolicies(tx),
      findOrder(tx, request.orderId),
    ]);
    if (known) return replay(tx, known, request, policies);

    const customer = await inCurrency(tx, locked, request.total.currency);
    if (customer.creditGroup !== null) await lockCreditGroup(tx, customer.creditGroup);
    const eligibility = policies.eligibility.body;
    const moment = momentOf(policies.settings.body, now);
    const applicant = await applicantOfOne(tx, customer, rulesOf(eligibility), moment);
    const { defaultCode } = offeredTerms(policies.terms.body, termsCodesOf(applicant, eligibility));
    const terms = chooseTerms(policies.terms.body, request.termsCode ?? defaultCode);
    const { total, categories } = request;
    const verdict = decide(applicant, eligibility, { ...total, categories, termsCode: terms.code });
    if (!verdict.eligible) {
      await recordDecline(tx, {
        orderId: request.orderId,
        customerId: customer.id,
        total: request.total,
        eligibilityVersion: policies.eligibility.version,
        checks: verdict.checks,
        declinedAt: now,
      });
      return { kind: 'declined', verdict, customer };
    }

    const order = newOrder(request, terms, verdict, policies, { now, notifiesStore });
    const settings = policies.settings.body;
    const { instalments, discount } = offerOf(terms, {
      placedAt: order.placedAt,
      total: request.total,
      settings,
      closedMonths: customer.closedMonths,
      closures: customer.closures,
      regime: request.regime,
    });
    const plan = planSteps(policies.dunning.body, {
      termsCode: order.dunningPlan ?? terms.code,
      instalments,
      from: order.placedAt,
      country: settings.country,
      spreadKey: customer.id,
    });
    const planned: NewOrder = { ...order, discount, nextLook: order.expiresAt ?? plan[0]?.at ?? null };
    // Another customer's order took this id first.
    if (!(await insertOrder(tx, planned, instalments)))
      return replay(tx, await getOrder(tx, order.id), request, policies);
    await insertSteps(tx, order, plan);

    const balances = instalments.map((line) => ({
      ...line,
      orderId: order.id,
      outstanding: 0,
      charges: 0,
      moves: 0,
    }));
    balances.sort((a, b) => Number(a.dueAt === null) - Number(b.dueAt === null)); // as they are read
    if (request.confirm === 'now') {
      const entries = charge(order.id, balances, dayAt(order.placedAt, settings.timeZone));
      await book(tx, entries, {
        customerId: customer.id,
        currency: order.currency,
        commandId: null,
        actor,
        now,
      });
      for (const line of balances) line.outstanding = line.amount;
      await queueConfirmation(tx, { ...order, reopenings: 0 }, now);
    } else {
      await moveBalances(tx, customer.id, order.currency, { exposure: order.total });
    }
    const steps = plan.map((step) => newStep(order, step));
    return {
      kind: 'accepted',
      replayed: false,
      order: accepted(planned),
      instalments: balances,
      steps,
      policies,
    };
  });
}

/** Writes the customer's facts that come with a new order; a known order writes nothing. */
async function writeCustomer(
  tx: Tx,
  id: string,
  { orderId, customer }: CheckoutRequest,
  now: string,
): Promise<void> {
  const { facts, fingerprint } = customer!;
  if (await findOrder(tx, orderId)) return;
  const { currency } = (await activePolicies(tx)).settings.body;
  await putCustomer(tx, id, facts, { fingerprint, currency, now });
}

/** The terms with this code, else the merchant's default terms. Throws `terms-not-found`. */
export function chooseTerms(policy: TermsPolicy, code: string | null): NamedTerms {
  const terms = policy.terms.find((candidate) => candidate.code === (code ?? policy.defaultCode));
  if (terms) return terms;
  const offered = policy.terms.map((candidate) => candidate.code).join(', ');
  throw new NettermsError('terms-not-found', `There are no terms ${code}; the merchant offers ${offered}.`);
}

async function replay(
  tx: Tx,
  known: OrderRow,
  { orderId, fingerprint }: CheckoutRequest,
  policies: ActivePolicies,
): Promise<CheckoutResult> {
  replayOrConflict(known, fingerprint, `Order ${orderId}`);
  return {
    kind: 'accepted',
    replayed: true,
    order: known,
    instalments: await instalmentsOfOrders(tx, [known.id]),
    steps: await stepsOf(tx, [known.id]),
    policies,
  };
}

function newOrder(
  request: CheckoutRequest,
  terms: NamedTerms,
  verdict: Verdict,
  policies: ActivePolicies,
  { now, notifiesStore }: { now: string; notifiesStore: boolean },
): NewOrder {
  const confirmed = request.confirm === 'now';
  const holdsFor = Duration.fromISO(policies.settings.body.reservationExpiresAfter);
  return {
    id: request.orderId,
    customerId: request.customerId,
    status: confirmed ? 'open' : 'reserved',
    orderNumber: request.orderNumber,
    purchaseOrder: request.purchaseOrder,
    buyer: request.buyer,
    metadata: request.metadata,
    total: request.total.amount,
    currency: request.total.currency,
    terms,
    discount: null,
    regime: request.regime,
    nextLook: null,
    checks: [...verdict.checks],
    eligibilityVersion: policies.eligibility.version,
    termsVersion: policies.terms.version,
    dunningVersion: policies.dunning.version,
    dunningPlan: verdict.set?.dunning ?? null,
    fingerprint: request.fingerprint,
    placedAt: request.placedAt ?? now,
    expiresAt: confirmed ? null : new Date(Date.parse(now) + holdsFor.toMillis()).toISOString(),
    confirmedAt: confirmed ? now : null,
    paidInStore: confirmed && !notifiesStore ? 'marked' : 'pending',
    storePendingSince: confirmed ? now : null,
  };
}

/** The row that was just inserted, as a query would return it. */
const accepted = (order: NewOrder): OrderRow => ({
  ...order,
  outstanding: order.status === 'open' ? order.total : 0,
  fulfilled: 0,
  fulfilledOn: null,
  closedAt: null,
  closeReason: null,
  reopenings: 0,
  storeSequence: 0,
  episode: 1,
  startedAt: null,
  stuckSince: null,
  finishedAt: null,
});
