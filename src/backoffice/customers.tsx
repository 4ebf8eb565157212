import { randomBytes } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { dayAt, endOfDay } from '../kernel/calendar.ts';
import { withoutDirectionControls } from '../kernel/foreign-text.ts';
import { auditOf } from '../modules/audit/tables.ts';
import type { Commands } from '../modules/commands/commands.ts';
import { accountsOf, findInCurrency, setCreditLimit } from '../modules/credit/accounts.ts';
import { groupNames } from '../modules/credit/credit-groups.ts';
import { checkCustomer } from '../modules/customers/check-vat-number.ts';
import {
  type CustomerRow,
  findCustomer,
  listCustomers,
  sameVatNumber,
  unknownCustomer,
} from '../modules/customers/tables.ts';
import { presentVatChecks } from '../modules/customers/vat-checks.ts';
import type { VatRegister } from '../modules/customers/vat-register.ts';
import { searchCustomers } from '../modules/customers/views.ts';
import { applicantsOf, momentOf } from '../modules/eligibility/applicants.ts';
import type { Applicant } from '../modules/eligibility/rules/applicant.ts';
import { creditOf } from '../modules/eligibility/rules/credit.ts';
import { decide } from '../modules/eligibility/rules/decide.ts';
import { conditionsOf, type EligibilityPolicy, rulesOf } from '../modules/eligibility/rules/policy.ts';
import { usualAmount } from '../modules/eligibility/rules/usual-amount.ts';
import { setPrivilege } from '../modules/eligibility/set-privilege.ts';
import { listDeclines } from '../modules/eligibility/tables.ts';
import { listOrders } from '../modules/reports/order-views.ts';
import type { RevocationWorkflows } from '../modules/revocation/revocation-workflows.ts';
import { revokeTerms } from '../modules/revocation/revoke-terms.ts';
import { getRevocation, latestDemand } from '../modules/revocation/tables.ts';
import { activePolicies, merchantZone } from '../modules/settings/tables.ts';
import { openTaskOf } from '../modules/tasks/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { parseAmount } from './amount.ts';
import { customerIdOf } from './customer-id.ts';
import { type Failure, formStateOf, refusalOf } from './failure.ts';
import { amountField, idField, isId, optionalDayToCome, readForm, reasonField } from './forms.ts';
import { actorOf, sendPage, visitorOf } from './page.tsx';
import {
  CustomerPage,
  type Done,
  doneWords,
  type PrivilegeAction,
  privilegeActions,
} from './pages/customer.tsx';
import { CustomersPage } from './pages/customers.tsx';
import type { FormState } from './pages/fields.tsx';
import { reminderFactsOf } from './reminder-facts.ts';
import { reminderFormRoutes } from './reminder-forms.ts';

const PAGE = 50;
const OPEN_ORDERS = 50;
const DECLINES = 10;
const HISTORY = 50;

