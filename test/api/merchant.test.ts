import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eur, settings, terms } from '../support/builders.ts';
import { type Api, openApi } from './harness.ts';

// All customers share the policies: each test has its own merchant.
let api: Api;
beforeEach(async () => {
  api = await openApi();
});
afterEach(() => api.close());

const storefront = { as: 'storefront' } as const;
const facts = {
  name: 'Verdi S.p.A.',
  email: 'conti@verdi.example',
  locale: 'IT-it',
  country: 'IT',
  vatNumber: '12345670488',
  groups: ['gold'],
  contacts: { billing: 'fatture@verdi.example' },
  stats: { orders: 4, turnover: eur(2_000) },
};
const put = (id: string, body: object) =>
  api.call(`/customers/${id}`, body, { ...storefront, method: 'PUT' });

describe('a customer', () => {
  it('is written by the store and read back, and writing the same again changes nothing', async () => {
    const created = await put('verdi', facts);
    expect(created).toMatchObject({
      status: 201,
      body: { ...facts, customerId: 'verdi', locale: 'it-IT', currency: 'EUR' },
    });
    const again = await put('verdi', facts);
    expect(again).toMatchObject({ status: 200, body: created.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const changed = await put('verdi', { ...facts, name: 'Verdi & Figli S.p.A.' });
    expect(changed).toMatchObject({ status: 200, body: { name: 'Verdi & Figli S.p.A.' } });
    expect(changed.headers.get('idempotent-replayed')).toBeNull();
    expect((await api.call('/customers/verdi', undefined, storefront)).body).toEqual(changed.body);
  });

  it('has contacts by role and an account manager, until the store changes them', async () => {
    const people = {
      contacts: {
        billing: 'fatture@verdi.example',
        dunning: 'solleciti@verdi.example',
        pec: 'verdi@pec.example',
        warehouse: 'magazzino@verdi.example',
      },
      accountManager: { name: 'Luca Neri', email: 'luca@merchant.example' },
    };
    expect((await put('peopled', { ...facts, ...people })).body).toMatchObject(people);
    expect((await api.call('/customers/peopled')).body).toMatchObject(people);
    for (const [body, pointer] of [
      [{ contacts: { dunning: 'nobody' } }, '/contacts/dunning'],
      [{ contacts: { PEC: 'verdi@pec.example' } }, '/contacts/PEC'],
      [{ accountManager: { name: 'Luca Neri' } }, '/accountManager/email'],
      [{ accountManager: { name: ' ', email: 'l@merchant.example' } }, '/accountManager/name'],
      [{ accountManager: { ...people.accountManager, phone: '1' } }, '/accountManager/phone'],
    ] as const)
      expect((await put('peopled', { ...facts, ...body })).body).toMatchObject({
        code: 'validation',
        errors: [{ pointer }],
      });
    expect((await api.call('/customers/peopled')).body).toMatchObject(people);
    expect((await put('peopled', facts)).body).toMatchObject({
      contacts: facts.contacts,
      accountManager: null,
    });
  });

  it('is one debtor with many buyers, who are named on their orders', async () => {
    await put('company', facts);
    const buyers = { anna: { name: 'Anna', email: 'anna@verdi.example' }, bruno: { name: 'Bruno' } };
    for (const [orderId, buyer] of Object.entries(buyers)) {
      const placed = await api.call(
        '/orders',
        { orderId, customerId: 'company', total: eur(400), buyer },
        storefront,
      );
      expect(placed).toMatchObject({ status: 201, body: { customerId: 'company', buyer } });
      expect((await api.call(`/orders/${orderId}`, undefined, storefront)).body.buyer).toEqual(buyer);
    }
    expect((await api.call('/customers/company')).body.credit).toMatchObject({ exposure: eur(800) });
    const wrong = { orderId: 'carla', customerId: 'company', total: eur(1), buyer: { email: 'carla' } };
    expect((await api.call('/orders', wrong, storefront)).body).toMatchObject({
      code: 'validation',
      errors: [{ pointer: '/buyer/email' }],
    });
  });

  it('needs only a name, an address, a language and a country', async () => {
    const { name, email, locale, country } = facts;
    expect(await put('plain', { name, email, locale, country })).toMatchObject({
      status: 201,
      body: {
        vatNumber: null,
        groups: [],
        contacts: {},
        stats: { orders: 0, turnover: null },
        closedMonths: [],
        closures: [],
      },
    });
  });

  it('is granted, suspended, revoked and left to the rules again, with reason and actor', async () => {
    await put('moved', { ...facts, stats: { orders: 0, turnover: eur(0) } });
    const eligible = async () =>
      (await api.call('/customers/moved/eligibility?amount=100&currency=EUR')).body.eligible;
    expect(await eligible()).toBe(false);
    for (const [what, state, may] of [
      ['grant', 'granted', true],
      ['suspend', 'suspended', false],
      ['grant', 'granted', true],
      ['revoke', 'revoked', false],
      ['use-rules', 'by_rules', false],
    ] as const) {
      const { status, body } = await api.call(`/customers/moved/${what}`, { reason: `because ${what}` });
      expect(status).toBe(200);
      expect(body.privilege).toEqual({
        state,
        reason: `because ${what}`,
        actor: expect.stringMatching(/^key:/),
        at: api.clock.now,
      });
      expect(await eligible()).toBe(may);
    }
    const log = await api.sql`select action from audit where subject = 'customer/moved' order by id`;
    expect(log.map(({ action }) => action)).toEqual(
      ['granted', 'suspended', 'granted', 'revoked', 'by_rules'].map((state) => `customer.${state}`),
    );
    expect(await api.call('/customers/moved/revoke', {})).toMatchObject({
      status: 422,
      body: { code: 'validation' },
    });
    expect((await api.call('/customers/nobody/revoke', { reason: 'x' })).body.code).toBe(
      'customer-not-found',
    );
  });

  it('has the policy’s limit or its own, with a separate one in each currency', async () => {
    await put('limited', facts);
    const set = (limit: unknown) => api.call('/customers/limited/credit', { limit }, { method: 'PUT' });
    expect((await set(eur(50))).body.credit).toMatchObject({
      limit: eur(50),
      ownLimit: eur(50),
      available: eur(50),
    });
    expect(
      (await api.call('/orders', { orderId: 'small', customerId: 'limited', total: eur(50) })).status,
    ).toBe(201);
    expect((await set(eur(0))).body.credit).toMatchObject({ limit: eur(0), available: eur(-50) });
    expect((await set(null)).body.credit).toMatchObject({ limit: eur(10_000), ownLimit: null });
    const usd = (amount: number) => ({ amount, currency: 'USD' });
    const order = (orderId: string, amount: number) =>
      api.call('/orders', { orderId, customerId: 'limited', total: usd(amount) });
    expect(await order('early', 7)).toMatchObject({ status: 422, body: { code: 'currency-mismatch' } });
    expect((await set(usd(7))).body.credit).toMatchObject({ limit: usd(7), exposure: usd(0) });
    expect((await order('abroad', 7)).status).toBe(201);
    expect((await order('abroad-2', 1)).body).toMatchObject({ code: 'not-eligible' });
    const home = (await api.call('/customers/limited')).body.credit;
    expect(home).toMatchObject({ limit: eur(10_000), exposure: eur(50) });
  });

  it('is listed by id, page by page', async () => {
    const ids = Array.from({ length: 5 }, (_, n) => `page-${n}`);
    for (const id of ids) await put(id, facts);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await api.call(
        `/customers?limit=2${cursor && `&cursor=${cursor}`}`,
        undefined,
        storefront,
      );
      seen.push(...body.items.map(({ customerId }: { customerId: string }) => customerId));
      cursor = body.nextCursor;
    }
    expect(seen.filter((id) => id.startsWith('page-'))).toEqual(ids);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('a policy', () => {
  it('is replaced only by somebody who has read the newest version', async () => {
    const { body: read } = await api.call('/policies/terms', undefined, { as: 'read' });
    expect(read).toMatchObject({ kind: 'terms', version: 1, updatedBy: 'user:test', policy: terms });
    const policy = {
      terms: [{ code: 'net15', label: 'Net 15', kind: 'net', days: 15 }],
      defaultCode: 'net15',
    };
    const change = () => api.call('/policies/terms', { baseVersion: 1, policy }, { method: 'PUT' });
    const answers = await Promise.all([change(), change(), change()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const stale = answers.find(({ status }) => status === 409)!;
    expect(stale.body).toMatchObject({ code: 'stale-version', currentVersion: 2 });
    const done = answers.find(({ status }) => status === 200)!;
    expect(done.body).toEqual({
      kind: 'terms',
      version: 2,
      updatedAt: api.clock.now,
      updatedBy: expect.stringMatching(/^key:/),
      policy,
    });
    const placed = await api.call('/orders', { orderId: 'n15', customerId: 'rossi', total: eur(1) });
    expect(placed.body).toMatchObject({
      instalments: [{ dueOn: '2027-03-16' }],
      policyVersions: { terms: 2 },
    });
  });

  it('uses defaults for what is left out', async () => {
    const replace = async (path: string, name: string, content: object) => {
      const { version } = (await api.call(path)).body;
      return (await api.call(path, { baseVersion: version, [name]: content }, { method: 'PUT' })).body[name];
    };
    expect(
      await replace('/policies/dunning', 'policy', { levels: [{ offset: 'P7D', tone: 'overdue-1' }] }),
    ).toEqual({
      levels: [{ offset: 'P7D', tone: 'overdue-1' }],
      plans: {},
      sendTime: '10:30',
      timeZone: 'Europe/Rome',
      spreadMinutes: 30,
      businessDays: true,
      minIntervalDays: 7,
      maxIn30Days: 4,
      minimumAmounts: [eur(10)],
      letters: 'on',
      pauses: [],
    });
    expect(await replace('/policies/eligibility', 'policy', { rules: [], creditLimit: eur(10_000) })).toEqual(
      {
        rules: [],
        creditLimit: eur(10_000),
        tolerance: eur(0),
      },
    );
    expect(await replace('/settings', 'settings', { company: 'Bianchi', iban: settings.iban })).toEqual({
      company: 'Bianchi',
      iban: settings.iban,
      vatNumber: null,
      replyTo: null,
      timeZone: 'Europe/Rome',
      country: 'IT',
      region: null,
      saturdays: 'open',
      currency: 'EUR',
      reservationExpiresAfter: 'P1D',
      writeOffApprovalOver: null,
    });
  });
});

describe('the settings', () => {
  it('have versions that are read, compared and put in force again', async () => {
    const { version, settings: old } = (await api.call('/settings')).body;
    const put = (baseVersion: number, changes: object) =>
      api.call('/settings', { baseVersion, settings: { ...old, ...changes } }, { method: 'PUT' });
    expect((await put(version, { company: 'Bianchi & Figli' })).body.version).toBe(version + 1);

    const list = (await api.call('/settings/versions', undefined, { as: 'read' })).body;
    expect(list.items.slice(0, 2)).toMatchObject([
      { version: version + 1, updatedAt: api.clock.now, updatedBy: expect.stringMatching(/^key:/) },
      { version },
    ]);
    expect((await api.call(`/settings/versions/${version}`)).body).toMatchObject({ version, settings: old });
    expect((await api.call('/settings/versions/0')).body).toMatchObject({ version: 0, updatedAt: null });
    expect((await api.call('/settings/versions/99')).body.code).toBe('version-not-found');
    const change = { pointer: '/company', before: old.company, after: 'Bianchi & Figli' };
    expect((await api.call(`/settings/differences?from=${version}`)).body).toEqual({
      from: version,
      to: version + 1,
      differences: [change],
    });
    expect(await put(version, { iban: null })).toMatchObject({
      status: 409,
      body: { code: 'stale-version', currentVersion: version + 1, differences: [change] },
    });

    const restore = (baseVersion: number) => api.call('/settings/restore', { baseVersion, version });
    expect((await restore(version)).body.code).toBe('stale-version');
    expect((await restore(version + 1)).body).toMatchObject({ version: version + 2, settings: old });
    expect((await api.call('/settings')).body).toMatchObject({ version: version + 2, settings: old });
  });
});

describe('a preview', () => {
  const total = eur(1220);
  const preview = (path: string, body: object) =>
    api.call(path, { placedOn: '2027-01-31', total, ...body }, { as: 'read' });

  it('of terms shows the due dates, and warns of long ones', async () => {
    const days = async (days: number) =>
      (await preview('/terms/preview', { terms: { kind: 'net', days } })).body;
    expect(await days(28)).toEqual({ instalments: [{ dueOn: '2027-02-28', amount: total }], warnings: [] });
    expect(await days(60)).toMatchObject({ instalments: [{ dueOn: '2027-04-01' }], warnings: [] });
    expect((await days(61)).warnings).toEqual([expect.stringMatching(/61 days.*2011\/7\/EU/)]);
    const exact = await preview('/terms/preview', {
      terms: { kind: 'elapsed', duration: 'PT60S' },
      customerId: 'rossi',
    });
    expect(exact.body.instalments).toEqual([{ dueOn: '2027-01-31', amount: total }]);
  });

  it('of reminders shows the plan that an order of that day would get', async () => {
    const { body } = await preview('/policies/dunning/preview', { termsCode: 'net30', customerId: 'rossi' });
    const placed = await api.call('/orders', {
      orderId: 'planned',
      customerId: 'rossi',
      total,
      termsCode: 'net30',
      placedAt: '2027-01-31T12:00:00Z',
    });
    const { body: timeline } = await api.call('/orders/planned/timeline');
    expect(placed.status).toBe(201);
    expect(body.steps).toMatchObject([
      { key: '1/-P3D', at: '2027-02-26T08:00:00.000Z', kind: 'remind', level: 1, tone: 'due-soon' },
      { key: '1/P0D', kind: 'remind', level: 2, tone: 'due' },
      { key: '1/P7D', kind: 'overdue', level: 3, tone: 'overdue-1' },
      { key: '1/P14D', kind: 'overdue', level: 4, tone: 'overdue-2' },
      { key: '1/decide', kind: 'decide', level: null, tone: null },
    ]);
    // After the letters a person decides: that is planned, too, but is no reminder.
    const planned = timeline.items.filter(({ future }: { future: boolean }) => future);
    expect(body.steps.map(({ at }: { at: string }) => at)).toEqual(
      planned.map(({ at }: { at: string }) => at),
    );
  });

  it('is refused for terms or customers that do not exist', async () => {
    const path = '/policies/dunning/preview';
    expect((await preview(path, { termsCode: 'net90' })).body.code).toBe('terms-not-found');
    expect((await preview(path, {})).body.code).toBe('validation');
    expect((await preview(path, { termsCode: 'net30', customerId: 'nobody' })).body.code).toBe(
      'customer-not-found',
    );
    expect((await preview(path, { termsCode: 'net30', placedOn: '2027-02-30' })).body.code).toBe(
      'validation',
    );
  });
});
