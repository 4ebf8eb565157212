import { NettermsError } from '../../kernel/errors.ts';
import { asMatched, type BankLineBooking, bookBankLine } from '../../modules/banking/book-bank-line.ts';
import type { Match } from '../../modules/banking/rules/matching.ts';
import {
  type BankLineRow,
  getBankLine,
  ignoreBankLine,
  listBankLines,
  matchesFor,
  stateOf,
} from '../../modules/banking/tables.ts';
import type { Commands } from '../../modules/commands/commands.ts';
import { readPayment } from '../../modules/payments/views.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { pageOf } from '../cursor.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import {
  type BankLineView,
  bankLine,
  bankLineQuery,
  bankLines,
  confirmation,
} from '../schemas/bank-lines.ts';
import { withReason } from '../schemas/fields.ts';
import { payment } from '../schemas/receipts.ts';

const tag = 'Payments';

/** The pool of bank lines that wait for a person: what they probably pay, and the person's decision. */
export function bankLineEndpoints({ sql, commands }: { sql: Sql; commands: Commands }): Endpoint[] {
  async function viewsOf(rows: readonly BankLineRow[]): Promise<BankLineView[]> {
    const matches = await matchesFor(sql, rows);
    return rows.map((row) => viewOf(row, matches.get(row.id) ?? null));
  }

  /** The booking as the caller gave it, or else as it is proposed. Throws `nothing-proposed`. */
  async function bookingFrom(
    row: BankLineRow,
    given: {
      customerId?: string | undefined;
      allocations?: GivenBooking['allocations'];
      deductions?: GivenBooking['deductions'];
    },
  ): Promise<BankLineBooking> {
    const { customerId, allocations, deductions = [] } = given;
    if (customerId !== undefined)
      return {
        customerId,
        allocations:
          allocations?.map(({ amount, ...place }) => ({ ...place, amount: inCurrencyOf(row, amount) })) ??
          null,
        deductions,
      };
    const found = (await matchesFor(sql, [row])).get(row.id);
    if (found && found.customerId !== null) return asMatched(found);
    throw new NettermsError('nothing-proposed', `Say whose payment line ${row.id} is, with \`customerId\`.`);
  }

  return [
    endpoint({
      method: 'get',
      path: '/bank-lines',
      operationId: 'listBankLines',
      tag,
      summary: 'List the lines of banks’ files with what they probably pay, the newest first',
      scopes: ['read'],
      query: bankLineQuery,
      answer: bankLines,
      handle: async ({ query: { limit, cursor, ...filter } }) => {
        const rows = await listBankLines(sql, filter, { after: cursor, limit: limit + 1 });
        const place = ({ valueOn, id: bankLineId }: BankLineRow) => ({ valueOn, bankLineId });
        const { items, nextCursor } = pageOf(rows, limit, place);
        return { body: { items: await viewsOf(items), nextCursor } };
      },
    }),
    endpoint({
      method: 'get',
      path: '/bank-lines/{bankLineId}',
      operationId: 'readBankLine',
      tag,
      summary: 'Read a bank line',
      tryOut: { after: ['importBankFile'] },
      scopes: ['read'],
      answer: bankLine,
      handle: async ({ params: { bankLineId } }) => ({
        body: (await viewsOf([await getBankLine(sql, bankLineId)]))[0]!,
      }),
    }),
    endpoint({
      method: 'post',
      path: '/bank-lines/{bankLineId}/confirm',
      operationId: 'confirmBankLine',
      tag,
      summary: 'Book a bank line as it is proposed, or as given',
      tryOut: { after: ['importBankFile'] },
      scopes: ['accounting'],
      body: confirmation,
      answer: payment,
      statuses: { 200: 'done', 202: 'accepted; not all workflows of the orders have answered yet' },
      handle: async ({ params: { bankLineId }, body, actor, now }) => {
        const row = await getBankLine(sql, bankLineId);
        if (row.paymentId !== null && body.customerId === undefined)
          return { body: await readPayment(sql, row.paymentId), headers: replayedHeader(true) };
        const booking = await bookingFrom(row, body);
        const { asked, paymentId } = await commands.transact((tx, ask) =>
          bookBankLine(tx, ask, bankLineId, booking, { actor, now }),
        );
        return {
          status: asked.children.every(({ outcome }) => outcome) ? 200 : 202,
          body: await readPayment(sql, paymentId),
          headers: replayedHeader(asked.replayed),
        };
      },
    }),
    endpoint({
      method: 'post',
      path: '/bank-lines/{bankLineId}/ignore',
      operationId: 'ignoreBankLine',
      tag,
      summary: 'Take a bank line out of the pool: it is not a payment of a customer',
      tryOut: {
        after: ['importBankFile'],
        parameters: { bankLineId: 'bank_5363e307bcf93ebcf7fe99dcdb8874f1' },
      },
      scopes: ['accounting'],
      body: withReason('Interest from the bank, not a payment.'),
      answer: bankLine,
      handle: async ({ params: { bankLineId }, body: { reason }, actor, now }) => {
        const row = await ignoreBankLine(sql, bankLineId, { reason, actor, now });
        return { body: viewOf(row, null) };
      },
    }),
  ];
}

type GivenBooking = {
  allocations:
    | { orderId: string; instalment?: number | undefined; amount: { amount: number; currency: string } }[]
    | undefined;
  deductions: BankLineBooking['deductions'][number][] | undefined;
};

function inCurrencyOf({ currency }: BankLineRow, given: { amount: number; currency: string }): number {
  if (given.currency === currency) return given.amount;
  throw new NettermsError('currency-mismatch', `The bank line is in ${currency}, not in ${given.currency}.`);
}

function viewOf(row: BankLineRow, match: Match | null): BankLineView {
  const { id, importId, valueOn, amount, currency, reference, payer, paymentId } = row;
  const money = (minor: number) => ({ amount: minor, currency });
  const state = stateOf(row);
  return {
    bankLineId: id,
    importId,
    state,
    valueOn,
    amount: money(amount),
    reference,
    payer,
    proposal: match && {
      ...match,
      reasons: [...match.reasons],
      allocations: match.allocations.map(({ orderId, amount }) => ({ orderId, amount: money(amount) })),
    },
    paymentId,
    ignored: state === 'ignored' ? { at: row.ignoredAt!, by: row.ignoredBy!, reason: row.ignoredWhy! } : null,
  };
}
