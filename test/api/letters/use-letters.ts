import { afterAll, beforeAll, expect } from 'vitest';
import { createRenderer } from '../../../src/modules/dunning/letters/render.ts';
import { createSender, type Sender } from '../../../src/modules/mail/sender.ts';
import { defaultDunning } from '../../../src/modules/settings/rules/defaults.ts';
import { mailDefinitionsOf } from '../../../src/registry.ts';
import { useShop } from '../shop.ts';

/*
 * Orders are placed on Monday 1 March 2027 and due on Wednesday 31 March. Letters are planned for Wednesday 24 March, and
 * for Monday 5 April. A customer gets two letters in 30 days, at most.
 */
export const DUE_SOON = '2027-03-24T10:00:00.000Z';
export const OVERDUE = '2027-04-07T10:00:00.000Z';

/** A shop for the tests of a file, with the sender of its letters and the calls about them. */
export function useLetters() {
  const shop = useShop();
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
    (await shop.api.call(`/customers/${customerId}/letters/preview?${query}`, undefined, { as: 'read' }))
      .body;
  const remind = (customerId: string, body: object, options = {}) =>
    shop.api.call(`/customers/${customerId}/letters`, body, options);
  const post = (path: string, body?: object, options = {}) =>
    shop.api.call(path, body, { method: 'POST', ...options });
  const history = async (customerId: string) => {
    const rows = await shop.api.sql`
      select action from audit where subject = ${`customer/${customerId}`} and action like 'letter.%' order by id`;
    return rows.map(({ action }) => action);
  };

  return { shop, mails, drain, wake, place, letters, read, preview, remind, post, history };
}

/** What a text says but for the payment reference, which a preview does not keep. */
export const withoutReference = (text: string) => text.replace(/\bNT[A-Z0-9]{8,}/g, 'REFERENCE');
