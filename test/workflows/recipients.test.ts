import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { findMail } from '../../src/modules/mail/tables.ts';
import { timelineOf } from '../../src/modules/overview/timeline.ts';
import { type Mail, MailOutcomeUnknown } from '../../src/platform/smtp/mailer.ts';
import { eventually } from '../support/eventually.ts';
import { later, MINUTE } from '../support/instants.ts';
import { addCustomer } from '../support/merchant.ts';
import { openWorld, type World } from '../support/workflow-world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
afterEach(() => {
  world.post.accept = async () => {};
});

const billing = 'fatture@acme.example';
const dunning = 'scadenze@acme.example';
const pec = 'acme@pec.example';
const accountManager = { name: 'Luca Neri', email: 'luca@merchant.example' };
const merchant = 'crediti@forniture-bianchi.example';
const company = 'amministrazione@officine-rossi.example';

/** Who gets each mail of the order, who gets a copy, and where replies go. */
const addressed = (orderNumber: string) =>
  world.mailsOf(orderNumber).map(({ to, copyTo, replyTo }) => ({ to, copyTo, replyTo }));
async function mails(orderNumber: string, count: number) {
  await world.mails(orderNumber, count);
  return addressed(orderNumber);
}

it('letters go to billing, a copy of the confirmation to the buyer, reminders to dunning, replies to the account manager', async () => {
  await addCustomer(world.sql, 'acme', { contacts: { billing, dunning, pec }, accountManager });
  const buyer = { name: 'Anna', email: 'anna@acme.example' };
  const order = await world.place({ orderId: 'by-anna', orderNumber: 'BYANNA', customerId: 'acme', buyer });
  await world.marked('by-anna');
  const replyTo = accountManager.email;
  expect(await mails('BYANNA', 1)).toEqual([{ to: billing, copyTo: buyer.email, replyTo }]);
  expect(world.mailsOf('BYANNA')[0]?.text).toContain(`scrivere a\n${replyTo}`);
  await world.until(later(order.plan[0]!.at, MINUTE));
  expect((await mails('BYANNA', 2))[1]).toEqual({ to: dunning, copyTo: null, replyTo });
  await world.submit('by-anna', 'settle');
  await world.ending(order);
  expect((await mails('BYANNA', 3))[2]).toEqual({ to: billing, copyTo: null, replyTo });

  const told = (await timelineOf(world.sql, 'by-anna')).filter(({ kind }) => kind === 'mail.sent');
  expect(told.map(({ detail }) => [detail.template, detail.recipient, detail.copyTo])).toEqual([
    ['confirmation', billing, buyer.email],
    ['due-soon', dunning, null],
    ['settled', billing, null],
  ]);
});

it('each of two buyers of one customer gets the confirmation of their own order', async () => {
  await addCustomer(world.sql, 'many', { contacts: { billing } });
  const place = (orderId: string, buyer: Record<string, string>) =>
    world.place({ orderId, orderNumber: orderId.toUpperCase(), customerId: 'many', buyer });
  const orders = [
    await place('bruno', { email: 'bruno@acme.example' }),
    await place('carla', { email: 'Fatture@acme.example' }),
    await place('dario', { name: 'Dario' }),
  ];
  const replyTo = merchant;
  expect(await mails('BRUNO', 1)).toEqual([{ to: billing, copyTo: 'bruno@acme.example', replyTo }]);
  expect(await mails('CARLA', 1)).toEqual([{ to: billing, copyTo: null, replyTo }]);
  expect(await mails('DARIO', 1)).toEqual([{ to: billing, copyTo: null, replyTo }]);
  for (const { id } of orders) await world.submit(id, 'settle');
  for (const order of orders) await world.ending(order);
});

it('without contacts all mails go to the company, and without a dunning contact reminders go to billing', async () => {
  const alone = await world.place({ orderId: 'alone', orderNumber: 'ALONE' });
  await addCustomer(world.sql, 'billed', { contacts: { billing, pec } });
  const billed = await world.place({ orderId: 'billed', orderNumber: 'BILLED', customerId: 'billed' });
  await world.marked('alone');
  await world.marked('billed');
  await world.until(later(billed.plan[0]!.at, MINUTE));
  expect((await mails('ALONE', 2)).map(({ to }) => to)).toEqual([company, company]);
  expect((await mails('BILLED', 2)).map(({ to }) => to)).toEqual([billing, billing]);
  for (const { id } of [alone, billed]) await world.submit(id, 'settle');
  for (const order of [alone, billed]) await world.ending(order);
});

it('an attempt whose outcome is unknown is repeated with the same addresses, whatever changed in the meantime', async () => {
  await addCustomer(world.sql, 'moving', { contacts: { billing }, accountManager });
  const attempts: Mail[] = [];
  world.post.accept = async (mail) => {
    if (!mail.text.includes('MOVING')) return;
    attempts.push(mail);
    if (attempts.length === 1) throw new MailOutcomeUnknown('timeout');
  };
  const buyer = { email: 'anna@acme.example' };
  const order = await world.place({ orderId: 'moving', orderNumber: 'MOVING', customerId: 'moving', buyer });
  await eventually('a first attempt', () => attempts.length === 1);
  await addCustomer(world.sql, 'moving', { contacts: { billing: 'new@acme.example' } });
  await world.repeatInDoubt();
  await mails('MOVING', 1);
  expect(attempts[1]).toEqual(attempts[0]);
  expect(attempts[1]).toMatchObject({ to: billing, copyTo: buyer.email, replyTo: accountManager.email });
  expect(await findMail(world.sql, 'confirmation:moving')).toMatchObject({ state: 'sent_maybe_twice' });
  await world.submit('moving', 'settle');
  await world.ending(order);
});
