import { describe, expect, it } from 'vitest';
import { eur } from '../../support/builders.ts';
import { OVERDUE, useLetters } from './use-letters.ts';

const { shop, mails, drain, wake, place, letters, read, post, history } = useLetters();

describe('sending again', () => {
  async function sent(orderId: string): Promise<{ customerId: string; letterId: string }> {
    const customerId = await place(orderId);
    await wake(orderId, OVERDUE);
    const [letter] = await letters(`customerId=${customerId}&kind=overdue`);
    return { customerId, letterId: letter.letterId };
  }

  it('is a mail of its own with the same content, to other people if wanted', async () => {
    const { customerId, letterId } = await sent('again');
    const first = mails.at(-1)!;
    const again = await post(`/letters/${letterId}/resend`, { to: 'capo@verdi.example' });
    expect(again).toMatchObject({
      status: 202,
      body: {
        letterId: `${letterId}:again:1`,
        copyOf: letterId,
        kind: 'overdue',
        tone: 'overdue-1',
        state: 'queued',
      },
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

  it('is refused once something of it is disputed', async () => {
    const { letterId } = await sent('again-disputed');
    await post('/orders/again-disputed/disputes', { disputeId: 'd-again', reason: 'other' });
    expect(await post(`/letters/${letterId}/resend`)).toMatchObject({
      status: 409,
      body: { code: 'paid-since' },
    });
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

  it('is refused once money of the customer came that nobody has allocated, or a bank collects it', async () => {
    const { customerId, letterId } = await sent('again-credit');
    shop.api.clock.now = '2027-03-01T10:00:00.000Z';
    const collected = await sent('again-riba');
    const as = { as: 'accounting' } as const;
    const money = { paymentId: 'again-credit-1', amount: eur(1_000), allocate: 'none' };
    expect(await post(`/customers/${customerId}/payments`, money, as)).toMatchObject({ status: 200 });
    const planned = { state: 'planned' };
    expect(await post('/orders/again-riba/instalments/1/collection', planned, as)).toMatchObject({
      status: 200,
    });
    for (const id of [letterId, collected.letterId])
      expect(await post(`/letters/${id}/resend`)).toMatchObject({
        status: 409,
        body: { code: 'paid-since' },
      });
    expect(await post(`/letters/${letterId}/resend`, { confirm: true })).toMatchObject({ status: 202 });
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
