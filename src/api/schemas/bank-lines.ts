import { z } from 'zod';
import { reasons } from '../../modules/banking/rules/matching.ts';
import { bankLineStates } from '../../modules/banking/tables.ts';
import { readCursor } from '../cursor.ts';
import { CSV } from '../files/read-lines.ts';
import { currency, day, externalId, limit, line, money, optionalParameter, page, shown } from './fields.ts';
import { importQuery } from './imports.ts';
import { allocations, deductions } from './receipts.ts';

/** Whether a Luxon format names day, month and year once each; text in quotes is ignored. */
function isDateFormat(format: string): boolean {
  const tokens = format.replace(/'[^']*'/g, ' ').match(/([A-Za-z])\1*/g) ?? [];
  const times = (pattern: RegExp) => tokens.filter((token) => pattern.test(token)).length;
  return times(/^dd?$/) === 1 && times(/^(M{1,4}|L{1,4})$/) === 1 && times(/^(yy|yyyy)$/) === 1;
}

const csvOfBank = `Data valuta;Importo;Causale;Ordinante
15/01/2026;1.205,00;SO-1001 advance payment;Hofmann Werkzeuge GmbH
16/01/2026;3,20;Interessi attivi;Banca Esempio
`;
/** An example of a bank's file; the examples of the columns' parameters fit it. */
export const bankFiles = { [CSV]: csvOfBank };

/** How to read a bank's file, and which of its lines to book. */
export const bankFileQuery = importQuery.extend({
  date: line(100).meta({ description: 'The column of the value date.', example: 'Data valuta' }),
  amount: line(100).meta({ description: 'The column of the amount, in major units.', example: 'Importo' }),
  reference: line(100).meta({ description: 'The column of the payment reference.', example: 'Causale' }),
  payer: line(100).optional().meta({ description: 'The column of the payer.', example: 'Ordinante' }),
  dateFormat: line(30)
    .refine(
      isDateFormat,
      'Name day, month and year once each, such as dd/MM/yyyy: MM is the month, mm are minutes.',
    )
    .optional()
    .meta({ description: 'How days are written; yyyy-MM-dd if not given.', example: 'dd/MM/yyyy' }),
  decimal: z
    .enum([',', '.'])
    .optional()
    .meta({ description: 'The decimal separator; a point if not given.', example: ',' }),
  currency: currency
    .optional()
    .meta({ description: 'Of all amounts in the file, by ISO 4217; the merchant’s if not given.' }),
  book: z.enum(['certain', 'none']).optional().meta({
    description:
      'Which lines are booked without a person’s decision: the certain ones (the default) or none.',
  }),
});

export const proposal = z
  .object({
    certainty: z.enum(['certain', 'likely', 'none']),
    customerId: shown.customerId.nullable(),
    allocations: z.array(z.object({ orderId: shown.orderId, amount: money })),
    reasons: z.array(z.enum(reasons)),
  })
  .meta({ id: 'Proposal', description: 'What the line probably pays, by the present state of the orders.' });

export const bankLine = z
  .object({
    bankLineId: shown.bankLineId,
    importId: shown.importId,
    state: z.enum(bankLineStates),
    valueOn: shown.day,
    amount: money,
    reference: shown.reference,
    payer: shown.company,
    proposal: proposal.nullable().meta({ description: 'null: the line is not open.' }),
    paymentId: shown.paymentId.nullable().meta({ description: 'The payment as which it is booked.' }),
    ignored: z.object({ at: shown.instant, by: shown.actor, reason: shown.reason }).nullable(),
  })
  .meta({ id: 'BankLine' });
export type BankLineView = z.infer<typeof bankLine>;

export const bankLineQuery = z.strictObject({
  state: optionalParameter(z.enum(bankLineStates), 'Only lines in this state.'),
  importId: optionalParameter(externalId, 'Only lines of this import, by its id.'),
  limit,
  cursor: readCursor(z.strictObject({ valueOn: day, bankLineId: externalId })),
});
export const bankLines = page(bankLine);

export const confirmation = z
  .strictObject({
    customerId: externalId.optional().meta({ description: 'As proposed if not given.' }),
    allocations: allocations
      .optional()
      .meta({ description: 'Without them the oldest due date is paid first.' }),
    deductions,
  })
  .refine(
    ({ customerId, allocations, deductions }) => customerId !== undefined || (!allocations && !deductions),
    {
      path: ['customerId'],
      message: 'Give the customer whose payment it is.',
    },
  )
  .meta({
    id: 'BankLineConfirmation',
    example: { customerId: 'hofmann-werkzeuge' },
  });
