import { z } from 'zod';
import { formatNames } from '../../modules/banking/formats/format.ts';
import { shown } from './fields.ts';

export const statementCounts = z
  .object({
    credits: z.int(),
    debits: z.int().meta({ description: 'Outgoing money, apart from returns.' }),
    returns: z.int().meta({ description: 'Outgoing money that the bank calls a return.' }),
    pending: z.int(),
    reverted: z.int(),
    skipped: z.int().meta({ description: 'Rows without a movement of money: balances, sums, notes.' }),
    rejected: z.record(z.string(), z.int()).meta({
      description: 'Lines that could not be read, by reason.',
      example: { 'not-a-day': 1 },
    }),
  })
  .meta({ id: 'StatementCounts' });

export const mapping = z
  .looseObject({})
  .meta({ description: 'As the parameters of the import: send them to read the file in the same way.' });
export const bookedThrough = z.record(z.string(), shown.day).meta({
  description:
    'The last day that the file shows as booked, by your own IBAN; under "" if the file does not say it.',
  example: { IT60X0542811101000000123456: '2026-01-16' },
});

/** How a file was read, as an import keeps it. */
export const statementSummary = z
  .object({
    format: z.enum(formatNames),
    encoding: z.string().nullable(),
    account: z.string().nullable(),
    mapping: mapping.nullable(),
    counts: statementCounts,
    bookedThrough,
  })
  .meta({ id: 'StatementSummary' });
