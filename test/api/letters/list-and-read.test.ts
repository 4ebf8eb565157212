import { describe, expect, it } from 'vitest';
import { eur } from '../../support/builders.ts';
import { facts } from '../shop.ts';
import { DUE_SOON, useLetters } from './use-letters.ts';

const { shop, drain, wake, place, letters, read } = useLetters();

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
    expect(await read(`reminder:${customerId}:1`)).toMatchObject({ kind: 'due-soon', tone: 'due-soon' });
    expect(await shop.api.call('/letters/nothing:here')).toMatchObject({
      status: 404,
      body: { code: 'letter-not-found' },
    });
  });
});
