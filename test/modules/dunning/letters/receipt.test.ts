import { beforeAll, describe, expect, it } from 'vitest';
import { languages } from '../../../../src/kernel/language.ts';
import {
  createRenderer,
  type ReceiptData,
  type Renderer,
} from '../../../../src/modules/dunning/letters/render.ts';
import { read, shown } from './as-read.ts';

let renderer: Renderer;
beforeAll(async () => {
  renderer = await createRenderer();
});

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const one = {
  orderId: 'shop-77',
  orderNumber: '1042',
  invoices: [],
  paid: eur(122_000),
  outstanding: eur(0),
};
const other = {
  orderId: 'shop-78',
  orderNumber: null,
  invoices: ['15', '16'],
  paid: eur(8_050),
  outstanding: eur(950),
};
const receiptOf = (fields: Partial<ReceiptData> = {}): ReceiptData => ({
  company: 'Officine Bianchi S.p.A.',
  customerName: 'Rossi Impianti S.r.l.',
  received: eur(130_050),
  receivedOn: '2027-03-08',
  credit: eur(0),
  orders: [one, other],
  replyTo: 'amministrazione@bianchi.example',
  ...fields,
});

describe('the receipt of a payment over several orders', () => {
  it('lists what was paid and what is still owed, in Italian', () => {
    const { subject, html, text } = renderer.renderReceipt('it', receiptOf());
    expect(read(subject)).toBe('Pagamento di 1.300,50 € ricevuto: grazie');
    for (const part of [shown(html), read(text)]) {
      expect(part).toContain('abbiamo ricevuto l’8 marzo 2027 il vostro pagamento di 1.300,50 €');
      expect(part).toMatch(/Ordine 1042:? pagati 1\.220,00 €, saldato/);
      expect(part).toMatch(/Ordine shop-78 \(fatture 15 e 16\):? pagati 80,50 €, residuo 9,50 €/);
      expect(part).toContain('Uno risulta interamente saldato; per l’altro resta da pagare');
    }
  });

  it('lists the same in English', () => {
    const { subject, html, text } = renderer.renderReceipt('en', receiptOf());
    expect(subject).toBe('Payment of €1,300.50 received: thank you');
    for (const part of [shown(html), read(text)]) {
      expect(part).toContain('We received your payment of €1,300.50 on 8 March 2027.');
      expect(part).toMatch(/Order 1042:? €1,220\.00 paid, settled/);
      expect(part).toMatch(/Order shop-78 \(invoices 15 and 16\):? €80\.50 paid, €9\.50 outstanding/);
      expect(part).toContain('One of them is settled in full. On the other one, the outstanding amount');
    }
  });

  it.each([
    ['en', 'All of them are settled in full', '€12.00 has not been allocated'],
    ['it', 'Risultano tutti interamente saldati', '12,00 € non sono ancora abbinati'],
  ])('says that nothing is owed, and what is left as credit (%s)', (locale, settled, credit) => {
    const orders = [one, { ...other, outstanding: eur(0) }];
    const text = read(renderer.renderReceipt(locale, receiptOf({ orders, credit: eur(1_200) })).text);
    expect(text).toContain(settled);
    expect(text).toContain(credit);
    expect(read(renderer.renderReceipt(locale, receiptOf({ orders })).text)).not.toContain(credit);
  });

  it('makes no markup and no link of what others have written', () => {
    for (const language of languages) {
      const evil = '<b>1</b> http://evil.example';
      const { html } = renderer.renderReceipt(
        language,
        receiptOf({ orders: [one, { ...other, orderNumber: evil, invoices: [evil] }] }),
      );
      expect(html).not.toContain('<b>1</b>');
      expect(html).not.toContain('http://evil.example');
    }
  });
});
