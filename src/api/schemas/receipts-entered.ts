import { z } from 'zod';
import { day, shown } from './fields.ts';

export const receiptsEnteredInput = z
  .strictObject({
    through: day.meta({ description: 'The last day of which all money is entered; not in the future.' }),
  })
  .meta({ id: 'ReceiptsEnteredInput', example: { through: '2026-01-15' } });

export const receiptsEntered = z
  .object({
    through: shown.day.nullable().meta({ description: 'null: nobody has said it yet.' }),
    enteredBy: z.string().nullable().meta({ example: 'user:carla' }),
    enteredAt: shown.instant.nullable(),
  })
  .meta({ id: 'ReceiptsEntered' });
