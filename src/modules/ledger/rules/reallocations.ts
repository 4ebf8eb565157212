import type { PlannedPart } from '../../terms/rules/instalment-plan.ts';
import {
  type Account,
  afterwards,
  type Balance,
  type Entry,
  entry,
  type Part,
  payable,
  placeOf,
} from './entry.ts';

/**
 * Gives up interest and costs: what is unpaid of them first, then what was paid, the newest money first, which pays what
 * else is owed, or becomes unapplied credit. Of the instalments in the order given.
 * @param received what pays the charges, by instalment, the newest first
 */
export function waiver(
  commandId: string,
  orderId: string,
  instalments: readonly Balance[],
  { amount, received }: { amount: number; received: readonly Received[] },
): Entry[] {
  const charges = instalments.map((line) => ({ ...line, outstanding: line.charges }));
  const unpaid = payable(charges, amount);
  const paid = portions(received, amount - sumOf(unpaid));
  const of = (place: string, instalment: number, given: number): Entry =>
    entry({
      key: `${commandId}/waiver/${place}`,
      account: 'receivable',
      kind: 'adjustment',
      label: 'waiver',
      amount: -given,
      orderId,
      instalment,
      part: 'charges',
    });
  return [
    ...unpaid.map(({ number, amount }) => of(`${number}`, number, amount)),
    ...paid.map(({ number, amount }, index) => of(`paid/${index}`, number, amount)),
    ...freed(
      commandId,
      orderId,
      afterwards(instalments, unpaid),
      paid.map((portion) => ({ ...portion, part: 'charges' })),
    ),
  ];
}

/** An instalment that is to be of another amount; `received`: what pays its principal, the newest first. */
export type Amended = Balance & {
  readonly amended: number;
  readonly received: readonly Omit<Received, 'number'>[];
};

/** Money on a part of an instalment; without a payment it was credit otherwise. */
export type Received = {
  readonly number: number;
  readonly paymentId: string | null;
  readonly amount: number;
};

/**
 * Charges the instalments to other amounts. What was received for one above its new amount pays the others, in the order
 * given, and what is left over becomes unapplied credit; it stays money of its payment.
 */
export function amendment(commandId: string, orderId: string, instalments: readonly Amended[]): Entry[] {
  const adjusted = instalments.flatMap(({ number, amount, amended }) => {
    const key = `${commandId}/adjustment/${number}`;
    const by = { key, account: 'receivable', kind: 'adjustment', amount: amended - amount } as const;
    return amended === amount ? [] : [entry({ ...by, orderId, instalment: number })];
  });
  const released = instalments.flatMap(({ number, received, ...given }) => {
    const excess = Math.max(0, given.amount - given.amended - given.outstanding + given.charges);
    const unexplained = { paymentId: null, amount: excess };
    const parts = portions([...received, unexplained], excess);
    return parts.map((portion) => ({ ...portion, number, part: 'principal' as const }));
  });
  const balances = instalments.map(({ amended, ...given }) => ({
    ...given,
    outstanding: Math.max(given.outstanding + amended - given.amount, given.charges),
  }));
  return [...adjusted, ...freed(commandId, orderId, balances, released)];
}

/** Moves what is owed from the old instalments to the new ones of a plan; together the entries come to nothing. */
export function instalmentPlan(
  commandId: string,
  orderId: string,
  old: readonly Balance[],
  parts: readonly PlannedPart[],
): Entry[] {
  const of = (instalment: number, part: Part, amount: number): Entry =>
    entry({
      key: `${commandId}/plan/${instalment}/${part}`,
      account: 'receivable',
      kind: 'adjustment',
      label: 'instalment_plan',
      amount,
      orderId,
      instalment,
      part,
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

/** Money that is not needed where it was: it pays what else is owed, in the order given; the rest is unapplied credit. */
function freed(
  commandId: string,
  orderId: string,
  instalments: readonly Balance[],
  released: readonly (Received & { readonly part: Part })[],
): Entry[] {
  let balances = instalments;
  return released.flatMap(({ number, part, amount, paymentId }, index) => {
    const of = (key: string, account: Account, amount: number, at: Partial<Entry>): Entry =>
      entry({ key: `${commandId}/${key}`, account, kind: 'allocation', amount, paymentId, orderId, ...at });
    const paid = payable(balances, amount);
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

/** So much of what was received, in the order given. */
function portions<R extends { readonly amount: number }>(received: readonly R[], amount: number): R[] {
  let left = amount;
  return received
    .map((given) => {
      const taken = Math.min(given.amount, left);
      left -= taken;
      return { ...given, amount: taken };
    })
    .filter(({ amount }) => amount > 0);
}

const sumOf = (parts: readonly { readonly amount: number }[]): number =>
  parts.reduce((sum, { amount }) => sum + amount, 0);
