import { z } from 'zod';
import { vatOutcomes } from '../../modules/customers/rules/vat-check.ts';
import { shown } from './fields.ts';

export const vatCheck = z
  .object({
    register: z.literal('vies'),
    vatNumber: shown.vatNumber.meta({
      description: 'The number that was checked, with its country prefix.',
    }),
    outcome: z.enum(vatOutcomes).meta({
      description: '`could-not-be-checked` is an outage: it says nothing about the number.',
    }),
    reason: shown.reason.nullable().meta({
      description:
        'Why it could not be checked: VIES’s code such as `MS_UNAVAILABLE`, or `TIMEOUT`, `UNREACHABLE`, `HTTP_503`, `UNINTELLIGIBLE`. With `invalid`: `INVALID_INPUT` if VIES finds the number malformed.',
    }),
    consultationNumber: z.string().meta({ example: 'WAPIAAAAY1Zz8Xq2' }).nullable().meta({
      description:
        'VIES’s proof of the consultation; it gives one if the settings contain the merchant’s VAT number.',
    }),
    requester: z
      .string()
      .meta({ example: 'IT12345670488' })
      .nullable()
      .meta({ description: 'The merchant’s VAT number, in whose name VIES was asked.' }),
    name: z
      .string()
      .meta({ example: 'Hofmann Werkzeuge GmbH' })
      .nullable()
      .meta({ description: 'As VIES gives it; some countries do not disclose it.' }),
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
      .meta({ description: 'A newer attempt that got no answer; the answer above is still valid.' }),
  })
  .meta({ id: 'PresentVatCheck' });

export const vatCheckHistory = z.object({ items: z.array(vatCheck) });
