import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { lockCustomer } from '../../../src/modules/customers/tables.ts';
import {
  insertUndeliverable,
  undeliverableAddresses,
} from '../../../src/modules/customers/undeliverable-addresses.ts';
import type { MailDefinition, MailDefinitions } from '../../../src/modules/mail/definition.ts';
import { createSender, type Sender } from '../../../src/modules/mail/sender.ts';
import {
  findMail,
  type MailContent,
  type MailOutcome,
  type MailState,
  mailKinds,
  queueMail,
} from '../../../src/modules/mail/tables.ts';
import { tryAgain } from '../../../src/modules/mail/try-again.ts';
import { inTransaction } from '../../../src/platform/postgres/client.ts';
import { type Mail, MailOutcomeUnknown, MailRefused } from '../../../src/platform/smtp/mailer.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { DAY, later } from '../../support/instants.ts';
import { letPass } from '../../support/let-pass.ts';
import { addCustomer, openMerchant } from '../../support/merchant.ts';
import { type Fate, startScriptedPost } from '../../support/scripted-post.ts';

const NOW = '2027-03-01T10:00:00.000Z';
const FROM = 'Netterms <terms@merchant.example>';
/** An attempt that has not reported for so long counts as lost, in seconds. */
const CLAIM = 91;
const refusal = (more: { permanent?: boolean; byServer?: boolean } = {}) =>
  new MailRefused('no', { permanent: false, ...more });

let database: TestDatabase;
/** What the mails say, and what follows from their outcome. */
let says: Required<MailDefinition>;
let concluded: [string, MailOutcome][];
let keptBack: string[];
let warnings: object[];
beforeEach(async () => {
  database = await freshDatabase();
  await openMerchant(database.sql);
  [concluded, keptBack, warnings] = [[], [], []];
  let composed = 0;
  says = {
    // Different whenever it is composed.
    compose: async (_tx, { id, customerId }) => ({
      ...{ locale: 'it', recipient: addressOf(customerId), copyTo: null, replyTo: null },
      ...{ subject: id, html: `<p>Text ${++composed}</p>`, plain: `Text ${composed}` },
    }),
    stillHolds: async () => true,
    conclude: async (_tx, { id }, outcome) => void concluded.push([id, outcome]),
  };
});
afterEach(() => database.drop());

const addressOf = (customerId: string) => `${customerId}@acme.example`;

type Post = (mail: Mail) => Promise<void>;
const senders: Sender[] = [];
function aSender(send: Post): Sender {
  const definition: MailDefinition = {
    compose: (...given) => says.compose(...given),
    stillHolds: (...given) => says.stillHolds(...given),
    conclude: (...given) => says.conclude(...given),
  };
  const sender = createSender({
    ...{ sql: database.sql, mailer: { send }, from: FROM, now: () => NOW, everyMs: 3_600_000 },
    definitions: Object.fromEntries(mailKinds.map((kind) => [kind, definition])) as MailDefinitions,
    log: { warn: (fields: object) => void warnings.push(fields) },
    ...{ perSecond: 10_000, atOnce: 5, retry: async (id: string) => void keptBack.push(id) },
  });
  senders.push(sender);
  return sender;
}
afterEach(async () => {
  for (const sender of senders.splice(0)) await sender.stop();
});

/** Mails to the same customer, or each to a customer of its own. */
async function queued(ids: readonly string[], customerId?: string): Promise<void> {
  for (const id of ids) {
    const to = customerId ?? `c-${id}`;
    await addCustomer(database.sql, to);
    await inTransaction(database.sql, (tx) =>
      queueMail(tx, { id, customerId: to, orderId: null, kind: 'demand', now: NOW }),
    );
  }
}
const mail = async (id = 'm') => (await findMail(database.sql, id))!;

/** A post of which each attempt ends when the test says so. */
function heldPost() {
  const attempts: { mail: Mail; ends: (failure?: Error) => void }[] = [];
  const send: Post = (mail) =>
    new Promise((resolve, reject) => {
      attempts.push({ mail, ends: (failure) => (failure ? reject(failure) : resolve()) });
    });
  const begun = (count: number) => eventually(`attempt ${count}`, () => attempts[count - 1]);
  return { send, begun, attempts };
}

