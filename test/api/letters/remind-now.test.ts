import { describe, expect, it } from 'vitest';
import { OVERDUE, useLetters, withoutReference } from './use-letters.ts';

const { shop, drain, wake, place, letters, read, preview, remind, post, history } = useLetters();

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
    expect(letter).toMatchObject({
      state: 'sent',
      kind: 'overdue',
      tone: 'overdue-1',
      subject: seen.subject,
    });
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
    expect(await letters(`customerId=${customerId}&kind=overdue`)).toHaveLength(1);
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
