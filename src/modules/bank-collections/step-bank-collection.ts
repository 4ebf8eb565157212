import { NettermsError } from '../../kernel/errors.ts';
import type { Money } from '../../kernel/money.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { type Asked, nothing } from '../commands/asked.ts';
import type { Ask } from '../commands/commands.ts';
import type { Situation } from '../commands/definition.ts';
import { returnFee } from '../ledger/rules/returned-payment.ts';
import { book } from '../ledger/tables.ts';
import { lockOrder, type OrderRow } from '../orders/tables.ts';
import { reverse } from '../payments/reverse-payment.ts';
import {
  type BankCollectionMove,
  type BankCollectionRow,
  findBankCollection,
  moveBankCollection,
} from './tables.ts';

export type BankCollectionStep = BankCollectionMove & {
  orderId: string;
  instalment: number;
  /** What the customer is charged if the collection was not paid. */
  fee: Money | 'policy' | 'none';
  reason: string | null;
};

/**
 * Moves the collection of an instalment to any state except `paid`, which needs a payment. `unpaid` after `paid`
 * reverses that payment. Apart from that, only the fee for an unpaid collection moves money.
 * @throws NettermsError with the codes of `moveBankCollection` and `reversePayment`; `currency-mismatch` for a fee
 */
export async function stepBankCollection(
  tx: Tx,
  ask: Ask,
  given: BankCollectionStep,
): Promise<{ collection: BankCollectionRow; replayed: boolean; asked: Asked }> {
  const { orderId, instalment, state, on, reason, fee, actor, now } = given;
  const { order, customer } = await lockOrder(tx, orderId);
  const before = await findBankCollection(tx, orderId, instalment);
  if (before?.state === state) return { collection: before, replayed: true, asked: nothing };
  const situation = await ask.situation(now);
  const collection = await moveBankCollection(tx, order, instalment, given, situation);
  const remind = () => ask.remind({ ...situation, customer });
  const done = (changedOrders: readonly string[]) => ({
    ...{ collection, replayed: false, asked: { ...nothing, changedOrders } },
  });
  if (before?.state !== 'paid' || state !== 'unpaid') {
    const changed = state === 'unpaid' ? await chargeFee(tx, situation, order, { collection, given }) : [];
    await remind();
    return done(changed);
  }
  const { orderIds } = await reverse(tx, situation, before.paymentId!, {
    reason: reason ?? `${collection.method} returned unpaid`,
    returnedOn: on,
    actor,
    fee: fee === 'none' ? undefined : fee,
  });
  await remind();
  return done(orderIds);
}

/** Charges the fee for an unpaid collection without a payment. Returns the orders that workflows must read again. */
async function chargeFee(
  tx: Tx,
  { policies }: Situation,
  { id: orderId, status, customerId, currency }: OrderRow,
  { collection, given }: { collection: BankCollectionRow; given: BankCollectionStep },
): Promise<string[]> {
  const { instalment, on, fee, actor, now } = given;
  const asked = fee === 'policy' ? policies.receipts.body.returnFee : fee;
  if (!asked || asked === 'none' || status !== 'open') return [];
  if (asked.currency !== currency) {
    if (fee === 'policy') return [];
    throw new NettermsError(
      'currency-mismatch',
      `Order ${orderId} is in ${currency}: give the fee in ${currency}, not in ${asked.currency}.`,
    );
  }
  const entry = returnFee(orderId, {
    number: instalment,
    amount: asked.amount,
    paymentId: null,
    cause: { kind: 'collection', id: `${orderId}/${instalment}/${collection.presentations}` },
    returnedOn: on,
  });
  await book(tx, [entry], { customerId, currency, commandId: null, actor, now });
  return [orderId];
}
