import type { Tx } from '../../platform/postgres/client.ts';
import { bookingOf, type Consequence, type MoneyIn, type OrderSituation } from '../commands/definition.ts';
import type { CommandRow } from '../commands/tables.ts';
import { reduction } from '../ledger/rules/deductions.ts';
import {
  afterwards,
  distribute,
  entry,
  outstandingOf,
  portions,
  principalOf,
  sumOf,
} from '../ledger/rules/entry.ts';
import { reducedAfterAll } from '../ledger/rules/returned-payment.ts';
import { book, creditMadeOf, notReversed, standingsOf } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { creditWithoutPayment } from './credit-sources.ts';
import { discountLeft } from './early-discount.ts';
import { amountIn } from './rules/receipts.ts';

/**
 * Runs when money has come in, or when what was already received may now be enough, because the total or the discount's
 * last day has changed, or a credit note or an invoice has come.
 */
export const discountAndTolerance: Consequence = async (tx, state, { command, paidWith }) => {
  const { order } = state;
  await reduceDiscount(tx, state, command);
  if (order.status !== 'open') return;
  if (paidWith === undefined && (await receivedFor(tx, order.id)) <= 0) return;
  await forgive(tx, state, command, paidWith ?? null);
};

/**
 * A credit note or an invoice that comes after the discount was earned lowers what it is a percentage of. What is
 * forgiven above it is owed again, and the credit just made pays that, as far as it is held: the customer gets back what
 * they paid, not the discount as well.
 */
async function reduceDiscount(tx: Tx, state: OrderSituation, command: CommandRow): Promise<void> {
  const { order } = state;
  if (order.status !== 'open' && order.status !== 'settled') return;
  const { excess } = await discountLeft(tx, order);
  if (excess === 0) return;
  const [balances, made, free, forgiven] = await Promise.all([
    balancesOf(tx, order.id),
    creditMadeOf(tx, order.id),
    creditWithoutPayment(tx, order.customerId, order.currency),
    notReversed(
      tx,
      tx`l.order_id = ${order.id} and l.kind = 'early_payment_discount' and l.cause_kind = 'terms'`,
    ),
  ]);
  const given = balances.map(({ number }) => ({
    number,
    amount: Math.max(-sumOf(forgiven.filter(({ instalment }) => instalment === number)), 0),
  }));
  const back = portions(given, Math.min(excess, Math.max(free, 0), Math.max(sumOf(made), 0)));
  const owed = balances.map((line) => ({
    ...line,
    outstanding: line.outstanding + sumOf(back.filter(({ number }) => number === line.number)),
  }));
  const reduced = reducedAfterAll(command.id, order.id, owed, made, sumOf(back));
  const withdrawn = reduced
    .filter(({ account }) => account === 'receivable')
    .map(({ key, instalment, amount, valueOn }) => {
      const { cause, paymentId } = forgiven.find((of) => of.instalment === instalment) ?? forgiven[0]!;
      const fields = { orderId: order.id, instalment, amount: -amount, valueOn, cause, paymentId } as const;
      return entry({
        key: `${key}/discount`,
        kind: 'early_payment_discount',
        account: 'receivable',
        ...fields,
      });
    });
  await book(tx, [...withdrawn, ...reduced], bookingOf(state, command));
}

async function receivedFor(tx: Tx, orderId: string): Promise<number> {
  const standings = await standingsOf(tx, orderId);
  return standings.reduce((sum, part) => sum + part.received - part.made, 0);
}

/**
 * Forgives what may be forgiven once money has come in: the early-payment discount, if it is earned now, and a rest of
 * the order, interest and costs included, within the tolerance of the receipts policy. The tolerance also applies to what earns the discount.
 */
async function forgive(
  tx: Tx,
  state: OrderSituation,
  command: CommandRow,
  payment: MoneyIn | null,
): Promise<void> {
  const { order, policies, today } = state;
  const balances = await balancesOf(tx, order.id);
  if (outstandingOf(balances) <= 0) return;
  const { receipts } = policies;
  // Nothing is missing once enough was received by the discount's last day.
  const discount = await discountLeft(tx, order);
  const tolerance = amountIn(receipts.body.underpayment, order.currency);
  const discounted = distribute(
    balances.map(principalOf),
    discount.missing <= tolerance ? discount.amount : 0,
  );
  const left = afterwards(balances, discounted);
  const tolerated = outstandingOf(left) <= tolerance;
  const rest = tolerated ? distribute(left, outstandingOf(left)) : [];
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
