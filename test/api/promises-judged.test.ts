import { beforeAll, expect, it } from 'vitest';
import { judgePromises } from '../../src/modules/dunning/reserves/judge-promises.ts';
import { activePolicies } from '../../src/modules/settings/tables.ts';
import { inTransaction } from '../../src/platform/postgres/client.ts';
import { eur } from '../support/builders.ts';
import { bankFiles } from './bank-file.ts';
import { useShop } from './shop.ts';

const shop = useShop();
let payments = 0;
let bank: ReturnType<typeof bankFiles>;
beforeAll(() => {
  bank = bankFiles(shop.api);
});

/** A customer with an order of 1,000.00 that is due on 9 December 2026. */
async function aDebtor(): Promise<{ customerId: string; orderId: string }> {
  shop.api.clock.now = '2026-11-09T10:00:00.000Z';
  const customerId = await shop.aCustomer();
  const orderId = `order-of-${customerId}`;
  await shop.place(orderId, { customerId });
  return { customerId, orderId };
}
/** A promise by Thursday 10 December 2026, made on the 1st. */
async function promise(customerId: string, fields: object = {}): Promise<string> {
  shop.api.clock.now = '2026-12-01T10:00:00.000Z';
  const promiseId = `promise-of-${customerId}`;
  const body = { promiseId, by: '2026-12-10', ...fields };
  expect(await shop.api.call(`/customers/${customerId}/promises`, body)).toMatchObject({ status: 201 });
  shop.api.clock.now = '2026-12-02T10:00:00.000Z';
  return promiseId;
}
async function receive(customerId: string, receivedOn: string, units: number, fields: object = {}) {
  // Before the promise is judged: the orders' workflows judge what is ripe when they look.
  shop.api.clock.now = '2026-12-12T10:00:00.000Z';
  const paymentId = `money-${++payments}`;
  const body = { paymentId, amount: eur(units), receivedOn, ...fields };
  const answer = await shop.api.working(
    shop.api.call(`/customers/${customerId}/payments`, body, { as: 'accounting' }),
  );
  expect([answer.status, answer.body.detail]).toEqual([200, undefined]);
  return paymentId;
}
async function judge(customerId: string, now = '2026-12-16T10:00:00.000Z') {
  return inTransaction(shop.api.sql, async (tx) => {
    const { kept, broken } = await judgePromises(tx, { customerId, now, policies: await activePolicies(tx) });
    return { kept: kept.map(({ id }) => id), broken: broken.map(({ id }) => id) };
  });
}
const stateOf = async (customerId: string) =>
  (await shop.api.call(`/customers/${customerId}/promises`)).body.items[0].state;

it.each([
  ['on its day', [['2026-12-10', 1_000]], 'kept'],
  ['a day late', [['2026-12-11', 1_000]], 'kept'],
  ['two days late', [['2026-12-12', 1_000]], 'broken'],
  ['in part', [['2026-12-10', 900]], 'broken'],
  [
    'by two payments',
    [
      ['2026-12-05', 500],
      ['2026-12-11', 500],
    ],
    'kept',
  ],
  ['by nobody', [], 'broken'],
] as const)('a promise of all that is due, paid %s', async (_, money, state) => {
  const { customerId } = await aDebtor();
  const promiseId = await promise(customerId);
  for (const [day, units] of money) await receive(customerId, day, units);
  expect(await judge(customerId)).toEqual({ kept: [], broken: [], [state]: [promiseId] });
  expect(await stateOf(customerId)).toBe(state);
  expect(await judge(customerId)).toEqual({ kept: [], broken: [] });
  const trail = await shop.api.sql`
    select action, actor from audit where subject = ${`customer/${customerId}`} and action like 'promise.%' order by id`;
  expect(trail.map(({ action }) => action)).toEqual(['promise.made', `promise.${state}`]);
  expect(trail[1]).toMatchObject({ actor: 'system' });
});

it('money that was there when the promise was made does not keep it', async () => {
  const { customerId } = await aDebtor();
  shop.api.clock.now = '2026-11-20T10:00:00.000Z';
  const early = { paymentId: 'early', amount: eur(400), receivedOn: '2026-11-20' };
  await shop.api.working(shop.api.call(`/customers/${customerId}/payments`, early));
  await promise(customerId, { amount: eur(400) });
  expect(await judge(customerId)).toMatchObject({ broken: [expect.any(String)] });
});

