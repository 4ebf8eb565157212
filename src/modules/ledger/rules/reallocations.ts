import type { Day } from '../../../kernel/calendar.ts';
import type { PlannedPart } from '../../terms/rules/instalment-plan.ts';
import {
  type Account,
  afterwards,
  type Balance,
  distribute,
  type Entry,
  entry,
  type Part,
  placeOf,
  portions,
  sumOf,
} from './entry.ts';

/**
 * Waives interest and costs of the instalments, in the order given: first what is unpaid, then what was paid, the
 * newest money first. That money pays what else is owed, or becomes unapplied credit.
 * @param received the money that pays the charges, by instalment, the newest first
 */
export function waiver(
  commandId: string,
  orderId: string,
  instalments: readonly Balance[],
  { amount, received, today }: { amount: number; received: readonly Received[]; today: Day },
): Entry[] {
  const charges = instalments.map((line) => ({ ...line, outstanding: line.charges }));
  const unpaid = distribute(charges, amount);
  const paid = portions(received, amount - sumOf(unpaid));
  const of = (place: string, instalment: number, given: number): Entry =>
    entry({
      key: `${commandId}/waiver/${place}`,
      account: 'receivable',
      kind: 'waiver',
      amount: -given,
      orderId,
      instalment,
      part: 'charges',
      valueOn: today,
      cause: { kind: 'command', id: commandId },
    });
  return [
    ...unpaid.map(({ number, amount }) => of(`${number}`, number, amount)),
    ...paid.map(({ number, amount }, index) => of(`paid/${index}`, number, amount)),
    ...freed(
      commandId,
      orderId,
      afterwards(instalments, unpaid),
      paid.map(({ receivedOn, ...portion }) => ({
        ...portion,
        part: 'charges',
        valueOn: receivedOn ?? today,
      })),
    ),
  ];
}

/** An instalment whose amount changes to `amended`; `received`: what pays its principal, the newest first. */
export type Amended = Balance & {
  readonly amended: number;
  readonly received: readonly Pick<Received, 'paymentId' | 'amount'>[];
};

/** Money on a part of an instalment; `paymentId` and `receivedOn` are null if it was credit without a payment. */
export type Received = {
  readonly number: number;
  readonly paymentId: string | null;
  readonly receivedOn: Day | null;
  readonly amount: number;
};

/**
 * Changes the amounts of the instalments. What was received for one above its new amount pays the others, in the order
 * given, and what is left becomes unapplied credit; the money still belongs to its payment.
 */
export function amendment(
  commandId: string,
  orderId: string,
  instalments: readonly Amended[],
  today: Day,
): Entry[] {
  const changed = instalments.flatMap(({ number, amount, amended }) => {
    const by = { account: 'receivable', kind: 'amendment', amount: amended - amount } as const;
    const cause = { kind: 'command', id: commandId } as const;
    const key = `${commandId}/amendment/${number}`;
    return amended === amount
      ? []
      : [entry({ ...by, key, orderId, instalment: number, valueOn: today, cause })];
  });
  const released = instalments.flatMap(({ number, received, ...given }) => {
    const excess = Math.max(0, given.amount - given.amended - given.outstanding + given.charges);
    const unexplained = { paymentId: null, amount: excess };
    const parts = portions([...received, unexplained], excess);
    return parts.map((portion) => ({ ...portion, number, part: 'principal' as const, valueOn: today }));
  });
  const balances = instalments.map(({ amended, ...given }) => ({
    ...given,
    outstanding: Math.max(given.outstanding + amended - given.amount, given.charges),
  }));
  return [...changed, ...freed(commandId, orderId, balances, released)];
}

/** Moves what is owed from the old instalments to the new ones of a plan; the entries add up to zero. */
export function instalmentPlan(
  commandId: string,
  orderId: string,
  old: readonly Balance[],
  parts: readonly PlannedPart[],
  today: Day,
): Entry[] {
  const of = (instalment: number, part: Part, amount: number): Entry =>
    entry({
      key: `${commandId}/plan/${instalment}/${part}`,
      account: 'receivable',
      kind: 'plan_move',
      amount,
      orderId,
      instalment,
      part,
      valueOn: today,
      cause: { kind: 'command', id: commandId },
    });
  return [
    ...old.flatMap(({ number, outstanding, charges }) => [
      of(number, 'principal', charges - outstanding),
      of(number, 'charges', -charges),
    ]),
    ...parts.flatMap(({ number, principal, charges }) => [
      of(number, 'principal', principal),
      of(number, 'charges', charges),
    ]),
  ].filter(({ amount }) => amount !== 0);
}

/** Money released from an instalment, and the day on which it counts in its new place. */
type Released = Omit<Received, 'receivedOn'> & { readonly part: Part; readonly valueOn: Day };

/** Released money pays what else is owed, in the order given; the rest becomes unapplied credit. */
function freed(
  commandId: string,
  orderId: string,
  instalments: readonly Balance[],
  released: readonly Released[],
): Entry[] {
  let balances = instalments;
  const cause = { kind: 'command', id: commandId } as const;
  return released.flatMap(({ number, part, amount, paymentId, valueOn }, index) => {
    const by = { kind: 'allocation', paymentId, orderId, valueOn, cause } as const;
    const of = (
      place: string,
      account: Account,
      amount: number,
      at: Pick<Partial<Entry>, 'instalment' | 'part'>,
    ): Entry => entry({ ...by, key: `${commandId}/${place}`, account, amount, ...at });
    const paid = distribute(balances, amount);
    balances = afterwards(balances, paid);
    const left = amount - sumOf(paid);
    return [
      of(`release/${index}`, 'receivable', amount, { instalment: number, part }),
      ...paid.map(({ number, part, amount }) =>
        of(`moved/${index}/${placeOf(number, part)}`, 'receivable', -amount, { instalment: number, part }),
      ),
      ...(left > 0 ? [of(`credit/${index}`, 'unapplied', left, {})] : []),
    ];
  });
}
