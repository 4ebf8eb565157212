import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLE_BUYER } from '../sample-data.ts';
import { letterAbout, showLetter } from './letters.ts';
import { type Merchant, type Order, orderWhen } from './merchant.ts';
import { heading, type Money, money, say, started, until } from './narration.ts';

const EACH = { amount: 30_000, currency: 'EUR' };
const BANK_FEE = { amount: 450, currency: 'EUR' };
/** The levels after the due instant of the sample's 60-second terms, from the checkout on. */
const FIRST_OVERDUE_MS = 80_000;
const SECOND_OVERDUE_MS = 100_000;
/** How far ahead the customer promises, and how late the kept promise is paid: within a bank day of 5 seconds. */
const PROMISED_MS = 2_000;
const LATE_MS = 1_000;

type Waiting = Order & { nextStep: { waitsFor: string | null } | null };
type PaymentPromise = { promiseId: string; state: string; orderIds: string[]; covers: Money[] };

const named = (name: string) => `${name}-${started.toString(36).toUpperCase()}`;
/** The ids of the six orders, and their numbers as the customer knows them. */
const [first, second, third, held, disputed, collected] = ['M1', 'M2', 'M3', 'M4', 'M5', 'M6'].map(named) as [
  ...[string, string, string, string, string, string],
];

/**
 * A customer's month on 60-second terms, begun now and shown later: three orders in one letter, and three that it leaves
 * alone; then what the customer answers, and what becomes of it.
 */
export async function beginMonth(merchant: Merchant): Promise<() => Promise<void>> {
  const { storefront, accounting, admin } = merchant.calls;
  const placedAt = Date.now();
  for (const orderId of [first, second, third, held, disputed, collected])
    await storefront('POST', '/orders', {
      ...{ orderId, orderNumber: orderId, customerId: SAMPLE_BUYER, total: EACH, termsCode: 'demo' },
      placedAt: new Date(placedAt).toISOString(),
    });
  await admin('POST', `/customers/${SAMPLE_BUYER}/holds`, {
    ...{ holdId: named('hold'), reason: 'We agreed to talk on Monday.', orderIds: [held] },
  });
  await admin('POST', `/orders/${disputed}/disputes`, {
    ...{ disputeId: named('dispute'), reason: 'goods-missing-or-faulty' },
  });
  await accounting('POST', `/orders/${collected}/instalments/1/collection`, {
    ...{ state: 'presented', method: 'riba' },
  });
  return async () => {
    await showOneLetter(merchant, placedAt);
    await showReturn(merchant);
    const promisedBy = await showPromises(merchant);
    await payLate(merchant, promisedBy);
    await showDispute(merchant);
    await showRelease(merchant);
    await showJudgement(merchant, placedAt);
    for (const orderId of [second, third])
      await admin('POST', `/orders/${orderId}/settle`, { reason: 'The demo ends.' });
    say(`the letters in the back office: ${merchant.admin}/admin/letters`);
    say(`the customer’s page, with what was said: ${merchant.admin}/admin/customers/${SAMPLE_BUYER}`);
  };
}

async function showOneLetter(merchant: Merchant, placedAt: number): Promise<void> {
  heading(`A month of ${SAMPLE_BUYER}: six orders are overdue together: one letter, about three of them`);
  say(
    'they were placed when the demo began, on 60-second terms; the letter leaves 20 s after the due instant',
  );
  await sleep(Math.max(0, placedAt + FIRST_OVERDUE_MS - Date.now()));
  const since = placedAt + FIRST_OVERDUE_MS;
  showLetter(await letterAbout(merchant, { customerId: SAMPLE_BUYER, orderId: first, since }), {
    whole: true,
  });
  const others = [
    [held, 'an admin put it on hold'],
    [disputed, 'the customer contests it'],
    [collected, 'the bank is collecting it by RiBa'],
  ] as const;
  for (const [orderId, why] of others) {
    const { nextStep } = await merchant.calls.read<Waiting>('GET', `/orders/${orderId}`);
    say(`${orderId} is left alone: ${why} (it waits for: ${nextStep?.waitsFor})`);
  }
}

