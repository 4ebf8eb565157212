import { NettermsError } from '../../kernel/errors.ts';
import { bankAccounts } from '../../modules/banking/accounts.ts';
import type { StatementAnalysis, StatementOptions } from '../../modules/banking/statement-file.ts';
import type { ReadStatement, StatementReader } from '../../modules/banking/statement-reader.ts';
import type { ImportWorkflows } from '../../modules/imports/import-workflows.ts';
import type { NewImportLine } from '../../modules/imports/tables.ts';
import { activePolicies } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import type { ReceivedFile } from '../files/receive.ts';
import type { Uploads } from '../files/uploads.ts';
import { keepImport, receivedReply } from '../keep-import.ts';
import {
  type AnalysisView,
  analysis,
  bankFileQuery,
  bankFiles,
  type GivenQuery,
  mappingQuery,
} from '../schemas/bank-files.ts';
import { file, importView } from '../schemas/imports.ts';

const tag = 'Imports';
/** Lines that are stored at a time. */
const BATCH = 1_000;

/** Files of banks: how one would be read, and its import. */
export function bankFileEndpoints({
  sql,
  importWorkflows,
  statementReader,
  uploads,
}: {
  sql: Sql;
  importWorkflows: ImportWorkflows;
  statementReader: StatementReader;
  uploads: Uploads;
}): Endpoint[] {
  async function read(received: ReceivedFile, given: GivenQuery, now: string): Promise<ReadStatement> {
    const { timeZone: zone, currency: merchantCurrency } = (await activePolicies(sql)).settings.body;
    const { currency = null, account = null, separator = null, sheet = null, ...mapping } = given;
    const options: StatementOptions = {
      ...{ mapping, currency, account, separator, sheet, merchantCurrency },
      ...{ accounts: await readingOf(sql, now), now, zone },
    };
    return statementReader.read(await received.content(), options);
  }

  return [
    endpoint({
      method: 'post',
      path: '/payments/import/analyse',
      operationId: 'analyseBankFile',
      tag,
      summary: 'See how a bank’s file would be read, with its first lines; books and keeps nothing',
      scopes: ['accounting'],
      query: mappingQuery,
      body: file,
      files: bankFiles,
      anyCharset: true,
      answer: analysis,
      handle: async ({ query, body: upload, key, now }) =>
        uploads.use(key, upload, async (received) => ({
          body: analysisView(await read(received, query, now)),
        })),
    }),
    endpoint({
      method: 'post',
      path: '/payments/import',
      operationId: 'importBankFile',
      tag,
      summary: 'Import a bank’s file; certain matches are booked, the other lines wait in a pool',
      tryOut: { parameters: { 'Idempotency-Key': 'bank-1' } },
      scopes: ['accounting'],
      query: bankFileQuery,
      body: file,
      files: bankFiles,
      anyCharset: true,
      answer: importView,
      keyed: true,
      statuses: { 200: 'received before, or refused', 202: 'received' },
      handle: async ({ query, body: upload, ...call }) => {
        const { onRejected, book = 'certain', ...given } = query;
        return uploads.use(call.key, upload, async (received) => {
          const statement = await read(received, given, call.now);
          const { questions } = statement.analysis;
          if (questions.length > 0)
            throw new NettermsError(
              'mapping-needed',
              `The file does not say how it is to be read. ${questions.map(({ detail }) => detail).join(' ')} Nothing was kept.`,
              { analysis: analysisView(statement) },
            );
          const options = { book, statement: summaryOf(statement.analysis) };
          const how = { kind: 'payments', content: { given, book }, onRejected, options } as const;
          const lines = inBatches(statement.lines);
          return receivedReply(importWorkflows, await keepImport(sql, received, { ...how, lines, ...call }));
        });
      },
    }),
  ];
}

/** How the files of the merchant's accounts are read, by IBAN. */
async function readingOf(sql: Sql, now: string): Promise<StatementOptions['accounts']> {
  const accounts = await bankAccounts(sql, now);
  return Object.fromEntries(
    accounts.map(({ iban, mapping, inForce }) => [iban, { mapping, currency: inForce?.currency ?? null }]),
  );
}

async function* inBatches(lines: readonly NewImportLine[]): AsyncGenerator<readonly NewImportLine[]> {
  for (let at = 0; at < lines.length; at += BATCH) yield lines.slice(at, at + BATCH);
}

/** What an import keeps of how its file was read. */
const summaryOf = ({ format, encoding, account, mapping, counts, bookedThrough }: StatementAnalysis) => ({
  ...{ format, encoding, account, mapping, counts, bookedThrough },
});

function analysisView({ analysis: found, first }: ReadStatement): AnalysisView {
  return {
    ...found,
    reasons: [...found.reasons],
    sure: found.questions.length === 0,
    questions: [...found.questions],
    mapping: found.mapping as AnalysisView['mapping'],
    bookedThrough: { ...found.bookedThrough },
    lines: first.map((row): AnalysisView['lines'][number] => {
      const { number } = row;
      if ('skipped' in row) return { line: number, read: null, left: row.skipped, detail: null };
      if ('rejected' in row) {
        const { rejected, column, detail } = row;
        return {
          line: number,
          read: null,
          left: rejected,
          detail: column === '' ? detail : `${column}: ${detail}`,
        };
      }
      const { amount, currency, fee, ...line } = row.line;
      const money = (minor: number) => ({ amount: minor, currency });
      const read = { ...line, amount: money(amount), fee: fee === null ? null : money(fee) };
      return { line: number, read, left: null, detail: null };
    }),
  };
}
