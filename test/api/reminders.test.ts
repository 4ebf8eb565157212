import { describe, expect, it } from 'vitest';
import { readReserves } from '../../src/modules/dunning/reserves/reserves.ts';
import { inTransaction } from '../../src/platform/postgres/client.ts';
import { eur } from '../support/builders.ts';
import { useShop } from './shop.ts';

const shop = useShop();
const put = { method: 'PUT' } as const;
/** Today of the shop is 1 March 2027. */
const reserves = (customerId: string, today = '2027-03-01') =>
  inTransaction(shop.api.sql, (tx) => readReserves(tx, customerId, today));

describe('a hold', () => {
  const place = (customerId: string, body: object, options = {}) =>
    shop.api.call(`/customers/${customerId}/holds`, { reason: 'goods are checked', ...body }, options);

  it('is placed once: a repeat finds it, the same id with other content is a conflict', async () => {
    const id = await shop.aCustomer();
    const placed = await place(id, { holdId: 'once', until: '2027-03-14' });
    expect(placed).toMatchObject({
      status: 201,
      body: { holdId: 'once', customerId: id, until: '2027-03-14', orderIds: null, releasedAt: null },
    });
    shop.api.clock.now = '2027-03-20T10:00:00.000Z';
    const again = await place(id, { holdId: 'once', until: '2027-03-14' });
    expect(again).toMatchObject({ status: 200, body: placed.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const conflict = { status: 409, body: { code: 'conflict' } };
    expect(await place(id, { holdId: 'once', until: '2027-03-30' })).toMatchObject(conflict);
    expect(await place(await shop.aCustomer(), { holdId: 'once', until: '2027-03-14' })).toMatchObject(
      conflict,
    );
    expect((await shop.api.call(`/customers/${id}/holds`)).body.items).toEqual([placed.body]);
  });

  it('lasts through its last day, or until it is released', async () => {
    const id = await shop.aCustomer();
    await place(id, { holdId: 'short', until: '2027-03-14' });
    await place(id, { holdId: 'long' });
    const inForce = async (today: string) => (await reserves(id, today)).holds.map((hold) => hold.id).sort();
    expect(await inForce('2027-03-14')).toEqual(['long', 'short']);
    expect(await inForce('2027-03-15')).toEqual(['long']);
    const release = () => shop.api.call(`/customers/${id}/holds/long/release`, undefined, { method: 'POST' });
    expect(await release()).toMatchObject({ status: 200, body: { releasedAt: shop.api.clock.now } });
    expect(await inForce('2027-03-14')).toEqual(['short']);
    shop.api.clock.now = '2027-03-02T10:00:00.000Z';
    const again = await release();
    expect(again).toMatchObject({ status: 200, body: { releasedAt: '2027-03-01T10:00:00.000Z' } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('is refused for the past, for orders of others, and for unknown customers', async () => {
    const id = await shop.aCustomer();
    expect(await place(id, { holdId: 'late', until: '2027-02-28' })).toMatchObject({
      status: 422,
      body: { code: 'validation', errors: [{ pointer: '/until' }] },
    });
    expect(await place(id, { holdId: 'today', until: '2027-03-01' })).toMatchObject({ status: 201 });
    await shop.place('held-by-another');
    const notTheirs = { status: 404, body: { code: 'order-not-found' } };
    expect(await place(id, { holdId: 'theirs', orderIds: ['held-by-another'] })).toMatchObject(notTheirs);
    expect(await place('nobody', { holdId: 'nobody' })).toMatchObject({ status: 404 });
    const release = (customerId: string, holdId: string) =>
      shop.api.call(`/customers/${customerId}/holds/${holdId}/release`, {});
    expect(await release(id, 'unknown')).toMatchObject({ status: 404, body: { code: 'hold-not-found' } });
    expect(await release(await shop.aCustomer(), 'today')).toMatchObject({ status: 404 });
  });

  it('is placed and released once by two admins at the same moment', async () => {
    const id = await shop.aCustomer();
    const another = await shop.api.newKey(['admin']);
    const both = <T>(ask: (options: object) => Promise<T>) => Promise.all([ask({}), ask({ as: another })]);
    const placed = await both((options) => place(id, { holdId: 'both' }, options));
    expect(placed.map(({ status }) => status).sort()).toEqual([200, 201]);
    const clash = await Promise.all([
      place(id, { holdId: 'clash', until: '2027-03-10' }),
      place(id, { holdId: 'clash', until: '2027-03-11' }, { as: another }),
    ]);
    expect(clash.map(({ status }) => status).sort()).toEqual([201, 409]);
    const released = await both((options) =>
      shop.api.call(`/customers/${id}/holds/both/release`, { reason: 'done' }, options),
    );
    expect(released.map(({ status }) => status)).toEqual([200, 200]);
    expect(released.filter(({ headers }) => headers.get('idempotent-replayed'))).toHaveLength(1);
    const history = await shop.api.sql`
      select action from audit where subject = ${`customer/${id}`} and detail->>'holdId' = 'both' order by id`;
    expect(history.map(({ action }) => action)).toEqual(['hold.placed', 'hold.released']);
  });
});

describe('a promise', () => {
  const promise = (customerId: string, body: object, options = {}) =>
    shop.api.call(`/customers/${customerId}/promises`, body, options);

  it('is of an amount, or of all that is due on its day', async () => {
    const { customerId } = await shop.place('promised');
    await shop.place('promised-later', { customerId, termsCode: 'net60' });
    const some = await promise(customerId, { promiseId: 'some', by: '2027-03-10', amount: eur(300) });
    expect(some).toMatchObject({
      status: 201,
      body: { promiseId: 'some', by: '2027-03-10', amount: eur(300), covers: [eur(300)], state: 'open' },
    });
    const all = await promise(customerId, { promiseId: 'all', by: '2027-03-31' });
    expect(all).toMatchObject({ status: 201, body: { amount: null, covers: [eur(1_000)] } });
    const early = await promise(customerId, { promiseId: 'early', by: '2027-03-30' });
    expect(early).toMatchObject({ status: 409, body: { code: 'nothing-due' } });
    const named = { promiseId: 'named', by: '2027-05-01', orderIds: ['promised-later'], note: 'by phone' };
    expect(await promise(customerId, named)).toMatchObject({
      body: { covers: [eur(1_000)], orderIds: ['promised-later'], note: 'by phone' },
    });
    expect((await reserves(customerId)).promises).toEqual([
      expect.objectContaining({ id: 'all', byOn: '2027-03-31', amount: null, currency: null }),
      expect.objectContaining({ id: 'named', orderIds: ['promised-later'] }),
      expect.objectContaining({
        ...{ id: 'some', amount: 30_000, currency: 'EUR', madeAt: '2027-03-01T10:00:00.000Z' },
      }),
    ]);
  });

  it('is made once: a repeat finds it, the same id with other content is a conflict', async () => {
    const id = await shop.aCustomer();
    const body = { promiseId: 'made', by: '2027-03-10', amount: eur(5) };
    expect((await promise(id, body)).status).toBe(201);
    // The promised day has passed by the time of the repeat.
    shop.api.clock.now = '2027-03-12T10:00:00.000Z';
    expect(await promise(id, body)).toMatchObject({ status: 200, body: { promiseId: 'made' } });
    expect(await promise(id, { ...body, amount: eur(6) })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
  });

  it('is for a day from today, by the merchant’s clock, up to 90 days ahead', async () => {
    const id = await shop.aCustomer();
    const by = (day: string) => promise(id, { promiseId: `by-${day}`, by: day, amount: eur(5) });
    // It is still 1 March in UTC, but 2 March in Rome.
    shop.api.clock.now = '2027-03-01T23:30:00.000Z';
    expect(await by('2027-03-01')).toMatchObject({ status: 422, body: { code: 'validation' } });
    expect(await by('2027-03-02')).toMatchObject({ status: 201 });
    expect(await by('2027-05-31')).toMatchObject({ status: 201 });
    expect(await by('2027-06-01')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/by', detail: 'This is more than 90 days ahead.' }] },
    });
  });

  it('is refused for orders of others, and in a currency that none of its orders has', async () => {
    const { customerId } = await shop.place('in-euro');
    const francs = { amount: 1_000, currency: 'CHF' };
    const given = { promiseId: 'refused', by: '2027-03-10', orderIds: ['in-euro'] };
    expect(await promise(customerId, { ...given, amount: francs })).toMatchObject({
      body: { code: 'currency-mismatch' },
    });
    expect(await promise(await shop.aCustomer(), { ...given, amount: eur(5) })).toMatchObject({
      status: 404,
      body: { code: 'order-not-found' },
    });
  });

  it('is withdrawn once, and no more when it was kept', async () => {
    const id = await shop.aCustomer();
    const withdraw = (promiseId: string) =>
      shop.api.call(`/customers/${id}/promises/${promiseId}/withdraw`, { reason: 'a mistake' });
    for (const promiseId of ['w-1', 'w-2'])
      await promise(id, { promiseId, by: '2027-03-10', amount: eur(5) });
    const both = await Promise.all([withdraw('w-1'), withdraw('w-1')]);
    expect(both.map(({ body }) => body.state)).toEqual(['withdrawn', 'withdrawn']);
    await shop.api
      .sql`update promises set state = 'kept', decided_at = ${shop.api.clock.now} where id = 'w-2'`;
    expect(await withdraw('w-2')).toMatchObject({ status: 409, body: { code: 'promise-decided' } });
    expect(await withdraw('unknown')).toMatchObject({ status: 404, body: { code: 'promise-not-found' } });
    const listed = async (query: string) =>
      (await shop.api.call(`/customers/${id}/promises${query}`)).body.items.map(
        (item: { promiseId: string }) => item.promiseId,
      );
    expect(await listed('')).toEqual(['w-1', 'w-2']);
    expect(await listed('?state=withdrawn')).toEqual(['w-1']);
    expect(await listed('?state=open')).toEqual([]);
  });
});

describe('a dispute', () => {
  const dispute = (orderId: string, body: object, options = {}) =>
    shop.api.call(`/orders/${orderId}/disputes`, { reason: 'price-or-terms', ...body }, options);
  const resolve = (orderId: string, disputeId: string, body: object, options = {}) =>
    shop.api.call(`/orders/${orderId}/disputes/${disputeId}/resolve`, body, options);

  it('is of all of an order, or of a part; all parts together stay within what is outstanding', async () => {
    const { customerId } = await shop.place('parts');
    const exceeds = { status: 422, body: { code: 'dispute-exceeds-outstanding' } };
    expect(await dispute('parts', { disputeId: 'p-0', amount: eur(1_000.01) })).toMatchObject(exceeds);
    expect(await dispute('parts', { disputeId: 'p-1', amount: eur(400) })).toMatchObject({
      status: 201,
      body: { amount: eur(400), reason: 'price-or-terms', outcome: null },
    });
    expect(await dispute('parts', { disputeId: 'p-2', amount: eur(600.01) })).toMatchObject(exceeds);
    expect(await dispute('parts', { disputeId: 'p-3' })).toMatchObject({
      status: 201,
      body: { amount: null },
    });
    expect(await dispute('parts', { disputeId: 'p-4' })).toMatchObject(exceeds);
    expect((await reserves(customerId)).disputes).toEqual([
      { id: 'p-1', orderId: 'parts', reason: 'price-or-terms', amount: 40_000, state: 'open' },
      { id: 'p-3', orderId: 'parts', reason: 'price-or-terms', amount: null, state: 'open' },
    ]);
    const { items } = (await shop.api.call('/orders/parts/disputes')).body;
    expect(items.map((item: { disputeId: string }) => item.disputeId)).toEqual(['p-1', 'p-3']);
  });

  it('is opened once, also by two admins at the same moment', async () => {
    await shop.place('two-admins');
    const another = await shop.api.newKey(['admin']);
    const body = { disputeId: 'two', amount: eur(600) };
    const both = await Promise.all([
      dispute('two-admins', body),
      dispute('two-admins', body, { as: another }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 201]);
    const apart = await Promise.all([
      dispute('two-admins', { disputeId: 'three', amount: eur(300) }),
      dispute('two-admins', { disputeId: 'four', amount: eur(300) }, { as: another }),
    ]);
    expect(apart.map(({ status }) => status).sort()).toEqual([201, 422]);
    expect(await dispute('two-admins', { ...body, note: 'another' })).toMatchObject({
      body: { code: 'conflict' },
    });
  });

  it('is refused for an order that is not open, for another currency, and for another reason than the list has', async () => {
    await shop.place('shut');
    await shop.api.ask('shut', 'cancel', { reason: 'left' });
    expect(await dispute('shut', { disputeId: 's-1' })).toMatchObject({ body: { code: 'order-closed' } });
    await shop.place('euros');
    const francs = { amount: 100, currency: 'CHF' };
    expect(await dispute('euros', { disputeId: 's-2', amount: francs })).toMatchObject({
      body: { code: 'currency-mismatch' },
    });
    expect(await dispute('euros', { disputeId: 's-3', reason: 'bad mood' })).toMatchObject({
      status: 422,
      body: { code: 'validation' },
    });
    expect(await dispute('none', { disputeId: 's-4' })).toMatchObject({ body: { code: 'order-not-found' } });
    expect(await resolve('euros', 'unknown', { outcome: 'rejected' })).toMatchObject({
      status: 404,
      body: { code: 'dispute-not-found' },
    });
  });

  it('is resolved once; the same outcome again changes nothing', async () => {
    const { customerId } = await shop.place('settled-dispute');
    await dispute('settled-dispute', { disputeId: 'r-1' });
    const another = await shop.api.newKey(['admin']);
    const both = await Promise.all([
      resolve('settled-dispute', 'r-1', { outcome: 'rejected' }),
      resolve('settled-dispute', 'r-1', { outcome: 'rejected' }, { as: another }),
    ]);
    expect(both.map(({ status, body }) => [status, body.outcome])).toEqual([
      [200, 'rejected'],
      [200, 'rejected'],
    ]);
    expect(await resolve('settled-dispute', 'r-1', { outcome: 'upheld' })).toMatchObject({
      status: 409,
      body: { code: 'dispute-resolved' },
    });
    expect((await reserves(customerId)).disputes).toEqual([]);
  });

  it('that was upheld stands until its credit note is there', async () => {
    const { customerId } = await shop.place('upheld');
    await dispute('upheld', { disputeId: 'u-1', amount: eur(100) });
    expect(await resolve('upheld', 'u-1', { outcome: 'upheld' })).toMatchObject({ status: 200 });
    expect((await reserves(customerId)).disputes).toMatchObject([{ id: 'u-1', state: 'upheld' }]);
    const withNote = { outcome: 'upheld', creditNoteId: 'u-note' };
    expect(await resolve('upheld', 'u-1', withNote)).toMatchObject({
      body: { code: 'credit-note-not-found' },
    });
    await shop.api.ask('upheld', 'credit-notes', {
      ...{ creditNoteId: 'u-note', amount: eur(100), reason: 'damaged' },
    });
    for (const _ of [1, 2])
      expect(await resolve('upheld', 'u-1', withNote)).toMatchObject({
        status: 200,
        body: { outcome: 'upheld', creditNoteId: 'u-note' },
      });
    expect((await reserves(customerId)).disputes).toEqual([]);
    const rejected = { outcome: 'rejected', creditNoteId: 'u-note' };
    expect(await resolve('upheld', 'u-1', rejected)).toMatchObject({ body: { code: 'validation' } });
  });

  it('of all of an order stops late interest, until it is rejected', async () => {
    const { version } = (await shop.api.call('/policies/late-interest')).body;
    const policy = { enabled: true, referenceRates: [{ from: '2027-01-01', percent: '4' }] };
    await shop.api.call('/policies/late-interest', { baseVersion: version, policy }, put);
    await shop.place('contested');
    shop.api.clock.now = '2027-04-30T10:00:00.000Z';
    const charge = () => shop.api.ask('contested', 'interest', {});
    await dispute('contested', { disputeId: 'i-1' });
    expect(await charge()).toMatchObject({ status: 409, body: { code: 'order-disputed' } });
    await resolve('contested', 'i-1', { outcome: 'rejected' });
    expect((await charge()).body.outstanding).toEqual(eur(1_049.86));
  });
});

describe('whether somebody is reminded', () => {
  const set = (path: string, mode: string, reason = 'agreed', options = {}) =>
    shop.api.call(`${path}/reminders`, { mode, reason }, { ...put, ...options });
  const read = async (path: string) => (await shop.api.call(`${path}/reminders`)).body;

  it('is automatic until somebody decides; the latest decision counts', async () => {
    const { customerId } = await shop.place('reminded');
    const customer = `/customers/${customerId}`;
    expect(await read(customer)).toEqual({ mode: 'automatic', reason: null, actor: null, at: null });
    expect(await set(customer, 'never', 'at law')).toMatchObject({ status: 200, body: { mode: 'never' } });
    expect((await set(customer, 'never', 'at law')).headers.get('idempotent-replayed')).toBe('true');
    await set(customer, 'approve');
    expect(await read(customer)).toMatchObject({ mode: 'approve', reason: 'agreed', at: shop.api.clock.now });
    await set('/orders/reminded', 'never');
    expect(await read('/orders/reminded')).toMatchObject({ mode: 'never' });
    expect((await reserves(customerId)).modes).toEqual({
      customer: 'approve',
      orders: { reminded: 'never' },
    });
    await set(customer, 'automatic', 'settled');
    await set('/orders/reminded', 'automatic');
    expect((await reserves(customerId)).modes).toEqual({
      ...{ customer: 'automatic', orders: { reminded: 'automatic' } },
    });
    const history = await shop.api.sql`
      select detail from audit where subject = ${`customer/${customerId}`} and action = 'customer.reminders' order by id`;
    expect(history.map(({ detail }) => [detail.before, detail.after])).toEqual([
      ['automatic', 'never'],
      ['never', 'approve'],
      ['approve', 'automatic'],
    ]);
  });

  it('is refused without a reason, and for unknown customers and orders', async () => {
    expect(await shop.api.call('/customers/rossi/reminders', { mode: 'never' }, put)).toMatchObject({
      status: 422,
    });
    expect(await set('/customers/nobody', 'never')).toMatchObject({ body: { code: 'customer-not-found' } });
    expect(await set('/orders/nothing', 'never')).toMatchObject({ body: { code: 'order-not-found' } });
    expect((await read('/customers/nobody')).code).toBe('customer-not-found');
    expect((await read('/orders/nothing')).code).toBe('order-not-found');
  });

  it('is the last word of two admins at the same moment', async () => {
    const id = await shop.aCustomer();
    const another = await shop.api.newKey(['admin']);
    const both = await Promise.all([
      set(`/customers/${id}`, 'never'),
      set(`/customers/${id}`, 'approve', 'agreed', { as: another }),
    ]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const history = await shop.api.sql`
      select detail from audit where subject = ${`customer/${id}`} and action = 'customer.reminders' order by id`;
    expect(history).toHaveLength(2);
    expect((await read(`/customers/${id}`)).mode).toBe(history[1]!.detail.after);
    expect(history[1]!.detail.before).toBe(history[0]!.detail.after);
  });
});
