/*
 * Intl's formatters, each made once: making one takes some twenty times as long as using it. The locales come from
 * outside, so that only so many are kept.
 */

const KEPT = 200;

function keeping<Options extends object, Format>(
  make: (locale: string, options: Options) => Format,
): (locale: string, options: Options) => Format {
  const kept = new Map<string, Format>();
  return (locale, options) => {
    const key = `${locale} ${JSON.stringify(options)}`;
    const known = kept.get(key);
    if (known) return known;
    if (kept.size >= KEPT) kept.clear();
    const made = make(locale, options);
    kept.set(key, made);
    return made;
  };
}

export const dateFormat = keeping(
  (locale, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options),
);
export const numberFormat = keeping(
  (locale, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options),
);
export const listFormat = keeping(
  (locale, options: Intl.ListFormatOptions) => new Intl.ListFormat(locale, options),
);
