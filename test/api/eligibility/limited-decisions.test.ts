import { describe, expect, it } from 'vitest';
import { eur } from '../../support/builders.ts';
import { addCustomer } from '../../support/merchant.ts';
import { START, useEligibility } from './use-eligibility.ts';

const { api, place, check } = useEligibility();

describe('an admin’s decision for a limited time', () => {
  it('a suspension ends by itself, at its instant, and the former decision applies again', async () => {
    await addCustomer(api.sql, 'paused');
    await api.call('/customers/paused/grant', { reason: 'a friend' });
    const until = '2027-03-02T10:00:00.000Z';
    const { body } = await api.call('/customers/paused/suspend', { reason: 'a dispute', until });
    expect(body.privilege).toMatchObject({ state: 'suspended', until });
    expect(await check('privilege', 'paused')).toMatchObject({
      passed: false,
      message: `Payment terms are suspended for this customer until ${until}.`,
    });
    await api.call('/customers/paused/suspend', { reason: 'longer', until: '2027-03-03T11:00:00+01:00' });
    api.clock.now = '2027-03-03T09:59:59.999Z';
    expect((await place('pa-1', 'paused')).status).toBe(422);
    api.clock.now = '2027-03-03T10:00:00.000Z';
    expect((await place('pa-1', 'paused')).status).toBe(201);
    expect((await api.call('/customers/paused')).body.privilege.state).toBe('granted');
    const past = await api.call('/customers/paused/suspend', { reason: 'late', until: api.clock.now });
    expect(past.body).toMatchObject({ code: 'validation', errors: [{ pointer: '/until' }] });
    expect((await api.call('/customers/paused/grant', { reason: 'x', until })).body.code).toBe('validation');
  });

  it('a suspension never gives back what was revoked', async () => {
    await addCustomer(api.sql, 'gone');
    await api.call('/customers/gone/revoke', { reason: 'insolvent' });
    await api.call('/customers/gone/suspend', { reason: 'by mistake', until: '2027-03-02T10:00:00Z' });
    api.clock.now = '2027-03-05T10:00:00.000Z';
    expect((await api.call('/customers/gone')).body.privilege.state).toBe('revoked');
  });

  it('a raise lifts the limit until its end, and the history shows all changes', async () => {
    await addCustomer(api.sql, 'raised');
    await api.call('/customers/raised/credit', { limit: eur(100), reason: 'small' }, { method: 'PUT' });
    const raise = (limit: object, until = '2027-03-08T00:00:00.000Z') =>
      api.call(
        '/customers/raised/credit/raise',
        { raise: { limit, until }, reason: 'fair' },
        { method: 'PUT' },
      );
    expect((await raise(eur(100))).body.errors).toMatchObject([{ pointer: '/raise/limit' }]);
    expect((await raise(eur(200), START)).body.errors).toMatchObject([{ pointer: '/raise/until' }]);
    expect((await raise({ amount: 90_000, currency: 'USD' })).body.code).toBe('currency-mismatch');
    expect((await raise(eur(200))).body.credit).toMatchObject({
      limit: eur(200),
      ownLimit: eur(100),
      raise: { limit: eur(200), until: '2027-03-08T00:00:00.000Z' },
    });
    expect((await place('ra-1', 'raised', { total: eur(160) })).status).toBe(201);
    expect((await api.call('/customers/raised')).body.credit.warning).toBe('near-limit');
    api.clock.now = '2027-03-08T00:00:00.000Z';
    const over = (await api.call('/customers/raised')).body.credit;
    expect(over).toMatchObject({ limit: eur(100), raise: null, warning: 'over-limit', available: eur(-60) });
    expect((await place('ra-2', 'raised', { total: eur(1) })).status).toBe(422);
    await raise(eur(500), '2027-04-01T00:00:00Z');
    await api.call('/customers/raised/credit/raise', { raise: null, reason: 'over' }, { method: 'PUT' });
    const { body } = await api.call('/customers/raised/credit/history', undefined, { as: 'read' });
    expect(
      body.items.map(({ kind, reason, before, after }: Record<string, unknown>) => [
        kind,
        reason,
        before,
        after,
      ]),
    ).toEqual([
      ['raise', 'over', { limit: eur(500), until: '2027-04-01T00:00:00.000Z' }, null],
      ['raise', 'fair', null, { limit: eur(500), until: '2027-04-01T00:00:00.000Z' }],
      ['raise', 'fair', null, { limit: eur(200), until: '2027-03-08T00:00:00.000Z' }],
      ['limit', 'small', null, eur(100)],
    ]);
  });
});