/** The fates of the attempts, the state in the end, how many mails came whole, and how many of them differ. */
const sequences: [Fate[], MailState, number, number][] = [
  [['accepts'], 'sent', 1, 1],
  [['dies', 'accepts'], 'sent_maybe_twice', 2, 1],
  [['dies midway', 'accepts'], 'sent_maybe_twice', 1, 1],
  [['dies', 451, 'accepts'], 'sent_maybe_twice', 3, 1],
  [['dies', 'recipient 451', 'recipient 451', 'accepts'], 'sent_maybe_twice', 2, 1],
  [['dies', 'away', 'accepts'], 'sent_maybe_twice', 2, 1],
  [['dies', 'away', 451, 'dies', 'accepts'], 'sent_maybe_twice', 4, 1],
  [['dies', 'recipient 550'], 'unknown', 1, 1],
  [['dies', 451, 554], 'unknown', 3, 1],
  [['dies midway', 'away', 'recipient 550'], 'unknown', 0, 0],
  [['away', 'accepts'], 'sent', 1, 1],
  [['recipient 451', 'dies', 'recipient 451', 'accepts'], 'sent_maybe_twice', 2, 1],
  [[451, 'accepts'], 'sent', 2, 2], // refused for certain: composed again
  [['recipient 550'], 'failed', 0, 0],
  [['recipient 451', 554], 'failed', 1, 1],
];

describe('a recipient whom the mail server refuses', () => {
  /** The customer's addresses that are marked after a mail to `given.recipient`. */
  async function markedAfter(
    fate: Fate,
    given: { recipient?: string; copyTo?: string; contacts?: Record<string, string> } = {},
  ): Promise<string[]> {
    const post = await startScriptedPost(FROM);
    onTestFinished(() => post.stop());
    const email = 'Conti@acme.example';
    const { recipient = email, copyTo = null, contacts = {} } = given;
    post.scripts.set(recipient, [fate]);
    await addCustomer(database.sql, 'acme', { email, contacts });
    const compose = says.compose;
    says.compose = async (...of) => ({ ...((await compose(...of)) as MailContent), recipient, copyTo });
    await queued(['m'], 'acme');
    await database.sql`update customers set email = ${email}, contacts = ${database.sql.json(contacts)} where id = 'acme'`;
    await aSender(post.send).drain();
    return [...(await undeliverableAddresses(database.sql, 'acme'))];
  }

  it.each<[Fate, MailState, boolean]>([
    ['recipient 550 5.1.1', 'failed', true],
    ['recipient 550', 'failed', true],
    ['recipient 550 5.7.1', 'failed', false],
    ['recipient 552 5.2.2', 'failed', false],
    ['recipient 452', 'queued', false],
    ['recipient 450 4.1.1', 'queued', false],
    [554, 'failed', false],
    ['accepts', 'sent', false],
  ])('with %j: the mail is %s, its address marked: %s', async (fate, state, isMarked) => {
    expect(await markedAfter(fate)).toEqual(isMarked ? ['conti@acme.example'] : []);
    expect(await mail()).toMatchObject({ state });
  });

  it('while the copy is taken: the mail has failed, and the address is marked', async () => {
    expect(await markedAfter('recipient 550 5.1.1', { copyTo: 'buyer@acme.example' })).toEqual([
      'conti@acme.example',
    ]);
    expect(await mail()).toMatchObject({ state: 'failed', why: 'refused' });
  });

  it('is not marked if it is not an address of the customer', async () => {
    expect(await markedAfter('recipient 550 5.1.1', { recipient: 'guest@other.example' })).toEqual([]);
    expect(await mail()).toMatchObject({ state: 'failed' });
  });
});

