import { numberFormat } from './formats.ts';
/** An amount in minor units (cents for EUR) of an ISO 4217 currency. Never a float. */
export type Money = { readonly amount: number; readonly currency: string };

/** The largest amount accepted anywhere, in minor units: ten billion euro, far below 2^53. */
export const MAX_AMOUNT = 1_000_000_000_000;

/** ISO 4217's exceptions to two decimal places. Intl follows display habits instead: 0 for HUF, IDR, PKR. */
const digitsOf = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    .split(' ')
    .map((c) => [c, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((c) => [c, 3] as const),
  ...'CLF UYW'.split(' ').map((c) => [c, 4] as const),
]);

/** How many decimal places the currency's major unit has: 2 for EUR, 0 for JPY (ISO 4217). */
export function minorDigits(currency: string): number {
  return digitsOf.get(currency) ?? 2;
}

/** "1,220.00 EUR": the neutral form, for logs, operators and messages of the API (never for e-mails). */
export function plainMoney(money: Money): string {
  return `${decimalOf(money).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',')} ${money.currency}`;
}

/** "-1220.00": the exact amount in major units, for files that machines read. */
export function decimalOf({ amount, currency }: Money): string {
  const digits = minorDigits(currency);
  const major = Math.abs(amount)
    .toString()
    .padStart(digits + 1, '0');
  const sign = amount < 0 ? '-' : '';
  return `${sign}${major.slice(0, major.length - digits)}${digits > 0 ? `.${major.slice(-digits)}` : ''}`;
}

/** "1.220,00 €" or "€1,220.00": as a reader of that locale writes it, always with grouped thousands. */
export function formatMoney(money: Money, locale: string): string {
  return format(money, locale, { style: 'currency', currency: money.currency });
}

/** "1.220,00" or "1,220.00": without the currency, for a column whose heading names it. */
export function formatAmount(money: Money, locale: string): string {
  return format(money, locale, {});
}

function format({ amount, currency }: Money, locale: string, style: Intl.NumberFormatOptions): string {
  const digits = minorDigits(currency);
  return numberFormat(locale, {
    ...style,
    useGrouping: 'always',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}
