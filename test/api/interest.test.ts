import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eur } from '../support/builders.ts';
import { type Answer, type Api, openApi } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const path = '/policies/late-interest';
const inForce = async () => (await api.call(path, undefined, { as: 'read' })).body;
const replace = async (policy: unknown) =>
  api.call(path, { baseVersion: (await inForce()).version, policy }, { method: 'PUT' });
const late = { principal: eur(1_000), dueOn: '2025-01-31', paidOn: '2025-02-10', country: 'IT' };
const preview = (fields: object = {}) =>
  api.call('/interest/preview', { ...late, ...fields }, { as: 'read' });

function expectRefused({ status, body }: Answer, code: string, pointer?: string): void {
  expect([status, body.code]).toEqual([422, code]);
  expect(body.detail).toBeTruthy();
  if (pointer !== undefined)
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
}

const lawful = {
  enabled: false,
  country: null,
  marginPercent: null,
  compensation: eur(40),
  referenceRates: [],
};
afterEach(async () => {
  await replace(lawful);
});

describe('a preview of late interest', () => {
  it('agrees with the published example, in each period', async () => {
    const { status, body } = await preview({ dueOn: '2010-01-01', paidOn: '2012-01-01' });
    expect(status).toBe(200);
    const at = (from: string, to: string, days: number, ratePercent: string, interest: number) => ({
      from,
      to,
      days,
      ratePercent,
      principal: eur(1_000),
      interest: eur(interest),
    });
    expect(body).toEqual({
      interest: eur(161.26),
      compensation: eur(40),
      periods: [
        at('2010-01-02', '2010-06-30', 180, '8', 39.45),
        at('2010-07-01', '2010-12-31', 184, '8', 40.33),
        at('2011-01-01', '2011-06-30', 181, '8', 39.67),
        at('2011-07-01', '2011-12-31', 184, '8.25', 41.59),
        at('2012-01-01', '2012-01-01', 1, '8', 0.22),
      ],
    });
  });

  it('is zero for a payment in time, even in a half-year without a rate', async () => {
    const nothing = { interest: eur(0), compensation: eur(0), periods: [] };
    expect((await preview({ paidOn: late.dueOn })).body).toEqual(nothing);
    expect((await preview({ dueOn: '2090-01-31', paidOn: '2090-01-01' })).body).toEqual(nothing);
    const payments = [{ on: '2025-01-31', amount: eur(1_000) }];
    expect((await preview({ payments })).body).toEqual(nothing);
  });

  it('considers part payments, food, the contract’s day and disputed amounts', async () => {
    const interest = async (fields: object) => (await preview(fields)).body.interest;
    expect(await interest({})).toEqual(eur(3.05));
    const payments = [
      { on: '2025-02-05', amount: eur(500) },
      { on: '2025-01-15', amount: eur(100) },
    ];
    expect((await preview({ payments })).body).toMatchObject({
      interest: eur(1.37 + 0.61),
      compensation: eur(40),
      periods: [
        { from: '2025-02-01', to: '2025-02-05', principal: eur(900), interest: eur(1.37) },
        { from: '2025-02-06', to: '2025-02-10', principal: eur(400), interest: eur(0.61) },
      ],
    });
    expect(await interest({ agrifood: true })).toEqual(eur(4.15));
    expect(await interest({ concludedOn: '2012-06-30' })).toEqual(eur(2.78));
    expect(await interest({ excluded: [{ from: '2025-02-01', to: '2025-02-10' }] })).toEqual(eur(0));
    expect(await interest({ excluded: [{ from: '2025-02-01', amount: eur(600) }] })).toEqual(eur(1.22));
  });

  it('of a debt in another currency has no compensation, which is in euro', async () => {
    expect((await preview({ principal: { amount: 100_000, currency: 'CHF' } })).body).toMatchObject({
      interest: { amount: 305, currency: 'CHF' },
      compensation: { amount: 0, currency: 'CHF' },
    });
    expect((await preview({ principal: { amount: 100_000, currency: 'JPY' } })).body.interest).toEqual({
      amount: 305,
      currency: 'JPY',
    });
  });

  it.each([
    [{ payments: [{ on: '2025-02-05', amount: eur(1_000.01) }] }, '/payments/0/amount'],
    [
      {
        payments: [
          { on: '2025-02-05', amount: eur(600) },
          { on: '2025-01-05', amount: eur(600) },
        ],
      },
      '/payments/1/amount',
    ],
    [{ payments: [{ on: '2025-02-11', amount: eur(1) }] }, '/payments/0/on'],
    [
      { payments: [{ on: '2025-02-05', amount: { amount: 1, currency: 'USD' } }] },
      '/payments/0/amount/currency',
    ],
    [{ excluded: [{ from: '2025-02-05', to: '2025-02-04' }] }, '/excluded/0/to'],
    [
      { excluded: [{ from: '2025-02-05', amount: { amount: 1, currency: 'USD' } }] },
      '/excluded/0/amount/currency',
    ],
    [{ concludedOn: '2025-02-01' }, '/concludedOn'],
    [{ principal: eur(0) }, '/principal/amount'],
    [{ paidOn: '2025-02-30' }, '/paidOn'],
    [{ country: 'EU' }, '/country'],
  ])('with %j is refused at %s', async (fields, pointer) => {
    expectRefused(await preview(fields), 'validation', pointer);
  });

  it('names the half-year without a rate and where to add it, and a country without a law', async () => {
    const unknown = await preview({ dueOn: '2026-12-31', paidOn: '2027-01-01' });
    expectRefused(unknown, 'reference-rate-missing');
    expect(unknown.body).toMatchObject({
      halfYear: '2027-01-01',
      detail: expect.stringMatching(/first half of 2027.*PUT \/v1\/policies\/late-interest/),
    });
    expectRefused(await preview({ paidOn: '2999-12-31' }), 'reference-rate-missing');
    const abroad = await preview({ country: 'DE' });
    expectRefused(abroad, 'no-interest-law');
    expect(abroad.body.detail).toContain('DE');
  });
});