describe('a mail to an address at which nothing arrives', () => {
  const mark = (customerId: string, address: string) =>
    inTransaction(database.sql, (tx) =>
      insertUndeliverable(tx, { customerId, address, cause: 'bounced', detail: null, since: NOW }),
    );

  it('is not handed over; what it says is kept', async () => {
    await queued(['m']);
    await mark('c-m', addressOf('c-m').toUpperCase());
    const { send, attempts } = heldPost();
    await aSender(send).drain();
    expect(attempts).toEqual([]);
    expect(await mail()).toMatchObject({
      ...{ state: 'failed', why: 'nothing arrives at the address', recipient: addressOf('c-m'), attempts: 0 },
      html: '<p>Text 1</p>',
    });
    expect(concluded).toEqual([['m', 'failed']]);
  });

  it('whose outcome was never known is not repeated', async () => {
    await queued(['m']);
    const { send, begun, attempts } = heldPost();
    const sender = aSender(send);
    const drained = sender.drain();
    (await begun(1)).ends(new MailOutcomeUnknown('the connection broke'));
    await drained;
    await mark('c-m', addressOf('c-m'));
    await letPass(database.sql, CLAIM);
    await sender.drain();
    expect(attempts).toHaveLength(1);
    expect(await mail()).toMatchObject({ state: 'unknown', why: 'nothing arrives at the address' });
  });

  it('that is only its copy leaves without it', async () => {
    const compose = says.compose;
    says.compose = async (...of) => ({
      ...((await compose(...of)) as MailContent),
      copyTo: 'buyer@acme.example',
    });
    await queued(['m']);
    await mark('c-m', 'buyer@acme.example');
    const handedOver: Mail[] = [];
    await aSender(async (mail) => void handedOver.push(mail)).drain();
    expect(handedOver).toMatchObject([{ to: addressOf('c-m'), copyTo: null }]);
  });
});

describe('whatever the mail server says after an attempt whose outcome is unknown, only the same bytes follow', () => {
  it.each(sequences)(
    '%j ends as %s: %i mails, of which %i differ',
    async (fates, state, whole, different) => {
      const post = await startScriptedPost(FROM);
      onTestFinished(() => post.stop());
      post.scripts.set(addressOf('c-m'), [...fates]);
      const sender = aSender(post.send);
      await queued(['m']);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
      onTestFinished(() => void vi.useRealTimers());
      for (let attempt = 0; attempt < fates.length; attempt++) {
        expect((await mail()).attempts).toBe(attempt);
        await sender.drain(NOW);
        await letPass(database.sql, CLAIM * 2 ** attempt);
        vi.setSystemTime(Date.now() + CLAIM * 1_000);
        for (const id of keptBack.splice(0)) await again(id, NOW);
      }
      expect(await mail()).toMatchObject({ state, attempts: fates.length });
      expect(concluded).toEqual([['m', state]]);
      const mails = post.received(addressOf('c-m'));
      expect(mails).toHaveLength(whole);
      expect(new Set(mails).size).toBe(different);
      for (const bytes of mails) expect(bytes).toContain((await mail()).messageId);

      await letPass(database.sql, CLAIM);
      await sender.drain(NOW);
      expect((await mail()).attempts).toBe(fates.length);
    },
  );

  it('a server that takes each mail and never says so does not bring more than a dozen copies in three days', async () => {
    const bytes: Mail[] = [];
    const sender = aSender(async (one) => {
      bytes.push(one);
      throw new MailOutcomeUnknown('the connection broke');
    });
    await queued(['m']);
    for (let minutes = 0; minutes < 3 * 24 * 60 && (await mail()).state !== 'unknown'; minutes += 10) {
      await sender.drain(new Date(Date.parse(NOW) + minutes * 60_000).toISOString());
      await letPass(database.sql, 600);
    }
    expect(bytes.length).toBeGreaterThan(5);
    expect(bytes.length).toBeLessThanOrEqual(12);
    expect(new Set(bytes.map(({ messageId }) => messageId)).size).toBe(1);
  });

  it('an outcome that could not be written counts as unknown', async () => {
    const bytes: Mail[] = [];
    const sender = aSender(async (one) => void bytes.push(one));
    await queued(['m']);
    says.conclude = async () => {
      throw new Error('lost');
    };
    await sender.drain(NOW);
    expect((await mail()).state).toBe('sending');
    says.conclude = async (_tx, { id }, outcome) => void concluded.push([id, outcome]);
    await letPass(database.sql, CLAIM);
    await sender.drain(NOW);
    expect((await mail()).state).toBe('sent_maybe_twice');
    expect(bytes).toHaveLength(2);
    expect(bytes[1]).toEqual(bytes[0]);
  });
});

