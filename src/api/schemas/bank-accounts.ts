import { z } from 'zod';
import { approval } from './approvals.ts';
import { iban, mappingQuery } from './bank-files.ts';
import { currency, examples, externalId, line, shown } from './fields.ts';

const bic = z
  .string()
  .regex(
    /^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/,
    'A BIC has 8 or 11 capital letters and digits, such as BPMIITMMXXX.',
  );

/** How files are read: the parameters of an import, apart from those that belong to one file. */
const storedMapping = mappingQuery.omit({ account: true, separator: true, currency: true }).meta({
  description:
    'How the files of this account are read, as the parameters of the import; the analysis proposes it.',
  example: { date: 'Data valuta', credit: 'Avere', debit: 'Dare', reference: ['Causale'] },
});

export const accountInput = z
  .strictObject({
    holder: line(140).meta({
      description: 'The holder as the bank knows it: payers’ banks compare it (Regulation EU 2024/886).',
    }),
    bic: bic.nullable().optional(),
    currency,
    default: z
      .boolean()
      .optional()
      .transform((given) => given ?? false)
      .meta({ type: 'boolean', default: false, description: 'Customers pay into it in its currency.' }),
    mapping: storedMapping.nullable().optional(),
  })
  .meta({
    id: 'BankAccountInput',
    example: { holder: 'Torchio & Figli S.r.l.', bic: 'BPMIITMMXXX', currency: 'EUR', default: true },
  });

const version = z.object({
  holder: z.string().meta({ example: 'Torchio & Figli S.r.l.' }),
  bic: z.string().nullable(),
  currency,
  default: z.boolean(),
  inForceFrom: shown.instant,
  requestedBy: shown.actor,
  approvedBy: shown.actor
    .nullable()
    .meta({ description: 'null: the first account, which nobody had to approve.' }),
});

export const bankAccount = z
  .object({
    iban: z.string().meta({ example: 'IT60X0542811101000000123456' }),
    inForce: version
      .nullable()
      .meta({ description: 'null: nothing of it is in force; customers do not see it.' }),
    coming: version.nullable().meta({ description: 'Approved, and in force from that instant on.' }),
    mapping: z.looseObject({}).nullable(),
    bookedThrough: shown.day.nullable().meta({
      description: 'The last day that the bank has booked, by the statements that were imported.',
    }),
  })
  .meta({ id: 'BankAccount' });
export type AccountView = z.infer<typeof bankAccount>;

export const changedAccount = bankAccount.extend({ approval: approval.optional() });
export const bankAccountList = z.object({ items: z.array(bankAccount) });

export const customerAccount = z
  .strictObject({ iban: iban.nullable() })
  .meta({ id: 'CustomerBankAccount', example: { iban: null } });

export const paymentReferenceInput = z
  .strictObject({ orderIds: z.array(externalId).min(1).max(500) })
  .meta({ id: 'PaymentReferenceInput', example: { orderIds: [examples.orderId] } });

export const paymentReferenceView = z
  .object({
    reference: z.string().meta({ example: 'NT7K3M9QXR24' }),
    grouped: z.string().meta({ description: 'As people read it.', example: 'NT7K 3M9Q XR24' }),
    creditorReference: z.string().meta({ description: 'By ISO 11649.', example: 'RF47NT7K3M9QXR24' }),
    orderIds: z.array(shown.orderId),
  })
  .meta({ id: 'PaymentReference' });
