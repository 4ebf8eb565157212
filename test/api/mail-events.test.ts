import { beforeEach, describe, expect, it } from 'vitest';
import { facts, useShop } from './shop.ts';

const shop = useShop();
let events = 0;
let address: string;
let customerId: string;
beforeEach(async () => {
  address = `conti${++events}@verdi.example`;
  customerId = await shop.aCustomer({ email: address });
});

const report = (body: object, options = {}) =>
  shop.api.call('/mail-events', { eventId: `e${events}`, type: 'bounced', address, ...body }, options);
const lift = (body: object, options = {}) =>
  shop.api.call(
    `/customers/${customerId}/undeliverable-addresses/lift`,
    { address, reason: 'mended', ...body },
    options,
  );
const marks = async (id = customerId) =>
  (await shop.api.call(`/customers/${id}`)).body.undeliverableAddresses;
const history = async () => {
  const rows = await shop.api.sql<{ action: string; actor: string; reason: string | null }[]>`
    select action, actor, reason from audit where subject = ${`customer/${customerId}`} order by id`;
  return [...rows];
};

describe('an event of the mail provider', () => {
  it('that a mail bounced for good marks the address of every customer who has it, whatever its case and role', async () => {
    const other = await shop.aCustomer({ contacts: { dunning: address.toUpperCase() } });
    const detail = 'smtp; 550-5.1.1 user\r\n unknown';
    const at = '2027-03-01T09:00:00.000Z';
    const messageId = '<abc@mail.example>';
    expect(await report({ detail, at, messageId }, { as: 'storefront' })).toMatchObject({
      status: 201,
      body: {
        ...{ eventId: `e${events}`, type: 'bounced', address, messageId: 'abc@mail.example', at },
        ...{ detail: 'smtp; 550-5.1.1 user unknown', reportedAt: '2027-03-01T10:00:00.000Z' },
        marked: [customerId, other].sort(),
      },
    });
    const mark = {
      cause: 'bounced',
      detail: 'smtp; 550-5.1.1 user unknown',
      since: '2027-03-01T10:00:00.000Z',
    };
    expect(await marks()).toEqual([{ address, ...mark }]);
    expect(await marks(other)).toEqual([{ address, ...mark }]);
    expect((await history()).map(({ action }) => action)).toEqual([
      'address.undeliverable',
      'address-undeliverable.opened',
    ]);
    const { items } = (await shop.api.call(`/tasks?customerId=${customerId}`)).body;
    expect(items).toMatchObject([
      { kind: 'address-undeliverable', state: 'open', detail: { recipients: [address], error: mark.detail } },
    ]);
  });

  it('that the recipient complained marks the address, too', async () => {
    expect((await report({ type: 'complained' })).body.marked).toEqual([customerId]);
    expect(await marks()).toMatchObject([{ address, cause: 'complained', detail: null }]);
  });

  it.each(['soft-bounced', 'delivered'])('of the type %s marks nothing', async (type) => {
    expect(await report({ type })).toMatchObject({ status: 201, body: { marked: [] } });
    expect(await marks()).toEqual([]);
  });

  it('about an address that nobody has is taken all the same, so that the provider does not repeat it for ever', async () => {
    expect(await report({ address: 'nobody@nowhere.example' })).toMatchObject({
      status: 201,
      body: { marked: [] },
    });
  });

  it('that comes again changes nothing, not even after the mark was lifted; another content is a conflict', async () => {
    const first = await report({});
    await lift({});
    const again = await report({});
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(await marks()).toEqual([]);
    expect(await report({ type: 'complained' })).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('that comes twice at once is kept once', async () => {
    const answers = await Promise.all([report({}), report({}), report({}), report({})]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    expect((await history()).map(({ action }) => action)).toHaveLength(2);
  });

  it.each([
    ['/address', { address: 'no address' }],
    ['/type', { type: 'opened' }],
    ['/messageId', { messageId: 'two words' }],
    ['/eventId', { eventId: 'a b' }],
  ])('with a wrong %s is refused', async (pointer, body) => {
    expect(await report(body)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });
});

describe('a mark', () => {
  it('is lifted by an admin, with a reason; once more changes nothing', async () => {
    await report({});
    expect(await lift({}, { as: 'storefront' })).toMatchObject({ status: 403 });
    expect(await lift({})).toMatchObject({ status: 200, body: { customerId, undeliverableAddresses: [] } });
    expect(await lift({})).toMatchObject({ status: 200 });
    expect((await history()).slice(2)).toMatchObject([
      { action: 'address.lifted', reason: 'mended' },
      { action: 'address-undeliverable.done' },
    ]);
  });

  it('of an address that the customer does not have cannot be lifted', async () => {
    expect(await lift({ address: 'other@verdi.example' })).toMatchObject({
      ...{ status: 404, body: { code: 'address-not-found' } },
    });
  });

  it('is of one customer: that another one has the same address says nothing', async () => {
    const other = await shop.aCustomer({ email: address });
    await report({});
    await lift({});
    expect([await marks(), await marks(other)]).toMatchObject([[], [{ address }]]);
  });

  it('is gone when the customer no longer has the address, and stays when something else changes', async () => {
    await report({});
    const put = (body: object) =>
      shop.api.call(`/customers/${customerId}`, { ...facts, ...body }, { method: 'PUT' });
    await put({ email: address, name: 'Verdi S.p.A.' });
    expect(await marks()).toMatchObject([{ address }]);
    await put({ email: 'new@verdi.example', contacts: { other: address.toUpperCase() } });
    expect(await marks()).toMatchObject([{ address }]);
    await put({ email: 'new@verdi.example' });
    expect(await marks()).toEqual([]);
  });

  it('is not shown to a store, which has no scope to read', async () => {
    await report({});
    const { body } = await shop.api.call(`/customers/${customerId}`, undefined, { as: 'storefront' });
    expect(body).not.toHaveProperty('undeliverableAddresses');
  });
});