const again = (mailId: string, now: string) => tryAgain(database.sql, definitionsOf(), { mailId, now });
const definitionsOf = () =>
  Object.fromEntries(mailKinds.map((kind) => [kind, says])) as unknown as MailDefinitions;

describe('a sender that is killed after it has frozen a mail', () => {
  it('is followed by one that sends the same bytes, once the claim is over', async () => {
    const killed = heldPost();
    const dying = aSender(killed.send);
    await queued(['m']);
    void dying.drain(NOW);
    const first = await killed.begun(1);
    const bytes: Mail[] = [];
    const next = aSender(async (one) => void bytes.push(one));

    await letPass(database.sql, CLAIM - 10);
    await next.drain(NOW);
    expect([(await mail()).state, bytes]).toEqual(['sending', []]);
    await letPass(database.sql, 10);
    await next.drain(later(NOW, 60_000));
    expect((await mail()).state).toBe('sent_maybe_twice');
    expect(bytes).toEqual([first.mail]);
    expect(concluded).toEqual([['m', 'sent_maybe_twice']]);
    first.ends();
  });

  it.each([
    ['accepted', undefined],
    ['refused', refusal()],
    ['refused for good', refusal({ permanent: true })],
    ['unknown', new MailOutcomeUnknown('broken')],
  ] as const)('whatever the first one still writes, %s, is ignored', async (_what, failure) => {
    const [one, two] = [heldPost(), heldPost()];
    const [first, second] = [aSender(one.send), aSender(two.send)];
    await queued(['m']);
    const lost = first.drain(NOW);
    const late = await one.begun(1);
    await letPass(database.sql, CLAIM);
    const draining = second.drain(NOW);
    const repeated = await two.begun(1);
    late.ends(failure);
    await lost;
    expect(await mail()).toMatchObject({ state: 'sending', inDoubt: true, attempts: 2 });
    expect([concluded, keptBack]).toEqual([[], []]);
    repeated.ends();
    await draining;
    expect((await mail()).state).toBe('sent_maybe_twice');
    expect(concluded).toEqual([['m', 'sent_maybe_twice']]);
  });

  it('and says something only after the next one has sent the mail: it stays as it is', async () => {
    const one = heldPost();
    const first = aSender(one.send);
    await queued(['m']);
    const lost = first.drain(NOW);
    const late = await one.begun(1);
    await letPass(database.sql, CLAIM);
    await aSender(async () => {}).drain(NOW);
    late.ends(refusal({ permanent: true }));
    await lost;
    expect((await mail()).state).toBe('sent_maybe_twice');
    expect(concluded).toEqual([['m', 'sent_maybe_twice']]);
  });
});

describe('a mail whose outcome is unknown', () => {
  const unknown = () => {
    const sent: Mail[] = [];
    const sender = aSender(async (one) => {
      sent.push(one);
      if (sent.length === 1) throw new MailOutcomeUnknown('broken');
    });
    return { sender, sent };
  };

  it('is given up if what it says no longer holds, and never sent again', async () => {
    const { sender, sent } = unknown();
    await queued(['m']);
    await sender.drain(NOW);
    says.stillHolds = async () => false;
    await letPass(database.sql, CLAIM);
    await sender.drain(NOW);
    expect(await mail()).toMatchObject({ state: 'unknown', why: 'what it says no longer holds' });
    expect(concluded).toEqual([['m', 'unknown']]);

    says.stillHolds = async () => true;
    await queued(['m']);
    await letPass(database.sql, CLAIM);
    await sender.drain(NOW);
    expect([(await mail()).state, sent.length]).toEqual(['unknown', 1]);
  });

  it('is given up after three days', async () => {
    const { sender, sent } = unknown();
    await queued(['m']);
    await sender.drain(NOW);
    await letPass(database.sql, CLAIM);
    await sender.drain(later(NOW, 3 * DAY + 1));
    expect([await mail(), sent.length]).toMatchObject([{ state: 'unknown' }, 1]);
    expect(concluded).toEqual([['m', 'unknown']]);
  });
});