describe('the late-interest policy', () => {
  it('is off, with the legal figures, until the merchant changes it', async () => {
    const fresh = await openApi();
    expect((await fresh.call(path, undefined, { as: 'read' })).body).toEqual({
      kind: 'late-interest',
      version: 0,
      updatedAt: null,
      updatedBy: null,
      policy: lawful,
    });
    await fresh.close();
    expect((await replace({})).body.policy).toEqual(lawful);
  });

  it('changes what is computed: margin, compensation, and rates that are added or replaced', async () => {
    const referenceRates = [
      { from: '2027-01-01', percent: '2.65' },
      { from: '2025-01-01', percent: '3.00' },
    ];
    const policy = { ...lawful, marginPercent: '8', compensation: eur(50), referenceRates };
    expect(await replace(policy)).toMatchObject({ status: 200, body: { policy } });
    expect((await preview()).body).toMatchObject({
      interest: eur(3.01),
      compensation: eur(50),
      periods: [{ ratePercent: '11' }],
    });
    expect((await preview({ dueOn: '2026-12-31', paidOn: '2027-01-01' })).body.periods).toMatchObject([
      { ratePercent: '10.65' },
    ]);
    const { items } = (await api.call('/interest/reference-rates?country=IT', undefined, { as: 'read' }))
      .body;
    expect(items.slice(-2)).toEqual([
      { from: '2026-07-01', percent: '2.40', source: expect.stringContaining('unsure') },
      { from: '2027-01-01', percent: '2.65', source: 'late-interest policy' },
    ]);
    expectRefused(await api.call('/interest/reference-rates?country=FR'), 'no-interest-law');
  });

  it('keeps, compares and restores its versions, and accepts one change at a time', async () => {
    const { version } = (await replace(lawful)).body;
    await replace({ ...lawful, enabled: true });
    expect((await api.call(`${path}/differences?from=${version}`)).body.differences).toEqual([
      { pointer: '/enabled', before: false, after: true },
    ]);
    expect((await api.call(`${path}/versions/${version + 1}`)).body.policy.enabled).toBe(true);
    const stale = await api.call(path, { baseVersion: version, policy: lawful }, { method: 'PUT' });
    expect(stale.body).toMatchObject({ code: 'stale-version', currentVersion: version + 1 });
    const restored = await api.call(`${path}/restore`, { baseVersion: version + 1, version });
    expect(restored.body).toMatchObject({ version: version + 2, policy: lawful });
    expect((await api.call(`${path}/versions?limit=1`)).body.items).toMatchObject([{ version: version + 2 }]);
  });

  const rate = (from: string, percent: unknown) => ({ referenceRates: [{ from, percent }] });
  it.each([
    [rate('2027-01-02', '2.15'), '/policy/referenceRates/0/from'],
    [rate('2027-06-30', '2.15'), '/policy/referenceRates/0/from'],
    [rate('H1 2027', '2.15'), '/policy/referenceRates/0/from'],
    [rate('2027-01-01', '-0.50'), '/policy/referenceRates/0/percent'],
    [rate('2027-01-01', '2,15'), '/policy/referenceRates/0/percent'],
    [rate('2027-01-01', '215'), '/policy/referenceRates/0/percent'],
    [rate('2027-01-01', 2.15), '/policy/referenceRates/0/percent'],
    [
      {
        referenceRates: [
          { from: '2027-01-01', percent: '2.15' },
          { from: '2027-07-01', percent: '2.15' },
          { from: '2027-01-01', percent: '2.40' },
        ],
      },
      '/policy/referenceRates/2/from',
    ],
    [{ marginPercent: '-1' }, '/policy/marginPercent'],
    [{ compensation: { amount: -1, currency: 'EUR' } }, '/policy/compensation/amount'],
    [{ country: 'DE' }, '/policy/country'],
    [{ interest: true }, '/policy/interest'],
  ])('%j is refused at %s', async (policy, pointer) => {
    const before = await inForce();
    expectRefused(await replace(policy), 'validation', pointer);
    expect(await inForce()).toEqual(before);
  });

  it('cannot be enabled for a country whose law is missing, whichever document changes', async () => {
    const move = async (country: string) => {
      const { version, settings } = (await api.call('/settings')).body;
      const moved = { ...settings, country, region: null };
      return api.call('/settings', { baseVersion: version, settings: moved }, { method: 'PUT' });
    };
    expect((await move('DE')).status).toBe(200);
    expectRefused(await replace({ ...lawful, enabled: true }), 'validation', '/policy/country');
    expect((await replace({ ...lawful, enabled: true, country: 'IT' })).status).toBe(200);
    expect((await move('IT')).status).toBe(200);
    expect((await replace({ ...lawful, enabled: true })).status).toBe(200);
    expectRefused(await move('DE'), 'validation', '/settings/country');
  });
});