it('a payment that bounced before the judgement does not keep it, one that bounces later has kept it', async () => {
  const bounce = (paymentId: string) =>
    shop.api.working(shop.api.call(`/payments/${paymentId}/reverse`, { reason: 'bounced' }));
  const first = await aDebtor();
  const before = await promise(first.customerId);
  await bounce(await receive(first.customerId, '2026-12-10', 1_000));
  expect(await judge(first.customerId)).toEqual({ kept: [], broken: [before] });

  const second = await aDebtor();
  const after = await promise(second.customerId);
  const paymentId = await receive(second.customerId, '2026-12-10', 1_000);
  expect(await judge(second.customerId)).toEqual({ kept: [after], broken: [] });
  await bounce(paymentId);
  expect(await judge(second.customerId)).toEqual({ kept: [], broken: [] });
  expect(await stateOf(second.customerId)).toBe('kept');
});

it('of named orders: what paid others does not count, what is not allocated yet does', async () => {
  const { customerId, orderId } = await aDebtor();
  await shop.place(`other-of-${customerId}`, { customerId });
  const named = await promise(customerId, { orderIds: [orderId] });
  const to = (id: string) => ({ allocations: [{ orderId: id, amount: eur(1_000) }] });
  await receive(customerId, '2026-12-10', 1_000, to(`other-of-${customerId}`));
  await receive(customerId, '2026-12-10', 1_000, { allocate: 'none' });
  expect(await judge(customerId)).toEqual({ kept: [named], broken: [] });

  const second = await aDebtor();
  await shop.place(`other-of-${second.customerId}`, { customerId: second.customerId });
  const broken = await promise(second.customerId, { orderIds: [second.orderId] });
  await receive(second.customerId, '2026-12-10', 1_000, to(`other-of-${second.customerId}`));
  expect(await judge(second.customerId)).toEqual({ kept: [], broken: [broken] });
});

it('a credit note that leaves nothing owed keeps it as well', async () => {
  const { customerId, orderId } = await aDebtor();
  const promiseId = await promise(customerId);
  shop.api.clock.now = '2026-12-09T10:00:00.000Z';
  await shop.api.ask(orderId, 'credit-notes', { creditNoteId: 'cn-1', amount: eur(400), reason: 'damaged' });
  await receive(customerId, '2026-12-11', 600);
  expect(await judge(customerId)).toEqual({ kept: [promiseId], broken: [] });
});

it('is not judged before the second bank day after it begins in the merchant’s zone', async () => {
  const { customerId } = await aDebtor();
  const promiseId = await promise(customerId);
  const nothing = { kept: [], broken: [] };
  expect(await judge(customerId, '2026-12-11T10:00:00.000Z')).toEqual(nothing);
  expect(await judge(customerId, '2026-12-13T22:59:00.000Z')).toEqual(nothing);
  expect(await judge(customerId, '2026-12-13T23:00:00.000Z')).toEqual({ kept: [], broken: [promiseId] });
});

// The last one of the file: it imports statements, and from then on promises wait for them.
it('by the 10th, with a value date of the 11th in the file of the 14th: kept, and nothing on the 11th', async () => {
  const { customerId, orderId } = await aDebtor();
  const promiseId = await promise(customerId);
  const file = (...lines: string[]) => [
    ...['Conto;IT60X0542811101000000123456;;', '', 'Data contabile;Data valuta;Importo;Causale;Ordinante'],
    ...lines,
  ];
  const nothing = { kept: [], broken: [] };
  shop.api.clock.now = '2026-12-11T07:00:00.000Z';
  await bank.imported(file('10/12/2026;10/12/2026;5,00;something else;Gamma'));
  expect(await judge(customerId, '2026-12-11T10:00:00.000Z')).toEqual(nothing);
  // Monday morning, before the file: the statements do not cover the 11th yet.
  expect(await judge(customerId, '2026-12-14T06:00:00.000Z')).toEqual(nothing);
  shop.api.clock.now = '2026-12-14T07:00:00.000Z';
  const lines = file(`14/12/2026;11/12/2026;1.000,00;${orderId};Verdi`);
  const { importId } = await bank.imported(lines, { orderIds: [orderId] });
  const [line] = await bank.linesOf(importId, 'booked');
  expect((await shop.api.call(`/payments/${line.bankLineId}`)).body.receivedOn).toBe('2026-12-11');
  expect(await judge(customerId, '2026-12-14T07:30:00.000Z')).toEqual({ kept: [promiseId], broken: [] });
});
