import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { json, startVies, viesAnswer, viesError } from '../support/vies.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;
let vies: Awaited<ReturnType<typeof startVies>>;
beforeAll(async () => {
  vies = await startVies();
  api = await openApi({ viesUrl: vies.url });
});
afterAll(async () => {
  await api.close();
  await vies.stop();
});

const START = '2027-03-01T10:00:00.000Z';
const LATER = '2027-03-08T10:00:00.000Z';
beforeEach(() => {
  api.clock.now = START;
  vies.answer = json(viesAnswer());
});
afterEach(() => {
  vies.asked.length = 0;
});

const german = { country: 'DE', vatNumber: 'DE 136.695-976', locale: 'de' };
const check = (id: string, as: 'storefront' | 'admin' = 'admin') =>
  api.call(`/customers/${id}/vat-check`, undefined, { method: 'POST', as });
const present = async (id: string) => (await api.call(`/customers/${id}`)).body.vatCheck;
const history = async (id: string) => (await api.call(`/customers/${id}/vat-checks`)).body.items;

async function useSettings(fields: object) {
  const { version, settings } = (await api.call('/settings')).body;
  return api.call(
    '/settings',
    { baseVersion: version, settings: { ...settings, ...fields } },
    { method: 'PUT' },
  );
}

async function useRule(rule: object) {
  const { version } = (await api.call('/policies/eligibility')).body;
  const policy = { rules: [{ rule: 'vatNumber', ...rule }], creditLimit: eur(10_000) };
  return api.call('/policies/eligibility', { baseVersion: version, policy }, { method: 'PUT' });
}

const keyOf = (answer: { body: { actor: string } }) => answer.body.actor;
const nothing = { reason: null, consultationNumber: null, requester: null, name: null, address: null };

describe('a check', () => {
  it('is kept with its consultation number, and shown with the customer', async () => {
    await addCustomer(api.sql, 'proof', german);
    expect((await useSettings({ vatNumber: 'it 123 456 704 88' })).status).toBe(200);
    expect(await present('proof')).toBe(null);
    const answer = await check('proof');
    expect(answer).toMatchObject({
      status: 200,
      body: {
        register: 'vies',
        vatNumber: 'DE136695976',
        outcome: 'valid',
        reason: null,
        consultationNumber: 'WAPIAAAAaEDkvhHx',
        requester: 'IT12345670488',
        name: 'Muster Werkzeuge GmbH',
        address: 'Beispielweg 1\n10115 BERLIN',
        checkedAt: START,
        actor: expect.stringMatching(/^key:/),
      },
    });
    expect(vies.asked).toMatchObject([
      {
        body: {
          countryCode: 'DE',
          vatNumber: '136695976',
          requesterMemberStateCode: 'IT',
          requesterNumber: '12345670488',
        },
      },
    ]);
    expect(await present('proof')).toEqual({ ...answer.body, outage: null });
    const listed = (await api.call('/customers?limit=200')).body.items;
    expect(
      listed.find(({ customerId }: { customerId: string }) => customerId === 'proof').vatCheck,
    ).toMatchObject({ outcome: 'valid' });
    expect((await api.call('/customers/proof', undefined, { as: 'storefront' })).body).not.toHaveProperty(
      'vatCheck',
    );
    await useSettings({ vatNumber: null });
  });

  it('may be requested by a storefront, and without the merchant’s number brings no consultation number', async () => {
    await addCustomer(api.sql, 'plain', german);
    vies.answer = json(viesAnswer({ requestIdentifier: '', name: '---', address: '---' }));
    const answer = await check('plain', 'storefront');
    expect(answer.body).toEqual({
      register: 'vies',
      vatNumber: 'DE136695976',
      outcome: 'valid',
      ...nothing,
      checkedAt: START,
      actor: keyOf(answer),
    });
    expect(vies.asked[0]?.body).toEqual({ countryCode: 'DE', vatNumber: '136695976' });
  });

  it('asks for a Greek number as EL and for a Northern Irish one as XI', async () => {
    await addCustomer(api.sql, 'greek', { country: 'GR', vatNumber: 'GR094259216' });
    await addCustomer(api.sql, 'belfast', { country: 'GB', vatNumber: 'XI110305878' });
    await check('greek');
    await check('belfast');
    expect(vies.asked.map(({ body }) => body)).toEqual([
      { countryCode: 'EL', vatNumber: '094259216' },
      { countryCode: 'XI', vatNumber: '110305878' },
    ]);
    expect(await present('greek')).toMatchObject({ vatNumber: 'EL094259216', outcome: 'valid' });
  });

  it.each([
    'GLOBAL_MAX_CONCURRENT_REQ',
    'MS_MAX_CONCURRENT_REQ',
    'SERVICE_UNAVAILABLE',
    'MS_UNAVAILABLE',
    'TIMEOUT',
  ])('that VIES refuses with %s is answered with 200: it could not be checked', async (code) => {
    await addCustomer(api.sql, `out-${code}`, german);
    vies.answer = json(viesError(code));
    const { status, body } = await check(`out-${code}`);
    expect({ status, outcome: body.outcome, reason: body.reason }).toEqual({
      status: 200,
      outcome: 'could-not-be-checked',
      reason: code,
    });
    expect(await present(`out-${code}`)).toMatchObject({ outcome: 'could-not-be-checked', outage: null });
  });

  it('whose answer is "malformed" is final', async () => {
    await addCustomer(api.sql, 'malformed', german);
    vies.answer = json(viesError('INVALID_INPUT'), 400);
    expect((await check('malformed')).body).toMatchObject({ outcome: 'invalid', reason: 'INVALID_INPUT' });
  });

  it.each<[string, object, string, string]>([
    ['none', { vatNumber: null }, 'vat-number-missing', 'PUT /v1/customers'],
    ['punctuation', { vatNumber: '-' }, 'vat-number-malformed', 'check its digits'],
    ['typo', { vatNumber: 'IT12345670489' }, 'vat-number-malformed', 'check its digits'],
    ['swiss', { country: 'CH', vatNumber: 'CHE-107.787.577' }, 'vat-number-not-in-register', 'Switzerland'],
    ['british', { country: 'GB', vatNumber: '110305878' }, 'vat-number-not-in-register', 'United Kingdom'],
  ])(
    'of a customer whose VAT number is %s is refused before VIES is asked',
    async (id, facts, code, word) => {
      await addCustomer(api.sql, id, facts);
      const answer = await check(id);
      expect(answer).toMatchObject({
        status: 422,
        body: { code, detail: expect.stringContaining(word) },
      });
      expect(vies.asked).toEqual([]);
      expect(await history(id)).toEqual([]);
    },
  );

  it('of an unknown customer is not found', async () => {
    expect((await check('nobody')).body.code).toBe('customer-not-found');
    expect((await api.call('/customers/nobody/vat-checks')).body.code).toBe('customer-not-found');
  });
});

