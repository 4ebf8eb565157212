/** A CSV file with that many customers, `c000001` and so on; the lines in `wrong`, counted from 1, have no e-mail. */
export function customerFile(
  count: number,
  { wrong = () => false, name = 'Cliente' }: { wrong?: (n: number) => boolean; name?: string } = {},
): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const n = index + 1;
    const id = `c${String(n).padStart(6, '0')}`;
    const email = wrong(n) ? 'nobody' : `${id}@cliente.example`;
    return `${id},"${name} ${n}, S.r.l.",${email},it-IT,IT,${12345670488 + n},retail|north,${n % 50},${n * 100},EUR,2020-01-31`;
  });
  const header =
    'customerId,name,email,locale,country,vatNumber,groups,orders,turnover,turnoverCurrency,since';
  return `${[header, ...lines].join('\n')}\n`;
}
