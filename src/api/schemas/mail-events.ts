import { z } from 'zod';
import { withoutDirectionControls } from '../../kernel/foreign-text.ts';
import { undeliverableCauses } from '../../modules/customers/undeliverable-addresses.ts';
import { mailEventTypes } from '../../modules/mail/mail-events.ts';
import { email, externalId, instant, reason, shown } from './fields.ts';

const type = z.enum(mailEventTypes).meta({
  description:
    'bounced: refused for good, because the address does not exist or takes no mail; soft-bounced: anything else that did not arrive, such as a full mailbox or a refused text; complained: the recipient called it spam. Only `bounced` and `complained` mark the address.',
  example: 'bounced',
});
const address = email.meta({ example: 'buchhaltung@hofmann-werkzeuge.example' });

/** What a server of others said: refusing it would only make the provider repeat it. */
const foreignDetail = z
  .string()
  .max(10_000)
  .overwrite((text) =>
    withoutDirectionControls(text)
      .replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ')
      .trim()
      .slice(0, 1_000),
  )
  .meta({ example: 'smtp; 550 5.1.1 user unknown' });

export const newMailEvent = z
  .strictObject({
    eventId: externalId.meta({
      description: 'The provider’s. Repeating the same event with the same id changes nothing.',
    }),
    type,
    address,
    messageId: z
      .string()
      .regex(
        /^<?[^<>\s]{1,250}>?$/,
        'A Message-ID is 1 to 250 characters without spaces, in angle brackets or not.',
      )
      .optional()
      .meta({
        description:
          'The header `Message-ID` of the mail, if the provider says it: a letter that bounced has failed.',
      }),
    at: instant.optional().meta({ description: 'When it happened, as the provider says.' }),
    detail: foreignDetail.optional().meta({
      description:
        'What the recipient’s mail server said; people see it. The first 1,000 characters are kept.',
    }),
  })
  .meta({
    id: 'NewMailEvent',
    example: {
      ...{ eventId: 'bounce-4711', type: 'bounced', address: 'buchhaltung@hofmann-werkzeuge.example' },
      detail: 'smtp; 550 5.1.1 user unknown',
    },
  });

export const mailEvent = z
  .object({
    eventId: z.string().meta({ example: 'bounce-4711' }),
    type,
    address: z.string().meta({ example: 'buchhaltung@hofmann-werkzeuge.example' }),
    messageId: z.string().nullable().meta({ description: 'Without angle brackets.', example: null }),
    at: shown.instant.nullable(),
    detail: z.string().nullable().meta({ example: 'smtp; 550 5.1.1 user unknown' }),
    marked: z.array(shown.customerId).meta({
      description: 'The customers whose address was marked by it; none if nobody has the address.',
    }),
    reportedBy: shown.actor,
    reportedAt: shown.instant,
  })
  .meta({ id: 'MailEvent' });

export const undeliverableAddress = z
  .object({
    address: z
      .string()
      .meta({ description: 'In small letters.', example: 'buchhaltung@hofmann-werkzeuge.example' }),
    cause: z.enum(undeliverableCauses).meta({
      description: 'refused: by the mail server; the others were reported by the mail provider.',
    }),
    detail: z.string().nullable().meta({ example: '550 5.1.1 user unknown' }),
    since: shown.instant,
  })
  .meta({ id: 'UndeliverableAddress' });

export const liftedAddress = z.strictObject({ address, reason }).meta({
  example: {
    ...{ address: 'buchhaltung@hofmann-werkzeuge.example', reason: 'The customer has mended the mailbox.' },
  },
});
