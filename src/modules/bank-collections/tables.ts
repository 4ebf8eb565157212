import { businessCalendar, type Day } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import type { Db, Fragment, Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import type { CustomerConsequences, Situation } from '../commands/definition.ts';
import { isClosed } from '../orders/rules/order-state.ts';
import { getOrder, type InstalmentRow, instalmentsOfOrders, type OrderRow } from '../orders/tables.ts';
import {
  type BankCollectionMethod,
  type BankCollectionState,
  finalOn,
  nextStates,
} from './rules/bank-collection.ts';

/** Where the collection of an instalment stands; `stateOn` is the bank's day. */
export type BankCollectionRow = {
  orderId: string;
  instalment: number;
  state: BankCollectionState;
  method: BankCollectionMethod;
  stateOn: Day;
  presentations: number;
  paymentId: string | null;
  actor: string;
  updatedAt: string;
};

export type BankCollectionMove = {
  state: BankCollectionState;
  method: BankCollectionMethod | null;
  on: Day;
  /** The payment, if the collection is paid. */
  paymentId: string | null;
  /** The bank has confirmed that it will not return the collection. */
  confirmed: boolean;
  actor: string;
  now: string;
};

const columns = (db: Db) =>
  db`order_id, instalment, state, method, state_on, presentations, payment_id, actor, updated_at`;

/**
 * Where the collection of the instalment `i` stands, whose row is `b` or missing: what is to be collected by RiBa or
 * direct debit by its terms is planned, though nobody has recorded it. Null: the customer pays.
 */
export const collectionState = (db: Db): Fragment =>
  db`coalesce(b.state, case when i.collection in ('riba', 'sdd') then 'planned' end)`;

/** The collections of an order's instalments. */
export async function bankCollectionsOf(db: Db, orderId: string): Promise<BankCollectionRow[]> {
  return db<BankCollectionRow[]>`
    select ${columns(db)} from bank_collections where order_id = ${orderId} order by instalment`;
}

export async function findBankCollection(
  db: Db,
  orderId: string,
  instalment: number,
): Promise<BankCollectionRow | null> {
  const [row] = await db<BankCollectionRow[]>`
    select ${columns(db)} from bank_collections where order_id = ${orderId} and instalment = ${instalment}`;
  return row ?? null;
}

/** @throws NettermsError `instalment-not-found` */
export async function instalmentOf(db: Db, orderId: string, number: number): Promise<InstalmentRow> {
  const found = (await instalmentsOfOrders(db, [orderId])).find((line) => line.number === number);
  if (found) return found;
  throw new NettermsError('instalment-not-found', `Order ${orderId} has no instalment ${number}.`);
}

/**
 * The bank's day for a state if the caller gives none: today. But what the bank collected at the first presentation was
 * paid on the due day, although that is certain only some bank days later.
 */
export async function usualDay(
  db: Db,
  {
    orderId,
    instalment,
    state,
    today,
  }: { orderId: string; instalment: number; state: BankCollectionState; today: Day },
): Promise<Day> {
  if (state !== 'paid') return today;
  await getOrder(db, orderId);
  const { dueOn, dueAt } = await instalmentOf(db, orderId, instalment);
  const presentations = (await findBankCollection(db, orderId, instalment))?.presentations ?? 0;
  return dueAt !== null && presentations <= 1 && dueOn < today ? dueOn : today;
}

/**
 * Moves a collection to a state; audited. Books nothing. Needs the locks of `lockOrder`.
 * @throws NettermsError `collection-not-allowed`, `collection-too-early`, `instalment-not-found`, `order-closed`,
 *   `order-not-confirmed`
 */
export async function moveBankCollection(
  tx: Tx,
  order: OrderRow,
  instalment: number,
  move: BankCollectionMove,
  situation: Pick<Situation, 'policies' | 'today'>,
): Promise<BankCollectionRow> {
  const { state, on, paymentId, actor, now } = move;
  const line = await instalmentOf(tx, order.id, instalment);
  const before = await findBankCollection(tx, order.id, instalment);
  const may = nextStates(before?.state ?? null);
  if (!may.includes(state))
    throw new NettermsError(
      'collection-not-allowed',
      `The collection of instalment ${instalment} of order ${order.id} ${before ? `is ${before.state}` : 'has not begun'}: it can become ${may.join(', ')}.`,
      { state: before?.state ?? null },
    );
  if (state !== 'unpaid' && state !== 'paid') requireOpen(order);
  if (state === 'paid' && !move.confirmed) requireFinal(line, situation);
  const byTerms = line.collection === 'transfer' ? 'riba' : line.collection;
  const method = move.method ?? before?.method ?? byTerms;
  const presented = state === 'presented' ? 1 : 0;
  const [row] = await tx<BankCollectionRow[]>`
    insert into bank_collections (order_id, instalment, state, method, state_on, presentations, payment_id, actor, updated_at)
    values (${order.id}, ${instalment}, ${state}, ${method}, ${on}, ${presented}, ${paymentId}, ${actor}, ${now})
    on conflict (order_id, instalment) do update set
      state = excluded.state, method = excluded.method, state_on = excluded.state_on,
      presentations = bank_collections.presentations + excluded.presentations,
      payment_id = coalesce(excluded.payment_id, bank_collections.payment_id), actor = excluded.actor, updated_at = excluded.updated_at
    returning ${columns(tx)}`;
  await recordAudit(tx, {
    at: now,
    actor,
    action: `collection.${state}`,
    subject: `order/${order.id}`,
    detail: { instalment, method, on },
  });
  return row!;
}

/** When a payment is reversed, its collection becomes unpaid. */
export const returnedBankCollections: CustomerConsequences['bankCollections'] = async (
  tx,
  { today, now },
  { body, command },
) => {
  const { paymentId, returnedOn = today } = body as { paymentId: string; returnedOn?: Day };
  await tx`update bank_collections set state = 'unpaid', state_on = ${returnedOn}, actor = ${command.actor}, updated_at = ${now}
           where payment_id = ${paymentId} and state = 'paid'`;
};

function requireOpen({ id, status }: OrderRow): void {
  if (status === 'reserved')
    throw new NettermsError('order-not-confirmed', `Order ${id} is only reserved: confirm it first.`);
  if (isClosed(status))
    throw new NettermsError('order-closed', `Order ${id} is already ${status}: nothing is left to collect.`, {
      orderStatus: status,
    });
}

/** Until some bank days after the due date the bank can return a collection: it is not paid before that. */
function requireFinal(
  { orderId, number, dueOn }: InstalmentRow,
  { policies, today }: Pick<Situation, 'policies' | 'today'>,
): void {
  const { receipts, settings } = policies;
  const final = finalOn(dueOn, receipts.body.bankDays, businessCalendar(settings.body.country));
  if (today >= final) return;
  throw new NettermsError(
    'collection-too-early',
    `Instalment ${number} of order ${orderId} is due on ${dueOn}, and the bank can return it until ${final}: report it as paid from that day on, or with "confirmed": true if the bank has confirmed it.`,
    { finalOn: final },
  );
}
