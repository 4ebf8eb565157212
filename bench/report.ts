import { rounded } from './measure.ts';

/** A figure of the table. */
export type Row = { figure: string; value: number | string; unit: string; note?: string };

/** A figure that the product should reach. */
export type Wanted = { name: string; measured: number; bound: 'at most' | 'at least'; wanted: number };

/** The results of one part. `errors` counts failed calls; `details` go only into the JSON file. */
export type Findings = { rows: Row[]; wanted: Wanted[]; errors: number; details: unknown };

export const isMet = ({ measured, bound, wanted }: Wanted): boolean =>
  bound === 'at most' ? measured <= wanted : measured >= wanted;

/** `WANTED name measured wanted ok|short` */
export function wantedLine(figure: Wanted): string {
  const { name, measured, bound, wanted } = figure;
  const sign = bound === 'at most' ? '<=' : '>=';
  return `WANTED ${name} ${rounded(measured)} ${sign}${rounded(wanted)} ${isMet(figure) ? 'ok' : 'short'}`;
}

/** The figures of all parts, aligned. */
export function table(parts: Readonly<Record<string, Findings>>): string {
  const lines = Object.entries(parts).flatMap(([part, { rows }]) =>
    rows.map(({ figure, value, unit, note = '' }) => [
      part,
      figure,
      typeof value === 'number' ? `${rounded(value)}` : value,
      unit,
      note,
    ]),
  );
  const heads = ['part', 'figure', 'value', 'unit', ''];
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...lines.map((line) => line[column]!.length)),
  );
  const show = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [show(heads), rule, ...lines.map(show)].join('\n');
}
