import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { lockCustomer } from '../../src/modules/customers/tables.ts';
import { setPrivilege } from '../../src/modules/eligibility/set-privilege.ts';
import { findRevocation, getRevocation, revocationWorkflowId } from '../../src/modules/revocation/tables.ts';
import { inTransaction } from '../../src/platform/postgres/client.ts';
import { MailRefused } from '../../src/platform/smtp/mailer.ts';
import { eur } from '../support/builders.ts';
import { revoke } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { DAY, later, MINUTE } from '../support/instants.ts';
import { addCustomer } from '../support/merchant.ts';
import { openWorld, type World } from '../support/workflow-world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

async function demand(customerId: string, revocationId: string, where = world): Promise<void> {
  await revoke(
    where.commands,
    { customerId, revocationId, openOrders: 'demand' },
    { now: await where.clock(), reason: 'Cheques bounced' },
  );
  await where.revocationWorkflows.ensureRunning(await getRevocation(where.sql, revocationId));
}
const ended = (revocationId: string, where = world) =>
  where.env.client.workflow.getHandle(revocationWorkflowId(revocationId)).result();
const letters = (to: string, where = world) => where.sent.filter((mail) => mail.to === to);

it('demands all open orders in one letter, and then reminds of each by its plan', async () => {
  await addCustomer(world.sql, 'verdi', {
    name: 'Verdi S.n.c.',
    contacts: { billing: 'billing@verdi.example' },
  });
  const first = await world.place({ orderId: 'verdi-1', customerId: 'verdi', orderNumber: 'V-1' });
  await world.place({ orderId: 'verdi-2', customerId: 'verdi', orderNumber: 'V-2', total: eur(300) });
  const reserved = await world.place({
    orderId: 'verdi-3',
    customerId: 'verdi',
    orderNumber: 'V-3',
    confirm: 'later',
  });
  await Promise.all([world.marked('verdi-1'), world.marked('verdi-2')]);
  await world.submit('verdi-1', 'recordPayment', { payment: { paymentId: 'verdi-p', amount: eur(220) } });
  const today = await world.today();

  await demand('verdi', 'verdi-r');
  await ended('verdi-r');
  expect(await findRevocation(world.sql, 'verdi-r')).toMatchObject({
    orders: 3,
    demanded: 3,
    startedAt: expect.any(String),
    finishedAt: expect.any(String),
  });
  expect((await world.order('verdi-1')).instalments[0]).toMatchObject({ dueOn: today });
  expect(await world.ending(reserved)).toEqual({ status: 'cancelled' });

  // A workflow that looks at the customer just then makes the letter wait a moment.
  await world.completeMails();
  const sent = letters('billing@verdi.example').filter(({ subject }) => subject.startsWith('Revoca'));
  expect(sent).toHaveLength(1);
  const [{ subject, text, messageId }] = sent as [(typeof sent)[0]];
  expect(subject).toContain('1.300,00');
  expect(text).toMatch(/Ordine V-1: +1\.000,00 €/);
  expect(text).toMatch(/Ordine V-2: +300,00 €/);
  expect(text).not.toContain('V-3');
  expect(text).toContain('art. 1186');
  expect(text).not.toContain('Cheques');
  const [mail] =
    await world.sql`select state, order_id, customer_id, message_id from mails where id = 'demand:verdi-r'`;
  expect(mail).toEqual({ state: 'sent', orderId: null, customerId: 'verdi', messageId });

  await world.until(later(await world.clock(), 20 * DAY));
  const kept = () => world.outcomes('verdi-1');
  await eventually('both reminders after the letter', async () => Object.keys(await kept()).length === 2);
  expect(await kept()).toEqual({ '1/P7D~1': 'sent', '1/P14D~1': 'sent' });
  for (const id of ['verdi-1', 'verdi-2']) await world.submit(id, 'settle', { reason: 'paid' });
  expect(await world.ending(first)).toEqual({ status: 'settled' });
});

it('writes no letter if nothing is owed any more, and notifies nobody twice', async () => {
  await addCustomer(world.sql, 'neri', { email: 'neri@neri.example' });
  const order = await world.place({ orderId: 'neri-1', customerId: 'neri', orderNumber: 'NE-1' });
  await world.marked('neri-1');
  await world.quiet('neri-1');
  await demand('neri', 'neri-r');
  await world.submit('neri-1', 'settle', { reason: 'paid' });
  await ended('neri-r');
  await world.ending(order);
  const before = letters('neri@neri.example').filter(({ subject }) => subject.startsWith('Revoca')).length;
  expect(before).toBeLessThanOrEqual(1); // the money may come a moment after the letter
  await demand('neri', 'neri-2');
  await ended('neri-2');
  expect(letters('neri@neri.example').filter(({ subject }) => subject.startsWith('Revoca'))).toHaveLength(
    before,
  );
  expect(await findRevocation(world.sql, 'neri-2')).toMatchObject({
    orders: 0,
    finishedAt: expect.any(String),
  });
});

