import { z } from 'zod';
import { reminderTemplates } from '../../modules/dunning/rules/dunning.ts';
import { defaultDunning } from '../../modules/settings/rules/defaults.ts';
import { areDistinct, offset, termsCode, timeZone } from './fields.ts';

const levels = z
  .array(z.strictObject({ offset, template: z.enum(reminderTemplates) }).meta({ id: 'Level' }))
  .max(20)
  .refine((list) => areDistinct(list.map((level) => level.offset)), 'Give each offset only once.');

/** Which reminders are sent when. */
export const dunningPolicy = z
  .strictObject({
    levels,
    plans: z
      .record(termsCode, levels)
      .refine((plans) => Object.keys(plans).length <= 50, 'Give at most 50.')
      .default({})
      .meta({ description: 'Different levels for certain terms, by terms code.' }),
    sendTime: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Give a time as HH:MM, such as 09:00.')
      .meta({ example: '09:00' })
      .default(defaultDunning.sendTime),
    timeZone: timeZone.default(defaultDunning.timeZone),
    spreadMinutes: z.int().min(0).max(720).default(defaultDunning.spreadMinutes),
    businessDays: z.boolean().default(defaultDunning.businessDays),
  })
  .meta({
    example: {
      levels: [
        { offset: '-P3D', template: 'before-due' },
        { offset: 'P0D', template: 'on-due' },
        { offset: 'P7D', template: 'overdue-1' },
        { offset: 'P14D', template: 'overdue-2' },
      ],
      plans: {
        demo: [
          { offset: 'PT0S', template: 'on-due' },
          { offset: 'PT20S', template: 'overdue-1' },
        ],
      },
      sendTime: '09:00',
      timeZone: 'Europe/Rome',
      spreadMinutes: 30,
      businessDays: true,
    },
  });
