import { expect, it } from 'vitest';
import { applyImport } from '../../src/modules/imports/apply-import.ts';
import { importAppliers } from '../../src/registry.ts';
import { eur } from '../support/builders.ts';
import { bankFiles } from './bank-file.ts';
import { useApi } from './harness.ts';

const api = useApi();

/** A text as an attacker writes it, and as it is kept. */
const turned = (text: string) => `\u202e${text}\u202c\u200f \u2067S.r.l.\u2069`;
const kept = (text: string) => `${text} S.r.l.`;
const facts = { email: 'verdi@verdi.example', locale: 'it', country: 'IT' };

it('what a store writes loses the characters that turn the direction of text, and nothing that is visible', async () => {
  const customer = {
    ...{ ...facts, name: turned('Verdi'), groups: [turned('trade')] },
    accountManager: { name: turned('Ada'), email: 'ada@shop.example' },
    vatNumber: '\u200eIT12345670488',
    stats: { orders: 5, turnover: eur(5_000) },
  };
  const sent = {
    ...{ customerId: 'verdi', customer, confirm: 'now', orderNumber: turned('SO-1') },
    ...{ purchaseOrder: turned('PO-1'), buyer: { name: turned('Anna') }, metadata: { note: turned('n') } },
  };
  const order = await api.place('turned', sent);
  expect(order).toMatchObject({
    ...{ orderNumber: kept('SO-1'), purchaseOrder: kept('PO-1') },
    ...{ buyer: { name: kept('Anna') }, metadata: { note: kept('n') } },
  });
  expect((await api.call('/customers/verdi')).body).toMatchObject({
    ...{ name: kept('Verdi'), groups: [kept('trade')], vatNumber: 'IT12345670488' },
    accountManager: { name: kept('Ada') },
  });
  const again = await api.call('/orders', { orderId: 'turned', total: eur(100), ...sent });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
});

it('so do reasons, notes and numbers of documents; what has nothing else in it is empty', async () => {
  const note = await api.call('/customers/rossi/terms-requests', { note: turned('please') });
  expect(note.body.note).toBe(kept('please'));
  await api.place('noted');
  const { body } = await api.ask('noted', 'cancel', { reason: turned('mistake') });
  expect(body.command.reason).toBe(kept('mistake'));
  const empty = await api.call('/customers/rossi/suspend', { reason: '\u202e\u200f' });
  expect(empty).toMatchObject({ status: 422, body: { errors: [{ pointer: '/reason' }] } });
});

it('names of Hebrew and Arabic, and what joins their letters, are kept as they are', async () => {
  const name = 'חברה בע״מ نمی\u200cخواهم';
  await api.call('/customers/names', { ...facts, name }, { method: 'PUT' });
  expect((await api.call('/customers/names')).body.name).toBe(name);
});

it('a line of a customer file is imported without them', async () => {
  const file = `customerId,name,email,locale,country\nline,${turned('Neri')},n@neri.example,it,IT\n`;
  const headers = { 'content-type': 'text/csv' };
  const { body } = await api.send('/v1/customers/import', file, { method: 'POST', headers });
  await applyImport(api.sql, body.importId, { appliers: importAppliers, now: api.clock.now });
  expect((await api.call('/customers/line')).body.name).toBe(kept('Neri'));
});

it('what a payer writes is read without them, and still names an order', async () => {
  const { imported, linesOf } = bankFiles(api);
  await api.place('paid', { orderNumber: 'SO-7781' });
  const file = `Data valuta;Importo;Causale;Ordinante\n01/03/2027;100,00;saldo SO-\u202e7781\u202c;${turned('Rossi')}\n`;
  const { importId } = await imported(file, { orderIds: ['paid'] });
  const [line] = await linesOf(importId, 'booked');
  expect(line).toMatchObject({ reference: 'saldo SO-7781', payer: kept('Rossi') });
});

it('a column of a bank’s file is found by its name, with or without them', async () => {
  const { analyse } = bankFiles(api);
  const file = '\u200eQuando\u200f;Quanto;Causale\n01/03/2027;100,00;saldo\n';
  for (const date of ['Quando', '\u200eQuando\u200f']) {
    const { body } = await analyse(file, { date, amount: 'Quanto' });
    expect(body).toMatchObject({ mapping: { date: 'Quando' }, lines: [{ read: { valueOn: '2027-03-01' } }] });
  }
});
