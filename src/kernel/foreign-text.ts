/*
 * Texts that stores, customers, payers and registers write. They may be made to look like something else: another row, a
 * link of ours.
 */

/**
 * The text without the invisible characters that turn the direction of what is around them (UAX 9). Names do not need
 * them: letters of Hebrew and Arabic run from right to left by themselves.
 */
export const withoutDirectionControls = (text: string): string => text.replace(/\p{Bidi_Control}/gu, '');

/** What makes a link in mail programs: the dots of domains and IPv4 addresses, "://", and the two backslashes of Windows. */
const links = /(?<=\S)[.．。｡](?=\p{L}[\p{L}\p{M}]|\d{1,3}\.\d{1,3}\.\d)|(?<=\bwww)\.|:(?=\/\/)|\\(?=\\)/giu;

/**
 * The text with invisible word joiners (U+2060) in what mail programs would turn into a link by themselves. They stand
 * on both sides of a dot: in front of it they are known to work in nearly all mail programs; after it they separate the
 * top-level domain for programs that take any character for a part of a name.
 */
export const withoutLinks = (text: string): string => text.replace(links, '\u2060$&\u2060');