describe('the check that is shown', () => {
  it('is the newest answer: an outage never overwrites it, and is shown next to it', async () => {
    await addCustomer(api.sql, 'stands', german);
    await check('stands');
    api.clock.now = LATER;
    vies.answer = json(viesError('MS_UNAVAILABLE'));
    await check('stands');
    expect(await present('stands')).toMatchObject({
      outcome: 'valid',
      checkedAt: START,
      consultationNumber: 'WAPIAAAAaEDkvhHx',
      outage: { reason: 'MS_UNAVAILABLE', checkedAt: LATER },
    });
    vies.answer = json(viesAnswer({ valid: false, name: '---', address: '---' }));
    await check('stands');
    expect(await present('stands')).toMatchObject({ outcome: 'invalid', checkedAt: LATER, outage: null });
    expect((await history('stands')).map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'invalid',
      'could-not-be-checked',
      'valid',
    ]);
  });

  it('is that of the present number: another number has no check, the same number written differently has', async () => {
    await addCustomer(api.sql, 'changed', german);
    await check('changed');
    await addCustomer(api.sql, 'changed', { ...german, vatNumber: '136695976' });
    expect(await present('changed')).toMatchObject({ outcome: 'valid' });
    await addCustomer(api.sql, 'changed', { country: 'FR', vatNumber: 'FR40303265045' });
    expect(await present('changed')).toBe(null);
    expect(await history('changed')).toMatchObject([{ vatNumber: 'DE136695976', outcome: 'valid' }]);
  });

  it('belongs to the old number if the store changes it while VIES is asked', async () => {
    await addCustomer(api.sql, 'meanwhile', german);
    vies.answer = async (request, response) => {
      await addCustomer(api.sql, 'meanwhile', { country: 'FR', vatNumber: 'FR40303265045' });
      json(viesAnswer())(request, response);
    };
    expect((await check('meanwhile')).body.vatNumber).toBe('DE136695976');
    expect(await present('meanwhile')).toBe(null);
  });

  it('can be neither changed nor deleted', async () => {
    await addCustomer(api.sql, 'kept', german);
    await check('kept');
    await expect(api.sql`update vat_checks set outcome = 'invalid'`).rejects.toThrow(/append-only/);
    await expect(api.sql`delete from vat_checks`).rejects.toThrow(/append-only/);
    await expect(api.sql`truncate vat_checks`).rejects.toThrow(/append-only/);
  });
});

