import { describe, expect, it } from 'vitest';
import { eur } from '../../support/builders.ts';
import { DUE_SOON, OVERDUE, useLetters, withoutReference } from './use-letters.ts';

const { shop, wake, place, letters, read, preview } = useLetters();
const SATURDAY = '2027-04-10T10:00:00.000Z';

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
    const [sent] = await letters(`customerId=${customerId}&kind=overdue`);
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
          insert into letter_items (mail_id, order_id, instalment, step, tone, asked, currency)
          values (${letter}, ${order}, 1, '1/-P7D', 'due-soon', 100000, 'EUR')`;
      },
    },
    {
      ...{ reason: 'letter-under-way', until: null },
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