describe('a mail that is refused for now', () => {
  const refusing = () => aSender(async () => Promise.reject(refusal()));

  it('is kept back for its workflow: the sender alone does not try it again', async () => {
    const sender = refusing();
    await queued(['m']);
    await sender.drain(NOW);
    await letPass(database.sql, 3_600);
    await sender.drain(NOW);
    expect(await mail()).toMatchObject({ state: 'queued', attempts: 1, lastError: 'no' });
    expect(keptBack).toEqual(['m']);
    expect(await again('m', NOW)).toBe('queued');
    await sender.drain(NOW);
    expect((await mail()).attempts).toBe(2);
  });

  it('has failed after three days, whoever finds that out first', async () => {
    const sender = refusing();
    await queued(['by-workflow', 'by-sender']);
    await sender.drain(NOW);
    expect(await again('by-workflow', later(NOW, 3 * DAY - 1))).toBe('queued');
    expect(await again('by-workflow', later(NOW, 3 * DAY))).toBe('failed');
    await again('by-sender', NOW);
    await sender.drain(later(NOW, 3 * DAY + 1));
    for (const id of ['by-workflow', 'by-sender'])
      expect(await mail(id)).toMatchObject({ state: 'failed', attempts: 1, lastError: 'no' });
    expect(concluded).toEqual([
      ['by-workflow', 'failed'],
      ['by-sender', 'failed'],
    ]);
  });

  it('is not sent if it is not wanted any more when it is tried again', async () => {
    const sender = refusing();
    await queued(['m']);
    await sender.drain(NOW);
    says.compose = async () => ({ withdraw: 'paid' });
    await again('m', NOW);
    await sender.drain(NOW);
    expect(await mail()).toMatchObject({ state: 'withdrawn', why: 'paid', attempts: 1 });
  });
});

describe('two senders', () => {
  const ids = Array.from({ length: 30 }, (_, n) => `m${n}`);

  it('at once hand each mail over once', async () => {
    const handedOver: string[] = [];
    const send: Post = async ({ subject }) => void handedOver.push(subject);
    const [one, two] = [aSender(send), aSender(send)];
    await queued(ids);
    await Promise.all([one.drain(NOW), two.drain(NOW), one.drain(NOW), two.drain(NOW)]);
    expect(handedOver.sort()).toEqual([...ids].sort());
    for (const id of ids) expect(await mail(id)).toMatchObject({ state: 'sent', attempts: 1 });
  });

  it('of which one takes over while the other is still at work hand each mail over once', async () => {
    const held = heldPost();
    const handedOver: string[] = [];
    const [one, two] = [aSender(held.send), aSender(async ({ subject }) => void handedOver.push(subject))];
    await queued(ids);
    const slow = one.drain(NOW);
    await held.begun(5);
    await two.drain(NOW);
    expect(handedOver).toEqual([]); // there is one at a time
    await letPass(database.sql, 20);
    await two.drain(NOW);
    for (const { ends } of held.attempts) ends();
    await slow;
    expect([...handedOver, ...held.attempts.map(({ mail }) => mail.subject)].sort()).toEqual([...ids].sort());
    for (const id of ids) expect(await mail(id)).toMatchObject({ state: 'sent', attempts: 1 });
  });

  it('of which one stops follow each other at once', async () => {
    const [one, two] = [aSender(async () => {}), aSender(async () => {})];
    await one.drain(NOW);
    await one.stop();
    await queued(['m']);
    await two.drain(NOW);
    expect((await mail()).state).toBe('sent');
  });
});

