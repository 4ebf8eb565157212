import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Money } from '../../src/kernel/money.ts';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur, settings } from '../support/builders.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;
let another: { id: string; key: string };
beforeAll(async () => {
  api = await openApi();
  another = await api.newKey(['admin']);
  await api.call('/customers/rossi/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
});
afterAll(() => api.close());
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const accounting = { as: 'accounting' } as const;

/** Asks that a write-off over those amounts waits for another admin; with null, none does. */
async function askThreshold(writeOffApprovalOver: Money | Money[] | null, options: object = {}) {
  const { version } = (await api.call('/settings')).body;
  const changed = { ...settings, writeOffApprovalOver };
  return api.call('/settings', { baseVersion: version, settings: changed }, { method: 'PUT', ...options });
}
/** The same, in force: another admin approves it where that is needed. */
async function approveOver(over: Money | Money[] | null) {
  const { status, body } = await askThreshold(over);
  if (status === 202) await api.call(`/approvals/${body.approval.approvalId}/approve`, {}, { as: another });
  expect((await inForce()).writeOffApprovalOver).toEqual(over);
}
const inForce = async () => (await api.call('/settings')).body.settings;
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

describe('the threshold of write-offs', () => {
  const off = (orderId: string, body: object) => api.ask(orderId, 'write-off', body);
  const decide = (id: string, what: string, options: object = { as: another }) =>
    api.call(`/approvals/${id}/${what}`, {}, options);
  const usd = (units: number): Money => ({ amount: units * 100, currency: 'USD' });

  it('is one amount for each currency; where a currency has none, every write-off waits', async () => {
    await approveOver([eur(50), usd(30)]);
    await api.call('/customers/rossi/credit', { limit: usd(10_000) }, { method: 'PUT' });
    await api.call(
      '/customers/rossi/credit',
      { limit: { amount: 100_000, currency: 'CHF' } },
      { method: 'PUT' },
    );
    const write = async (orderId: string, total: Money, amount: Money) => {
      await api.place(orderId, { total });
      return (await off(orderId, { amount, reason: 'small' })).status;
    };
    const chf = { amount: 10_000, currency: 'CHF' };
    expect(await write('t-eur', eur(100), eur(50))).toBe(200);
    expect(await write('t-eur-2', eur(100), eur(50.01))).toBe(202);
    expect(await write('t-usd', usd(100), usd(30))).toBe(200);
    expect(await write('t-usd-2', usd(100), usd(31))).toBe(202);
    expect(await write('t-chf', chf, { ...chf, amount: 1 })).toBe(202);
  });

  it('is not loosened by one admin alone: set to null, written off and set back, nothing is written off', async () => {
    await approveOver(eur(50));
    await api.place('attacked');
    const asked = await askThreshold(null);
    expect(asked).toMatchObject({
      status: 202,
      body: {
        settings: { writeOffApprovalOver: eur(50) },
        approval: {
          kind: 'write-off-threshold',
          subject: 'policy/settings',
          orderId: null,
          amount: null,
          decision: null,
          detail: { changes: [{ pointer: '/writeOffApprovalOver', before: eur(50), after: null }] },
        },
      },
    });
    const { approvalId } = asked.body.approval;
    expect(asked.headers.get('location')).toBe(`/v1/approvals/${approvalId}`);
    expect((await off('attacked', { reason: 'gone' })).status).toBe(202);
    expect((await askThreshold(eur(50))).status).toBe(200);
    expect((await api.call('/orders/attacked')).body).toMatchObject({
      status: 'open',
      outstanding: eur(100),
    });
    expect(await decide(approvalId, 'approve', {})).toMatchObject({
      status: 403,
      body: { code: 'approval-by-another' },
    });
    // The settings have another version by now.
    expect(await decide(approvalId, 'approve')).toMatchObject({
      status: 409,
      body: { code: 'stale-version' },
    });
    expect((await decide(approvalId, 'reject')).body).toMatchObject({ decision: 'rejected' });
    expect((await inForce()).writeOffApprovalOver).toEqual(eur(50));
  });

  it('that another admin approves is in force, in their name; a repeat changes nothing', async () => {
    await approveOver(eur(50));
    const asked = await askThreshold(eur(80));
    const again = await askThreshold(eur(80));
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
    const { approvalId } = asked.body.approval;
    expect(again.body.approval.approvalId).toBe(approvalId);
    expect(await askThreshold(eur(90))).toMatchObject({
      status: 409,
      body: { code: 'conflict', approvalId },
    });
    expect((await decide(approvalId, 'approve')).body).toMatchObject({ decision: 'approved' });
    expect((await decide(approvalId, 'approve')).body).toMatchObject({ decision: 'approved' });
    const { body } = await api.call('/settings');
    expect(body).toMatchObject({
      version: asked.body.version + 1,
      updatedBy: `key:${another.id}`,
      settings: { writeOffApprovalOver: eur(80) },
    });
  });

  it('that is rejected stays, and can be asked for again', async () => {
    await approveOver(eur(50));
    const first = (await askThreshold(eur(80))).body.approval.approvalId;
    expect((await decide(first, 'reject')).status).toBe(200);
    expect((await inForce()).writeOffApprovalOver).toEqual(eur(50));
    const second = (await askThreshold(eur(80))).body.approval.approvalId;
    expect(second).not.toBe(first);
    expect((await decide(second, 'reject')).status).toBe(200);
  });

  it('is loosened by an old version that is put in force again, and by leaving it out', async () => {
    await approveOver(null);
    const { version } = (await api.call('/settings')).body;
    await approveOver(eur(50));
    const restored = await api.call('/settings/restore', { baseVersion: version + 1, version });
    expect(restored).toMatchObject({ status: 202, body: { settings: { writeOffApprovalOver: eur(50) } } });
    await decide(restored.body.approval.approvalId, 'reject');
    const { writeOffApprovalOver: _, ...without } = settings;
    const left = await api.call(
      '/settings',
      { baseVersion: version + 1, settings: without },
      { method: 'PUT' },
    );
    expect(left.status).toBe(202);
    await decide(left.body.approval.approvalId, 'reject');
  });

  it('is set and lowered by one admin alone, and so is everything else of the settings', async () => {
    for (const over of [eur(50), eur(20), [eur(20)], [eur(10)]])
      expect((await askThreshold(over)).status).toBe(200);
    const { version, settings: now } = (await api.call('/settings')).body;
    const body = { baseVersion: version, settings: { ...now, company: 'Rossi & Figli' } };
    expect((await api.call('/settings', body, { method: 'PUT' })).status).toBe(200);
  });

  it('cannot be loosened where nobody else has an admin key: the error says to create one', async () => {
    const alone = await openApi();
    try {
      const put = async (writeOffApprovalOver: Money | null) => {
        const { version } = (await alone.call('/settings')).body;
        const body = { baseVersion: version, settings: { ...settings, writeOffApprovalOver } };
        return alone.call('/settings', body, { method: 'PUT' });
      };
      expect((await put(eur(50))).status).toBe(200);
      const missing = {
        status: 409,
        body: { code: 'second-person-missing', detail: expect.stringContaining('npm run create-key') },
      };
      expect(await put(null)).toMatchObject(missing);
      const [{ name }] = await alone.sql<[{ name: string }]>`
        select name from api_keys where 'admin' = any(scopes)`;
      await alone.newKey(['admin'], null, ` ${name.toUpperCase()} `);
      await alone.newKey(['admin'], '2027-02-01T00:00:00.000Z', 'expired');
      await alone.newKey(['accounting'], null, 'an accountant');
      expect(await put(null)).toMatchObject(missing);
      await alone.newKey(['admin'], null, 'the owner');
      expect((await put(null)).status).toBe(202);
    } finally {
      await alone.close();
    }
  });

  it.each([
    [[], ''],
    [[eur(1), eur(2)], ''],
    [[{ amount: -1, currency: 'EUR' }], '/0/amount'],
    ['50 EUR', ''],
  ])('%j is refused', async (over, where) => {
    expect(await askThreshold(over as Money[])).toMatchObject({
      status: 422,
      body: { code: 'validation', errors: [{ pointer: `/settings/writeOffApprovalOver${where}` }] },
    });
  });
});
