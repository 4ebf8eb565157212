import { ApiProblem } from '../api-client.ts';
import { DEMO_BUYER } from '../sample-data.ts';
import { letterAbout, showLetter } from './letters.ts';
import { type Merchant, orderWhen } from './merchant.ts';
import { heading, money, say, started, until } from './narration.ts';

const TOTAL = { amount: 42_000, currency: 'EUR' };
const DAY_MS = 86_400_000;
/** How long ago the order was placed: on its terms of 30 days it is overdue. */
const PLACED_DAYS_AGO = 40;
/** So that the letter leaves now, at whatever hour and however often the demo is run. */
const IGNORED = ['window', 'interval', 'limit', 'bank-data'];

type Because = { reason: string; orderId?: string }[];
type Task = { taskId: string; kind: string; orderId: string };

/** A merchant who invoices asks for nothing whose invoice is missing; once it comes, the item is asked for. */
export async function showMissingInvoice(merchant: Merchant): Promise<void> {
  const { storefront, accounting, read, admin } = merchant.calls;
  heading('An overdue order without its invoice, while the merchant’s other orders have one');
  const named = (name: string) => `${name}-${started.toString(36).toUpperCase()}`;
  const [invoiced, missing] = [named('I1'), named('I2')];
  const place = (orderId: string, placedAt: number) =>
    storefront('POST', '/orders', {
      ...{ orderId, orderNumber: orderId, customerId: DEMO_BUYER, total: TOTAL, termsCode: 'net30' },
      placedAt: new Date(placedAt).toISOString(),
    });
  const invoice = (orderId: string, invoiceNumber: string, issuedAt: number) =>
    accounting('PUT', `/invoices/${invoiceNumber}`, {
      ...{ number: invoiceNumber, issuedOn: new Date(issuedAt).toISOString().slice(0, 10) },
      ...{ total: TOTAL, payable: TOTAL, orders: [{ orderId, amount: TOTAL }] },
    });
  const letter = (name: string) =>
    admin('POST', `/customers/${DEMO_BUYER}/letters`, { letterRequestId: named(name), ignore: IGNORED });

  await place(invoiced, Date.now());
  await invoice(invoiced, named('R1'), Date.now());
  say(`${invoiced} has invoice ${named('R1')}: for 90 days this merchant counts as one who invoices`);
  const placedAt = Date.now() - PLACED_DAYS_AGO * DAY_MS;
  await place(missing, placedAt);
  say(`${missing} over ${money(TOTAL)} is ten days overdue, and has no invoice`);
  const task = await until('the task', 20_000, async () => {
    const { items } = await read<{ items: Task[] }>('GET', `/tasks?kind=not-invoiced&orderId=${missing}`);
    return items[0] ?? null;
  });
  say(`its reminder waits, and a task says why: ${task.kind}`);
  say(`“remind now” is refused: ${(await refusalOf(letter('EARLY'))).join(', ')}`);

  const since = Date.now();
  await invoice(missing, named('R2'), placedAt);
  say(
    `invoice ${named('R2')} comes: its reminder would leave at the next time for letters; “remind now” sends it`,
  );
  await letter('NOW');
  showLetter(await letterAbout(merchant, { customerId: DEMO_BUYER, orderId: missing, since }), {
    whole: true,
  });
  for (const orderId of [invoiced, missing]) {
    await admin('POST', `/orders/${orderId}/settle`, { reason: 'The demo ends.' });
    await orderWhen(merchant, orderId, 'the order to be settled', ({ status }) => status === 'settled');
  }
}

/** Why no letter leaves. */
async function refusalOf(asked: Promise<unknown>): Promise<string[]> {
  const problem = await asked.then(
    () => {
      throw new Error('A letter about an order without its invoice was accepted.');
    },
    (error: unknown) =>
      error instanceof ApiProblem && error.code === 'letter-not-wanted'
        ? error.problem
        : Promise.reject(error),
  );
  return (problem.because as Because).map(({ reason, orderId }) =>
    orderId === undefined ? reason : `${orderId} waits for: ${reason}`,
  );
}
