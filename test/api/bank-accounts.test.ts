import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paidInto } from '../../src/modules/banking/accounts.ts';
import { activePolicies } from '../../src/modules/settings/tables.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { bankFiles } from './bank-file.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;
let second: { key: string };
beforeAll(async () => {
  api = await openApi();
  second = await api.newKey(['admin'], null, 'second person');
  await addCustomer(api.sql, 'alfa', { name: 'Alfa Ricambi S.r.l.' });
});
afterAll(() => api.close());

const OWN = 'IT60X0542811101000000123456';
const OTHER = 'DE89370400440532013000';
const THIRD = 'GB29NWBK60161331926819';
const put = (iban: string, body: object, as: 'admin' | 'accounting' | { key: string } = 'admin') =>
  api.call(`/bank-accounts/${iban}`, body, { method: 'PUT', as });
const read = async (iban: string) =>
  (await api.call(`/bank-accounts/${iban}`, undefined, { as: 'read' })).body;
const approve = (id: string, as: 'admin' | { key: string } = second) =>
  api.call(`/approvals/${id}/approve`, {}, { as });
const into = async (currency = 'EUR') => {
  const settings = (await activePolicies(api.sql)).settings.body;
  return paidInto(api.sql, { customerId: 'alfa', currency, settings, now: api.clock.now });
};
const later = (hours: number) => {
  api.clock.now = new Date(Date.parse(api.clock.now) + hours * 3_600_000).toISOString();
};
const holder = 'Torchio & Figli S.r.l.';

