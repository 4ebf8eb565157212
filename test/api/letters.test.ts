import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRenderer } from '../../src/modules/dunning/letters/render.ts';
import { createSender, type Sender } from '../../src/modules/mail/sender.ts';
import { defaultDunning } from '../../src/modules/settings/rules/defaults.ts';
import { mailDefinitionsOf } from '../../src/registry.ts';
import { eur } from '../support/builders.ts';
import { facts, useShop } from './shop.ts';

/**
 * Orders are placed on Monday 1 March 2027 and due on Wednesday 31 March. Letters are planned for Wednesday 24 March, and
 * for Monday 5 April. A customer gets two letters in 30 days, at most.
 */
const shop = useShop();
const DUE_SOON = '2027-03-24T10:00:00.000Z';
const OVERDUE = '2027-04-07T10:00:00.000Z';
const SATURDAY = '2027-04-10T10:00:00.000Z';

/** What the mail server got. */
const mails: { to: string; subject: string; html: string; messageId: string }[] = [];
let sender: Sender;
beforeAll(async () => {
  const { version } = (await shop.api.call('/policies/dunning')).body;
  const { timeZone: _, ...policy } = { ...defaultDunning, maxIn30Days: 2 };
  const put = { baseVersion: version, policy };
  expect(await shop.api.call('/policies/dunning', put, { method: 'PUT' })).toMatchObject({ status: 200 });
  const definitions = mailDefinitionsOf(await createRenderer(), { notifiesStore: false });
  sender = createSender({
    ...{ sql: shop.api.sql, definitions, mailer: { send: async (mail) => void mails.push(mail) } },
    ...{ from: 'Netterms <terms@merchant.example>', log: { warn() {} }, now: () => shop.api.clock.now },
    ...{ perSecond: 1_000, atOnce: 4, retry: async () => {}, everyMs: 3_600_000 },
  });
});
afterAll(() => sender.stop());

/** Sends all that is to be sent: a customer with two mails gets the second in the next round. */
const drain = async () => {
  for (let round = 0; round < 3; round++) await sender.drain();
};
/** The order's workflow wakes at an instant, and the sender sends. */
async function wake(orderId: string, at: string): Promise<void> {
  shop.api.clock.now = at;
  await shop.api.work(orderId);
  await drain();
}
/** A new customer's order whose confirmation has left. */
async function place(orderId: string, fields: object = {}): Promise<string> {
  const { customerId } = await shop.place(orderId, fields);
  await drain();
  return customerId;
}
const letters = async (query: string) => (await shop.api.call(`/letters?${query}`)).body.items;
const read = async (letterId: string) => (await shop.api.call(`/letters/${letterId}`)).body;
const preview = async (customerId: string, query = '') =>
  (await shop.api.call(`/customers/${customerId}/letters/preview?${query}`, undefined, { as: 'read' })).body;
const remind = (customerId: string, body: object, options = {}) =>
  shop.api.call(`/customers/${customerId}/letters`, body, options);
const post = (path: string, body?: object, options = {}) =>
  shop.api.call(path, body, { method: 'POST', ...options });
const history = async (customerId: string) => {
  const rows = await shop.api.sql`
    select action from audit where subject = ${`customer/${customerId}`} and action like 'letter.%' order by id`;
  return rows.map(({ action }) => action);
};

