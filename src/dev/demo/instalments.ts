import { DEMO_BUYER } from '../sample-data.ts';
import { type Merchant, type Order, orderWhen } from './merchant.ts';
import { heading, mailReader, money, say, started } from './narration.ts';

const TOTAL = { amount: 122_000, currency: 'EUR' };
const PART = { amount: 50_000, currency: 'EUR' };

/** An order with a deposit: what is paid above the deposit pays a part of the next instalment. */
export async function showInstalments(merchant: Merchant): Promise<void> {
  const { storefront, accounting, read, admin } = merchant.calls;
  heading('Instalments: a deposit, and the rest in two parts');
  const { policy } = await read<{ policy: { terms: { code: string }[] } }>('GET', '/policies/terms');
  if (!policy.terms.some(({ code }) => code === 'deposit'))
    return say('this merchant does not offer these terms, so this part is skipped');
  const orderId = `demo-${started.toString(36)}-parts`;
  const orderNumber = `P-${started.toString(36).toUpperCase()}`;
  const order = await storefront<Order>('POST', '/orders', {
    orderId,
    orderNumber,
    customerId: DEMO_BUYER,
    total: TOTAL,
    termsCode: 'deposit',
  });
  for (const { number, dueOn, amount } of order.instalments)
    say(`${number}. due on ${dueOn}: ${money(amount)}`);
  await mailReader(merchant.mailboxApi, orderNumber).next('the confirmation', 20_000);

  await accounting('POST', `/orders/${orderId}/payments`, { paymentId: `${orderId}-deposit`, amount: PART });
  const paid = await orderWhen(
    merchant,
    orderId,
    'the payment to be booked',
    ({ outstanding }) => outstanding.amount < TOTAL.amount,
  );
  say(`${money(PART)} was received: the deposit and a part of the next instalment:`);
  for (const { number, dueOn, outstanding } of paid.instalments)
    say(`${number}. due on ${dueOn}: ${outstanding.amount === 0 ? 'paid' : `${money(outstanding)} unpaid`}`);
  const next = paid.nextStep;
  say(
    next ? `next: ${next.kind} on ${next.at.slice(0, 10)}, for an unpaid instalment` : 'no step is planned',
  );
  await admin('POST', `/orders/${orderId}/settle`, { reason: 'The demo ends.' });
}
