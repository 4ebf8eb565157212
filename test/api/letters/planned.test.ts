import { describe, expect, it } from 'vitest';
import { useLetters } from './use-letters.ts';

const { shop, wake, place, post } = useLetters();

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
