import { DEMO_BUYER, SAMPLE_BUYER } from '../sample-data.ts';
import { type Merchant, type Order, orderWhen } from './merchant.ts';
import { heading, type Money, money, say, started } from './narration.ts';

const EACH = { amount: 30_000, currency: 'EUR' };
const BANK_FEE = { amount: 500, currency: 'EUR' };
const RECEIVED = { amount: 3 * EACH.amount - BANK_FEE.amount, currency: 'EUR' };

type Payment = Record<'amount' | 'allocated' | 'deducted' | 'unapplied', Money>;

/** One transfer for three orders, from which an intermediary bank has deducted its fee. */
export async function showTransfer(merchant: Merchant): Promise<void> {
  const { storefront, accounting, read } = merchant.calls;
  heading(`One transfer, three orders: ${money(RECEIVED)} came in, the bank kept ${money(BANK_FEE)}`);
  const orderIds = ['a', 'b', 'c'].map((letter) => `demo-${started.toString(36)}-${letter}`);
  for (const orderId of orderIds) await place(storefront, orderId, DEMO_BUYER);
  const paymentId = `demo-${started.toString(36)}-transfer`;
  const last = orderIds.at(-1)!;
  await accounting('POST', `/customers/${DEMO_BUYER}/payments`, {
    paymentId,
    amount: RECEIVED,
    method: 'bank-transfer',
    allocations: orderIds.map((orderId) => ({
      orderId,
      amount: orderId === last ? { ...EACH, amount: EACH.amount - BANK_FEE.amount } : EACH,
    })),
    deductions: [{ orderId: last, kind: 'bank_fee', amount: BANK_FEE }],
  });
  for (const orderId of orderIds) {
    const { status } = await orderWhen(merchant, orderId, `${orderId} to be settled`, isSettled);
    say(`${orderId}: ${status}`);
  }
  const { amount, allocated, deducted, unapplied } = await read<Payment>('GET', `/payments/${paymentId}`);
  say(
    `received ${money(amount)} = allocated ${money(allocated)} + unapplied ${money(unapplied)}; ` +
      `deducted ${money(deducted)}, at the merchant’s cost`,
  );
}

/** A RiBa that the bank credits and then returns: credited does not mean paid. */
export async function showBouncedRiba(merchant: Merchant): Promise<void> {
  const { storefront, accounting, admin } = merchant.calls;
  heading(`A RiBa of ${SAMPLE_BUYER} that is returned`);
  const orderId = `demo-${started.toString(36)}-riba`;
  await place(storefront, orderId, SAMPLE_BUYER);
  const move = (body: object) => accounting('POST', `/orders/${orderId}/instalments/1/collection`, body);
  const show = (what: string, { status, outstanding }: Order) =>
    say(`${what}: the order is ${status}, ${money(outstanding)} outstanding`);
  const owed = ({ outstanding }: Order) => outstanding.amount > 0;

  await move({ state: 'presented', method: 'riba' });
  show('presented to the bank', await orderWhen(merchant, orderId, 'the order', owed));
  await move({ state: 'credited' });
  show('credited, subject to collection', await orderWhen(merchant, orderId, 'the order', owed));
  await move({ state: 'paid', paymentId: `${orderId}-1`, confirmed: true });
  show('paid', await orderWhen(merchant, orderId, 'the order to be settled', isSettled));
  await move({ state: 'unpaid', fee: BANK_FEE, reason: 'The customer’s bank returned it.' });
  const open = await orderWhen(
    merchant,
    orderId,
    'the order to be open again',
    ({ status }) => status === 'open',
  );
  show(`returned, with ${money(BANK_FEE)} of the bank’s costs`, open);
  say(`a new workflow follows the order: ${open.workflowId}`);
  await admin('POST', `/orders/${orderId}/settle`, { reason: 'The demo ends.' });
}

const isSettled = ({ status }: Order): boolean => status === 'settled';

const place = (storefront: Merchant['calls']['storefront'], orderId: string, customerId: string) =>
  storefront('POST', '/orders', { orderId, customerId, total: EACH, termsCode: 'net30' });
