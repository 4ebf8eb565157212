import { z } from 'zod';
import { vatOutcomes } from '../../modules/customers/rules/vat-check.ts';
import { shown } from './fields.ts';

export const vatCheck = z
  .object({
    register: z.literal('vies'),
    vatNumber: shown.vatNumber.meta({
      description: 'The number that was asked for, with its country’s prefix.',
    }),
    outcome: z.enum(vatOutcomes).meta({
      description: '`could-not-be-checked` is an outage: it says nothing of the number.',
    }),
    reason: shown.reason.nullable().meta({
      description:
        'Why it could not be checked: VIES’s code such as `MS_UNAVAILABLE`, or `TIMEOUT`, `UNREACHABLE`, `HTTP_503`, `UNINTELLIGIBLE`. With `invalid`: `INVALID_INPUT` where VIES finds the number malformed.',
    }),
    consultationNumber: z.string().meta({ example: 'WAPIAAAAY1Zz8Xq2' }).nullable().meta({
      description:
        'VIES’s proof of the consultation; it gives one where the settings name the merchant’s VAT number.',
    }),
    requester: z
      .string()
      .meta({ example: 'IT12345670488' })
      .nullable()
      .meta({ description: 'The VAT number for which VIES was asked.' }),
    name: z
      .string()
      .meta({ example: 'Hofmann Werkzeuge GmbH' })
      .nullable()
      .meta({ description: 'As VIES told it; some countries do not.' }),
    address: z.string().meta({ example: 'Industriestrasse 4, 70565 Stuttgart' }).nullable(),
    checkedAt: shown.instant,
    actor: shown.actor,
  })
  .meta({ id: 'VatCheck' });

export const presentVatCheck = vatCheck
  .extend({
    outage: z
      .object({ reason: shown.reason.nullable(), checkedAt: shown.instant })
      .nullable()
      .meta({ description: 'A newer attempt that got no answer; the answer above stands.' }),
  })
  .meta({ id: 'PresentVatCheck' });

export const vatCheckHistory = z.object({ items: z.array(vatCheck) });
