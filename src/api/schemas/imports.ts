import { z } from 'zod';
import { importKinds } from '../../modules/imports/tables.ts';
import { readCursor } from '../cursor.ts';
import { type Separator, separators } from '../files/csv.ts';
import { CSV, NDJSON } from '../files/read-lines.ts';
import type { Upload } from '../files/receive.ts';
import { statementSummary } from './bank-statement.ts';
import { examples, externalId, instant, limit, page, shown } from './fields.ts';

/** A file that is read as it comes. */
export const file = z.custom<Upload>();

const separator: z.ZodType<Separator | undefined> = z
  .enum(separators)
  .optional()
  .meta({ description: 'Between the cells of a CSV file; detected from the header if not given.' });

/** Example files by media type. They do not contain every column or field. */
export const customerFiles = {
  [CSV]: `customerId,name,email,locale,country,vatNumber,groups,orders,turnover,turnoverCurrency,contacts.billing
ferramenta-galli,Ferramenta Galli S.r.l.,info@ferramenta-galli.example,it,IT,,trade|north,12,480000,EUR,fatture@ferramenta-galli.example
brennan-tools,Brennan Tools Ltd,accounts@brennan-tools.example,en,IE,,trade,4,150000,EUR,
`,
  [NDJSON]: `{"customerId":"ferramenta-galli","name":"Ferramenta Galli S.r.l.","email":"info@ferramenta-galli.example","locale":"it","country":"IT","groups":["trade","north"],"stats":{"orders":12,"turnover":{"amount":480000,"currency":"EUR"}}}
{"customerId":"brennan-tools","name":"Brennan Tools Ltd","email":"accounts@brennan-tools.example","locale":"en","country":"IE"}
`,
};

export const importQuery = z.strictObject({
  onRejected: z
    .enum(['skip', 'refuse'])
    .optional()
    .transform((given) => given ?? 'skip')
    .meta({
      type: 'string',
      enum: ['skip', 'refuse'],
      default: 'skip',
      description:
        'What to do if lines are rejected: `skip` imports the other lines, `refuse` imports nothing.',
    }),
  separator,
});

export const importView = z
  .object({
    importId: externalId.meta({ example: examples.importId }),
    kind: z.enum(importKinds),
    state: z.enum(['received', 'applying', 'done', 'refused']).meta({
      description:
        '`refused`: a line was rejected and `onRejected` was `refuse`, so nothing was imported. Nothing of the file is visible until `done`, then all of it.',
    }),
    onRejected: z.enum(['skip', 'refuse']),
    lines: z.int(),
    progress: z
      .object({ done: z.int(), total: z.int() })
      .meta({ description: 'Lines that are processed, out of those that were not rejected.' }),
    created: z.int().meta({ description: 'For bank lines: the new ones.' }),
    updated: z.int(),
    unchanged: z.int(),
    rejected: z.int(),
    statement: statementSummary
      .nullable()
      .meta({ description: 'How a bank’s file was read; null for customers.' }),
    createdAt: shown.instant,
    finishedAt: shown.instant.nullable(),
    workflowId: z
      .string()
      .meta({ example: 'import/customers-1' })
      .nullable()
      .meta({ description: 'null: a refused import has no workflow.' }),
  })
  .meta({ id: 'Import' });
export type ImportView = z.infer<typeof importView>;

const afterImport = z.strictObject({ createdAt: instant, id: externalId });
export const importsQuery = z.strictObject({ limit, cursor: readCursor(afterImport) });
export const importsPage = page(importView);

const afterLine = z.strictObject({ after: z.int().min(0).max(2_147_483_647) });
export const rejectedQuery = z.strictObject({ limit, cursor: readCursor(afterLine) });
export const rejectedPage = page(
  z
    .object({
      line: z.int().meta({ description: 'The number of the line in the file, from 1.' }),
      subject: z
        .string()
        .meta({ example: 'ferramenta-galli' })
        .nullable()
        .meta({ description: 'The customer’s id, if it could be read.' }),
      errors: z.array(
        z.object({
          pointer: z
            .string()
            .meta({ example: 'country' })
            .meta({ description: 'A column of CSV or a JSON pointer; empty for the whole line.' }),
          detail: z.string().meta({ example: 'This is empty.' }),
        }),
      ),
      reason: z
        .string()
        .nullable()
        .meta({ example: null, description: 'The code of the rejection of a bank’s line.' }),
      raw: z
        .string()
        .meta({ example: 'ferramenta-galli,Ferramenta Galli S.r.l.,info@ferramenta-galli.example,it,' })
        .meta({ description: 'The line as it was sent.' }),
    })
    .meta({ id: 'RejectedLine' }),
);