describe('a policy that asks for VIES', () => {
  const place = async (orderId: string, customerId: string) => {
    const { status, body } = await api.call(
      '/orders',
      { orderId, customerId, total: eur(10) },
      { as: 'storefront' },
    );
    return { status, code: body.code };
  };
  const accepted = { status: 201, code: undefined };
  const declined = { status: 422, code: 'not-eligible' };
  const invalid = json(viesAnswer({ valid: false, name: '---', address: '---' }));

  it('declines a foreign customer whose number VIES does not have, never a domestic one', async () => {
    await useRule({ register: 'required', unchecked: 'fail' });
    await addCustomer(api.sql, 'foreign', german);
    await addCustomer(api.sql, 'domestic');
    vies.answer = invalid;
    await check('foreign');
    await check('domestic');
    expect(await place('f-1', 'foreign')).toEqual(declined);
    expect(await place('d-1', 'domestic')).toEqual(accepted);
    const declines = (await api.call('/declines?customerId=foreign')).body.items;
    expect(declines[0].checks).toContainEqual({
      rule: 'vatNumber',
      passed: false,
      actual: 'DE136695976, invalid in VIES on 2027-03-01',
      required: 'a valid VAT number, checked in VIES',
      message: 'VIES said on 2027-03-01 that the VAT number is not valid.',
    });
    await useSettings({ country: 'DE' });
    expect(await place('f-2', 'foreign')).toEqual(accepted);
    expect(await place('d-2', 'domestic')).toEqual(declined);
    await useSettings({ country: 'IT' });
    await useRule({});
    expect(await place('f-3', 'foreign')).toEqual(accepted);
  });

  it('lets the merchant choose whether an unchecked number passes, and treats an outage as unchecked', async () => {
    await addCustomer(api.sql, 'unsure', german);
    await useRule({ register: 'required' });
    expect(await place('u-1', 'unsure')).toEqual(accepted);
    await useRule({ register: 'required', unchecked: 'fail' });
    expect(await place('u-2', 'unsure')).toEqual(declined);
    vies.answer = json(viesError('MS_UNAVAILABLE'));
    await check('unsure');
    expect(await place('u-2', 'unsure')).toEqual(declined);
    await useRule({ register: 'required' });
    expect(await place('u-2', 'unsure')).toEqual(accepted);
    await useRule({ register: 'required', unchecked: 'fail' });
    vies.answer = json(viesAnswer());
    await check('unsure');
    vies.answer = json(viesError('MS_UNAVAILABLE'));
    await check('unsure');
    expect(await place('u-3', 'unsure')).toEqual(accepted);
  });

  it('lets an answer expire', async () => {
    await addCustomer(api.sql, 'old', german);
    await useRule({ register: 'required', unchecked: 'fail', validForDays: 7 });
    await check('old');
    api.clock.now = '2027-03-08T22:59:59.000Z';
    expect(await place('old-1', 'old')).toEqual(accepted);
    api.clock.now = '2027-03-08T23:00:00.000Z';
    expect(await place('old-2', 'old')).toEqual(declined);
  });

  it('never asks VIES itself: a checkout while VIES hangs is answered at once', async () => {
    await addCustomer(api.sql, 'hangs', german);
    await useRule({ register: 'required' });
    const asked = new Promise<IncomingMessage>((resolve) => {
      vies.answer = resolve;
    });
    const asking = check('hangs');
    const { socket } = await asked;
    expect(await place('h-1', 'hangs')).toEqual(accepted);
    expect(await place('h-2', 'hangs')).toEqual(accepted);
    socket.destroy();
    expect((await asking).body).toMatchObject({ outcome: 'could-not-be-checked', reason: 'UNREACHABLE' });
    expect(vies.asked).toHaveLength(1);
  });

  it('shows in a simulation whom it would refuse', async () => {
    await useRule({});
    await addCustomer(api.sql, 'sim', german);
    vies.answer = invalid;
    await check('sim');
    const policy = { rules: [{ rule: 'vatNumber', register: 'required' }], creditLimit: eur(10_000) };
    const { body } = await api.call('/policies/eligibility/simulate?limit=200', { policy });
    expect(body.items).toContainEqual(expect.objectContaining({ customerId: 'sim', change: 'loses' }));
  });

  it.each([
    [{ unchecked: 'fail' }, '/policy/rules/0/unchecked'],
    [{ register: 'ignore', validForDays: 3 }, '/policy/rules/0/validForDays'],
    [{ register: 'vies' }, '/policy/rules/0/register'],
    [{ register: 'required', unchecked: 'maybe' }, '/policy/rules/0/unchecked'],
    [{ register: 'required', validForDays: 0 }, '/policy/rules/0/validForDays'],
    [{ register: 'required', validForDays: 1.5 }, '/policy/rules/0/validForDays'],
  ])('with %j is refused at %s', async (rule, pointer) => {
    expect(await useRule(rule)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });
});

describe('the merchant’s own VAT number', () => {
  it.each([
    ['IT12345670489', 'not a VAT number of Italy'],
    ['12-3456789', 'not a VAT number of Italy'],
    ['ZZ1', 'not in the format of any supported country'],
  ])('%s is refused in the settings', async (vatNumber, word) => {
    expect(await useSettings({ vatNumber })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/settings/vatNumber', detail: expect.stringContaining(word) }] },
    });
  });

  it('of a country that VIES does not cover is kept, but not sent to VIES', async () => {
    expect((await useSettings({ vatNumber: 'CHE-107.787.577' })).status).toBe(200);
    await addCustomer(api.sql, 'from-bern', german);
    expect((await check('from-bern')).body).toMatchObject({ outcome: 'valid', requester: null });
    expect(vies.asked[0]?.body).toEqual({ countryCode: 'DE', vatNumber: '136695976' });
    await useSettings({ vatNumber: null });
  });
});
