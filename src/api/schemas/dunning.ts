import { z } from 'zod';
import { isExact, isOverdueTone, tones } from '../../modules/dunning/rules/dunning.ts';
import { defaultDunning } from '../../modules/settings/rules/defaults.ts';
import { hardlyEverOpen } from '../../modules/terms/rules/closures.ts';
import { areDistinct, moneyOrZero, monthAndDay, offset, termsCode, timeZone } from './fields.ts';

const level = z
  .strictObject({
    offset,
    tone: z.enum(tones),
    payWithinDays: z.int().min(0).max(60).optional().meta({
      description:
        'Business days to pay that a letter about something overdue names. Default: 7, for `overdue-2` 5.',
    }),
    approve: z.boolean().optional().meta({
      description: 'Whether a person approves each letter first. Default: only those of the tone `final`.',
    }),
  })
  .refine(({ tone, payWithinDays }) => payWithinDays === undefined || isOverdueTone(tone), {
    path: ['payWithinDays'],
    message: 'Letters of this tone name no new deadline: leave it out.',
  })
  .refine(({ offset, payWithinDays }) => payWithinDays === undefined || !isExact(offset), {
    path: ['payWithinDays'],
    message: 'This offset is exact, and counts no business days: leave it out.',
  })
  .meta({ id: 'Level' });

const levels = z
  .array(level)
  .max(20)
  .refine((list) => areDistinct(list.map(({ offset }) => offset)), 'Give each offset only once.');

const pause = z.strictObject({ from: monthAndDay, to: monthAndDay }).meta({ id: 'Pause' });

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
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Give a time as HH:MM, such as 10:30.')
      .meta({ description: 'Letters leave from then on, for eight hours.', example: '10:30' })
      .default(defaultDunning.sendTime),
    timeZone: timeZone.default(defaultDunning.timeZone),
    spreadMinutes: z.int().min(0).max(720).default(defaultDunning.spreadMinutes).meta({
      description: 'The customers’ letters are spread over so many minutes after `sendTime`.',
    }),
    businessDays: z.boolean().default(defaultDunning.businessDays),
    minIntervalDays: z.int().min(0).max(90).default(defaultDunning.minIntervalDays).meta({
      description: 'Days from one letter to a customer to the next one.',
    }),
    maxIn30Days: z.int().min(1).max(100).default(defaultDunning.maxIn30Days).meta({
      description: 'The most letters that a customer gets within 30 days.',
    }),
    minimumAmounts: z
      .array(moneyOrZero)
      .max(50)
      .refine(
        (amounts) => areDistinct(amounts.map(({ currency }) => currency)),
        'Give each currency only once.',
      )
      .default(() => [...defaultDunning.minimumAmounts])
      .meta({
        description:
          'No letter asks for less in that currency. In a currency without an amount, letters ask for every amount.',
      }),
    letters: z.enum(['on', 'off']).default(defaultDunning.letters).meta({
      description: '`off` is the test mode: no letter leaves, and none of them is sent later.',
    }),
    pauses: z
      .array(pause)
      .max(20)
      .refine(
        (pauses) => !hardlyEverOpen({ closedMonths: [], closures: pauses }),
        'Leave at least four weeks of the year without a pause.',
      )
      .default(() => [...defaultDunning.pauses])
      .meta({
        description:
          'Days of every year, both included, on which no letter about something overdue leaves; also over New Year.',
      }),
  })
  .meta({
    example: {
      levels: [
        { offset: '-P7D', tone: 'due-soon' },
        { offset: 'P5D', tone: 'overdue-1', payWithinDays: 7 },
        { offset: 'P18D', tone: 'overdue-2', payWithinDays: 5 },
        { offset: 'P30D', tone: 'final', payWithinDays: 7, approve: true },
      ],
      plans: {
        demo: [
          { offset: 'PT0S', tone: 'due' },
          { offset: 'PT20S', tone: 'overdue-1' },
        ],
      },
      sendTime: '10:30',
      timeZone: 'Europe/Rome',
      spreadMinutes: 30,
      businessDays: true,
      minIntervalDays: 7,
      maxIn30Days: 4,
      minimumAmounts: [{ amount: 1_000, currency: 'EUR' }],
      letters: 'on',
      pauses: [
        { from: '08-08', to: '08-24' },
        { from: '12-24', to: '01-06' },
      ],
    },
  });
