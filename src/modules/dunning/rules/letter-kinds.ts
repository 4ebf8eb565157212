import type { LetterTone } from './dunning.ts';

/** What a letter is: a reminder by what it is about, `reminder` until it is composed; another letter is its mail's kind. */
export const letterKinds = [
  'due-soon',
  'overdue',
  'final',
  'returned',
  'reminder',
  'confirmation',
  'settled',
  'cancelled',
  'demand',
] as const;
export type LetterKind = (typeof letterKinds)[number];

/** What a reminder of a tone is about. */
export const kindOfTone = {
  'due-soon': 'due-soon',
  due: 'due-soon',
  'overdue-1': 'overdue',
  'overdue-2': 'overdue',
  final: 'final',
  returned: 'returned',
} as const satisfies Record<LetterTone, LetterKind>;

/** The tones of a kind of reminder; none for other letters, and for reminders that are not composed. */
export const tonesOfKind = (kind: LetterKind): LetterTone[] =>
  (Object.keys(kindOfTone) as LetterTone[]).filter((tone) => kindOfTone[tone] === kind);
