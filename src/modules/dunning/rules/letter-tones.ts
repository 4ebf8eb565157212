import type { LetterTone } from './dunning.ts';

/** From mild to sharp. A collection that came back unpaid is no fault of a customer's clerk yet. */
const inOrder: readonly LetterTone[] = ['due-soon', 'due', 'returned', 'overdue-1', 'overdue-2', 'final'];

/** Whether `one` is sharper than `other`. */
export const isSharper = (one: LetterTone, other: LetterTone): boolean =>
  inOrder.indexOf(one) > inOrder.indexOf(other);

/** The tone of a letter: the sharpest of its items. */
export const sharpest = (tones: readonly LetterTone[]): LetterTone =>
  tones.reduce((sharp, tone) => (isSharper(tone, sharp) ? tone : sharp));

/** How many letters about an item a customer has had before the final one. */
const LETTERS_BEFORE_FINAL = 2;

/** The tone for an item after as many letters that said it was late: nobody's first such letter is the second. */
export function toneAfter(tone: LetterTone, lettersBefore: number): LetterTone {
  if (tone === 'final' && lettersBefore < LETTERS_BEFORE_FINAL)
    return lettersBefore === 0 ? 'overdue-1' : 'overdue-2';
  return tone === 'overdue-2' && lettersBefore === 0 ? 'overdue-1' : tone;
}
