import { describe, expect, it } from 'vitest';
import { demandOrder } from '../../src/modules/revocation/revoke-terms.ts';
import { ordersToDemand } from '../../src/modules/revocation/tables.ts';
import { inTransaction } from '../../src/platform/postgres/client.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { useApi } from './harness.ts';

const api = useApi();

const place = (orderId: string, customerId: string, more: object = {}) =>
  api.call('/orders', { orderId, customerId, total: eur(100), ...more });
const revoke = (customerId: string, body: object) => api.call(`/customers/${customerId}/revoke`, body);
const eligible = async (customerId: string) =>
  (await api.call(`/customers/${customerId}/eligibility?amount=100&currency=EUR`)).body;
const actions = async (customerId: string) =>
  api.sql<{ action: string; detail: object; reason: string }[]>`
    select action, detail, reason from audit where subject = ${`customer/${customerId}`} order by id`;

/** Does what the workflow of a revocation asks of the orders, and what the orders' workflows do with it. */
async function ask(revocationId: string): Promise<void> {
  for (const orderId of await ordersToDemand(api.sql, revocationId, 1_000)) {
    await inTransaction(api.sql, (tx) =>
      demandOrder(tx, api.commands.within(tx), { revocationId, orderId, now: api.clock.now }),
    );
    await api.work(orderId);
  }
}

