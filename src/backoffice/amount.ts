import { MAX_AMOUNT, minorDigits } from '../kernel/money.ts';

export type ParsedAmount = { readonly amount: number } | { readonly problem: string };

/**
 * Reads an amount that a person wrote, "1.234,56" or "1,234.56", into minor units, without floats. A text that can
 * be read in two ways ("1.234") is refused rather than guessed.
 */
export function parseAmount(text: string, currency: string): ParsedAmount {
  const digits = minorDigits(currency);
  const compact = text.replace(/[\s'’]/g, '').replace(new RegExp(`^${currency}|${currency}$`, 'i'), '');
  if (compact === '') return { problem: 'Give an amount.' };
  if (compact.startsWith('-')) return { problem: 'An amount is positive: leave out the minus sign.' };
  const parts = split(compact, digits);
  if (!parts) return { problem: `“${text}” is not an amount: write it as ${example(digits)}.` };
  if (parts === 'ambiguous')
    return { problem: `“${text}” can be read in two ways: write thousands without a separator.` };
  if (parts.fraction.length > digits) {
    const places = digits === 0 ? 'no decimal places' : `at most ${digits} decimal places`;
    return { problem: `${currency} has ${places}.` };
  }
  const minor = `${parts.whole}${parts.fraction.padEnd(digits, '0')}`.replace(/^0+/, '');
  if (minor === '') return { problem: 'Give an amount of more than zero.' };
  if (minor.length > String(MAX_AMOUNT).length || Number(minor) > MAX_AMOUNT)
    return { problem: 'This amount is too large.' };
  return { amount: Number(minor) };
}

/** An amount as `parseAmount` reads it back: "1220.00". */
export function amountText(amount: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = amount.toString().padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

type Parts = { readonly whole: string; readonly fraction: string };

function split(text: string, digits: number): Parts | 'ambiguous' | null {
  if (/^\d+$/.test(text)) return { whole: text, fraction: '' };
  const both = /^(\d{1,3}(?:([.,])\d{3})(?:\2\d{3})*)([.,])(\d+)$/.exec(text);
  if (both && both[2] !== both[3]) return { whole: both[1]!.replace(/[.,]/g, ''), fraction: both[4]! };
  if (/^\d{1,3}(\.\d{3}){2,}$/.test(text) || /^\d{1,3}(,\d{3}){2,}$/.test(text))
    return { whole: text.replace(/[.,]/g, ''), fraction: '' };
  const single = /^(\d+)[.,](\d+)$/.exec(text);
  if (!single) return null;
  const [, whole, fraction] = single as unknown as [string, string, string];
  const likeThousands = fraction.length === 3 && whole.length <= 3 && !whole.startsWith('0');
  if (!likeThousands) return { whole, fraction };
  return digits === 0 ? { whole: `${whole}${fraction}`, fraction: '' } : 'ambiguous';
}

const example = (digits: number): string => (digits === 0 ? '1234' : `1234.${'5'.repeat(digits)}`);