/** The list of customers, and the page of one customer with credit, privilege and the reasons. */
export function customerRoutes({
  sql,
  commands,
  vatRegister,
  revocationWorkflows,
  now,
}: {
  sql: Sql;
  commands: Commands;
  vatRegister: VatRegister;
  revocationWorkflows: Pick<RevocationWorkflows, 'startSoon'>;
  now: () => string;
}): Router {
  const router = Router();

  router.get('/customers', async (req, res) => {
    const search =
      typeof req.query.q === 'string'
        ? withoutDirectionControls(req.query.q)
            .replace(/\p{Cc}/gu, '')
            .trim()
            .slice(0, 100)
        : '';
    const after = isId(req.query.after) ? req.query.after : null;
    const found = search ? await matching(search) : await listCustomers(sql, { after, limit: PAGE + 1 });
    const customers = found.slice(0, PAGE);
    const { eligibility, settings } = await activePolicies(sql);
    const policy = eligibility.body;
    const moment = momentOf(settings.body, now());
    const applicants = await applicantsOf(sql, customers, conditionsOf(policy), moment);
    const lines = customers.map((customer, index) => {
      const applicant = applicants[index]!;
      return { customer, privilege: applicant.privilege, credit: creditOf(applicant, policy) };
    });
    const next = !search && found.length > PAGE ? customers.at(-1)!.id : null;
    const page = { search, lines, after, next };
    sendPage(res, <CustomersPage visitor={visitorOf(res)} {...page} />);
  });

  async function matching(search: string): Promise<CustomerRow[]> {
    const names = await searchCustomers(sql, search, PAGE);
    const rows = await Promise.all(names.map(({ id }) => findCustomer(sql, id)));
    return rows.filter((row) => row !== null);
  }

  router.get('/customers/:customerId', (req, res) => showCustomer(req, res, null));

  for (const action of Object.keys(privilegeActions) as PrivilegeAction[]) {
    router.post(`/customers/:customerId/${action}`, async (req, res) => {
      const by = { actor: actorOf(res), now: now() };
      const zone = await merchantZone(sql);
      const lastDay = optionalDayToCome(dayAt(by.now, zone));
      const form = readForm(z.object({ reason: reasonField, lastDay }), req.body);
      if (!form.ok) return refuse(req, res, action, form);
      const privilege = privilegeActions[action];
      const end = action === 'suspend' ? form.value.lastDay : null;
      const until = end === null ? null : endOfDay(end, zone);
      try {
        await setPrivilege(sql, customerIdOf(req), { privilege, until, reason: form.value.reason, ...by });
      } catch (error) {
        return refuse(req, res, action, refusalOf(error, req.body));
      }
      done(req, res, privilege);
    });
  }

  router.post('/customers/:customerId/revoke', async (req, res) => {
    const form = readForm(revokeForm, req.body);
    if (!form.ok) return refuse(req, res, 'revoke', form);
    const { openOrders } = form.value;
    const by = { actor: actorOf(res), now: now() };
    try {
      const { reason, ...given } = form.value;
      const body = { customerId: customerIdOf(req), ...given };
      await commands.askCustomer(revokeTerms, {
        ...{ body, content: form.value, reason, idempotencyKey: null, ...by },
      });
      const revocation = await getRevocation(sql, given.revocationId);
      if (!revocation.finishedAt) revocationWorkflows.startSoon(revocation);
    } catch (error) {
      return refuse(req, res, 'revoke', refusalOf(error, req.body));
    }
    done(req, res, openOrders === 'demand' ? 'demanded' : 'revoked');
  });

  router.post('/customers/:customerId/credit-limit', async (req, res) => {
    const { currency } = await getAccount(req);
    const form = readForm(z.object({ limit: limitField(currency), reason: reasonField }), req.body);
    if (!form.ok) return refuse(req, res, 'credit-limit', form);
    const limit = { amount: form.value.limit, currency };
    const by = { reason: form.value.reason, actor: actorOf(res), now: now() };
    try {
      await setCreditLimit(sql, customerIdOf(req), { limit, ...by });
    } catch (error) {
      return refuse(req, res, 'credit-limit', refusalOf(error, req.body));
    }
    done(req, res, 'limit');
  });

  router.post('/customers/:customerId/policy-limit', async (req, res) => {
    const form = readForm(z.object({ reason: reasonField }), req.body);
    if (!form.ok) return refuse(req, res, 'policy-limit', form);
    const by = { reason: form.value.reason, actor: actorOf(res), now: now() };
    const { currency } = await getAccount(req);
    await setCreditLimit(sql, customerIdOf(req), { limit: null, currency, ...by });
    done(req, res, 'policy-limit');
  });

  router.post('/customers/:customerId/vat-check', async (req, res) => {
    try {
      await checkCustomer({ sql, vatRegister }, customerIdOf(req), { actor: actorOf(res), now: now() });
    } catch (error) {
      return refuse(req, res, 'vat-check', refusalOf(error, req.body));
    }
    done(req, res, 'vat-check');
  });

  router.use(reminderFormRoutes({ sql, commands, now, done, refuse }));

  function done(req: Request, res: Response, what: Done): void {
    res.redirect(
      303,
      `/admin/customers/${customerIdOf(req)}?${new URLSearchParams({ ...accountQuery(req), done: what })}`,
    );
  }

  function refuse(req: Request, res: Response, action: string, failure: Failure): Promise<void> {
    return showCustomer(req, res, formStateOf(action, failure), failure.status ?? 422);
  }

  /** The customer with the account that the address names, or else with the usual one. */
  async function getAccount(req: Request): Promise<CustomerRow> {
    const id = customerIdOf(req);
    const customer = (await findCustomer(sql, id)) ?? unknownCustomer(id);
    const { currency } = accountQuery(req);
    return (currency && (await findInCurrency(sql, customer, currency))) || customer;
  }

  async function showCustomer(
    req: Request,
    res: Response,
    form: FormState | null,
    status = 200,
  ): Promise<void> {
    const customer = await getAccount(req);
    const page = { limit: OPEN_ORDERS, after: null, now: now() };
    const [
      policies,
      open,
      reserved,
      declines,
      history,
      sameNumber,
      accounts,
      groups,
      request,
      vatChecks,
      demand,
      reminders,
    ] = await Promise.all([
      activePolicies(sql),
      listOrders(sql, { customerId: customer.id, status: 'open' }, page),
      listOrders(sql, { customerId: customer.id, status: 'reserved' }, page),
      listDeclines(sql, { customerId: customer.id }, { limit: DECLINES }),
      auditOf(sql, `customer/${customer.id}`),
      sameVatNumber(sql, [customer.id]),
      accountsOf(sql, [customer.id]),
      groupNames(sql, customer.creditGroup === null ? [] : [customer.creditGroup]),
      openTaskOf(sql, customer.id, 'terms-request'),
      presentVatChecks(sql, [customer.id]),
      latestDemand(sql, customer.id),
      reminderFactsOf(sql, customer.id, page.now),
    ]);
    const policy = policies.eligibility.body;
    const zone = policies.settings.body.timeZone;
    const others = accounts
      .filter(({ currency }) => currency !== customer.currency)
      .map((account) => ({ ...customer, ...account }));
    const moment = momentOf(policies.settings.body, page.now);
    const judged = await applicantsOf(sql, [customer, ...others], rulesOf(policy), moment);
    const applicant = judged[0]!;
    const money = (amount: number) => ({ amount, currency: customer.currency });
    const given = req.query.done;
    const props = {
      customer,
      privilege: applicant.privilege,
      sameNumber: sameNumber.get(customer.id) ?? [],
      request,
      vatCheck: vatChecks.get(customer.id) ?? null,
      credit: creditOf(applicant, policy),
      otherAccounts: judged.slice(1).map((other) => creditOf(other, policy)),
      group:
        customer.creditGroup === null
          ? null
          : {
              id: customer.creditGroup,
              name: groups.get(customer.creditGroup)!,
              limit: applicant.group && money(applicant.group.limit),
              used: applicant.group && money(applicant.group.used),
            },
      raisedUntil: applicant.raisedLimit === null ? null : customer.raisedUntil,
      policyLimit: creditOf({ ...applicant, creditLimit: null, raisedLimit: null }, policy).limit,
      why: whyOf(applicant, policy, req.query.amount),
      orders: [...reserved, ...open],
      declines,
      history: history.reverse().slice(0, HISTORY),
      demand,
      reminders,
      proposedId: `rev_${randomBytes(12).toString('hex')}`,
      done: typeof given === 'string' && Object.hasOwn(doneWords, given) ? (given as Done) : null,
      form,
      zone,
    };
    sendPage(res, <CustomerPage visitor={visitorOf(res)} {...props} />, status);
  }

  return router;
}

const revokeForm = z.object({
  reason: reasonField,
  openOrders: z.enum(['keep', 'demand'], 'Choose what happens to the open orders.'),
  revocationId: idField,
});

/** A limit may be zero. */
const limitField = (currency: string) =>
  z.union([
    z
      .string()
      .regex(/^\s*0+([.,]0+)?\s*$/)
      .transform(() => 0),
    amountField(currency),
  ]);

/** The checks for an amount: the one asked for, or else the available credit, or else one unit of the currency. */
function whyOf(applicant: Applicant, policy: EligibilityPolicy, asked: unknown) {
  const { currency } = applicant;
  const given = typeof asked === 'string' ? asked.slice(0, 50) : null;
  const parsed = given === null ? null : parseAmount(given, currency);
  const amount =
    parsed && 'amount' in parsed ? { amount: parsed.amount, currency } : usualAmount(applicant, policy);
  const problem = parsed && 'problem' in parsed ? parsed.problem : null;
  return { amount, verdict: decide(applicant, policy, amount), given, problem };
}

/** Which account the address names, if any. */
const accountQuery = ({ query: { currency } }: Request): { currency?: string } =>
  typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? { currency } : {};