describe('a revocation', () => {
  it('keeps the open orders as agreed by default', async () => {
    await addCustomer(api.sql, 'kept');
    await place('kept-1', 'kept');
    for (const body of [{ reason: 'a' }, { reason: 'b', openOrders: 'keep' }]) {
      const answer = await revoke('kept', body);
      expect(answer.status).toBe(200);
      expect(answer.body.privilege).toMatchObject({ state: 'revoked', reason: body.reason });
      expect(answer.body).not.toHaveProperty('revocation');
      expect(answer.body).not.toHaveProperty('warnings');
    }
    expect(await api.sql`select 1 from revocations where customer_id = 'kept'`).toHaveLength(0);
    expect((await api.call('/orders/kept-1')).body.instalments[0].dueOn).toBe('2027-03-31');
  });

  it('like a suspension or an insolvency, refuses the confirmation of a reservation; a lower limit does not', async () => {
    for (const decision of ['revoke', 'suspend', 'insolvency']) {
      const id = `was-reserved-${decision}`;
      await addCustomer(api.sql, id);
      await place(id, id, { confirm: 'later' });
      await api.call(`/customers/${id}/${decision}`, { reason: 'unpaid' });
      const confirm = () =>
        api.ask(id, 'confirm', undefined, { as: 'storefront', headers: { 'idempotency-key': id } });
      const refused = await confirm();
      expect(refused).toMatchObject({
        status: 422,
        body: { code: 'not-eligible', command: { kind: 'confirm', outcome: 'refused' } },
      });
      expect(refused.body.detail).toMatch(/revoked|suspended|insolvent/);
      expect((await api.call(`/orders/${id}`)).body.status).toBe('cancelled');
      expect((await api.call(`/customers/${id}`)).body.credit.exposure).toEqual(eur(0));
      expect(await confirm()).toMatchObject({ status: 422, body: { code: 'not-eligible' } });
    }
    await addCustomer(api.sql, 'lowered');
    await place('lowered', 'lowered', { confirm: 'later' });
    await api.call('/customers/lowered/credit', { limit: eur(1) }, { method: 'PUT' });
    expect((await api.ask('lowered', 'confirm', undefined)).status).toBe(200);
  });

  it('that demands the open orders warns that a demand must be allowed, and is followed by its id', async () => {
    await addCustomer(api.sql, 'due');
    await place('due-1', 'due');
    await place('due-2', 'due', { confirm: 'later' });
    const { status, body } = await revoke('due', {
      reason: 'Cheques bounced',
      openOrders: 'demand',
      revocationId: 'due-r',
    });
    expect(status).toBe(200);
    expect(body.revocation).toEqual({ revocationId: 'due-r', state: 'waiting', orders: 2, demanded: 0 });
    expect(body.warnings).toEqual([expect.stringMatching(/contract.*art\. 1186 of the Italian civil code/)]);
    expect((await eligible('due')).eligible).toBe(false);
    expect((await api.call('/revocations/due-r', undefined, { as: 'read' })).body).toEqual({
      revocationId: 'due-r',
      customerId: 'due',
      openOrders: 'demand',
      reason: 'Cheques bounced',
      actor: expect.stringMatching(/^key:/),
      state: 'waiting',
      orders: 2,
      demanded: 0,
      createdAt: api.clock.now,
      startedAt: null,
      finishedAt: null,
    });
    expect((await actions('due')).at(-1)).toEqual({
      action: 'customer.revoked',
      reason: 'Cheques bounced',
      detail: { before: 'by_rules', openOrders: 'demand', revocationId: 'due-r' },
    });
  });

  it('gets an id if a demand has none', async () => {
    await addCustomer(api.sql, 'unnamed');
    const { body } = await revoke('unnamed', { reason: 'r', openOrders: 'demand' });
    const { revocationId } = body.revocation;
    expect(revocationId).toMatch(/^rev_[0-9a-f]{24}$/);
    expect((await api.call(`/revocations/${revocationId}`)).body).toMatchObject({
      customerId: 'unnamed',
      orders: 0,
    });
  });

  it('is recognised by its id and content: what was granted since stays granted, and no order is asked again', async () => {
    await addCustomer(api.sql, 'again');
    await addCustomer(api.sql, 'another');
    await place('again-1', 'again');
    const body = { reason: 'r', openOrders: 'demand', revocationId: 'again-r' };
    await revoke('again', body);
    await api.call('/customers/again/grant', { reason: 'they paid' });
    await place('again-2', 'again');
    const repeated = await revoke('again', body);
    expect(repeated.headers.get('idempotent-replayed')).toBe('true');
    expect(repeated.body).toMatchObject({ privilege: { state: 'granted' }, revocation: { orders: 1 } });
    for (const [customerId, other] of [
      ['again', { ...body, reason: 'other' }],
      ['again', { ...body, openOrders: 'keep' }],
      ['another', body],
    ] as const)
      expect(await revoke(customerId, other)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await api.call('/customers/another')).body.privilege.state).toBe('by_rules');
  });

  it('that is sent many times at once is one', async () => {
    for (const id of ['burst', 'burst-too']) await addCustomer(api.sql, id);
    await place('burst-1', 'burst');
    const body = { reason: 'r', openOrders: 'demand', revocationId: 'burst-r' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => revoke('burst', body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect((await actions('burst')).filter(({ action }) => action === 'customer.revoked')).toHaveLength(1);
    const twoAtOnce = await Promise.all(
      ['burst', 'burst-too'].map((id) =>
        revoke(id, { reason: 'r', openOrders: 'keep', revocationId: 'burst-2' }),
      ),
    );
    expect(twoAtOnce.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('is not found or is refused if it is wrong', async () => {
    expect(await api.call('/revocations/none')).toMatchObject({
      status: 404,
      body: { code: 'revocation-not-found' },
    });
    expect((await revoke('nobody', { reason: 'r', openOrders: 'demand' })).body.code).toBe(
      'customer-not-found',
    );
    for (const [body, pointer] of [
      [{ reason: 'r', openOrders: 'cancel' }, '/openOrders'],
      [{ reason: 'r', revocationId: 'a b' }, '/revocationId'],
      [{ openOrders: 'demand' }, '/reason'],
      [{ reason: 'r', demand: true }, '/demand'],
    ] as const)
      expect((await revoke('rossi', body)).body).toMatchObject({ code: 'validation', errors: [{ pointer }] });
  });
});

describe('a demand', () => {
  it('makes everything that is open due today, once; what is paid, closed or overdue stays', async () => {
    await addCustomer(api.sql, 'parts');
    await place('parts-paid', 'parts', { termsCode: 'deposit', placedAt: '2027-01-01T10:00:00Z' });
    await place('parts-late', 'parts', { placedAt: '2027-01-10T10:00:00Z' });
    await place('parts-reserved', 'parts', { confirm: 'later' });
    await place('parts-closed', 'parts');
    await api.ask('parts-paid', 'payments', { paymentId: 'parts-p', amount: eur(30) });
    await revoke('parts', { reason: 'Cheques bounced', openOrders: 'demand', revocationId: 'parts-r' });
    await api.ask('parts-closed', 'settle', { reason: 'paid' });
    await ask('parts-r');
    await ask('parts-r');

    const dueDays = async (id: string) =>
      (await api.call(`/orders/${id}`)).body.instalments.map(({ dueOn }: { dueOn: string }) => dueOn);
    expect(await dueDays('parts-paid')).toEqual(['2027-01-01', '2027-01-31', '2027-03-01']);
    expect(await dueDays('parts-late')).toEqual(['2027-02-09']);
    expect((await api.call('/orders/parts-reserved')).body).toMatchObject({
      status: 'cancelled',
      closeReason: 'Cheques bounced',
    });
    expect((await api.call('/revocations/parts-r')).body).toMatchObject({ orders: 4, demanded: 3 });
    const commands = await api.sql`
      select order_id, outcome, refusal from commands where kind = 'demand' and order_id like 'parts-%' order by order_id`;
    expect(commands).toMatchObject([
      { orderId: 'parts-closed', outcome: 'refused', refusal: 'order-closed' },
      { orderId: 'parts-late', outcome: 'applied' },
      { orderId: 'parts-paid', outcome: 'applied' },
      { orderId: 'parts-reserved', outcome: 'applied' },
    ]);
    const [third] =
      await api.sql`select due_at, moves from instalments where order_id = 'parts-paid' and number = 3`;
    expect(third).toEqual({ dueAt: '2027-03-01T23:00:00.000Z', moves: 1 });
  });

  it('plans the reminders again from the end of that day, and a later grant restores nothing', async () => {
    await addCustomer(api.sql, 'anew');
    api.clock.now = '2027-03-01T06:00:00.000Z'; // before the hour at which reminders are sent
    await place('anew-1', 'anew');
    await revoke('anew', { reason: 'r', openOrders: 'demand', revocationId: 'anew-r' });
    await ask('anew-r');
    await api.call('/customers/anew/grant', { reason: 'they promised' });
    const { items } = (await api.call('/orders/anew-1/timeline')).body;
    const planned = items.filter(({ future }: { future: boolean }) => future);
    expect(planned.map(({ at, kind }: { at: string; kind: string }) => [at, kind])).toEqual([
      ['2027-03-08T08:00:00.000Z', 'planned.overdue'],
      ['2027-03-15T08:00:00.000Z', 'planned.overdue'],
      ['2027-03-15T08:00:00.000Z', 'planned.decide'],
    ]);
    expect((await api.call('/orders/anew-1')).body.instalments[0].dueOn).toBe('2027-03-01');
    api.clock.now = '2027-03-01T10:00:00.000Z';
    expect(items).toContainEqual(expect.objectContaining({ kind: 'order.demand', reason: 'r' }));
  });

  it('includes instalments with a provisional due date', async () => {
    await addCustomer(api.sql, 'later');
    await place('later-1', 'later');
    await api.sql`update instalments set due_at = null, due_on = '2027-02-01' where order_id = 'later-1'`;
    await revoke('later', { reason: 'r', openOrders: 'demand', revocationId: 'later-r' });
    await ask('later-r');
    const [line] = await api.sql`select due_on, due_at from instalments where order_id = 'later-1'`;
    expect(line).toEqual({ dueOn: '2027-03-01', dueAt: '2027-03-01T23:00:00.000Z' });
  });

  it('sees every order that a concurrent checkout placed before it', async () => {
    for (let n = 0; n < 15; n++) {
      const id = `race-${n}`;
      await addCustomer(api.sql, id);
      const [placed, revoked] = await Promise.all([
        place(`${id}-1`, id),
        revoke(id, { reason: 'r', openOrders: 'demand', revocationId: id }),
      ]);
      expect(revoked.body.revocation.orders).toBe(placed.status === 201 ? 1 : 0);
    }
  });
});

describe('an insolvency', () => {
  it('stops new orders, says why and since when, and is ended only by a grant or by "use rules"', async () => {
    await addCustomer(api.sql, 'broke');
    const { body } = await api.call('/customers/broke/insolvency', { reason: 'Court of Milan, 12/2027' });
    expect(body.privilege).toMatchObject({ state: 'insolvency', insolventSince: '2027-03-01' });
    expect((await eligible('broke')).checks).toContainEqual({
      rule: 'privilege',
      passed: false,
      actual: 'insolvency',
      required: 'by_rules or granted',
      message: 'This customer is insolvent and gets no payment terms.',
    });
    expect((await place('broke-1', 'broke')).body.code).toBe('not-eligible');
    for (const [what, more] of [
      ['suspend', {}],
      ['revoke', {}],
      ['revoke', { openOrders: 'demand', revocationId: 'broke-r' }],
    ] as const)
      expect(await api.call(`/customers/broke/${what}`, { reason: 'r', ...more })).toMatchObject({
        status: 409,
        body: { code: 'customer-insolvent' },
      });
    expect((await api.call('/revocations/broke-r')).status).toBe(404);
    api.clock.now = '2027-03-05T10:00:00.000Z';
    const again = await api.call('/customers/broke/insolvency', { reason: 'more is known' });
    expect(again.body.privilege).toMatchObject({ reason: 'more is known', insolventSince: '2027-03-01' });
    api.clock.now = '2027-03-01T10:00:00.000Z';
    for (const [what, state] of [
      ['grant', 'granted'],
      ['insolvency', 'insolvency'],
      ['use-rules', 'by_rules'],
    ] as const)
      expect((await api.call(`/customers/broke/${what}`, { reason: 'r' })).body.privilege.state).toBe(state);
    expect((await api.call('/customers/broke')).body.privilege).not.toHaveProperty('insolventSince');
    expect((await actions('broke')).map(({ action }) => action)).toEqual([
      'customer.insolvency',
      'customer.insolvency',
      'customer.granted',
      'customer.insolvency',
      'customer.by_rules',
    ]);
  });

  it('is not ended by a suspension that has ended', async () => {
    await addCustomer(api.sql, 'paused');
    await api.call('/customers/paused/suspend', { reason: 'r', until: '2027-03-02T00:00:00Z' });
    await api.call('/customers/paused/insolvency', { reason: 'r' });
    api.clock.now = '2027-03-03T10:00:00.000Z';
    expect((await eligible('paused')).eligible).toBe(false);
    api.clock.now = '2027-03-01T10:00:00.000Z';
  });

  it('keeps what is paid as credit, and allocates nothing automatically', async () => {
    await addCustomer(api.sql, 'estate');
    await place('estate-1', 'estate');
    await api.call('/customers/estate/insolvency', { reason: 'r' });
    const paid = await api.ask('estate-1', 'payments', { paymentId: 'estate-p', amount: eur(40) });
    expect(paid.body).toMatchObject({ status: 'open', outstanding: eur(100) });
    expect((await api.call('/customers/estate')).body.credit).toMatchObject({
      exposure: eur(100),
      unapplied: eur(40),
    });
    await api.call('/customers/estate/use-rules', { reason: 'r' });
    const then = await api.ask('estate-1', 'payments', { paymentId: 'estate-q', amount: eur(60) });
    expect(then.body).toMatchObject({ outstanding: eur(40) });
  });
});
