import { describe, expect, it } from 'vitest';
import { openTask } from '../../src/modules/tasks/open-task.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { type Api, useApi } from './harness.ts';

const api = useApi();

const storefront = { as: 'storefront' } as const;
const read = { as: 'read' } as const;
/** A customer whom the rules refuse. */
const addNewcomer = (id: string) => addCustomer(api.sql, id, { pastOrders: 0, turnover: eur(0) });
const order = (customerId: string, orderId: string, total = eur(300)) =>
  api.call('/orders', { orderId, customerId, total }, storefront);
const ask = (customerId: string, body: object = {}) =>
  api.call(`/customers/${customerId}/terms-requests`, body, storefront);
const eligibility = async (customerId: string) =>
  (await api.call(`/customers/${customerId}/eligibility?amount=30000&currency=EUR`, undefined, storefront))
    .body;
const close = (taskId: number, body: object, as: Parameters<Api['call']>[2] = {}) =>
  api.call(`/tasks/${taskId}/close`, body, as);

describe('a customer who was refused', () => {
  it('may ask for terms, gets them from an admin, and orders', async () => {
    await addNewcomer('nuova');
    expect(await eligibility('nuova')).toMatchObject({ eligible: false, mayAskForTerms: true });
    const refused = await order('nuova', 'first');
    expect(refused).toMatchObject({ status: 422, body: { code: 'not-eligible', mayAskForTerms: true } });

    const asked = await ask('nuova', { orderId: 'first', note: 'We pay in a week' });
    expect(asked).toMatchObject({
      status: 201,
      body: {
        kind: 'terms-request',
        state: 'open',
        customerId: 'nuova',
        orderId: 'first',
        amount: eur(300),
        note: 'We pay in a week',
        openedAt: api.clock.now,
        openedBy: expect.stringMatching(/^key:/),
        outcome: null,
        closedAt: null,
        closedBy: null,
        reason: null,
      },
    });
    const { taskId } = asked.body;
    expect(asked.headers.get('location')).toBe(`/v1/tasks/${taskId}`);
    expect(asked.body.checks).toContainEqual({ rule: 'minOrders', passed: false });
    const seen = (await api.call(`/tasks/${taskId}`, undefined, read)).body;
    expect(seen.checks).toContainEqual({
      rule: 'minOrders',
      passed: false,
      actual: '0',
      required: '3',
      message: expect.any(String),
    });

    const reason = 'Known to our sales people';
    const granted = await close(taskId, { outcome: 'granted', reason });
    expect(granted).toMatchObject({
      status: 200,
      body: { state: 'done', outcome: 'granted', reason, closedAt: api.clock.now },
    });
    expect(granted.body.checks).toEqual(seen.checks);
    const { privilege } = (await api.call('/customers/nuova')).body;
    expect(privilege).toMatchObject({ state: 'granted', reason, actor: granted.body.closedBy });
    expect(await eligibility('nuova')).toMatchObject({ eligible: true, mayAskForTerms: false });
    expect((await order('nuova', 'first')).status).toBe(201);
    const log = await api.sql`select action, reason from audit where subject = 'customer/nuova' order by id`;
    expect(log).toEqual([
      { action: 'terms-request.opened', reason: 'We pay in a week' },
      { action: 'terms-request.granted', reason },
      { action: 'customer.granted', reason },
    ]);
  });

  it('has one open request, however often it asks, even at the same time', async () => {
    await addNewcomer('insistent');
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, n) => ask('insistent', { amount: eur(n + 1) })),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const replayed = answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true');
    expect(replayed).toHaveLength(4);

    const [first] = answers;
    await close(first!.body.taskId, { outcome: 'refused', reason: 'Too new' });
    const again = await ask('insistent');
    expect(again.headers.get('idempotent-replayed')).toBeNull();
    expect(again.body).toMatchObject({ state: 'open', amount: null, orderId: null, note: null });
    expect(again.body.taskId).not.toBe(first!.body.taskId);
  });

  it('gets the checks for the requested amount', async () => {
    await addCustomer(api.sql, 'larger');
    const { body } = await ask('larger', { amount: eur(20_000) });
    const { checks } = (await api.call(`/tasks/${body.taskId}`, undefined, read)).body;
    expect(checks.filter(({ passed }: { passed: boolean }) => !passed)).toMatchObject([
      { rule: 'creditLimit', actual: '20,000.00 EUR' },
    ]);
  });

  it('can no longer ask after terms were revoked', async () => {
    await addNewcomer('gone');
    await api.call('/customers/gone/revoke', { reason: 'Fraud' });
    expect(await eligibility('gone')).toMatchObject({ eligible: false, mayAskForTerms: false });
    expect((await order('gone', 'again')).body).toMatchObject({
      code: 'not-eligible',
      mayAskForTerms: false,
    });
    expect(await ask('gone')).toMatchObject({ status: 409, body: { code: 'terms-revoked' } });
    expect((await api.call('/tasks?customerId=gone')).body.items).toEqual([]);
  });

  it('gets a clear error for a wrong request', async () => {
    expect((await ask('nobody')).body.code).toBe('customer-not-found');
    for (const [body, pointer] of [
      [{ amount: eur(0) }, '/amount/amount'],
      [{ note: ' ' }, '/note'],
      [{ note: 'a\u0000b' }, '/note'],
      [{ orderId: 'a b' }, '/orderId'],
      [{ wish: 'more' }, '/wish'],
    ] as const)
      expect((await ask('rossi', body)).body).toMatchObject({
        code: 'validation',
        errors: [{ pointer }],
      });
  });
});

