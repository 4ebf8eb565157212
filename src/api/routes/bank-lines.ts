import { z } from 'zod';
import { NettermsError } from '../../kernel/errors.ts';
import { invalid } from '../../kernel/invalid.ts';
import {
  asMatched,
  type BankLineBooking,
  bookBankLine,
  bookReturn,
  requireBookable,
} from '../../modules/banking/book-bank-line.ts';
import { divideBankLine, type Item } from '../../modules/banking/divide-bank-line.ts';
import { matchesFor, type Proposal, proposalsFor, returnsFor } from '../../modules/banking/matches.ts';
import { explanationOf } from '../../modules/banking/rules/explanation.ts';
import type { Match } from '../../modules/banking/rules/matching.ts';
import type { ReturnMatch } from '../../modules/banking/rules/returns.ts';
import {
  type BankLineRow,
  getBankLine,
  ignoreBankLine,
  listBankLines,
  restoreBankLine,
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
  type Confirmation,
  confirmation,
} from '../schemas/bank-lines.ts';
import { withReason } from '../schemas/fields.ts';
import { payment } from '../schemas/receipts.ts';

const tag = 'Payments';

/** The pool of bank lines that wait for a person: what they probably pay, and the person's decision. */
export function bankLineEndpoints({ sql, commands }: { sql: Sql; commands: Commands }): Endpoint[] {
  async function viewsOf(rows: readonly BankLineRow[]): Promise<BankLineView[]> {
    const proposals = await proposalsFor(sql, rows);
    return rows.map((row) => viewOf(row, proposals.get(row.id) ?? null));
  }

  /** The booking as the caller gave it, or else as it is proposed. Throws `nothing-proposed`. */
  async function bookingFrom(row: BankLineRow, given: Confirmation): Promise<BankLineBooking> {
    const { customerId, allocations, deductions = [], allocate = 'oldest-due' } = given;
    if (customerId !== undefined)
      return {
        customerId,
        allocations:
          allocations?.map(({ amount, ...place }) => ({ ...place, amount: inCurrencyOf(row, amount) })) ??
          null,
        deductions,
        allocate: allocate !== 'none',
      };
    const found = (await matchesFor(sql, [row])).get(row.id);
    if (found && found.customerId !== null) return asMatched(found);
    throw new NettermsError('nothing-proposed', `Say whose payment line ${row.id} is, with \`customerId\`.`);
  }

  /** What an outgoing line takes back, as the caller gave it, or else as it is proposed. Throws `nothing-proposed`. */
  async function returnFrom(row: BankLineRow, { reverses, fee }: Confirmation) {
    const found = (await returnsFor(sql, [row])).get(row.id);
    if (reverses === undefined && row.reverses === null && found && found.collections.length > 0)
      return { paymentId: null, collections: found.collections };
    const paymentId = reverses ?? row.reverses ?? found?.paymentId ?? null;
    if (paymentId === null)
      throw new NettermsError(
        'nothing-proposed',
        `Say which payment line ${row.id} takes back, with \`reverses\`, or ignore the line.`,
      );
    const proposed = paymentId === found?.paymentId ? found.fee : null;
    const amount = fee === 'none' ? null : fee === undefined ? proposed : inCurrencyOf(row, fee);
    return { paymentId, fee: amount ? { amount, currency: row.currency } : null };
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
      answer: z.union([payment, bankLine]),
      statuses: { 200: 'done', 202: 'accepted; not all workflows of the orders have answered yet' },
      handle: async ({ params: { bankLineId }, body, actor, now }) => {
        const by = { actor, now };
        const row = await getBankLine(sql, bankLineId);
        const divide = async (items: readonly Item[]) => {
          const given = { items, charge: body.fee !== 'none' };
          await commands.transact((tx, ask) => divideBankLine(tx, ask, bankLineId, given, by));
          return { body: viewOf(await getBankLine(sql, bankLineId), null) };
        };
        if (body.collections !== undefined)
          return divide(
            body.collections.map(({ amount, ...item }) => ({
              ...item,
              ...(amount === undefined ? {} : { amount: inCurrencyOf(row, amount) }),
            })),
          );
        if (row.direction === 'debit') {
          if (body.customerId !== undefined)
            invalid('/customerId', 'Money went out by this line: it is no payment of a customer.');
          if (row.items > 0) return { body: viewOf(row, null), headers: replayedHeader(true) };
          const given = await returnFrom(row, body);
          if (given.paymentId === null) return divide(given.collections);
          const { asked } = await commands.transact(async (tx, ask) => ({
            asked: await bookReturn(tx, ask, bankLineId, given, by),
          }));
          return {
            body: await readPayment(sql, given.paymentId),
            headers: replayedHeader(asked.replayed),
          };
        }
        if (body.reverses !== undefined)
          invalid('/reverses', 'Money came in by this line: it takes back no payment.');
        if (row.paymentId !== null && body.customerId === undefined)
          return { body: await readPayment(sql, row.paymentId), headers: replayedHeader(true) };
        requireBookable(row);
        const booking = await bookingFrom(row, body);
        const { asked, paymentId } = await commands.transact((tx, ask) =>
          bookBankLine(tx, ask, bankLineId, booking, by),
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
    endpoint({
      method: 'post',
      path: '/bank-lines/{bankLineId}/restore',
      operationId: 'restoreBankLine',
      tag,
      summary: 'Put an ignored bank line into the pool again',
      tryOut: {
        after: ['importBankFile', 'ignoreBankLine'],
        parameters: { bankLineId: 'bank_5363e307bcf93ebcf7fe99dcdb8874f1' },
      },
      scopes: ['accounting'],
      body: withReason('It was a payment after all.'),
      answer: bankLine,
      handle: async ({ params: { bankLineId }, body: { reason }, actor, now }) => {
        const row = await restoreBankLine(sql, bankLineId, { reason, actor, now });
        return { body: (await viewsOf([row]))[0]! };
      },
    }),
  ];
}

function inCurrencyOf({ currency }: BankLineRow, given: { amount: number; currency: string }): number {
  if (given.currency === currency) return given.amount;
  throw new NettermsError('currency-mismatch', `The bank line is in ${currency}, not in ${given.currency}.`);
}

function viewOf(row: BankLineRow, proposal: Proposal | null): BankLineView {
  const { id, importId, amount, currency, fee, ...line } = row;
  const money = (minor: number) => ({ amount: minor, currency });
  const { account, bookedOn, valueOn, direction, status, returned, reference, payer, payerIban } = line;
  const state = stateOf(row);
  return {
    bankLineId: id,
    ...{ importId, state, account, bookedOn, valueOn, direction, status, returned },
    amount: money(amount),
    fee: fee === null ? null : money(fee),
    ...{ reference, payer, payerIban, bankReference: row.bankReference },
    proposal: proposal?.kind === 'payment' ? paymentOf(proposal, money) : null,
    reversal: proposal?.kind === 'reversal' ? reversalOf(proposal, money) : null,
    why: explanationOf(state, row, proposal),
    paymentId: row.paymentId,
    reverses: row.reverses,
    ignored: state === 'ignored' ? { at: row.ignoredAt!, by: row.ignoredBy!, reason: row.ignoredWhy! } : null,
  };
}

type Minor = (minor: number) => { amount: number; currency: string };

const paymentOf = ({ kind: _, ...found }: Match & { kind: 'payment' }, money: Minor) => ({
  ...found,
  reasons: [...found.reasons],
  allocations: found.allocations.map(({ orderId, amount }) => ({ orderId, amount: money(amount) })),
});

const reversalOf = ({ kind: _, fee, ...found }: ReturnMatch & { kind: 'reversal' }, money: Minor) => ({
  ...found,
  fee: fee === null ? null : money(fee),
  collections: [...found.collections],
  reasons: [...found.reasons],
});