describe('letters', () => {
  it('are listed with their state, and read as they were sent', async () => {
    const { customerId } = await shop.place('listed');
    const [queued] = await letters(`customerId=${customerId}`);
    expect(queued).toMatchObject({
      ...{ letterId: 'confirmation:listed', kind: 'confirmation', state: 'queued', orderId: 'listed' },
      ...{ subject: null, recipients: [], composedAt: null, sentAt: null },
    });
    expect(await read('confirmation:listed')).toMatchObject({ text: null, html: null, items: [], steps: [] });
    await drain();
    await wake('listed', DUE_SOON);
    const sent = await letters(`customerId=${customerId}&state=sent`);
    expect(sent.map(({ kind }: { kind: string }) => kind)).toEqual(['due-soon', 'confirmation']);
    const [reminder] = await letters(`customerId=${customerId}&kind=due-soon`);
    expect(reminder).toMatchObject({
      ...{ letterId: `reminder:${customerId}:1`, orderId: null, recipients: ['conti@verdi.example'] },
      ...{ sentAt: DUE_SOON, composedAt: DUE_SOON, attempts: 1, payBy: null, copyOf: null },
    });
    const letter = await read(reminder.letterId);
    expect(letter.items).toEqual([{ orderId: 'listed', instalment: 1, tone: 'due-soon', asked: eur(1_000) }]);
    expect(letter.steps).toMatchObject([{ orderId: 'listed', tone: 'due-soon', outcome: 'sent' }]);
    expect(letter.text).toContain(letter.reference);
    expect(letter.html).toContain('<html');
  });

  it('are paged through, each once', async () => {
    const customerId = await shop.aCustomer();
    for (let n = 0; n < 5; n++) await shop.place(`paged-${n}`, { customerId, total: eur(10) });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = `customerId=${customerId}&limit=2${cursor && `&cursor=${cursor}`}`;
      const { body } = await shop.api.call(`/letters?${page}`);
      seen.push(...body.items.map(({ letterId }: { letterId: string }) => letterId));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual([4, 3, 2, 1, 0].map((n) => `confirmation:paged-${n}`));
  });

  it('of a customer with the longest of ids can be read, and one that does not exist is refused', async () => {
    const customerId = 'x'.repeat(100);
    await shop.api.call(`/customers/${customerId}`, facts, { method: 'PUT' });
    await place('of-a-long-name', { customerId });
    await wake('of-a-long-name', DUE_SOON);
    expect(await read(`reminder:${customerId}:1`)).toMatchObject({ kind: 'due-soon' });
    expect(await shop.api.call('/letters/nothing:here')).toMatchObject({
      status: 404,
      body: { code: 'letter-not-found' },
    });
  });
});

/** What a text says but for the payment reference, which a preview does not keep. */
const withoutReference = (text: string) => text.replace(/\bNT[A-Z0-9]{8,}/g, 'REFERENCE');

