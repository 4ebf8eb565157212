/** A mail's business key: "confirmation:1042", "settled:1042" without a payment, "settled:1042:2" if it is closed again. */
export function orderMailId(
  { id, reopenings }: { readonly id: string; readonly reopenings: number },
  kind: 'confirmation' | 'settled' | 'cancelled',
): string {
  const again = kind !== 'confirmation' && reopenings > 0 ? `:${reopenings + 1}` : '';
  return `${kind}:${id}${again}`;
}
