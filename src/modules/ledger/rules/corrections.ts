import type { Day } from '../../../kernel/calendar.ts';
import {
  type Account,
  type Balance,
  distribute,
  type Effect,
  type Entry,
  entry,
  type PartStanding,
  placeOf,
} from './entry.ts';

/** Writes off an amount of what is owed, the latest due first, so that reminders are still about the oldest debt. */
export function writeOffEntries(
  commandId: string,
  orderId: string,
  instalments: readonly Balance[],
  { amount, today }: { amount: number; today: Day },
): Entry[] {
  return distribute(instalments.toReversed(), amount).map((line) =>
    entry({
      key: `${commandId}/write-off/${placeOf(line.number, line.part)}`,
      account: 'receivable',
      kind: 'write_off',
      amount: -line.amount,
      orderId,
      instalment: line.number,
      part: line.part,
      valueOn: today,
      cause: { kind: 'command', id: commandId },
    }),
  );
}

/**
 * Cancels all that was charged and is not credited. What was received becomes unapplied credit, less the credit that
 * credit notes and invoices have already made of it. If they made more credit than was received, the excess is
 * withdrawn.
 */
export function cancellation(
  commandId: string,
  orderId: string,
  standings: readonly PartStanding[],
  today: Day,
): Entry[] {
  return standings.flatMap(({ number, part, outstanding, received, made }) => {
    const place = placeOf(number, part);
    const of = (key: string, account: Account, kind: Effect, amount: number): Entry[] =>
      amount === 0
        ? []
        : [
            entry({
              key: `${commandId}/${key}/${place}`,
              account,
              kind,
              amount,
              orderId,
              instalment: number,
              part,
              valueOn: today,
              cause: { kind: 'command', id: commandId },
            }),
          ];
    const free = received - made;
    return [
      ...of('cancellation', 'receivable', 'cancellation', -outstanding - free),
      ...of('release', 'receivable', 'allocation', free),
      ...of('credit', 'unapplied', 'allocation', free),
    ];
  });
}
