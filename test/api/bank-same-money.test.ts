import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bookCertain } from '../../src/modules/banking/book-bank-line.ts';
import { importLines } from '../../src/modules/banking/statement-file.ts';
import { applyImport } from '../../src/modules/imports/apply-import.ts';
import { insertImport } from '../../src/modules/imports/tables.ts';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { importAppliers } from '../../src/registry.ts';
import { eur } from '../support/builders.ts';
import { useApi } from './harness.ts';

const api = useApi();
beforeAll(async () => {
  await api.call('/customers/rossi/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

type Given = { text: string; units: number; day?: string; status?: 'booked' | 'pending'; payer?: string };
let files = 0;

/** A file of the bank is imported, what is certain is booked, and the orders work. */
async function file(lines: readonly Given[], orderIds: readonly string[]): Promise<void> {
  const importId = `same-${String(++files).padStart(3, '0')}`;
  api.clock.now = new Date(Date.parse(api.clock.now) + 1_000).toISOString();
  const { now } = api.clock;
  const rows = lines.map(
    ({ text: reference, units, day = '2027-03-01', status = 'booked', payer = 'ROSSI' }, at) => {
      const line = {
        ...{ account: null, bookedOn: day, valueOn: day, amount: eur(units).amount, currency: 'EUR' },
        ...({ direction: 'credit', status, returned: null, reference, payer } as const),
        ...{ payerIban: null, bankReference: null, fee: null },
      };
      return { number: at + 2, raw: JSON.stringify(line), line };
    },
  );
  const given = { id: importId, kind: 'payments', onRejected: 'skip', fingerprint: importId } as const;
  const by = { actor: 'user:accounting', options: { book: 'certain' } } as const;
  await insertImport(api.sql, { ...given, ...by }, inOne([...importLines(rows)]), now);
  await applyImport(api.sql, importId, { appliers: importAppliers, now });
  await bookCertain(api, importId, { actor: by.actor, now });
  for (const orderId of orderIds) await api.work(orderId);
}
async function* inOne<One>(lines: One[]): AsyncGenerator<One[]> {
  yield lines;
}
const place = async (orderId: string, units: number, orderNumber: string) => {
  const order = { orderId, orderNumber, customerId: 'rossi', total: eur(units) };
  expect(await api.call('/orders', order)).toMatchObject({ status: 201 });
};
const lineWith = async (text: string) =>
  (await api.call('/bank-lines?limit=200')).body.items.find(
    ({ reference }: { reference: string }) => reference === text,
  );
const outstanding = async (id: string) => (await api.call(`/orders/${id}`)).body.outstanding;

describe('the same money in two files', () => {
  it('is not booked by itself when a person has booked the form in which the bank showed it later', async () => {
    await place('a-1', 100, 'SM-1001');
    const first = { text: 'Acconto SM-1001', units: 50 };
    await file([first], ['a-1']);
    await file([{ text: 'Acconto SM-1001, bonifico da Rossi', units: 50 }], ['a-1']);
    const later = await lineWith('Acconto SM-1001, bonifico da Rossi');
    await api.working(api.call(`/bank-lines/${later.bankLineId}/confirm`, {}, { as: 'accounting' }));
    expect(await outstanding('a-1')).toEqual(eur(50));
    await file([first], ['a-1']);
    expect(await outstanding('a-1')).toEqual(eur(50));
    expect(await lineWith('Acconto SM-1001')).toMatchObject({
      state: 'open',
      proposal: { resembles: later.bankLineId },
    });
  });

  it('is found among any number of payments of the same amount', async () => {
    await place('b-1', 20, 'SM-5001');
    const others = Array.from({ length: 60 }, (_, n) => ({
      text: `Abbonamento ${3_000 + n}`,
      units: 10,
      payer: '',
    }));
    await file(
      others.map((other) => ({ ...other, day: '2027-02-26' })),
      [],
    );
    await file([{ text: 'Acconto SM-5001', units: 10 }], ['b-1']);
    const first = await lineWith('Acconto SM-5001');
    await api.working(api.call(`/bank-lines/${first.bankLineId}/confirm`, {}, { as: 'accounting' }));
    await file([{ text: 'Acconto SM-5001, bonifico da Rossi', units: 10 }], ['b-1']);
    expect(await outstanding('b-1')).toEqual(eur(10));
  });

  it('is compared with the other lines of the file that announced it, which are other money, once it is booked', async () => {
    await place('c-1', 60, 'SM-4001');
    const part = { text: 'Acconto SM-4001', units: 30 };
    await file([part, { text: 'Disposizione', units: 30, status: 'pending' }], ['c-1']);
    await api.working(
      api.call(`/bank-lines/${(await lineWith(part.text)).bankLineId}/confirm`, {}, { as: 'accounting' }),
    );
    // This may be the announced money, or the first one again, with a longer text: a person decides.
    await file([{ text: 'Acconto SM-4001, bonifico da Rossi', units: 30 }], ['c-1']);
    expect(await outstanding('c-1')).toEqual(eur(30));
    expect(await lineWith('Acconto SM-4001, bonifico da Rossi')).toMatchObject({ state: 'open' });
  });
});

it('a line that is announced becomes the booked one, whatever else of its amount comes with it', async () => {
  await file([{ text: 'Disposizione in corso', units: 7, status: 'pending' }], []);
  const announced = await lineWith('Disposizione in corso');
  await file(
    [
      { text: 'Altro incasso', units: 7, day: '2027-02-20' },
      { text: 'Disposizione 7', units: 7 },
    ],
    [],
  );
  expect(await lineWith('Disposizione 7')).toMatchObject({ bankLineId: announced.bankLineId, state: 'open' });
  expect(await lineWith('Altro incasso')).toMatchObject({ state: 'open' });
});
