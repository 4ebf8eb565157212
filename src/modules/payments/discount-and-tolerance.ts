import type { Tx } from '../../platform/postgres/client.ts';
import { bookingOf, type Consequence, type MoneyIn, type OrderSituation } from '../commands/definition.ts';
import type { CommandRow } from '../commands/tables.ts';
import { reduction } from '../ledger/rules/corrections.ts';
import { afterwards, outstandingOf, payable, principalOf } from '../ledger/rules/entry.ts';
import { book, standingsOf } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { discountLeft } from './early-discount.ts';
import { amountIn } from './rules/receipts.ts';

/**
 * Runs when money has come in, or when what was already received may now be enough, because the total or the discount's
 * last day has changed, or a credit note or an invoice has come.
 */
export const discountAndTolerance: Consequence = async (tx, state, { command, paidWith }) => {
  const { order } = state;
  if (order.status !== 'open') return;
  if (paidWith === undefined && (await receivedFor(tx, order.id)) <= 0) return;
  await applyTolerance(tx, state, command, paidWith ?? null);
};

async function receivedFor(tx: Tx, orderId: string): Promise<number> {
  const standings = await standingsOf(tx, orderId);
  return standings.reduce((sum, part) => sum + part.received - part.made, 0);
}

/**
 * Forgives what may be forgiven once money has come in: the early-payment discount, if it is earned now, and a rest of
 * the order within the tolerance of the receipts policy. The tolerance also applies to what earns the discount.
 */
async function applyTolerance(
  tx: Tx,
  state: OrderSituation,
  command: CommandRow,
  payment: MoneyIn | null,
): Promise<void> {
  const { order, policies, today } = state;
  const balances = await balancesOf(tx, order.id);
  if (outstandingOf(balances) <= 0) return;
  const { receipts } = policies;
  const discount = await discountLeft(tx, order);
  const tolerance = amountIn(receipts.body.underpayment, order.currency);
  const discounted = payable(balances.map(principalOf), discount.missing <= tolerance ? discount.amount : 0);
  const left = afterwards(balances, discounted);
  const tolerated = outstandingOf(left) <= tolerance;
  const rest = tolerated ? payable(left, outstandingOf(left)) : [];
  const by = { paymentId: payment?.paymentId ?? null, valueOn: payment?.receivedOn ?? today };
  const terms = { kind: 'terms', id: order.terms.code } as const;
  const policy = { kind: 'receipts-policy', id: `${receipts.version}` } as const;
  await book(
    tx,
    [
      ...reduction(command.id, order.id, 'early_payment_discount', discounted, { ...by, cause: terms }),
      ...reduction(command.id, order.id, 'tolerance', rest, { ...by, cause: policy }),
    ],
    bookingOf(state, command),
  );
}
