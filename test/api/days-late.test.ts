import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eur } from '../support/builders.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;

/** Due on 28 March 2027, Easter Sunday. The Monday is a holiday too: a payment on Tuesday the 30th is in time. */
beforeEach(async () => {
  api = await openApi();
  api.clock.now = '2027-02-26T10:00:00.000Z';
  const { body } = await api.call('/orders', { orderId: 'easter', customerId: 'rossi', total: eur(1_000) });
  expect(body.instalments[0]).toMatchObject({ dueOn: '2027-03-28', dueAt: '2027-03-30T22:00:00.000Z' });
});
afterEach(() => api.close());

const putPolicy = async (path: string, policy: object) => {
  const { version: baseVersion } = (await api.call(path)).body;
  const { status } = await api.call(path, { baseVersion, policy }, { method: 'PUT' });
  expect(status).toBe(200);
};
const putRates = () =>
  putPolicy('/policies/late-interest', { referenceRates: [{ from: '2027-01-01', percent: '4' }] });
const read = async (path: string) => (await api.call(path, undefined, { as: 'read' })).body;
const order = async () => {
  const { overdue, daysLate } = await read('/orders/easter');
  return { overdue, daysLate };
};
const statement = async () => (await read('/customers/rossi/statement')).openItems;

describe('what is due on a holiday', () => {
  it('is not late on the next day that is not a holiday', async () => {
    api.clock.now = '2027-03-30T21:59:59.000Z';
    expect(await order()).toEqual({ overdue: false, daysLate: 0 });
    expect(await statement()).toMatchObject([{ dueOn: '2027-03-28', daysLate: 0 }]);
    expect((await read('/reports/ageing')).totals).toMatchObject({ notDue: eur(1_000), total: eur(1_000) });
    expect(await read('/reports/expected-cash')).toMatchObject({
      overdue: eur(0),
      weeks: [{ week: '2027-W13', from: '2027-03-29', amount: eur(1_000) }], // Easter's own week is over
    });
  });

  it('is one day late on the day after, wherever days are counted', async () => {
    api.clock.now = '2027-03-30T22:00:00.000Z';
    expect(await order()).toEqual({ overdue: true, daysLate: 1 });
    expect(await statement()).toMatchObject([{ dueOn: '2027-03-28', daysLate: 1 }]);
    expect((await read('/reports/ageing')).totals).toMatchObject({ '1-30': eur(1_000) });
    expect(await read('/reports/expected-cash')).toMatchObject({ overdue: eur(1_000), weeks: [] });
    await putRates();
    const { instalments } = await read('/orders/easter/interest');
    expect(instalments[0].periods).toMatchObject([{ from: '2027-03-31', to: '2027-03-31', days: 1 }]);
  });

  it('is counted in the same way by the rules', async () => {
    api.clock.now = '2027-04-02T10:00:00.000Z';
    const rules = [{ rule: 'maxDaysPastDue', days: 2 }];
    await putPolicy('/policies/eligibility', { rules, creditLimit: eur(10_000) });
    const { checks } = await read('/customers/rossi/eligibility?amount=1000&currency=EUR');
    const message = '1,000.00 EUR is more than 2 days past due, the oldest by 3 days.';
    expect(checks).toContainEqual(expect.objectContaining({ passed: false, message }));
  });

  it('was paid as many days late as it was paid after the legal due day', async () => {
    api.clock.now = '2027-04-02T10:00:00.000Z';
    const payment = { paymentId: 'p1', amount: eur(1_000), receivedOn: '2027-04-01' };
    await api.ask('easter', 'payments', payment, { as: 'accounting' });
    const { overall } = await read('/reports/average-days-late');
    expect(overall).toEqual({ paid: eur(1_000), averageDaysLate: 2 });
  });
});

it('interest also keeps the calendar by which the due date was made', async () => {
  const put = async (changed: object) => {
    const { version: baseVersion, settings } = (await api.call('/settings')).body;
    const body = { baseVersion, settings: { ...settings, ...changed } };
    expect((await api.call('/settings', body, { method: 'PUT' })).status).toBe(200);
  };
  await putRates();
  await put({ saturdays: 'closed' });
  api.clock.now = '2027-04-08T10:00:00.000Z';
  const placed = await api.call('/orders', { orderId: 'saturday', customerId: 'rossi', total: eur(1_000) });
  expect(placed.body.instalments).toMatchObject([{ dueOn: '2027-05-08', dueAt: '2027-05-10T22:00:00.000Z' }]);
  await put({ saturdays: 'open' });
  api.clock.now = '2027-05-10T10:00:00.000Z';
  expect(await read('/orders/saturday')).toMatchObject({ overdue: false, daysLate: 0 });
  expect((await read('/orders/saturday/interest')).instalments[0].periods).toEqual([]);
});

it('an extension to a Sunday is late from the Tuesday on', async () => {
  api.clock.now = '2027-04-02T10:00:00.000Z';
  await api.call('/orders', { orderId: 'sunday', customerId: 'rossi', total: eur(1_000) });
  await api.ask('sunday', 'extend', { dueOn: '2027-05-09', reason: 'asked' });
  expect((await read('/orders/sunday')).instalments).toMatchObject([
    { dueOn: '2027-05-09', dueAt: '2027-05-10T22:00:00.000Z' },
  ]);
});
