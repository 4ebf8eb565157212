import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Money } from '../../src/kernel/money.ts';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur, settings } from '../support/builders.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
  await api.call('/customers/rossi/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
});
afterAll(() => api.close());
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const accounting = { as: 'accounting' } as const;

/** A write-off over that amount waits for another admin; with null, none does. */
async function approveOver(writeOffApprovalOver: Money | null) {
  const { version } = (await api.call('/settings')).body;
  const changed = { ...settings, writeOffApprovalOver };
  await api.call('/settings', { baseVersion: version, settings: changed }, { method: 'PUT' });
}
beforeEach(() => approveOver(null));

describe('a write-off', () => {
  const off = (orderId: string, body: object, options = {}) => api.ask(orderId, 'write-off', body, options);

  it('of everything that is owed closes the order; of a part, it takes the latest due first', async () => {
    await api.place('lost', { termsCode: 'weekly' });
    const part = await off('lost', { amount: eur(60), reason: 'agreed' });
    expect(part.body.instalments.map((line: { outstanding: unknown }) => line.outstanding)).toEqual([
      eur(40),
      eur(0),
    ]);
    expect(await off('lost', { amount: eur(41), reason: 'too much' })).toMatchObject({
      status: 422,
      body: { code: 'write-off-exceeds-balance' },
    });
    const rest = await off('lost', { reason: 'bankrupt' });
    expect(rest.body).toMatchObject({ status: 'written_off', closeReason: 'bankrupt', outstanding: eur(0) });
    expect(await off('lost', { reason: 'again' })).toMatchObject({
      status: 409,
      body: { code: 'order-closed' },
    });
  });

  it('in another currency than the threshold’s waits for another admin, whatever its amount', async () => {
    await approveOver(eur(50));
    await api.call(
      '/customers/rossi/credit',
      { limit: { amount: 100_000, currency: 'USD' } },
      { method: 'PUT' },
    );
    await api.place('dollars', { total: { amount: 10_000, currency: 'USD' } });
    expect(await off('dollars', { amount: { amount: 1, currency: 'USD' }, reason: 'small' })).toMatchObject({
      status: 202,
      body: { approval: { amount: { amount: 1, currency: 'USD' }, decision: null } },
    });
  });

  it('is not approved with another key of the same name: that is the same person', async () => {
    await approveOver(eur(50));
    const [first, again] = [
      await api.newKey(['admin'], null, 'Accounts office'),
      await api.newKey(['admin'], null, ' accounts Office'),
    ];
    await api.place('own');
    const asked = await off('own', { reason: 'gone' }, { as: first });
    const { approvalId } = asked.body.approval;
    expect(await api.call(`/approvals/${approvalId}/approve`, {}, { as: again })).toMatchObject({
      status: 403,
      body: { code: 'approval-by-another' },
    });
  });

  it('over the threshold waits for another admin, who approves it once', async () => {
    await approveOver(eur(50));
    const second = await api.newKey(['admin']);
    await api.place('big');
    expect((await off('big', { amount: eur(50), reason: 'small' })).body.status).toBe('open');
    // A second one of the same order would bring both over it.
    expect(await off('big', { amount: eur(1), reason: 'more' })).toMatchObject({
      status: 202,
      body: { approval: { amount: eur(1) } },
    });
    await api.place('bigger');
    const asked = await off('bigger', { reason: 'gone' });
    expect(asked).toMatchObject({
      status: 202,
      body: { status: 'open', outstanding: eur(100), approval: { amount: eur(100), decision: null } },
    });
    const { approvalId } = asked.body.approval;
    expect((await off('bigger', { reason: 'gone' })).body.approval.approvalId).toBe(approvalId);
    const waiting = await api.call('/approvals?waiting=true', undefined, { as: 'read' });
    expect(waiting.body.items.map((item: { approvalId: string }) => item.approvalId)).toContain(approvalId);

    const decide = (path: string, options: object = {}) =>
      api.call(`/approvals/${approvalId}/${path}`, {}, options);
    expect(await decide('approve')).toMatchObject({ status: 403, body: { code: 'approval-by-another' } });
    const deciding = decide('approve', { as: second });
    await api.work('bigger');
    for (let tries = 0; tries < 50; tries++) await api.work('bigger');
    expect(await deciding).toMatchObject({ status: 200, body: { decision: 'approved' } });
    expect((await api.call('/orders/bigger')).body).toMatchObject({
      status: 'written_off',
      outstanding: eur(0),
    });
    expect((await decide('approve', { as: second })).body.decision).toBe('approved');
    expect(await decide('reject')).toMatchObject({ status: 409, body: { code: 'approval-decided' } });
  });

  it('that is repeated with its key is the same one, whatever was written off or approved since', async () => {
    await approveOver(eur(50));
    const keyed = (orderId: string, key: string, body: object) =>
      off(orderId, { reason: 'small', ...body }, { headers: { 'idempotency-key': key } });
    await api.place('keyed');
    const first = { amount: eur(40) };
    expect((await keyed('keyed', 'key-1', first)).body.outstanding).toEqual(eur(60));
    const again = await keyed('keyed', 'key-1', first);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(await keyed('keyed', 'key-1', { amount: eur(41) })).toMatchObject({ status: 409 });
    const waiting = await keyed('keyed', 'key-2', { amount: eur(20) });
    expect((await keyed('keyed', 'key-2', { amount: eur(20) })).body.approval).toEqual(waiting.body.approval);
    expect(await keyed('keyed', 'key-3', { amount: eur(30) })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
  });

  it('that no longer fits when it is approved stays undecided', async () => {
    await approveOver(eur(50));
    const second = await api.newKey(['admin']);
    await api.place('paid-since');
    const { approvalId } = (await off('paid-since', { amount: eur(80), reason: 'gone' })).body.approval;
    await api.ask('paid-since', 'payments', { paymentId: 'since', amount: eur(50) }, accounting);
    expect(await api.call(`/approvals/${approvalId}/approve`, {}, { as: second })).toMatchObject({
      status: 422,
      body: { code: 'write-off-exceeds-balance' },
    });
    expect((await api.call(`/approvals/${approvalId}`)).body).toMatchObject({ decision: null });
  });

  it('cannot exceed the threshold by many at the same time', async () => {
    await approveOver(eur(50));
    await api.place('many');
    const each = { amount: eur(20), reason: 'small' };
    const answers = await Promise.all(Array.from({ length: 4 }, () => off('many', each)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect((await api.call('/orders/many')).body.outstanding).toEqual(eur(60));
  });

  it('that another admin rejects leaves the order as it is', async () => {
    await approveOver(eur(50));
    const second = await api.newKey(['admin']);
    await api.place('kept');
    const { approvalId } = (await off('kept', { reason: 'gone' })).body.approval;
    const rejected = await api.call(
      `/approvals/${approvalId}/reject`,
      { comment: 'they pay' },
      { as: second },
    );
    expect(rejected).toMatchObject({ status: 200, body: { decision: 'rejected', comment: 'they pay' } });
    expect((await api.call('/orders/kept')).body).toMatchObject({ status: 'open', outstanding: eur(100) });
  });

  it('turns money that comes after it into credit of the customer', async () => {
    await api.place('found');
    await off('found', { reason: 'bankrupt' });
    const before = await api.unapplied();
    const paid = await api.call(
      '/orders/found/payments',
      { paymentId: 'late-1', amount: eur(40) },
      accounting,
    );
    expect(paid).toMatchObject({ status: 200, body: { status: 'written_off' } });
    expect((await api.unapplied()) - before).toBe(4_000);
  });
});
