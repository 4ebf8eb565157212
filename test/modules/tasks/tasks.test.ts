import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeTask } from '../../../src/modules/eligibility/close-task.ts';
import { closeTasks } from '../../../src/modules/tasks/close-tasks.ts';
import { type NewTask, openTask } from '../../../src/modules/tasks/open-task.ts';
import { getTask, listTasks } from '../../../src/modules/tasks/tables.ts';
import { inTransaction } from '../../../src/platform/postgres/client.ts';
import { eur } from '../../support/builders.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { addCustomer, openMerchant } from '../../support/merchant.ts';

const NOW = '2027-03-01T10:00:00.000Z';
const by = { openedAt: NOW, openedBy: 'system' };
const person = { reason: 'Called', actor: 'user:carla', now: NOW };

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  await openMerchant(database.sql);
});
afterAll(() => database.drop());

const open = (task: NewTask) => inTransaction(database.sql, (tx) => openTask(tx, task));
const close = (of: Omit<Parameters<typeof closeTasks>[1], 'outcome' | 'reason' | 'now'>) =>
  inTransaction(database.sql, (tx) =>
    closeTasks(tx, { ...of, outcome: 'done', reason: 'The invoice is there.', now: NOW }),
  );
const trailOf = (subject: string) =>
  database.sql`select action, actor, reason from audit where subject = ${subject} order by id`;

it('is opened once while it is open, however many open it at the same time', async () => {
  await addCustomer(database.sql, 'once');
  const task = { kind: 'not-invoiced', customerId: 'once', orderId: 'o-1', ...by } as const;
  const opened = await Promise.all(Array.from({ length: 8 }, () => open(task)));
  expect(opened.filter((row) => row !== null)).toHaveLength(1);
  expect(await trailOf('customer/once')).toEqual([
    { action: 'not-invoiced.opened', actor: 'system', reason: null },
  ]);

  expect(await open({ ...task, orderId: 'o-2' })).not.toBeNull();
  expect(await open({ ...task, kind: 'not-delivered' })).not.toBeNull();
  expect(await open({ ...task, orderId: null })).not.toBeNull();
  expect(await open({ ...task, orderId: null })).toBeNull();
  expect(await listTasks(database.sql, { orderId: 'o-1' }, { limit: 10 })).toMatchObject([
    { kind: 'not-delivered' },
    { kind: 'not-invoiced' },
  ]);
});

it('of the merchant has no customer, and there is one of it', async () => {
  const detail = { iban: 'IT60X0542811101000000123456', bookedThrough: '2027-02-26' };
  const task: NewTask = { kind: 'bank-data-old', customerId: null, orderId: null, detail, ...by };
  const [row, ...others] = await Promise.all([open(task), open(task), open(task)]).then((all) =>
    all.sort((a, b) => Number(b !== null) - Number(a !== null)),
  );
  expect(others).toEqual([null, null]);
  expect(row).toMatchObject({ customerId: null, detail, state: 'open' });
  await closeTask(database.sql, row!.id, { outcome: 'done', ...person });
  expect(await trailOf(`task/${row!.id}`)).toEqual([
    { action: 'bank-data-old.opened', actor: 'system', reason: null },
    { action: 'bank-data-old.done', actor: 'user:carla', reason: 'Called' },
  ]);
  expect(await open(task)).not.toBeNull();
  await expect(
    database.sql`insert into tasks (kind, opened_at, opened_by) values ('decide', ${NOW}, 'x')`,
  ).rejects.toThrow('check constraint');
});

it('whose cause goes away is closed by itself, of one order or of all', async () => {
  await addCustomer(database.sql, 'gone');
  for (const orderId of ['o-1', 'o-2', null])
    await open({ kind: 'not-presented', customerId: 'gone', orderId, ...by });
  await open({ kind: 'decide', customerId: 'gone', orderId: 'o-1', ...by });

  const of = { kind: 'not-presented', customerId: 'gone' } as const;
  expect(await close({ ...of, orderId: 'o-1' })).toMatchObject([
    { orderId: 'o-1', state: 'done', outcome: 'done', closedBy: 'system', reason: 'The invoice is there.' },
  ]);
  expect(await close({ ...of, orderId: 'o-1' })).toEqual([]);
  expect(await close({ ...of, orderId: null })).toMatchObject([{ orderId: null }]);
  expect(await close(of)).toMatchObject([{ orderId: 'o-2' }]);
  expect(await listTasks(database.sql, { state: 'open', customerId: 'gone' }, { limit: 10 })).toMatchObject([
    { kind: 'decide' },
  ]);
  expect(
    (await trailOf('customer/gone')).filter(({ action }) => action === 'not-presented.done'),
  ).toHaveLength(3);
});

it('that is closed by a person and by itself at the same time is closed once', async () => {
  await addCustomer(database.sql, 'both');
  const task = await open({ kind: 'credit-held', customerId: 'both', orderId: null, ...by, ...eur(600) });
  const [byPerson, byItself] = await Promise.allSettled([
    closeTask(database.sql, task!.id, { outcome: 'done', ...person }),
    close({ kind: 'credit-held', customerId: 'both' }),
  ]);
  const { closedBy } = await getTask(database.sql, task!.id);
  if (closedBy === 'system') expect(byPerson).toMatchObject({ reason: { code: 'task-closed' } });
  else expect(byItself).toMatchObject({ value: [] });
  expect(await trailOf('customer/both')).toHaveLength(2);
});

it('of another kind than a request for terms is neither granted nor refused', async () => {
  await addCustomer(database.sql, 'plain');
  const task = await open({ kind: 'dispute-open', customerId: 'plain', orderId: 'o-1', ...by });
  for (const outcome of ['granted', 'refused'] as const)
    await expect(closeTask(database.sql, task!.id, { outcome, ...person })).rejects.toMatchObject({
      code: 'outcome-not-possible',
    });
  expect(await getTask(database.sql, task!.id)).toMatchObject({ state: 'open' });
  await closeTask(database.sql, task!.id, { outcome: 'done', ...person });
  expect(await getTask(database.sql, task!.id)).toMatchObject({ state: 'done', outcome: 'done' });
});