describe('a preview', () => {
  it('is the letter that then leaves, and writes nothing', async () => {
    const customerId = await place('previewed');
    const rows = async () => {
      const [counts] = await shop.api.sql`
        select (select count(*)::int from letters where customer_id = ${customerId}) as letters,
          (select count(*)::int from mails where customer_id = ${customerId}) as mails,
          (select count(*)::int from payment_references where customer_id = ${customerId}) as references,
          (select jsonb_agg(s order by key) from steps s where customer_id = ${customerId}) as steps`;
      return counts;
    };
    const before = await rows();
    const seen = await preview(customerId, `at=${OVERDUE}`);
    expect(seen).toMatchObject({
      ...{ wouldSend: true, tone: 'overdue-1', needsApproval: false, totals: [eur(1_000)] },
      ...{ recipients: ['conti@verdi.example'], payBy: '2027-04-16' },
      items: [{ orderId: 'previewed', instalment: 1, tone: 'overdue-1', asked: eur(1_000) }],
    });
    expect(await preview(customerId, `at=${OVERDUE}&kind=overdue&locale=en`)).toMatchObject({
      subject: expect.stringContaining('Payment not yet received'),
    });
    expect(await rows()).toEqual(before);
    await wake('previewed', OVERDUE);
    const [sent] = await letters(`customerId=${customerId}&kind=overdue-1`);
    const { subject, text, html } = await read(sent.letterId);
    expect(seen.subject).toBe(subject);
    expect(withoutReference(seen.text)).toBe(withoutReference(text));
    expect(withoutReference(seen.html)).toBe(withoutReference(html));
  });

  it('says when the next letter is due, if nothing is', async () => {
    const customerId = await place('early');
    expect(await preview(customerId)).toEqual({
      wouldSend: false,
      because: [{ reason: 'not-due', until: expect.stringMatching(/^2027-03-24T/) }],
    });
    expect(await preview(customerId, 'kind=overdue')).toMatchObject({ because: [{ reason: 'not-due' }] });
    expect(await preview(customerId, 'kind=due-soon')).toMatchObject({ wouldSend: true, tone: 'due-soon' });
    expect(await preview(await shop.aCustomer())).toEqual({
      wouldSend: false,
      because: [{ reason: 'not-due', until: null }],
    });
    expect(await shop.api.call('/customers/nobody/letters/preview')).toMatchObject({ status: 404 });
    const ignore = `/customers/${customerId}/letters/preview?kind=overdue&ignore=dispute`;
    expect(await shop.api.call(ignore)).toMatchObject({ status: 422 });
  });

  const sql = (strings: TemplateStringsArray, ...given: (string | null)[]) => shop.api.sql(strings, ...given);
  const call = (path: string, body?: object, options = {}) => shop.api.call(path, body, options);
  const admin = async (path: string, body: object, method = 'POST') =>
    expect((await call(path, body, { method })).status).toBeLessThan(300);
  type Guard = {
    reason: string;
    /** Until when, as a pattern; null: until something happens. */
    until: RegExp | null;
    at?: string;
    total?: number;
    ignorable?: true;
    arrange?: (customerId: string, orderId: string) => Promise<unknown>;
    afterwards?: () => Promise<unknown>;
  };
  const guards: Guard[] = [
    {
      ...{ reason: 'hold', until: /^2027-04-15T/, ignorable: true },
      arrange: (id) =>
        admin(`/customers/${id}/holds`, { holdId: `h-${id}`, reason: 'goods', until: '2027-04-14' }),
    },
    {
      ...{ reason: 'promise', until: /^2027-04-14T/, ignorable: true },
      arrange: (id) => admin(`/customers/${id}/promises`, { promiseId: `p-${id}`, by: '2027-04-12' }),
    },
    {
      ...{ reason: 'dispute', until: null },
      arrange: (_, order) =>
        admin(`/orders/${order}/disputes`, { disputeId: `d-${order}`, reason: 'price-or-terms' }),
    },
    {
      ...{ reason: 'insolvency', until: null },
      arrange: (id) => admin(`/customers/${id}/insolvency`, { reason: 'court' }),
    },
    {
      ...{ reason: 'never', until: null },
      arrange: (id) => admin(`/customers/${id}/reminders`, { mode: 'never', reason: 'asked' }, 'PUT'),
    },
    {
      ...{ reason: 'store', until: null },
      arrange: (_, order) => sql`update orders set paid_in_store = 'pending' where id = ${order}`,
    },
    {
      ...{ reason: 'bank-collection', until: null },
      arrange: (_, order) => sql`
        insert into bank_collections (order_id, instalment, method, state, state_on, actor, updated_at)
        values (${order}, 1, 'riba', 'planned', '2027-03-01', 'key:x', ${DUE_SOON})`,
    },
    { ...{ reason: 'minimum', until: null, ignorable: true, total: 5 } },
    { ...{ reason: 'window', until: /^2027-04-12T/, at: SATURDAY, ignorable: true } },
    {
      ...{ reason: 'credit', until: null, ignorable: true },
      arrange: (id) =>
        admin(`/customers/${id}/payments`, {
          ...{ paymentId: `m-${id}`, amount: eur(1_000), receivedOn: '2027-03-01', allocate: 'none' },
        }),
    },
    {
      ...{ reason: 'credit', until: /^2027-04-0[89]T/, at: OVERDUE, ignorable: true },
      arrange: (id) =>
        admin(`/customers/${id}/payments`, {
          ...{ paymentId: `m-${id}`, amount: eur(100), receivedOn: '2027-04-01', allocate: 'none' },
        }),
    },
    {
      ...{ reason: 'bank-data', until: null, ignorable: true },
      arrange: async () => {
        await sql`
          insert into imports (id, kind, on_rejected, fingerprint, state, lines, rejected, actor, created_at, finished_at)
          values ('bank', 'payments', 'skip', 'x', 'done', 0, 0, 'key:x', ${DUE_SOON}, ${DUE_SOON})`;
        await sql`
          insert into statement_accounts (account, booked_through, import_id, updated_at)
          values ('IT60X0542811101000000123456', '2027-03-30', 'bank', ${DUE_SOON})`;
      },
      afterwards: () => sql`delete from statement_accounts`,
    },
    {
      ...{ reason: 'interval', until: /^2027-04-1[23]T/, ignorable: true },
      arrange: (id) => leftOn(id, '2027-04-05'),
    },
    {
      ...{ reason: 'limit', until: /^2027-04-1\dT/, ignorable: true },
      arrange: async (id) => {
        await leftOn(id, '2027-03-15');
        await leftOn(id, '2027-03-25');
      },
    },
    {
      ...{ reason: 'deadline', until: /^2027-04-1\dT/, ignorable: true },
      arrange: async (id, order) => {
        const letter = await leftOn(id, '2027-03-25', { tone: 'due-soon', payBy: '2027-04-08' });
        await sql`
          insert into letter_items (mail_id, order_id, instalment, tone, asked, currency)
          values (${letter}, ${order}, 1, 'due-soon', 100000, 'EUR')`;
      },
    },
    {
      ...{ reason: 'letter-under-way', until: /^2027-04-07T10:02/ },
      arrange: async (id) => {
        const letter = `reminder:${id}:sending`;
        await sql`
          insert into mails (id, customer_id, kind, state, queued_at, message_id, claim)
          values (${letter}, ${id}, 'reminder', 'sending', ${OVERDUE}, 'm', 'c')`;
        await sql`insert into letters (mail_id, customer_id) values (${letter}, ${id})`;
      },
    },
  ];

  /** A letter to the customer that left on a day. */
  async function leftOn(id: string, day: string, { tone = 'due-soon', payBy = null as string | null } = {}) {
    const letter = `reminder:${id}:${day}`;
    await sql`
      insert into mails (id, customer_id, kind, state, queued_at, message_id)
      values (${letter}, ${id}, 'reminder', 'sent', ${`${day}T10:00:00Z`}, 'm')`;
    await sql`
      insert into letters (mail_id, customer_id, tone, left_on, pay_by)
      values (${letter}, ${id}, ${tone}, ${day}, ${payBy})`;
    return letter;
  }

  it.each(guards.map((guard, n) => [`${guard.reason} (${n})`, guard, n] as const))(
    'says what a letter waits for: %s',
    async (_, { reason, until, at = OVERDUE, total = 1_000, ignorable, arrange, afterwards }, n) => {
      const orderId = `guarded-${n}`;
      const customerId = await place(orderId, { total: eur(total) });
      shop.api.clock.now = OVERDUE;
      await arrange?.(customerId, orderId);
      try {
        const because = [
          expect.objectContaining({ reason, until: until === null ? null : expect.stringMatching(until) }),
        ];
        expect(await preview(customerId, `at=${at}`)).toEqual({ wouldSend: false, because });
        const asked = `at=${at}&kind=overdue`;
        expect(await preview(customerId, asked)).toMatchObject({ wouldSend: false, because });
        const ignored = await call(`/customers/${customerId}/letters/preview?${asked}&ignore=${reason}`);
        if (ignorable) expect(ignored.body).toMatchObject({ wouldSend: true, tone: 'overdue-1' });
        else expect(ignored.status).toBe(422);
      } finally {
        await afterwards?.();
        await sql`update orders set paid_in_store = 'marked' where id = ${orderId} and paid_in_store = 'pending'`;
        await sql`delete from mails m where claim = 'c' and not exists (select 1 from letters where mail_id = m.id)`;
      }
    },
  );
});

