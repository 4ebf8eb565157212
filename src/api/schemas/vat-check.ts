import { z } from 'zod';
import { vatOutcomes } from '../../domain/vat-register.ts';

export const vatCheck = z
  .object({
    register: z.literal('vies'),
    vatNumber: z.string().meta({ description: 'The number that was asked for, with its country’s prefix.' }),
    outcome: z.enum(vatOutcomes).meta({
      description: '`could-not-be-checked` is an outage: it says nothing of the number.',
    }),
    reason: z.string().nullable().meta({
      description:
        'Why it could not be checked: VIES’s code such as `MS_UNAVAILABLE`, or `TIMEOUT`, `UNREACHABLE`, `HTTP_503`, `UNINTELLIGIBLE`. With `invalid`: `INVALID_INPUT` where VIES finds the number malformed.',
    }),
    consultationNumber: z.string().nullable().meta({
      description:
        'VIES’s proof of the consultation; it gives one where the settings name the merchant’s VAT number.',
    }),
    requester: z.string().nullable().meta({ description: 'The VAT number for which VIES was asked.' }),
    name: z.string().nullable().meta({ description: 'As VIES told it; some countries do not.' }),
    address: z.string().nullable(),
    checkedAt: z.string(),
    actor: z.string(),
  })
  .meta({ id: 'VatCheck' });

export const presentVatCheck = vatCheck
  .extend({
    outage: z
      .object({ reason: z.string().nullable(), checkedAt: z.string() })
      .nullable()
      .meta({ description: 'A newer attempt that got no answer; the answer above stands.' }),
  })
  .meta({ id: 'PresentVatCheck' });

export const vatCheckHistory = z.object({ items: z.array(vatCheck) });
