import { z } from 'zod';
import { reasons } from '../../modules/banking/rules/matching.ts';
import { bankLineStates } from '../../modules/banking/tables.ts';
import { readCursor } from '../cursor.ts';
import { day, externalId, limit, money, optionalParameter, page, shown } from './fields.ts';
import { allocations, deductions } from './receipts.ts';

export const proposal = z
  .object({
    certainty: z.enum(['certain', 'likely', 'none']),
    customerId: shown.customerId.nullable(),
    allocations: z.array(z.object({ orderId: shown.orderId, amount: money })),
    otherwise: z.enum(['oldest-due', 'none']).nullable().meta({
      description:
        'Without allocations: `oldest-due` pays the orders that are due first, `none` keeps the money as credit.',
    }),
    reasons: z.array(z.enum(reasons)),
    resembles: shown.bankLineId.nullable().meta({
      description: 'An earlier line that may be the same money: compare the two.',
    }),
  })
  .meta({ id: 'Proposal', description: 'What the line probably pays, by the present state of the orders.' });

const reversal = z
  .object({
    paymentId: shown.paymentId.nullable(),
    collections: z.array(z.object({ orderId: shown.orderId, instalment: z.int() })).meta({
      description: 'The collection (RiBa, direct debit) that comes back, of which nothing is booked.',
    }),
    customerId: shown.customerId.nullable(),
    fee: money.nullable().meta({ description: 'What the bank took for the return.' }),
    returnedOn: shown.day,
    reasons: z.array(z.string()),
  })
  .meta({ id: 'ProposedReversal', description: 'The payment that outgoing money probably takes back.' });

export const bankLine = z
  .object({
    bankLineId: shown.bankLineId,
    importId: shown.importId,
    state: z.enum(bankLineStates),
    account: z.string().nullable().meta({ description: 'Your own IBAN, if the file says it.' }),
    bookedOn: shown.day,
    valueOn: shown.day.meta({ description: 'The day of receipt.' }),
    direction: z.enum(['credit', 'debit']),
    status: z.enum(['booked', 'pending', 'reverted']).meta({ description: 'What the bank says of it.' }),
    returned: z.string().nullable().meta({ description: 'Why money came back, as the bank says it.' }),
    amount: money,
    fee: money.nullable(),
    reference: shown.reference,
    payer: shown.company,
    payerIban: z.string().nullable(),
    bankReference: z.string().nullable().meta({ description: 'The bank’s own id of the line.' }),
    proposal: proposal
      .nullable()
      .meta({ description: 'What incoming money probably pays, while the line is open.' }),
    reversal: reversal.nullable(),
    why: z.string().meta({ description: 'Why the line is as it is, and what can be done next.' }),
    paymentId: shown.paymentId.nullable().meta({ description: 'The payment as which it is booked.' }),
    reverses: shown.paymentId.nullable().meta({ description: 'The payment that was reversed by it.' }),
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
    allocate: z.enum(['oldest-due', 'none']).optional().meta({
      description: '`none`: the whole payment stays credit of the customer, to be allocated later.',
    }),
    reverses: externalId.optional().meta({
      description: 'For outgoing money: the payment that it takes back; as proposed if not given.',
    }),
    fee: z
      .union([z.literal('none'), money])
      .optional()
      .meta({
        description:
          'For outgoing money: the bank’s fee, which the customer is charged; as proposed if not given.',
      }),
    collections: z
      .array(
        z.strictObject({
          orderId: externalId,
          instalment: z.int().min(1).max(1_000),
          amount: money.optional(),
        }),
      )
      .min(1)
      .max(500)
      .optional()
      .meta({
        description:
          'Divides the line over collections (RiBa, direct debit): incoming money is credited subject to collection, outgoing money returns them unpaid.',
      }),
  })
  .refine(
    ({ customerId, allocations, deductions, allocate }) =>
      customerId !== undefined || (!allocations && !deductions && !allocate),
    {
      path: ['customerId'],
      message: 'Give the customer whose payment it is.',
    },
  )
  .refine(
    ({ customerId, reverses, collections }) =>
      [customerId, reverses, collections].filter((one) => one !== undefined).length <= 1,
    {
      message:
        'A line is a payment (customerId), a return (reverses) or several collections: give one of them.',
    },
  )
  .meta({
    id: 'BankLineConfirmation',
    example: { customerId: 'hofmann-werkzeuge' },
  });
export type Confirmation = z.infer<typeof confirmation>;