it('a customer on whom somebody else is at work is left for the next look, and the others get their mails', async () => {
  const sender = aSender(async () => {});
  await queued(['busy', 'free']);
  await inTransaction(database.sql, async (tx) => {
    await lockCustomer(tx, 'c-busy');
    await sender.drain(NOW);
    expect((await mail('free')).state).toBe('sent');
    expect(await mail('busy')).toMatchObject({ state: 'queued', attempts: 0 });
  });
  await sender.drain(NOW);
  expect((await mail('busy')).state).toBe('sent');
});

it('an error of one mail does not hold up the others', async () => {
  const sender = aSender(async () => {});
  const { compose } = says;
  says.compose = async (tx, one, given) => {
    if (one.id === 'bad') throw new Error('cannot be composed');
    return compose(tx, one, given);
  };
  await queued(['bad', 'good']);
  await sender.drain(NOW);
  expect((await mail('good')).state).toBe('sent');
  expect(await mail('bad')).toMatchObject({ state: 'queued', attempts: 0 });
  expect(warnings).toContainEqual({ mailId: 'bad', error: 'cannot be composed' });
});

it('mails that cannot be composed let those behind them pass, and are tried again in a minute', async () => {
  const sent: string[] = [];
  const sender = aSender(async ({ subject }) => void sent.push(subject));
  const { compose } = says;
  says.compose = async (tx, one, given) => {
    if (one.id.startsWith('bad')) throw new Error('cannot be composed');
    return compose(tx, one, given);
  };
  const bad = Array.from({ length: 60 }, (_, n) => `bad${n}`);
  await queued(bad);
  await queued(['good']);
  await sender.drain(NOW);
  expect(sent).toEqual(['good']);
  says.compose = compose;
  await sender.drain(NOW);
  expect(sent).toEqual(['good']);
  await database.sql`update mails set try_at = try_at - interval '1 minute'`;
  await sender.drain(NOW);
  expect(sent.sort()).toEqual([...bad, 'good'].sort());
});

describe('a mail server that takes nothing at all', () => {
  it('is left alone for a minute, then one mail finds out whether it is back; no workflow is started', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    let [tries, away] = [0, true];
    const sender = aSender(async () => {
      tries += 1;
      if (away) throw refusal({ byServer: true });
    });
    const ids = Array.from({ length: 20 }, (_, n) => `m${n}`);
    await queued(ids);
    await sender.drain(NOW);
    const first = tries;
    expect(first).toBeLessThanOrEqual(5); // those that were under way together
    vi.setSystemTime(Date.now() + 59_000);
    await sender.drain(NOW);
    expect(tries).toBe(first);
    vi.setSystemTime(Date.now() + 2_000);
    await sender.drain(NOW);
    expect(tries).toBe(first + 1);
    vi.setSystemTime(Date.now() + 61_000);
    away = false;
    await sender.drain(NOW);
    expect(tries).toBe(first + 1 + ids.length);
    for (const id of ids) expect((await mail(id)).state).toBe('sent');
    expect(keptBack).toEqual([]);
  });

  it('and is away for three days makes the mails fail', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    const sender = aSender(async () => Promise.reject(refusal({ byServer: true })));
    await queued(['m']);
    await sender.drain(NOW);
    vi.setSystemTime(Date.now() + 3 * DAY + 61_000);
    await sender.drain(later(NOW, 3 * DAY + 61_000));
    expect(await mail()).toMatchObject({ state: 'failed', attempts: 1 });
    expect(concluded).toEqual([['m', 'failed']]);
  });
});

it('a mail that waits for a person is not sent until it is released', async () => {
  const sender = aSender(async () => {});
  const { compose } = says;
  says.compose = async () => ({ hold: 'approval' });
  await queued(['m']);
  await sender.drain(NOW);
  expect(await mail()).toMatchObject({ state: 'held', why: 'approval' });
  says.compose = compose;
  await sender.drain(NOW);
  expect((await mail()).attempts).toBe(0);
});
