import { addBusinessDays, type BusinessCalendar, type Day } from '../../../kernel/calendar.ts';

/** How a bank collects an instalment from the customer: RiBa (ricevuta bancaria), direct debit, card. */
export const bankCollectionMethods = ['riba', 'sdd', 'card'] as const;
export type BankCollectionMethod = (typeof bankCollectionMethods)[number];

export const bankCollectionStates = [
  'planned',
  'presented',
  'credited',
  'paid',
  'unpaid',
  'cancelled',
] as const;
/**
 * `credited`: the bank has advanced the money subject to collection (salvo buon fine); it can still take it back.
 * `cancelled`: the customer transfers the money instead.
 */
export type BankCollectionState = (typeof bankCollectionStates)[number];

/** Which state may follow which; a collection begins as planned or presented, or is cancelled before that. */
const bankCollectionTransitions = {
  none: ['planned', 'presented', 'cancelled'],
  planned: ['presented', 'cancelled'],
  presented: ['planned', 'credited', 'paid', 'unpaid'],
  credited: ['paid', 'unpaid'],
  paid: ['unpaid'],
  unpaid: ['planned', 'presented'],
  cancelled: ['planned', 'presented'],
} as const satisfies Record<BankCollectionState | 'none', readonly BankCollectionState[]>;

/** Whether the customer has to transfer the money after all. */
export const isTransferred = (state: BankCollectionState): boolean =>
  state === 'unpaid' || state === 'cancelled';

export const nextStates = (from: BankCollectionState | null): readonly BankCollectionState[] =>
  bankCollectionTransitions[from ?? 'none'];

/** The day from which the bank can no longer return a collection: `bankDays` bank days after the due day. */
export function finalOn(dueOn: Day, bankDays: number, calendar: BusinessCalendar): Day {
  return addBusinessDays(calendar.nextBusinessDay(dueOn), bankDays, calendar);
}