describe('the merchant’s account', () => {
  it('that is the first one is in force at once', async () => {
    const { settings, version } = (await api.call('/settings')).body;
    await api.call(
      '/settings',
      { baseVersion: version, settings: { ...settings, iban: OWN } },
      { method: 'PUT' },
    );
    expect(await into()).toMatchObject({ iban: OWN, holder: settings.company });
    const first = await put(OWN, { holder, bic: 'BPMIITMMXXX', currency: 'EUR', default: true });
    expect(first).toMatchObject({
      status: 200,
      body: { iban: OWN, inForce: { holder, default: true }, coming: null },
    });
    expect(await into()).toEqual(expect.objectContaining({ iban: OWN, holder, bic: 'BPMIITMMXXX' }));
    expect(
      (await put(OWN, { holder, bic: 'BPMIITMMXXX', currency: 'EUR', default: true })).headers.get(
        'idempotent-replayed',
      ),
    ).toBe('true');
  });

  it('is not changed in the settings, where one person would be enough', async () => {
    const { settings, version } = (await api.call('/settings')).body;
    for (const iban of [OTHER, null]) {
      const changed = await api.call(
        '/settings',
        { baseVersion: version, settings: { ...settings, iban } },
        { method: 'PUT' },
      );
      expect(changed).toMatchObject({ status: 422, body: { errors: [{ pointer: '/settings/iban' }] } });
    }
  });

  it('with another IBAN or holder needs a second person, and is in force 24 hours later (B13)', async () => {
    const asked = await put(OTHER, { holder, currency: 'EUR', default: true });
    expect(asked).toMatchObject({
      status: 202,
      body: {
        inForce: null,
        coming: null,
        approval: { kind: 'bank-account', subject: `bank-account/${OTHER}`, detail: { iban: OTHER, holder } },
      },
    });
    const { approvalId } = asked.body.approval;
    expect(await put(OTHER, { holder, currency: 'EUR', default: true })).toMatchObject({
      status: 202,
      body: { approval: { approvalId } },
    });
    expect(await put(OTHER, { holder: 'Somebody Else', currency: 'EUR', default: true })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect(await approve(approvalId, 'admin')).toMatchObject({
      status: 403,
      body: { code: 'approval-by-another' },
    });
    expect((await approve(approvalId)).status).toBe(200);
    expect(await read(OTHER)).toMatchObject({ inForce: null, coming: { holder, default: true } });
    later(23);
    expect(await into()).toMatchObject({ iban: OWN });
    later(2);
    expect(await into()).toMatchObject({ iban: OTHER });
    expect(await read(OWN)).toMatchObject({ inForce: { default: false } });
    expect((await approve(approvalId)).status).toBe(200);
    const renamed = await put(OTHER, { holder: 'Torchio Holding', currency: 'EUR', default: true });
    expect(renamed.status).toBe(202);
    expect(await into()).toMatchObject({ iban: OTHER, holder });
  });

  it('can be stopped while it waits', async () => {
    const asked = await put(THIRD, { holder, currency: 'GBP', default: true });
    await approve(asked.body.approval.approvalId);
    const stopped = await api.call(`/bank-accounts/${THIRD}/withdraw`, { reason: 'not ours' });
    expect(stopped).toMatchObject({ status: 200, body: { inForce: null, coming: null } });
    later(48);
    expect(await into('GBP')).toBeNull();
    const trail =
      await api.sql`select action from audit where subject = ${`bank-account/${THIRD}`} order by id`;
    expect(trail.map(({ action }) => action)).toEqual([
      'bank-account.bank-account.requested',
      'bank-account.bank-account.approved',
      'bank_account.withdrawn',
    ]);
  });

  it('needs a person who exists: without another admin the answer says what to do', async () => {
    const alone = await openApi();
    try {
      await alone.call(
        `/bank-accounts/${OWN}`,
        { holder, currency: 'EUR', default: true },
        { method: 'PUT' },
      );
      const refused = await alone.call(
        `/bank-accounts/${OTHER}`,
        { holder, currency: 'EUR' },
        { method: 'PUT' },
      );
      expect(refused).toMatchObject({ status: 409, body: { code: 'second-person-missing' } });
      expect(refused.body.detail).toContain('npm run create-key');
    } finally {
      await alone.close();
    }
  });

  it('binds a customer: they pay into that one, if it is in force', async () => {
    const bind = (iban: string | null) =>
      api.call('/customers/alfa/bank-account', { iban }, { method: 'PUT' });
    expect((await bind(OWN)).status).toBe(200);
    expect(await into()).toMatchObject({ iban: OWN });
    expect(await bind(THIRD)).toMatchObject({ status: 409, body: { code: 'bank-account-not-in-force' } });
    await bind(null);
    expect(await into()).toMatchObject({ iban: OTHER });
  });

  it('remembers how its files are read, which one person can change', async () => {
    const mapping = { date: 'Quando', amount: 'Netto', reference: ['Cosa'] };
    const kept = await put(OWN, { holder, bic: 'BPMIITMMXXX', currency: 'EUR', default: false, mapping });
    expect(kept).toMatchObject({ status: 200, body: { mapping } });
    const file = [
      `IBAN;${OWN};;`,
      'Quando;Lordo;Netto;Cosa',
      '01/03/2027;10,00;9,00;a',
      '01/03/2027;20,00;18,00;b',
    ].join('\n');
    const { body } = await bankFiles(api).analyse(file);
    expect(body).toMatchObject({
      sure: true,
      account: OWN,
      lines: [{ read: { amount: eur(9) } }, { read: { amount: eur(18) } }],
    });
    const without = await bankFiles(api).analyse(file.replace(OWN, 'x'));
    expect(without.body).toMatchObject({
      lines: [{ read: { amount: eur(10) } }, { read: { amount: eur(20) } }],
    });
  });

  it('is refused with a wrong IBAN, BIC or holder', async () => {
    const wrong = [
      await put('IT60X0542811101000000123457', { holder, currency: 'EUR' }),
      await put(OWN, { holder, currency: 'EUR', bic: 'NO' }),
      await put(OWN, { holder: '', currency: 'EUR' }),
    ];
    for (const answer of wrong) expect(answer.status).toBe(422);
    expect((await put(OWN, { holder, currency: 'EUR' }, 'accounting')).status).toBe(403);
  });
});

describe('a payment reference', () => {
  it('is the same for the same orders, and a transfer that quotes it pays them all (M18)', async () => {
    api.clock.now = '2027-03-01T10:00:00.000Z';
    const ids = Array.from({ length: 12 }, (_, n) => `m-${n}`);
    for (const orderId of ids)
      await api.call('/orders', {
        orderId,
        orderNumber: `SO-9${orderId}`,
        customerId: 'alfa',
        total: eur(10),
      });
    const make = (orderIds: readonly string[]) =>
      api.call('/customers/alfa/payment-references', { orderIds }, { as: 'accounting' });
    const { body } = await make(ids);
    expect(body.reference).toMatch(/^NT[2-9A-HJ-NP-Z]{10}$/);
    expect((await make(ids.toReversed())).body).toEqual(body);
    expect((await make(ids.slice(1))).body.reference).not.toBe(body.reference);
    expect((await make(['nobody'])).body).toMatchObject({ code: 'validation' });
    const bank = bankFiles(api);
    const header = 'Data valuta;Importo;Causale;Ordinante';
    await bank.imported([header, `01/03/2027;120,00;BONIFICO ${body.grouped} del 01/03/2027;ALFA`], {
      orderIds: ids,
    });
    for (const id of ids) expect((await api.call(`/orders/${id}`)).body.status).toBe('settled');
  });
});