describe('what is planned', () => {
  const planned = async (query: string) => (await shop.api.call(`/letters/planned?${query}`)).body.items;

  it('is listed by customer and instant, with what it waits for', async () => {
    const customerId = await place('planned');
    await shop.place('planned-too', { customerId });
    expect(await planned(`customerId=${customerId}`)).toEqual([]);
    const [group] = await planned(`customerId=${customerId}&until=2027-03-25T00:00:00Z`);
    expect(group).toMatchObject({
      ...{ customerId, customerName: 'Verdi S.r.l.', at: expect.stringMatching(/^2027-03-24T/) },
      letterId: null,
    });
    expect(group.steps.map(({ orderId, tone, waitsFor }: never) => ({ orderId, tone, waitsFor }))).toEqual(
      ['planned', 'planned-too'].map((orderId) => ({ orderId, tone: 'due-soon', waitsFor: null })),
    );
    await post(`/orders/planned/disputes`, { disputeId: 'planned', reason: 'other' });
    await wake('planned', '2027-04-06T12:00:00.000Z');
    const waiting = (await planned(`customerId=${customerId}`))[0];
    expect(waiting).toMatchObject({ at: null, steps: [{ orderId: 'planned', waitsFor: 'dispute' }] });
  });

  it('is paged through, each group once', async () => {
    for (let n = 0; n < 3; n++) await shop.place(`planned-${n}`);
    const all = await planned('until=2027-04-30T00:00:00Z&limit=200');
    const seen: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = `until=2027-04-30T00:00:00Z&limit=7${cursor && `&cursor=${cursor}`}`;
      const { body } = await shop.api.call(`/letters/planned?${page}`);
      seen.push(...body.items);
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(all);
  });
});