it('reads the balance right before each attempt to send the letter, and stops when everything is paid', async () => {
  await addCustomer(world.sql, 'bruni', { email: 'bruni@bruni.example' });
  const order = await world.place({ orderId: 'bruni-1', customerId: 'bruni', orderNumber: 'BR-1' });
  await world.marked('bruni-1');
  await world.quiet('bruni-1');
  world.post.accept = async () => {
    throw new MailRefused('451 later', { permanent: false, cause: null });
  };
  await demand('bruni', 'bruni-r');
  const letter = async () =>
    (await world.sql`select state, attempts from mails where id = 'demand:bruni-r'`)[0];
  await eventually('the letter is refused', async () => {
    const found = await letter();
    return found?.state === 'queued' && found.attempts > 0;
  });
  world.post.accept = async () => {};
  await world.submit('bruni-1', 'settle', { reason: 'paid' });
  await world.ending(order);
  await ended('bruni-r');
  await world.until(later(await world.clock(), 60 * MINUTE));
  await eventually('it is withdrawn', async () => (await letter())?.state === 'withdrawn');
  const sent = letters('bruni@bruni.example').filter(({ subject }) => subject.startsWith('Revoca'));
  expect(sent).toEqual([]);
});

it('sends no reminder to an insolvent customer, and continues when the rules decide again', async () => {
  await addCustomer(world.sql, 'grigi', { email: 'grigi@grigi.example' });
  const order = await world.place({ orderId: 'grigi-1', customerId: 'grigi', orderNumber: 'GR-1' });
  await world.marked('grigi-1');
  await world.quiet('grigi-1');
  const decide = async (privilege: 'insolvency' | 'by_rules') =>
    setPrivilege(world.sql, 'grigi', {
      privilege,
      reason: 'r',
      actor: 'user:test',
      now: await world.clock(),
    });
  await decide('insolvency');
  await world.until(later(order.plan[1]!.at, DAY));
  const outcomes = () => world.outcomes('grigi-1');
  await eventually('both steps are skipped', async () => Object.keys(await outcomes()).length === 2);
  await decide('by_rules');
  await world.until(later(order.plan[2]!.at, DAY));
  await eventually('the third is sent', async () => Object.keys(await outcomes()).length === 3);
  expect(Object.values(await outcomes())).toEqual(['insolvency', 'insolvency', 'sent']);
  await world.submit('grigi-1', 'settle', { reason: 'paid' });
  await world.ending(order);
});

// In a separate world: the skipping server stops skipping after a terminate with an activity under way.
it('continues after it was terminated half-way, and after a cancel in Temporal', async () => {
  const own = await openWorld();
  onTestFinished(() => own.close());
  await addCustomer(own.sql, 'viola', { email: 'viola@viola.example' });
  const order = await own.place({ orderId: 'viola-1', customerId: 'viola', orderNumber: 'VI-1' });
  await own.marked('viola-1');
  await own.quiet('viola-1');
  const input = { customerId: 'viola', revocationId: 'viola-r', openOrders: 'demand' } as const;
  await revoke(own.commands, input, { now: await own.clock(), reason: 'Cheques bounced' });
  const row = (await findRevocation(own.sql, 'viola-r'))!;
  const handle = () => own.env.client.workflow.getHandle(revocationWorkflowId('viola-r'));
  await inTransaction(own.sql, async (tx) => {
    await lockCustomer(tx, 'viola');
    await own.revocationWorkflows.ensureRunning(row);
    await eventually(
      'it waits for the customer',
      async () => (await findRevocation(own.sql, 'viola-r'))!.startedAt,
    );
    await handle().terminate('by an operator');
  });
  await own.revocationWorkflows.ensureRunning(row);
  await handle().cancel();
  await ended('viola-r', own);
  expect(
    letters('viola@viola.example', own).filter(({ subject }) => subject.startsWith('Revoca')),
  ).toHaveLength(1);
  const commands = await own.sql`select 1 from commands where order_id = 'viola-1' and kind = 'demand'`;
  expect(commands).toHaveLength(1);
  await own.submit('viola-1', 'settle', { reason: 'paid' });
  await own.ending(order);
});

it('a reservation whose customer was suspended is cancelled by its confirmation, without a letter or a word to the store', async () => {
  await addCustomer(world.sql, 'paused', { contacts: { billing: 'billing@paused.example' } });
  const reserved = await world.place({ orderId: 'paused-1', customerId: 'paused', confirm: 'later' });
  const decision = { privilege: 'suspended', reason: 'unpaid', actor: 'user:admin' } as const;
  await setPrivilege(world.sql, 'paused', { ...decision, now: await world.clock() });
  const { command } = await world.submit('paused-1', 'confirm');
  expect(command).toMatchObject({ outcome: 'refused', refusal: 'not-eligible' });
  expect(await world.ending(reserved)).toEqual({ status: 'cancelled' });
  expect(await world.order('paused-1')).toMatchObject({
    closeReason: expect.stringMatching(/suspended/),
    paidInStore: false,
  });
  expect(letters('billing@paused.example').map(({ subject }) => subject)).toEqual([]);
});
