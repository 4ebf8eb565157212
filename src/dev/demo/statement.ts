import type { Money } from './narration.ts';

/** A movement of the account; `pending`: the bank has not booked it yet. */
export type StatementRow = { text: string; pending?: boolean } & ({ avere: Money } | { dare: Money });

/** A bank's own signs in Windows-1252 that are not those of Latin-1. */
const SIGNS: readonly (readonly [string, number])[] = [
  ['€', 0x80],
  ['–', 0x96],
];

/** The file that an Italian bank offers for download: in Windows-1252, for people rather than for programs. */
export function statementOf(
  { company, iban, timeZone }: { company: string; iban: string | null; timeZone: string },
  rows: readonly StatementRow[],
  today: Date,
): Buffer {
  const day = new Intl.DateTimeFormat('it', {
    ...{ day: '2-digit', month: '2-digit', year: 'numeric', timeZone },
  }).format(today);
  const sum = (of: readonly (Money | null)[]) => of.reduce((all, one) => all + (one?.amount ?? 0), 0);
  const [before, into, out] = [
    1_000_000,
    sum(rows.map((row) => (row.pending ? null : avereOf(row)))),
    sum(rows.map((row) => (row.pending ? null : dareOf(row)))),
  ];
  const lines = [
    ...(iban === null ? [] : [`Rapporto;${iban}`]),
    `Intestatario;${company}`,
    'Divisa;EUR',
    'Importi in €',
    '',
    'Data contabile;Data valuta;Descrizione operazione;Dare;Avere;Stato',
    `;;Saldo iniziale;;${amountOf(before)};`,
    ...rows.map((row) => {
      const status = row.pending ? 'Non contabilizzato' : 'Contabilizzato';
      return [day, day, row.text, cellOf(dareOf(row)), cellOf(avereOf(row)), status].join(';');
    }),
    `;;Saldo finale;;${amountOf(before + into - out)};`,
    `Totale;;;${amountOf(out)};${amountOf(into)};`,
  ];
  return inWindows1252(`${lines.join('\r\n')}\r\n`);
}

const avereOf = (row: StatementRow): Money | null => ('avere' in row ? row.avere : null);
const dareOf = (row: StatementRow): Money | null => ('dare' in row ? row.dare : null);
const amountOf = (minor: number): string =>
  new Intl.NumberFormat('it', { minimumFractionDigits: 2, useGrouping: 'always' } as object).format(
    minor / 100,
  );
const cellOf = (given: Money | null): string => (given === null ? '' : amountOf(given.amount));

function inWindows1252(text: string): Buffer {
  const asLatin = SIGNS.reduce((all, [sign, code]) => all.replaceAll(sign, String.fromCharCode(code)), text);
  return Buffer.from(asLatin, 'latin1');
}
