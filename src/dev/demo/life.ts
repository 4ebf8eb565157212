import { DEMO_BUYER } from '../sample-data.ts';
import { SetupError } from '../setup-error.ts';
import { type Check, type Merchant, type Order, orderWhen } from './merchant.ts';
import { describe, heading, type Money, mailReader, money, say, started } from './narration.ts';

const TOTAL = { amount: 122_000, currency: 'EUR' };
const PART = { amount: 50_000, currency: 'EUR' };

type Eligibility = {
  eligible: boolean;
  buyerMessage: string;
  checks: Check[];
  credit: { limit: Money; available: Money };
};

/** An order's life on 60-second terms: check, checkout, shipping, reminders, part payment and settlement. */
export async function showLife(merchant: Merchant): Promise<void> {
  const { storefront, accounting, read, admin } = merchant.calls;
  const orderId = `demo-${started.toString(36)}`;
  const orderNumber = `D-${started.toString(36).toUpperCase()}`;
  const mails = mailReader(merchant.mailboxApi, orderNumber);

  heading(`Who qualifies: ${DEMO_BUYER} wants to buy for ${money(TOTAL)} on terms`);
  const query = `amount=${TOTAL.amount}&currency=${TOTAL.currency}`;
  const verdict = await read<Eligibility>('GET', `/customers/${DEMO_BUYER}/eligibility?${query}`);
  for (const { rule, passed, actual, required } of verdict.checks)
    say(`${passed ? '✔' : '✖'} ${rule}: ${actual} (required: ${required})`);
  say(`credit: ${money(verdict.credit.available)} of ${money(verdict.credit.limit)} available`);
  say(`the buyer reads: “${verdict.buyerMessage}”`);
  if (!verdict.eligible)
    throw new SetupError(`${DEMO_BUYER} does not qualify now (see the checks above), so the demo ends here.`);

  heading(`Checkout: order ${orderNumber} on 60-second terms`);
  const placedAt = Date.now();
  const placed = await storefront<Order>('POST', '/orders', {
    orderId,
    orderNumber,
    customerId: DEMO_BUYER,
    total: TOTAL,
    termsCode: 'demo',
  });
  say(`accepted in ${Date.now() - placedAt} ms; credit is reserved and the charge is booked`);
  const dueAt = Date.parse(placed.instalments[0]!.dueAt);

  heading('Paid in the store: the store can ship before any money has come in');
  await orderWhen(merchant, orderId, 'the store to be notified', ({ paidInStore }) => paidInStore);
  say('the order’s workflow notified the store by a signed webhook, and the store acknowledged it');
  if (merchant.store) say(`the sample store shows it: ${merchant.store}`);

  heading('Reminders as planned (40 s before the due instant, and at the due instant)');
  await mails.next('the confirmation', 20_000);
  await mails.next('the first reminder', dueAt - 40_000 - Date.now() + 20_000);

  heading(`A part payment: ${money(PART)} by bank transfer`);
  await accounting('POST', `/orders/${orderId}/payments`, {
    paymentId: `${orderId}-part`,
    amount: PART,
    method: 'bank-transfer',
    reference: orderNumber,
  });
  const rest = TOTAL.amount - PART.amount;
  const part = await orderWhen(
    merchant,
    orderId,
    'the payment to be booked',
    ({ outstanding }) => outstanding.amount === rest,
  );
  say(`outstanding: ${money(part.outstanding)}; next step: ${describe(part.nextStep)}`);

  heading('The due instant: the next reminder asks only for the rest');
  await mails.next('the reminder at the due instant', dueAt - Date.now() + 20_000);

  heading('Settlement: an admin closes the order, because the rest was paid');
  await admin('POST', `/orders/${orderId}/settle`, { reason: 'The rest was paid by card over the phone.' });
  const settled = await orderWhen(
    merchant,
    orderId,
    'the order to be settled',
    ({ status }) => status === 'settled',
  );
  say(`status: ${settled.status}; outstanding: ${money(settled.outstanding)}`);
  await mails.next('the receipt', 20_000);
  say(`the history in Temporal: ${workflowUrl(merchant, settled)}`);
  say(`the order in the back office: ${merchant.admin}/admin/orders/${orderId}`);
}

const workflowUrl = ({ temporalUi }: Merchant, { workflowId }: Order): string =>
  `${temporalUi}/namespaces/default/workflows/${encodeURIComponent(workflowId)}`;
