import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putInvoice } from '../../src/modules/invoicing/register-invoice.ts';
import type { InvoiceFacts } from '../../src/modules/invoicing/rules/invoice.ts';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { DAY, later, MINUTE } from '../support/instants.ts';
import { offerMore } from '../support/merchant.ts';
import { openWorld, type World } from '../support/workflow-world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await offerMore(world.sql, [
    { code: 'billed', label: '30 days from invoice', kind: 'net', days: 30, from: 'invoiced' },
  ]);
});
afterAll(async () => {
  expect(await reconcileBalances(world.sql)).toEqual([]);
  await world.close();
});

/** The day of the world's present. */
async function invoice(id: string, parts: Record<string, number>, fields: Partial<InvoiceFacts> = {}) {
  const { sql, commands } = world;
  const orders = Object.entries(parts).map(([orderId, units]) => ({ orderId, amount: eur(units).amount }));
  const total = orders.reduce((sum, { amount }) => sum + amount, 0);
  const now = await world.clock();
  for (const { orderId } of orders) await world.quiet(orderId);
  const facts = {
    number: id,
    issuedOn: await world.today(),
    receivedOn: null,
    total,
    payable: total,
    currency: 'EUR',
    withheld: null,
    documentUrl: null,
    orders,
    ...fields,
  };
  return putInvoice({ sql, commands, now }, id, facts, { fingerprint: id, actor: 'key:test' });
}

describe('an order on terms from its invoice', () => {
  it('is not reminded before it, and then asks for what is payable, by the invoice’s number and date', async () => {
    const order = await world.place({ orderId: 'billed', orderNumber: 'BILLED', termsCode: 'billed' });
    await world.marked('billed');
    await world.until(later(order.placedAt, 60 * DAY));
    expect(world.mailsOf('BILLED')).toHaveLength(1);

    const payable = eur(1_000).amount;
    expect(await invoice('2027-15', { billed: 1_220 }, { payable, withheld: 'split_payment' })).toMatchObject(
      { done: 'created', booked: true },
    );
    const { instalments, nextStep, outstanding, invoices } = await world.order('billed');
    expect(outstanding).toEqual(eur(1_000));
    const [due] = instalments;
    expect(Date.parse(due!.dueOn) - Date.parse(invoices[0]!.issuedOn)).toBe(30 * DAY);
    expect(due!.dueAt).not.toBeNull();

    await world.until(later(nextStep!.at, MINUTE));
    const [reminder] = await world.mails('fattura 2027-15,', 1);
    expect(reminder!.subject).toMatch(/fattura 2027-15,/);
    expect(reminder!.text).toMatch(/1\.000,00/);
    expect(reminder!.text).not.toMatch(/Già pagato/);
    await world.submit('billed', 'recordPayment', { payment: { paymentId: 'b-1', amount: eur(1_000) } });
    expect(await world.ending(order)).toEqual({ status: 'settled' });
  });
});

it('an invoice over several orders is taken by the workflows of all of them, and each order is settled by its part', async () => {
  const ids = ['month-1', 'month-2', 'month-3'];
  const orders = [];
  for (const orderId of ids) orders.push(await world.place({ orderId, orderNumber: orderId.toUpperCase() }));
  for (const id of ids) await world.marked(id);
  const parts = Object.fromEntries(ids.map((id) => [id, 1_220]));
  const payable = eur(3_000).amount;
  const { booked } = await invoice('2027-16', parts, { payable, withheld: 'withholding' });
  expect(booked).toBe(true);
  for (const order of orders) {
    expect((await world.order(order.id)).outstanding).toEqual(eur(1_000));
    await world.submit(order.id, 'recordPayment', {
      payment: { paymentId: `${order.id}-p`, amount: eur(1_000) },
    });
    expect(await world.ending(order)).toEqual({ status: 'settled' });
  }
  const [thanks] = await world.mails('MONTH-1 saldato', 1);
  expect(thanks!.text).toMatch(/2027-16 del/);
});
