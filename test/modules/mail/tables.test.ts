import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  findMail,
  freezeMail,
  giveUpMail,
  type MailState,
  noteAccepted,
  noteNotAccepted,
  noteRepeat,
} from '../../../src/modules/mail/tables.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { openMerchant } from '../../support/merchant.ts';

const NOW = '2027-03-01T10:00:00.000Z';
let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  await openMerchant(database.sql);
});
afterAll(() => database.drop());

const did = {
  begins: (id: string) =>
    freezeMail(
      database.sql,
      {
        ...{
          id,
          orderId: null,
          customerId: 'rossi',
          template: 'demand',
          locale: 'it',
          recipient: 'a@rossi.example',
        },
        ...{ copyTo: null, replyTo: null, messageId: `<${id}>`, subject: 's', html: 'h', plain: 'p' },
      },
      NOW,
    ),
  repeats: (id: string) => noteRepeat(database.sql, id),
  accepted: (id: string) => noteAccepted(database.sql, id, NOW),
  refused: (id: string) => noteNotAccepted(database.sql, id, { refused: true, error: '451' }),
  'breaks off': (id: string) => noteNotAccepted(database.sql, id, { refused: false, error: 'timeout' }),
  'is given up': (id: string) => giveUpMail(database.sql, id, 'the order was closed first'),
};

/** What attempts write, some of them still under way when the next one begins. */
const stories: [(keyof typeof did)[], MailState][] = [
  [['begins', 'refused'], 'planned'],
  [['begins', 'refused', 'begins', 'accepted'], 'sent'],
  [['begins', 'refused', 'is given up'], 'failed'],
  [['begins', 'breaks off', 'is given up'], 'unknown'],
  // The first attempt was taken for dead, and says something after the second has begun or ended.
  [['begins', 'repeats', 'refused'], 'sending'],
  [['begins', 'repeats', 'refused', 'accepted'], 'sent_maybe_twice'],
  [['begins', 'repeats', 'accepted', 'refused'], 'sent_maybe_twice'],
  [['begins', 'repeats', 'accepted', 'accepted'], 'sent_maybe_twice'],
  [['begins', 'repeats', 'accepted', 'breaks off', 'is given up'], 'sent_maybe_twice'],
  // The order was closed while the only attempt was under way.
  [['begins', 'is given up', 'accepted'], 'sent'],
  [['begins', 'is given up', 'refused'], 'unknown'],
  [['begins', 'is given up', 'repeats', 'accepted'], 'sent_maybe_twice'],
];

it.each(stories)('%j: %s', async (story, state) => {
  const id = story.join(', ');
  for (const event of story) await did[event](id);
  expect(await findMail(database.sql, id)).toMatchObject({ state });
});
