import { z } from 'zod';
import { formatNames } from '../../modules/banking/formats/format.ts';
import { ibanProblem } from '../../modules/banking/rules/iban.ts';
import { isDateFormat } from '../../modules/banking/rules/table/days.ts';
import { CSV } from '../files/read-lines.ts';
import { bookedThrough, mapping, statementCounts } from './bank-statement.ts';
import { currency, line, money, shown } from './fields.ts';
import { importQuery } from './imports.ts';

const csvOfBank = `Data valuta;Importo;Causale;Ordinante
15/01/2026;1.205,00;SO-1001 advance payment;Hofmann Werkzeuge GmbH
16/01/2026;3,20;Interessi attivi;Banca Esempio
`;
const camtOfBank = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>
<Acct><Id><IBAN>IT60X0542811101000000123456</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">1205.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-15</Dt></BookgDt>
<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Hofmann Werkzeuge GmbH</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Ustrd>SO-1001</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>
`;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** Examples of banks' files; what a file is follows from its content, whatever its media type says. */
export const bankFiles = {
  [CSV]: csvOfBank,
  'application/xml': camtOfBank,
  'text/xml': camtOfBank,
  [XLSX]: '',
  'application/octet-stream': '',
};

const column = (description: string, example?: string) =>
  line(100)
    .optional()
    .meta({ description, ...(example === undefined ? {} : { example }) });
const columns = z
  .union([line(100), z.array(line(100)).max(20)])
  .optional()
  .transform((given) => (given === undefined || Array.isArray(given) ? given : [given]));

export const iban = z
  .string()
  .max(50)
  .transform((text) => text.replace(/ /g, '').toUpperCase())
  .superRefine((text, context) => {
    const problem = ibanProblem(text);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

/** How to read a bank's file, where the file does not say it. */
export const mappingQuery = importQuery.omit({ onRejected: true }).extend({
  date: column('The column of the value date: the day of receipt.', 'Data valuta'),
  bookingDate: column('The column of the booking date.'),
  amount: column('The column of the amount, in major units; negative if money went out.', 'Importo'),
  credit: column('The column of incoming amounts, in place of `amount`.'),
  debit: column('The column of outgoing amounts.'),
  currencyColumn: column('The column of the currency, by ISO 4217.'),
  direction: column('The column that tells incoming from outgoing money: S/H, D/C, Dare/Avere, Af/Bij, +/−.'),
  status: column('The column that says whether the bank has booked the line.'),
  reference: columns.meta({
    description: 'The columns of the payment reference; may be given several times.',
    example: 'Causale',
  }),
  payer: column('The column of the payer.', 'Ordinante'),
  payerIban: column('The column of the payer’s IBAN.'),
  bankReference: column('The column of the bank’s own id of a line.'),
  fee: column('The column of the bank’s fee.'),
  accountColumn: column('The column of your own IBAN, in a file of several accounts.'),
  ignore: columns.meta({
    description:
      'Columns that look as if they changed what a line means, and do not; may be given several times.',
  }),
  dateFormat: line(20)
    .refine(
      isDateFormat,
      'Name day, month and year once each, and nothing else, such as dd/MM/yyyy: MM is the month, mm are minutes.',
    )
    .optional()
    .meta({ description: 'How days are written; found out if not given.', example: 'dd/MM/yyyy' }),
  decimal: z
    .enum([',', '.'])
    .optional()
    .meta({ description: 'The decimal separator; found out if not given.', example: ',' }),
  headerLine: z
    .string()
    .regex(/^\d{1,4}$/, 'Give the number of a line.')
    .transform(Number)
    .optional()
    .meta({ type: 'integer', description: 'The line of the header; 0: there is none. Found if not given.' }),
  currency: currency.optional().meta({
    description:
      'Of lines that name none, by ISO 4217; what the file or the account says if not given, or the merchant’s.',
  }),
  sheet: column('The sheet of a workbook, if several have statements.'),
  account: iban.optional().meta({
    type: 'string',
    description: 'Your own IBAN; what the file says if not given.',
  }),
});
export type GivenQuery = z.infer<typeof mappingQuery>;

/** How to read a bank's file, and which of its lines to book. */
export const bankFileQuery = mappingQuery.extend({
  onRejected: importQuery.shape.onRejected,
  book: z.enum(['certain', 'none']).optional().meta({
    description:
      'Which lines are booked without a person’s decision: the certain ones (the default) or none.',
  }),
});

export const analysis = z
  .object({
    format: z.enum(formatNames),
    version: z.string().nullable().meta({ example: 'camt.053.001.08' }),
    encoding: z.string().nullable().meta({ example: 'windows-1252' }),
    separator: z.string().nullable().meta({ example: ';' }),
    sheet: z.string().nullable().meta({ description: 'The sheet of a workbook.' }),
    headerLine: z.int().nullable().meta({ description: 'The line of the header; null: there is none.' }),
    account: z
      .string()
      .nullable()
      .meta({ description: 'Your own IBAN, if the file says it once for all lines.' }),
    sure: z.boolean().meta({ description: 'true: the file can be imported without parameters.' }),
    mapping: mapping.nullable(),
    reasons: z.array(
      z.object({
        parameter: z.string(),
        column: z.string(),
        reason: z.string().meta({ example: 'by its name' }),
      }),
    ),
    questions: z
      .array(z.object({ parameter: z.string(), detail: z.string() }))
      .meta({ description: 'What the file does not say, and which parameter does.' }),
    counts: statementCounts,
    bookedThrough,
    lines: z
      .array(
        z.object({
          line: z.int().meta({ description: 'Its number in the file.' }),
          read: z
            .object({
              account: z.string().nullable(),
              bookedOn: shown.day,
              valueOn: shown.day,
              amount: money,
              direction: z.enum(['credit', 'debit']),
              status: z.enum(['booked', 'pending', 'reverted']),
              returned: z.string().nullable(),
              reference: z.string(),
              payer: z.string(),
              payerIban: z.string().nullable(),
              bankReference: z.string().nullable(),
              fee: money.nullable(),
            })
            .nullable(),
          left: z
            .string()
            .nullable()
            .meta({ description: 'Why it is not a line: no movement, or the reason of its rejection.' }),
          detail: z.string().nullable(),
        }),
      )
      .meta({ description: 'The first lines, as they would be read.' }),
  })
  .meta({ id: 'StatementAnalysis' });
export type AnalysisView = z.infer<typeof analysis>;
