import { beforeAll, describe, expect, it } from 'vitest';
import { languages } from '../../../../src/kernel/language.ts';
import {
  createRenderer,
  type DemandData,
  type Renderer,
} from '../../../../src/modules/dunning/letters/render.ts';
import { read, shown } from './as-read.ts';

let renderer: Renderer;
beforeAll(async () => {
  renderer = await createRenderer();
});

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const demandOf = (fields: Partial<DemandData> = {}): DemandData => ({
  company: 'Officine Bianchi S.p.A.',
  customerName: 'Rossi Impianti S.r.l.',
  reference: 'NT7K3M9QXR24',
  dueOn: '2027-03-03',
  orders: [
    { orderId: 'shop-77', orderNumber: '1042', outstanding: eur(122_000) },
    { orderId: 'shop-78', orderNumber: null, outstanding: eur(8_050) },
  ],
  iban: 'IT60X0542811101000000123456',
  holder: 'Bianchi Holding S.p.A.',
  bic: 'BPPIITRRXXX',
  replyTo: 'amministrazione@bianchi.example',
  ...fields,
});

describe('the letter of a revocation', () => {
  it('lists every order with its amount, and the sum, in Italian', () => {
    const { subject, html, text } = renderer.renderDemand('it', demandOf());
    expect(read(subject)).toBe('Revoca del pagamento dilazionato: richiesta di pagamento di 1.300,50 €');
    for (const part of [shown(html), read(text)]) {
      expect(part).toMatch(/Ordine 1042:? 1\.220,00 €/);
      expect(part).toMatch(/Ordine shop-78:? 80,50 €/);
      expect(part).toMatch(/Totale:? 1\.300,50 €/);
      expect(part).toContain('ai sensi dell’art. 1186 del codice civile (decadenza dal termine)');
      expect(part).toContain('i 2 ordini elencati qui di seguito sono esigibili dal 3 marzo 2027');
      expect(part).toMatch(/Causale:? NT7K3M9QXR24/);
      expect(part).toMatch(/Beneficiario:? Bianchi Holding S\.p\.A\./);
      expect(part).toMatch(/BIC:? BPPIITRRXXX/);
      expect(part).toContain('Se avete già effettuato');
    }
  });

  it('lists the same in English', () => {
    const { subject, html, text } = renderer.renderDemand('en', demandOf());
    expect(subject).toBe('Payment on account ended: payment of €1,300.50 is due');
    for (const part of [shown(html), read(text)]) {
      expect(part).toMatch(/Order 1042:? €1,220\.00/);
      expect(part).toMatch(/Total:? €1,300\.50/);
      expect(part).toContain('article 1186 of the Italian Civil Code (loss of the benefit of the term)');
      expect(part).toContain('are due as of 3 March 2027');
    }
  });

  it('names a single order by its number, without a sum', () => {
    const { text } = renderer.renderDemand('it', demandOf({ orders: demandOf().orders.slice(0, 1) }));
    expect(read(text)).toContain('per l’ordine elencato qui di seguito');
    expect(text).toMatch(/Causale: +NT7K3M9QXR24/);
    expect(text).not.toContain('Totale');
  });

  it('adds up each currency separately', () => {
    const orders = [
      ...demandOf().orders,
      { orderId: 'c', orderNumber: 'C', outstanding: { amount: 100, currency: 'CHF' } },
    ];
    expect(read(renderer.renderDemand('en', demandOf({ orders })).text)).toContain(
      'Total: €1,300.50 + CHF 1.00',
    );
  });

  it.each(languages)(
    'is complete, without a placeholder left, and threatens with nothing (%s)',
    (language) => {
      const { subject, html, text } = renderer.renderDemand(language, demandOf());
      for (const part of [subject, shown(html), text]) {
        expect(part).not.toMatch(/[{}]|undefined|\bnull\b|NaN|\[object/);
        expect(part).not.toMatch(/legal action|lawyer|court|vie legali|avvocat|tribunale|diffida/i);
      }
      expect(html).toMatch(new RegExp(`<html[^>]* lang="${language}"`));
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(78);
      const bare = renderer.renderDemand(language, demandOf({ iban: null, replyTo: null }));
      for (const part of [shown(bare.html), bare.text])
        expect(part).not.toMatch(/IBAN|bonifico|bank transfer/);
    },
  );

  it.each(languages)('keeps malicious values as text (%s)', (language) => {
    const nasty = '<b>{x}</b> & {{total}} {orders, plural, other {#}} <a href="http://e.example">\r\nBcc: x';
    const { subject, html } = renderer.renderDemand(
      language,
      demandOf({
        company: nasty,
        customerName: nasty,
        orders: [{ orderId: 'a', orderNumber: nasty, outstanding: eur(1) }],
      }),
    );
    expect(html).not.toMatch(/<a\b|<b>/);
    expect(subject).not.toMatch(/[\r\n]/);
  });
});
