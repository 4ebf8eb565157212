import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiClient, apiClient } from './api-client.ts';
import { DEMO_BUYER } from './sample-data.ts';
import { explain, SetupError } from './setup-error.ts';
import { readDevJson } from './state.ts';

/** `npm run demo`: one order's life on 60-second terms, then one in instalments, through the public API only. */

type Money = { amount: number; currency: string };
type Order = {
  orderId: string;
  status: string;
  outstanding: Money;
  paidInStore: boolean;
  nextStep: { kind: string; at: string } | null;
  instalments: { number: number; dueOn: string; dueAt: string; amount: Money; outstanding: Money }[];
  workflowId: string;
};
type Eligibility = {
  eligible: boolean;
  buyerMessage: string;
  offers: { termsCode: string }[];
  checks: { rule: string; passed: boolean; actual: string; required: string }[];
  credit: { limit: Money; available: Money };
};
type Mail = { id: string; subject: string; text?: string; to: { address: string }[] };

const TOTAL = { amount: 122_000, currency: 'EUR' };
const PART = { amount: 50_000, currency: 'EUR' };

const started = Date.now();

async function demo(): Promise<void> {
  const dev = readDevJson();
  const [storefront, accounting, read, admin] = (['storefront', 'accounting', 'read', 'admin'] as const).map(
    (name) => apiClient(dev.api, dev.keys[name]),
  );
  const orderId = `demo-${started.toString(36)}`;
  const orderNumber = `D-${started.toString(36).toUpperCase()}`;
  const order = () => read!<Order>('GET', `/orders/${orderId}`);
  const mails = mailReader(dev.mailboxApi, orderNumber);

  heading(`Who qualifies: ${DEMO_BUYER} wants to buy for ${money(TOTAL)} on terms`);
  const query = `amount=${TOTAL.amount}&currency=${TOTAL.currency}`;
  const verdict = await read!<Eligibility>('GET', `/customers/${DEMO_BUYER}/eligibility?${query}`);
  for (const { rule, passed, actual, required } of verdict.checks)
    say(`${passed ? '✔' : '✖'} ${rule}: ${actual} (asked: ${required})`);
  say(`credit: ${money(verdict.credit.available)} of ${money(verdict.credit.limit)} available`);
  say(`the buyer reads: “${verdict.buyerMessage}”`);
  if (!verdict.eligible)
    throw new SetupError(`${DEMO_BUYER} does not qualify now (see the checks above), so the demo ends here.`);

  heading(`Checkout: order ${orderNumber} on 60-second terms`);
  const placedAt = Date.now();
  await storefront!('POST', '/orders', {
    orderId,
    orderNumber,
    customerId: DEMO_BUYER,
    total: TOTAL,
    termsCode: 'demo',
  });
  say(`accepted in ${Date.now() - placedAt} ms; credit is reserved and the charge is booked`);
  const dueAt = Date.parse((await order()).instalments[0]!.dueAt);

  heading('Paid in the store: the shop is told to ship, before any money came');
  await until('the store to be told', 20_000, async () => ((await order()).paidInStore ? true : null));
  say('the order’s workflow told the store by a signed webhook, and the store took it');
  if (dev.store) say(`the sample store shows it: ${dev.store}`);

  heading('Reminders, as the plan says (40 s before the due instant, and at it)');
  await mails.next('the confirmation', 20_000);
  await mails.next('the first reminder', dueAt - 40_000 - Date.now() + 20_000);

  heading(`A part payment: ${money(PART)} by bank transfer`);
  await accounting!('POST', `/orders/${orderId}/payments`, {
    paymentId: `${orderId}-part`,
    amount: PART,
    method: 'bank-transfer',
    reference: orderNumber,
  });
  const afterPart = await until('the payment to be booked', 20_000, async () => {
    const now = await order();
    return now.outstanding.amount === TOTAL.amount - PART.amount ? now : null;
  });
  say(`outstanding: ${money(afterPart.outstanding)}; next step: ${describe(afterPart.nextStep)}`);

  heading('The due instant: the next reminder asks only for the rest');
  await mails.next('the reminder at the due instant', dueAt - Date.now() + 20_000);

  heading('Settlement: an admin closes the order, the rest being paid');
  await admin!('POST', `/orders/${orderId}/settle`, { reason: 'The rest was paid by card on the phone.' });
  const settled = await until('the order to be settled', 20_000, async () => {
    const now = await order();
    return now.status === 'settled' ? now : null;
  });
  say(`status: ${settled.status}; outstanding: ${money(settled.outstanding)}`);
  await mails.next('the receipt', 20_000);

  heading('In instalments: a deposit, and the rest in two');
  if (verdict.offers.some(({ termsCode }) => termsCode === 'deposit'))
    await demoInstalments(dev, storefront!);
  else say('not among the terms of this merchant, so it is not shown');

  heading('The first story as Temporal kept it');
  say(`${dev.temporalUi}/namespaces/default/workflows/${encodeURIComponent(settled.workflowId)}`);
  say(`the order in the back office: ${dev.admin}/admin/orders/${orderId}`);
}

