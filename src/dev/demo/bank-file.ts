import { DEMO_BUYER, SAMPLE_BUYER } from '../sample-data.ts';
import { type Merchant, type Order, orderWhen } from './merchant.ts';
import { heading, type Money, money, say, started, until } from './narration.ts';
import { type StatementRow, statementOf } from './statement.ts';

const WHOLE = { amount: 30_000, currency: 'EUR' };
const PART = { amount: 25_000, currency: 'EUR' };
const LARGE = { amount: 45_000, currency: 'EUR' };
const BANK_FEE = { amount: 500, currency: 'EUR' };

type Account = { company: string; iban: string | null; timeZone: string };
type Counts = Record<'credits' | 'debits' | 'returns' | 'pending' | 'skipped', number>;
type Analysis = {
  format: string;
  encoding: string;
  headerLine: number;
  account: string | null;
  sure: boolean;
  questions: { detail: string }[];
  mapping: Record<string, unknown>;
  counts: Counts;
};
type Import = { importId: string; state: string; created: number; statement: { counts: Counts } };
type Line = {
  bankLineId: string;
  state: string;
  direction: string;
  amount: Money;
  reference: string;
  why: string;
  proposal: { allocations: { orderId: string; amount: Money }[] } | null;
  reversal: { paymentId: string; fee: Money | null } | null;
};

/** A bank's file as it is downloaded: what it says, what is booked by itself, and what a person decides. */
export async function showBankFile(merchant: Merchant): Promise<void> {
  const { accounting, read } = merchant.calls;
  heading('A bank’s file: in Italian, with a preamble, columns for Dare and Avere, and sums at its end');
  const orders = await placeOrders(merchant);
  const { paid, part, back } = orders;
  const { settings } = await read<{ settings: Account }>('GET', '/settings');
  const rows: StatementRow[] = [
    { avere: WHOLE, text: `Bonifico a Vostro favore da Officine Bellandi Srl saldo ${paid.number}` },
    { avere: PART, text: `Bonifico a Vostro favore da Hofmann Werkzeuge GmbH acconto ${part.number}` },
    { dare: { ...WHOLE, amount: 85_000 }, text: 'Bollettino energia – attività del mese' },
    {
      dare: { ...WHOLE, amount: WHOLE.amount + BANK_FEE.amount },
      text: `Insoluto addebito diretto ${back.number}`,
    },
    { avere: { ...LARGE, amount: 20_000 }, text: `Bonifico Hofmann saldo ${part.number}`, pending: true },
  ];
  const file = statementOf(settings, rows, new Date());

  const found = await accounting<Analysis>('POST', '/payments/import/analyse', file);
  say(
    `how it would be read: ${found.format}, ${found.encoding}, header in line ${found.headerLine}, account ${found.account ?? 'not named'}`,
  );
  const { date, credit, debit, status, dateFormat } = found.mapping;
  say(
    `columns by their names: ${date} (${dateFormat}) is the day, ${credit} comes in, ${debit} goes out, ${status} says whether it is booked`,
  );
  for (const { detail } of found.questions) say(`it asks: ${detail}`);

  const { importId } = await accounting<Import>('POST', '/payments/import', file);
  const done = await until('the import', 20_000, async () => {
    const now = await read<Import>('GET', `/imports/${importId}`);
    return now.state === 'done' ? now : null;
  });
  const { credits, debits, returns, pending, skipped } = done.statement.counts;
  say(`imported: ${credits} incoming, ${returns} returned, ${pending} not booked by the bank yet;`);
  say(`  left out: ${debits} of the merchant’s own payments, ${skipped} rows of balances and sums`);

  const settled = await orderWhen(
    merchant,
    paid.orderId,
    'the certain payment to be booked',
    ({ status }) => status === 'settled',
  );
  say(`booked by itself: ${money(WHOLE)} names ${paid.number} and is all that it owed: ${settled.status}`);
  const lines = await read<{ items: Line[] }>('GET', `/bank-lines?importId=${importId}`);
  const waiting = lines.items.filter(({ state }) => state !== 'booked');
  for (const { amount, direction, state, why } of waiting)
    say(`${state}: ${money(amount)} ${direction === 'credit' ? 'in' : 'out'}: ${why}`);

  const confirm = (line: Line) => accounting('POST', `/bank-lines/${line.bankLineId}/confirm`, {});
  const open = (direction: string) =>
    waiting.find((line) => line.state === 'open' && line.direction === direction)!;
  await confirm(open('credit'));
  show(
    'a person confirms the part payment',
    await orderWhen(merchant, part.orderId, 'the payment', owesLess),
  );
  await confirm(open('debit'));
  const again = await orderWhen(
    merchant,
    back.orderId,
    'the order to be open again',
    ({ status }) => status === 'open',
  );
  show(`a person confirms the return, with ${money(BANK_FEE)} of the bank’s costs`, again);
  say(`the order in the back office: ${merchant.admin}/admin/orders/${back.orderId}`);
  await end(merchant, waiting, [part.orderId, back.orderId]);
}

/** Three orders: one that the file pays, one of which it pays a part, and one whose earlier payment it takes back. */
async function placeOrders(merchant: Merchant) {
  const { storefront, accounting } = merchant.calls;
  const stamp = started.toString(36);
  const place = async (letter: string, customerId: string, total: Money) => {
    const orderId = `demo-${stamp}-file-${letter}`;
    const number = `F${letter.toUpperCase()}-${stamp.toUpperCase()}`;
    await storefront('POST', '/orders', {
      ...{ orderId, orderNumber: number, customerId, total, termsCode: 'net30' },
    });
    return { orderId, number };
  };
  const paid = await place('a', SAMPLE_BUYER, WHOLE);
  const part = await place('b', DEMO_BUYER, LARGE);
  const back = await place('c', SAMPLE_BUYER, WHOLE);
  await accounting('POST', `/orders/${back.orderId}/payments`, {
    ...{ paymentId: `${back.orderId}-debit`, amount: WHOLE, method: 'direct-debit' },
  });
  await orderWhen(merchant, back.orderId, 'the payment', ({ status }) => status === 'settled');
  say(
    `${paid.number} and ${back.number} of ${SAMPLE_BUYER} over ${money(WHOLE)} each, the second one paid by direct debit; ` +
      `${part.number} of ${DEMO_BUYER} over ${money(LARGE)}`,
  );
  return { paid, part, back };
}

const owesLess = ({ outstanding }: Order): boolean => outstanding.amount < LARGE.amount;

const show = (what: string, { status, outstanding }: Order): void =>
  say(`${what}: the order is ${status}, ${money(outstanding)} outstanding`);

/** Nothing of the demo is left to do: neither orders nor lines. */
async function end(
  { calls: { accounting, admin } }: Merchant,
  lines: readonly Line[],
  orderIds: readonly string[],
): Promise<void> {
  const reason = 'The demo ends.';
  for (const { bankLineId, state } of lines)
    if (state === 'pending') await accounting('POST', `/bank-lines/${bankLineId}/ignore`, { reason });
  for (const orderId of orderIds) await admin('POST', `/orders/${orderId}/settle`, { reason });
}
