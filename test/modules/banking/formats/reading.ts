import {
  readStatementFile,
  type StatementFile,
  type StatementOptions,
} from '../../../../src/modules/banking/statement-file.ts';

/** What is known before a file is read, in these tests. */
export const options: StatementOptions = {
  mapping: {},
  currency: null,
  account: null,
  separator: null,
  merchantCurrency: 'EUR',
  accounts: {},
  now: '2026-11-26T12:00:00.000Z',
  zone: 'Europe/Rome',
};

/** Reads a file, given as lines or bytes. */
export const read = (
  file: readonly string[] | Buffer,
  given: Partial<StatementOptions> = {},
): Promise<StatementFile> =>
  readStatementFile(Buffer.isBuffer(file) ? file : Buffer.from(file.join('\n')), { ...options, ...given });

/** The lines that were read. */
export const linesOf = ({ rows }: StatementFile) => rows.flatMap((row) => ('line' in row ? [row.line] : []));
/** What was asked, by parameter. */
export const askedIn = ({ analysis }: StatementFile): string[] =>
  analysis.questions.map(({ parameter }) => parameter);