describe('a task', () => {
  it('is closed once: repeating the same decision changes nothing, a different one is answered with who was faster', async () => {
    await addNewcomer('twice');
    const { taskId } = (await ask('twice')).body;
    const rival = await api.newKey(['admin']);
    const word = { outcome: 'refused', reason: 'No' };
    const done = await close(taskId, word);
    const again = await close(taskId, word);
    expect(again).toMatchObject({ status: 200, body: done.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    for (const [body, as] of [
      [word, { as: rival }],
      [{ ...word, reason: 'Never' }, {}],
      [{ outcome: 'granted', reason: 'No' }, {}],
    ] as const)
      expect(await close(taskId, body, as)).toMatchObject({
        status: 409,
        body: { code: 'task-closed', outcome: 'refused', closedBy: done.body.closedBy },
      });
    expect((await api.call('/customers/twice')).body.privilege.state).toBe('by_rules');
  });

  it('that two admins decide at the same time is decided by one of them, completely', async () => {
    await addNewcomer('raced');
    const { taskId } = (await ask('raced')).body;
    const rival = { as: await api.newKey(['admin']) };
    const [granted, refused] = await Promise.all([
      close(taskId, { outcome: 'granted', reason: 'Yes' }),
      close(taskId, { outcome: 'refused', reason: 'No' }, rival),
    ]);
    expect([granted.status, refused.status].sort()).toEqual([200, 409]);
    const { state } = (await api.call('/customers/raced')).body.privilege;
    expect(state).toBe(granted.status === 200 ? 'granted' : 'by_rules');
  });

  it('needs a known outcome and a reason, and a number that exists', async () => {
    await addNewcomer('careless');
    const { taskId } = (await ask('careless')).body;
    const bad = await close(taskId, { outcome: 'maybe' });
    expect(bad.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/outcome',
      '/reason',
    ]);
    for (const id of ['999999', '0', 'abc', '99999999999999999999', '-1'])
      expect(await api.call(`/tasks/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'task-not-found' },
      });
    expect((await close(999_999, { outcome: 'done', reason: 'x' })).body.code).toBe('task-not-found');
    expect((await api.call(`/tasks/${taskId}`)).body.state).toBe('open');
  });

  it('of another kind says what it is about, is found by its order, and can only be done', async () => {
    await addCustomer(api.sql, 'bounced');
    const detail = { mailId: 'letter/1', recipients: ['ada@bounced.example'], error: '550 no such user' };
    const about = { kind: 'letter-failed', customerId: 'bounced', orderId: 'b-1' } as const;
    const by = { openedAt: api.clock.now, openedBy: 'system' };
    const opened = await api.sql.begin((tx) => openTask(tx, { ...about, detail, ...by }));
    const { items } = (await api.call('/tasks?orderId=b-1&kind=letter-failed', undefined, read)).body;
    expect(items).toEqual([
      {
        ...{
          taskId: opened!.id,
          ...about,
          state: 'open',
          amount: null,
          note: null,
          checks: [],
          detail,
          ...by,
        },
        ...{ outcome: null, closedAt: null, closedBy: null, reason: null },
      },
    ]);
    expect(await close(opened!.id, { outcome: 'granted', reason: 'Yes' })).toMatchObject({
      status: 422,
      body: { code: 'outcome-not-possible' },
    });
    expect((await close(opened!.id, { outcome: 'done', reason: 'Called' })).body).toMatchObject({
      state: 'done',
    });
    expect((await api.call('/tasks?orderId=b-2')).body.items).toEqual([]);
  });

  it('is found by state and kind, the newest first, page by page', async () => {
    const before = api.clock.now;
    for (let n = 0; n < 5; n++) {
      api.clock.now = `2027-03-02T10:00:0${Math.floor(n / 2)}.000Z`;
      await addNewcomer(`listed-${n}`);
      const { taskId } = (await ask(`listed-${n}`)).body;
      if (n === 2) await close(taskId, { outcome: 'done', reason: 'By phone' });
    }
    api.clock.now = before;
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = `state=open&kind=terms-request&limit=2${cursor && `&cursor=${cursor}`}`;
      const { body } = await api.call(`/tasks?${query}`, undefined, read);
      for (const { customerId, state } of body.items) {
        expect(state).toBe('open');
        seen.push(customerId);
      }
      cursor = body.nextCursor;
    }
    expect(seen.filter((id) => id.startsWith('listed-'))).toEqual([4, 3, 1, 0].map((n) => `listed-${n}`));
    expect(new Set(seen).size).toBe(seen.length);
    const done = (await api.call('/tasks?state=done')).body.items;
    expect(done[0]).toMatchObject({ customerId: 'listed-2', outcome: 'done', reason: 'By phone' });
    expect((await api.call('/tasks?kind=other')).body.code).toBe('validation');
  });
});