/** Returns the promised instant. */
async function showPromises({ calls: { admin } }: Merchant): Promise<number> {
  heading('The customer answers the letter: two promises to pay, of one order each');
  const by = Date.now() + PROMISED_MS;
  for (const orderId of [first, second]) {
    const { covers } = await admin<PaymentPromise>('POST', `/customers/${SAMPLE_BUYER}/promises`, {
      ...{ promiseId: `${orderId}-promise`, by: new Date(by).toISOString(), orderIds: [orderId] },
    });
    say(`${orderId}: ${covers.map(money).join(', ')} promised in ${PROMISED_MS / 1_000} s`);
  }
  say('on terms of seconds a bank day is 5 s: money may come one later, and two later a promise is judged');
  return by;
}

async function showReturn(merchant: Merchant): Promise<void> {
  heading('The RiBa comes back unpaid: a letter says so, and asks for the bank’s costs');
  const since = Date.now();
  const { accounting } = merchant.calls;
  await accounting('POST', `/orders/${collected}/instalments/1/collection`, {
    ...{ state: 'unpaid', fee: BANK_FEE, reason: 'The customer’s bank returned it.' },
  });
  showLetter(await letterAbout(merchant, { customerId: SAMPLE_BUYER, orderId: collected, since }));
  await pay(merchant, collected, { ...EACH, amount: EACH.amount + BANK_FEE.amount });
  say(`${collected} is paid by transfer, with the costs`);
}

async function payLate(merchant: Merchant, promisedBy: number): Promise<void> {
  heading('The first promise is paid less than a bank day late, the second one is not paid');
  await sleep(Math.max(0, promisedBy + LATE_MS - Date.now()));
  await pay(merchant, first, EACH);
  const lateMs = Date.now() - promisedBy;
  say(`${first}: ${money(EACH)} came in ${(lateMs / 1_000).toFixed(1)} s after the promised instant`);
}

async function showDispute({ calls: { accounting, admin } }: Merchant): Promise<void> {
  heading('The dispute is upheld: the customer was right, and gets a credit note in place of a letter');
  await accounting('POST', `/orders/${disputed}/credit-notes`, {
    ...{ creditNoteId: named('cn'), amount: EACH, reason: 'A pallet was broken.' },
  });
  await admin('POST', `/orders/${disputed}/disputes/${named('dispute')}/resolve`, {
    ...{ outcome: 'upheld', creditNoteId: named('cn') },
  });
  say(`${disputed}: credited with ${money(EACH)}, nothing is asked for any more`);
}

async function showRelease(merchant: Merchant): Promise<void> {
  heading('The hold is released: what waited for it is asked for');
  const since = Date.now();
  await merchant.calls.admin('POST', `/customers/${SAMPLE_BUYER}/holds/${named('hold')}/release`, {});
  showLetter(await letterAbout(merchant, { customerId: SAMPLE_BUYER, orderId: held, since }));
  await pay(merchant, held, EACH);
  say(`${held} is paid`);
}

async function showJudgement(merchant: Merchant, placedAt: number): Promise<void> {
  const { read } = merchant.calls;
  heading('The promises are judged, and the next letter speaks of the broken one');
  const promises = await until(
    'the judgement (without a letter that waits for it: within a minute)',
    90_000,
    async () => {
      const { items } = await read<{ items: PaymentPromise[] }>('GET', `/customers/${SAMPLE_BUYER}/promises`);
      const mine = [first, second].map((id) => items.find(({ promiseId }) => promiseId === `${id}-promise`)!);
      return mine.every(({ state }) => state !== 'open') ? mine : null;
    },
  );
  for (const { orderIds, state } of promises) say(`the promise to pay ${orderIds.join(', ')} was ${state}`);
  const since = placedAt + SECOND_OVERDUE_MS;
  const letter = await letterAbout(merchant, { customerId: SAMPLE_BUYER, orderId: second, since });
  showLetter(letter, { whole: true });
  // On a slow machine it may have left before the promise was made.
  if (letter.text.includes('In data'))
    say('the sentence that begins with “In data” says that the announced payment has not arrived');
  const query = `kind=promise-broken&customerId=${SAMPLE_BUYER}&state=open`;
  const { items } = await read<{ items: { taskId: string }[] }>('GET', `/tasks?${query}`);
  if (items.length > 0) say('a task asks somebody to call the customer: promise-broken');
}

/** Books a payment of the order, which settles it. */
async function pay(merchant: Merchant, orderId: string, amount: Money): Promise<void> {
  await merchant.calls.accounting('POST', `/orders/${orderId}/payments`, {
    ...{ paymentId: `${orderId}-paid`, amount, method: 'bank-transfer' },
  });
  await orderWhen(merchant, orderId, 'the order to be settled', ({ status }) => status === 'settled');
}
