/*
 * Texts that stores, customers, payers and registers write. They may be made to look like something else: another row, a
 * link of ours.
 */

/**
 * The text without the invisible characters that turn the direction of what is around them (UAX 9). Names do not need
 * them: letters of Hebrew and Arabic run from right to left by themselves.
 */
export const withoutDirectionControls = (text: string): string => text.replace(/\p{Bidi_Control}/gu, '');
