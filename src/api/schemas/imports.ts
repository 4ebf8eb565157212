import { z } from 'zod';
import { importKinds } from '../../db/imports/imports.ts';
import { readCursor } from '../cursor.ts';
import { type Separator, separators } from '../files/csv.ts';
import type { Upload } from '../files/receive.ts';
import { externalId, limit, page } from './fields.ts';

/** A file that is read as it comes. */
export const file = z.custom<Upload>();

const separator: z.ZodType<Separator | undefined> = z
  .enum(separators)
  .optional()
  .meta({ description: 'Between the cells of a CSV file; found from the header unless given.' });

export const importQuery = z.strictObject({
  onRejected: z
    .enum(['skip', 'refuse'])
    .optional()
    .transform((given) => given ?? 'skip')
    .meta({
      type: 'string',
      enum: ['skip', 'refuse'],
      default: 'skip',
      description: 'What lines that are rejected mean for the others: `refuse` imports nothing then.',
    }),
  separator,
});

export const importView = z
  .object({
    importId: externalId,
    kind: z.enum(importKinds),
    state: z.enum(['received', 'applying', 'done', 'refused']).meta({
      description:
        '`refused`: a line was rejected and `onRejected` was `refuse`, so nothing was imported. Until `done` nothing of the file is visible, then all of it.',
    }),
    onRejected: z.enum(['skip', 'refuse']),
    lines: z.int(),
    progress: z
      .object({ done: z.int(), total: z.int() })
      .meta({ description: 'Lines gone through, of those that were not rejected.' }),
    created: z.int().meta({ description: 'Of bank lines: those that are new.' }),
    updated: z.int(),
    unchanged: z.int(),
    rejected: z.int(),
    createdAt: z.string(),
    finishedAt: z.string().nullable(),
    workflowId: z.string().nullable().meta({ description: 'null: a refused import needs none.' }),
  })
  .meta({ id: 'Import' });
export type ImportView = z.infer<typeof importView>;

const afterImport = z.strictObject({ createdAt: z.iso.datetime(), id: externalId });
export const importsQuery = z.strictObject({ limit, cursor: readCursor(afterImport) });
export const importsPage = page(importView);

const afterLine = z.strictObject({ after: z.int().min(0).max(2_147_483_647) });
export const rejectedQuery = z.strictObject({ limit, cursor: readCursor(afterLine) });
export const rejectedPage = page(
  z
    .object({
      line: z.int().meta({ description: 'As an editor counts the lines of the file.' }),
      subject: z.string().nullable().meta({ description: 'The customer’s id, if that could be read.' }),
      errors: z.array(
        z.object({
          pointer: z
            .string()
            .meta({ description: 'A column of CSV, a JSON pointer, or empty: the whole line.' }),
          detail: z.string(),
        }),
      ),
      raw: z.string().meta({ description: 'The line as it was sent.' }),
    })
    .meta({ id: 'RejectedLine' }),
);
