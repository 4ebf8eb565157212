import type { StatementLine } from '../rules/statement-line.ts';
import type { Row } from '../rules/table/table.ts';

/** The formats that are read. */
export const formatNames = ['csv', 'xlsx', 'camt.053'] as const;
export type FormatName = (typeof formatNames)[number];

/** A table: what its columns hold is still to be found out. */
export type TableContent = {
  readonly kind: 'table';
  /** As the text was decoded; null for XLSX. */
  readonly encoding: string | null;
  readonly separator: string | null;
  /** The name of the sheet; null for CSV. */
  readonly sheet: string | null;
  readonly rows: readonly Row[];
  /** Other sheets that hold a statement too. */
  readonly otherSheets: readonly string[];
};

/** A line of a format that says itself what each field is: read, or with what is wrong with it. */
export type ReadEntry = { readonly number: number; readonly raw: string } & (
  | { readonly line: StatementLine }
  | { readonly problem: string }
);

/** The statements of one or more accounts, in a format that needs no mapping. */
export type StatementContent = {
  readonly kind: 'statements';
  readonly encoding: string | null;
  /** Such as "camt.053.001.08". */
  readonly version: string;
  readonly entries: readonly ReadEntry[];
  /** The last booked day of each account as its closing balance says, by IBAN. */
  readonly closedOn: Readonly<Record<string, string>>;
};

export type Content = TableContent | StatementContent;

/** What reading needs to know apart from the file. */
export type ReadingContext = {
  readonly now: string;
  readonly zone: string;
  /** Between the cells of CSV; found out if null. */
  readonly separator: string | null;
  /** The sheet of a workbook; null if the file has to say it. */
  readonly sheet: string | null;
};

/** A format: it recognises its files by their content, never by their names. */
export type Format = {
  readonly name: FormatName;
  recognises(file: Buffer): boolean;
  /** @throws UnreadableFile */
  read(file: Buffer, context: ReadingContext): Promise<Content> | Content;
};

/** A file that cannot be read, as a sentence for whoever sent it. */
export class UnreadableFile extends Error {}