/** An order with a deposit: what is paid beyond it pays a part of the next instalment. */
async function demoInstalments(dev: ReturnType<typeof readDevJson>, storefront: ApiClient): Promise<void> {
  const orderId = `demo-${started.toString(36)}-parts`;
  const orderNumber = `P-${started.toString(36).toUpperCase()}`;
  const accounting = apiClient(dev.api, dev.keys.accounting);
  const order = await storefront<Order>('POST', '/orders', {
    orderId,
    orderNumber,
    customerId: DEMO_BUYER,
    total: TOTAL,
    termsCode: 'deposit',
  });
  for (const { number, dueOn, amount } of order.instalments)
    say(`${number}. due on ${dueOn}: ${money(amount)}`);
  await mailReader(dev.mailboxApi, orderNumber).next('the confirmation', 20_000);

  await accounting('POST', `/orders/${orderId}/payments`, { paymentId: `${orderId}-deposit`, amount: PART });
  const paid = await until('the payment to be booked', 20_000, async () => {
    const now = await storefront<Order>('GET', `/orders/${orderId}`);
    return now.outstanding.amount < TOTAL.amount ? now : null;
  });
  say(`${money(PART)} came, the deposit and a part of what is due next:`);
  for (const { number, dueOn, outstanding } of paid.instalments)
    say(`${number}. due on ${dueOn}: ${outstanding.amount === 0 ? 'paid' : `${money(outstanding)} unpaid`}`);
  const next = paid.nextStep;
  say(
    next
      ? `next: ${next.kind} on ${next.at.slice(0, 10)}, about an instalment that is not paid`
      : 'no step is planned',
  );
  await apiClient(dev.api, dev.keys.admin)('POST', `/orders/${orderId}/settle`, { reason: 'The demo ends.' });
}

/** Prints the order's mails as they come to the mailbox; without one (SMTP_URL) it waits for none. */
function mailReader(mailboxApi: string | null, orderNumber: string) {
  const seen = new Set<string>();
  const fresh = async (): Promise<Mail | null> => {
    const all = (await (await fetch(mailboxApi!)).json()) as Mail[];
    const mine = all.filter(
      ({ subject, text }) => subject.includes(orderNumber) || text?.includes(orderNumber),
    );
    return mine.find(({ id }) => !seen.has(id)) ?? null;
  };
  return {
    next: async (what: string, withinMs: number): Promise<void> => {
      if (mailboxApi === null) return say(`${what}: sent by SMTP_URL's server, so it is not shown here`);
      const mail = await until(what, withinMs, fresh);
      seen.add(mail.id);
      say(`✉ to ${mail.to.map(({ address }) => address).join(', ')}: ${mail.subject}`);
      const [body] = (mail.text ?? '').split('\n-- \n');
      for (const line of body!.split('\n').filter((line) => line.trim() !== ''))
        console.log(`              │ ${line.trim()}`);
    },
  };
}

async function until<T>(what: string, withinMs: number, look: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline)
      throw new SetupError(
        `Waited ${Math.round(withinMs / 1000)} s for ${what}, in vain. See .netterms/logs/.`,
      );
    await sleep(250);
  }
}

function heading(text: string): void {
  console.log(`\n${text}`);
}

function say(text: string): void {
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`  ${seconds.padStart(5)} s  ${text}`);
}

function describe(step: { kind: string; at: string } | null): string {
  return step
    ? `${step.kind} in ${Math.max(0, Math.round((Date.parse(step.at) - Date.now()) / 1000))} s`
    : 'none';
}

function money({ amount, currency }: Money): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency, useGrouping: 'always' } as object).format(
    amount / 100,
  );
}

try {
  await demo();
} catch (error) {
  console.error(`\n${explain(error)}`);
  process.exitCode = 1;
}