describe('a letter that waits for approval', () => {
  /** The customer's letter is held. */
  async function held(orderId: string): Promise<{ customerId: string; letterId: string }> {
    const customerId = await place(orderId);
    const mode = { mode: 'approve', reason: 'a large customer' };
    await shop.api.call(`/customers/${customerId}/reminders`, mode, { method: 'PUT' });
    await wake(orderId, OVERDUE);
    const [letter] = await letters(`customerId=${customerId}&state=held`);
    expect(letter).toMatchObject({ kind: 'reminder', why: 'approval', subject: null });
    return { customerId, letterId: letter.letterId };
  }
  const tasks = async (customerId: string) =>
    (await shop.api.call(`/tasks?kind=approve-letter&customerId=${customerId}`)).body.items;

  it('leaves once it is approved; by the same person again changes nothing', async () => {
    const { customerId, letterId } = await held('approved');
    expect(await tasks(customerId)).toMatchObject([{ state: 'open', detail: { letterId } }]);
    const approved = await post(`/letters/${letterId}/approve`);
    expect(approved).toMatchObject({ status: 200, body: { state: 'queued', approvedAt: OVERDUE } });
    expect(await tasks(customerId)).toMatchObject([{ state: 'done', outcome: 'done' }]);
    await drain();
    expect(await read(letterId)).toMatchObject({ state: 'sent', kind: 'overdue-1' });
    const again = await post(`/letters/${letterId}/approve`);
    expect(again).toMatchObject({ status: 200, body: { state: 'sent' } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await post(`/letters/${letterId}/approve`, undefined, {
      as: await shop.api.newKey(['admin']),
    });
    expect(other).toMatchObject({ status: 409, body: { code: 'letter-not-held', state: 'sent' } });
    expect(await history(customerId)).toEqual(['letter.approved']);
  });

  it('is approved by one of two admins', async () => {
    const { letterId, customerId } = await held('approved-by-one');
    const another = await shop.api.newKey(['admin']);
    const both = await Promise.all([
      post(`/letters/${letterId}/approve`),
      post(`/letters/${letterId}/approve`, undefined, { as: another }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await history(customerId)).toEqual(['letter.approved']);
  });

  it('and says what is so when it leaves: what was paid meanwhile is not asked for', async () => {
    const { customerId, letterId } = await held('approved-late');
    await shop.pay('approved-late', 'approved-late-1', 400);
    await post(`/letters/${letterId}/approve`);
    await drain();
    expect((await read(letterId)).items).toMatchObject([{ asked: eur(600) }]);
    shop.api.clock.now = '2027-03-01T10:00:00.000Z';
    const paid = await held('approved-in-vain');
    await shop.pay('approved-in-vain', 'approved-in-vain-1', 1_000);
    await post(`/letters/${paid.letterId}/approve`);
    await drain();
    expect(await read(paid.letterId)).toMatchObject({ state: 'withdrawn' });
    expect(customerId).not.toBe(paid.customerId);
  });

  it('cannot be approved if it does not wait, or does not exist', async () => {
    await place('nothing-held');
    const refused = await post('/letters/confirmation:nothing-held/approve');
    expect(refused).toMatchObject({ status: 409, body: { code: 'letter-not-held' } });
    expect(await post('/letters/none/approve')).toMatchObject({ status: 404 });
  });
});

describe('sending again', () => {
  async function sent(orderId: string): Promise<{ customerId: string; letterId: string }> {
    const customerId = await place(orderId);
    await wake(orderId, OVERDUE);
    const [letter] = await letters(`customerId=${customerId}&kind=overdue-1`);
    return { customerId, letterId: letter.letterId };
  }

  it('is a mail of its own with the same content, to other people if wanted', async () => {
    const { customerId, letterId } = await sent('again');
    const first = mails.at(-1)!;
    const again = await post(`/letters/${letterId}/resend`, { to: 'capo@verdi.example' });
    expect(again).toMatchObject({
      status: 202,
      body: { letterId: `${letterId}:again:1`, copyOf: letterId, kind: 'overdue-1', state: 'queued' },
    });
    await drain();
    const second = mails.at(-1)!;
    expect(second).toMatchObject({ to: 'capo@verdi.example', subject: first.subject, html: first.html });
    expect(second.messageId).not.toBe(first.messageId);
    expect(await read(letterId)).toMatchObject({ state: 'sent', copies: [`${letterId}:again:1`] });
    const third = await post(`/letters/${letterId}:again:1/resend`);
    expect(third.body).toMatchObject({ letterId: `${letterId}:again:2`, copyOf: letterId });
    expect(await history(customerId)).toEqual(['letter.resent', 'letter.resent']);
  });

  it('is refused once something was paid, unless it is confirmed', async () => {
    const { letterId } = await sent('again-paid');
    await shop.pay('again-paid', 'again-paid-1', 1);
    const refused = await post(`/letters/${letterId}/resend`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'paid-since' } });
    expect(await post(`/letters/${letterId}/resend`, { confirm: true })).toMatchObject({ status: 202 });
    await drain();
    expect(await read(`${letterId}:again:1`)).toMatchObject({ state: 'sent' });
  });

  it('is withdrawn if something is paid before it leaves', async () => {
    const { letterId } = await sent('again-paid-meanwhile');
    await post(`/letters/${letterId}/resend`);
    await shop.pay('again-paid-meanwhile', 'again-paid-meanwhile-1', 1);
    await drain();
    expect(await read(`${letterId}:again:1`)).toMatchObject({ state: 'withdrawn' });
  });

  it('needs a letter that has left, and an address', async () => {
    await shop.place('again-early');
    expect(await post('/letters/confirmation:again-early/resend')).toMatchObject({
      status: 409,
      body: { code: 'letter-not-sent' },
    });
    expect(await post('/letters/confirmation:again-early/resend', { to: 'nobody' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/to' }] },
    });
    expect(await post('/letters/none/resend')).toMatchObject({ status: 404 });
    await drain();
  });
});

describe('reminding now', () => {
  it('sends the letter that the preview showed, although its time has not come', async () => {
    const customerId = await place('now');
    shop.api.clock.now = '2027-04-03T10:00:00.000Z';
    const refused = await remind(customerId, { letterRequestId: 'now-0' });
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'letter-not-wanted',
        because: [{ reason: 'window', orderId: 'now', instalment: 1 }],
      },
    });
    const seen = await preview(customerId, 'kind=overdue&ignore=window');
    const asked = await remind(customerId, { letterRequestId: 'now-1', ignore: ['window'] });
    expect(asked).toMatchObject({ status: 202, body: { kind: 'reminder', state: 'queued' } });
    await drain();
    const letter = await read(asked.body.letterId);
    expect(letter).toMatchObject({ state: 'sent', kind: 'overdue-1', subject: seen.subject });
    expect(withoutReference(letter.text)).toBe(withoutReference(seen.text));
    // The step of 5 April says the same, and is said by this letter.
    expect(letter.steps.map(({ step }: { step: string }) => step)).toEqual(['1/now/now-1', '1/P5D']);
    expect(await history(customerId)).toEqual(['letter.requested']);
  });

  it('is asked once: a repeat finds the letter, the same id with other content is a conflict', async () => {
    const customerId = await place('now-once');
    shop.api.clock.now = OVERDUE;
    const asked = await remind(customerId, { letterRequestId: 'once' });
    expect(asked).toMatchObject({ status: 202 });
    const again = await remind(customerId, { letterRequestId: 'once' });
    expect(again).toMatchObject({ status: 202, body: asked.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const conflict = { status: 409, body: { code: 'conflict' } };
    expect(await remind(customerId, { letterRequestId: 'once', ignore: ['hold'] })).toMatchObject(conflict);
    const other = await place('now-once-other');
    expect(await remind(other, { letterRequestId: 'once' })).toMatchObject(conflict);
    expect(await history(customerId)).toEqual(['letter.requested']);
  });

  it('of two admins at once is one letter', async () => {
    const customerId = await place('now-both');
    shop.api.clock.now = OVERDUE;
    const another = await shop.api.newKey(['admin']);
    const both = await Promise.all([
      remind(customerId, { letterRequestId: 'both-1' }),
      remind(customerId, { letterRequestId: 'both-2' }, { as: another }),
    ]);
    expect(both.map(({ status }) => status)).toEqual([202, 202]);
    expect(both[0]!.body.letterId).toBe(both[1]!.body.letterId);
    await drain();
    expect(await letters(`customerId=${customerId}&kind=overdue-1`)).toHaveLength(1);
  });

  it('approves a letter that waits for a person', async () => {
    const customerId = await place('now-held');
    const mode = { mode: 'approve', reason: 'a large customer' };
    await shop.api.call(`/customers/${customerId}/reminders`, mode, { method: 'PUT' });
    await wake('now-held', OVERDUE);
    const [held] = await letters(`customerId=${customerId}&state=held`);
    const asked = await remind(customerId, { letterRequestId: 'now-held' });
    expect(asked).toMatchObject({ status: 202, body: { letterId: held.letterId, state: 'queued' } });
    await drain();
    expect(await read(held.letterId)).toMatchObject({ state: 'sent' });
  });

  it('asks for nothing that was paid or disputed, and leaves no step behind', async () => {
    const customerId = await place('now-disputed');
    await post('/orders/now-disputed/disputes', { disputeId: 'now-disputed', reason: 'other' });
    shop.api.clock.now = '2027-04-02T10:00:00.000Z';
    expect(await remind(customerId, { letterRequestId: 'now-disputed' })).toMatchObject({
      status: 409,
      body: { because: [{ reason: 'dispute', until: null }] },
    });
    const steps = await shop.api
      .sql`select key from steps where customer_id = ${customerId} and key like '%now%'`;
    expect(steps).toEqual([]);
    expect(await letters(`customerId=${customerId}&kind=reminder`)).toEqual([]);
  });

  it('waits for what cannot be ignored', async () => {
    const customerId = await place('now-never');
    for (const reason of ['dispute', 'insolvency', 'store', 'bank-collection', 'paid'])
      expect(await remind(customerId, { letterRequestId: 'no', ignore: [reason] })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/ignore/0' }] },
      });
    expect(await remind('nobody', { letterRequestId: 'no' })).toMatchObject({ status: 404 });
  });
});
