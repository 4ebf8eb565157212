import { describe, expect, it } from 'vitest';
import { eur } from '../../support/builders.ts';
import { OVERDUE, useLetters } from './use-letters.ts';

const { shop, drain, wake, place, letters, read, post, history } = useLetters();

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
    expect(await read(letterId)).toMatchObject({ state: 'sent', kind: 'overdue', tone: 'overdue-1' });
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
