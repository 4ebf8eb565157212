import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLE_BUYER } from '../sample-data.ts';
import type { Merchant, Order } from './merchant.ts';
import { heading, mailReader, money, say, started } from './narration.ts';

const EACH = { amount: 30_000, currency: 'EUR' };
const BANK_FEE = { amount: 450, currency: 'EUR' };
/** Some seconds after the first level after the due instant of the sample's 60-second terms. */
const FIRST_OVERDUE_MS = 84_000;

type Waiting = Order & { nextStep: { waitsFor: string | null } | null };

/**
 * A customer's month on 60-second terms, begun now and shown later: three orders in one letter, and beside them what a
 * letter leaves alone.
 */
export async function beginLetters(merchant: Merchant): Promise<() => Promise<void>> {
  const { storefront, accounting, read, admin } = merchant.calls;
  const base = `demo-${started.toString(36)}`;
  const ids = ['m1', 'm2', 'm3', 'held', 'disputed', 'collected'].map((name) => `${base}-${name}`);
  const [first, , , held, disputed, collected] = ids as [string, string, string, string, string, string];
  const placedAt = new Date().toISOString();
  for (const orderId of ids)
    await storefront('POST', '/orders', {
      ...{ orderId, customerId: SAMPLE_BUYER, total: EACH, termsCode: 'demo', placedAt },
    });
  await admin('POST', `/customers/${SAMPLE_BUYER}/holds`, {
    ...{ holdId: `${base}-hold`, reason: 'We agreed to talk on Monday.', orderIds: [held] },
  });
  await admin('POST', `/orders/${disputed}/disputes`, {
    ...{ disputeId: `${base}-dispute`, reason: 'goods-missing-or-faulty' },
  });
  const collection = (body: object) =>
    accounting('POST', `/orders/${collected}/instalments/1/collection`, body);
  await collection({ state: 'presented', method: 'riba' });

  return async () => {
    heading(`Six orders of ${SAMPLE_BUYER} fall due together: one letter, about three of them`);
    const mails = mailReader(merchant.mailboxApi, first);
    await sleep(Math.max(0, Date.parse(placedAt) + FIRST_OVERDUE_MS - Date.now()));
    await mails.last('the letter', 20_000);
    for (const orderId of [held, disputed, collected]) {
      const { nextStep } = await read<Waiting>('GET', `/orders/${orderId}`);
      say(`${orderId} is not in it: its next step waits for ${nextStep?.waitsFor}`);
    }

    heading('The dispute is upheld, the hold released, and the RiBa comes back');
    await accounting('POST', `/orders/${disputed}/credit-notes`, {
      ...{ creditNoteId: `${base}-cn`, amount: EACH, reason: 'A pallet was broken.' },
    });
    await admin('POST', `/orders/${disputed}/disputes/${base}-dispute/resolve`, {
      ...{ outcome: 'upheld', creditNoteId: `${base}-cn` },
    });
    say(`${disputed}: credited with ${money(EACH)}, nothing is asked any more`);
    await admin('POST', `/customers/${SAMPLE_BUYER}/holds/${base}-hold/release`, {});
    const ofCollected = mailReader(merchant.mailboxApi, collected);
    await ofCollected.skip();
    await collection({ state: 'unpaid', fee: BANK_FEE, reason: 'The customer’s bank returned it.' });
    await ofCollected.next('the letter about the return', 30_000);
    for (const orderId of [...ids.slice(0, 4), collected])
      await admin('POST', `/orders/${orderId}/settle`, { reason: 'The demo ends.' });
    say(`the letters in the back office: ${merchant.admin}/admin/letters`);
  };
}
