import { beforeAll, describe, expect, it, vi } from 'vitest';
import { languages, localeFor } from '../../../../src/kernel/language.ts';
import { numberKey, placesIn } from '../../../../src/modules/banking/rules/numbers.ts';
import { templateNames } from '../../../../src/modules/dunning/letters/content.ts';
import { readTexts } from '../../../../src/modules/dunning/letters/messages.ts';
import {
  createRenderer,
  type Renderer,
  type TemplateName,
} from '../../../../src/modules/dunning/letters/render.ts';
import { read, shown } from './as-read.ts';
import { instalmentData, mailData } from './mail-data.ts';

let renderer: Renderer;
beforeAll(async () => {
  renderer = await createRenderer();
});

const nothing = { amount: 0, currency: 'EUR' };
const asking = ['confirmation'] as const;
const every = languages.flatMap((language) => templateNames.map((template) => [template, language] as const));
const dataFor = (template: TemplateName) =>
  mailData(template === 'settled' || template === 'cancelled' ? { outstanding: nothing } : {});

describe('every e-mail, in every language', () => {
  it.each(every)('%s (%s) is complete, without a placeholder left', (template, language) => {
    const { subject, html, text } = renderer.render(template, language, dataFor(template));
    for (const part of [subject, shown(html), text]) {
      expect(part).not.toMatch(/[{}]|undefined|\bnull\b|NaN|\[object/);
      expect(part).toContain('1042');
    }
    expect(html).not.toMatch(/\{\{|\}\}(?!\s*<\/style>)/);
    expect(html).toMatch(new RegExp(`<html[^>]* lang="${language}"`));
    expect(html).not.toMatch(/fonts\.|<link|@import/); // nothing is loaded from elsewhere
    expect(html.length).toBeLessThan(60_000); // some mail programs cut a message at 102 KB
    expect(text).toContain('Officine Bianchi S.p.A.');
    expect(text).toContain('Rossi Impianti S.r.l.');
    expect(text).toContain('amministrazione@bianchi.example');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(78);
  });

  it('has the same texts in all languages', () => {
    const shape = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
        : typeof value;
    const [first, ...others] = languages.map((language) => shape(readTexts(language)));
    for (const other of others) expect(other).toEqual(first);
    expect(Object.keys(readTexts('en').mails).sort()).toEqual([...templateNames].sort());
  });

  it.each(languages)('says something different in each mail (%s)', (language) => {
    const subjects = templateNames.map((name) => renderer.render(name, language, dataFor(name)).subject);
    expect(new Set(subjects).size).toBe(templateNames.length);
  });
});

describe('an order in instalments', () => {
  it.each(asking)(
    'is asked for what is unpaid of one, and lists all of them, in English (%s)',
    (template) => {
      const { html, text } = renderer.render(template, 'en', instalmentData());
      for (const part of [shown(html), read(text)]) {
        expect(part).toMatch(/Instalment 1, due 1 February 2027:? €380\.00, paid/);
        expect(part).toMatch(/Instalment 2, due 3 March 2027:? €380\.00, of which €190\.00 unpaid/);
        expect(part).toMatch(/Instalment 3, due 3 April 2027:? €760\.00(?!,)/);
        expect(part).toMatch(/Outstanding:? €950\.00/);
        expect(part.match(/€950\.00/g)).toHaveLength(1);
        expect(part).not.toMatch(/Due date:? 3 March 2027 (?!\(instalment 2 of 3\))/);
      }
      expect(shown(html)).toContain('Amount due €190.00 Due date: 3 March 2027 (instalment 2 of 3)');
    },
  );

  it('is listed in Italian', () => {
    const { html, text } = renderer.render('confirmation', 'it', instalmentData());
    for (const part of [shown(html), read(text)]) {
      expect(part).toContain('previsto in 3 rate: la prossima, di 190,00 €, scade in data 3 marzo 2027');
      expect(part).toMatch(/Rata 1, scadenza 1 febbraio 2027:? 380,00 €, pagata/);
      expect(part).toMatch(/Rata 2, scadenza 3 marzo 2027:? 380,00 €, di cui 190,00 € da pagare/);
      expect(part).toMatch(/Rata 3, scadenza 3 aprile 2027:? 760,00 €(?!,)/);
    }
    expect(shown(html)).toContain('(rata 2 di 3)');
  });

  it('is not listed if it has only one', () => {
    const { html, text } = renderer.render('confirmation', 'en', mailData());
    expect(shown(html) + text).not.toMatch(/nstalment/);
    expect(read(text)).toMatch(/Due date: 3 March 2027/);
  });
});

describe('what a customer has to pay', () => {
  it.each(asking)('is in both parts of %s, in Italian', (template) => {
    const { html, text } = renderer.render(template, 'it', mailData());
    for (const part of [shown(html), read(text)]) {
      expect(part).toContain('1.220,00 €');
      expect(part).toContain('3 marzo 2027');
      expect(part).toContain('IT60X0542811101000000123456');
      expect(part).toMatch(/Causale:? 1042/);
      expect(part).toMatch(/Totale ordine:? 1\.520,00 €/);
      expect(part).toMatch(/Già pagato:? 300,00 €/);
    }
  });

  it.each(asking)('is in both parts of %s, in English', (template) => {
    const { html, text } = renderer.render(template, 'en', mailData());
    for (const part of [shown(html), read(text)]) {
      expect(part).toContain('€1,220.00');
      expect(part).toContain('3 March 2027');
      expect(part).toContain('IT60X0542811101000000123456');
      expect(part).toMatch(/Payment reference:? 1042/);
      expect(part).toMatch(/Paid so far:? €300\.00/);
    }
  });

  it('is paid to the holder of the account, whose BIC is named', () => {
    const data = mailData({ holder: 'Bianchi Holding S.p.A.', bic: 'BPPIITRRXXX' });
    const { html, text } = renderer.render('confirmation', 'it', data);
    for (const part of [shown(html), read(text)]) {
      expect(part).toMatch(/Beneficiario:? Bianchi Holding S\.p\.A\./);
      expect(part).toMatch(/BIC:? BPPIITRRXXX/);
    }
  });

  it('does not mention a part payment if there was none', () => {
    const { html, text } = renderer.render('confirmation', 'en', mailData({ outstanding: mailData().total }));
    expect(shown(html) + text).not.toContain('Paid so far');
  });

  it.each(languages.flatMap((language) => asking.map((name) => [name, language] as const)))(
    'never suggests a bank transfer where there is no IBAN: %s (%s)',
    (template, language) => {
      const { html, text } = renderer.render(template, language, mailData({ iban: null }));
      for (const part of [shown(html), text]) {
        expect(part).not.toMatch(/bank|transfer|bonifico|IBAN|bancari|Payee|Beneficiario/i);
        expect(part).toMatch(/method agreed|modalità concordata/);
        expect(part).toMatch(/(Payment reference|Causale):?\s+1042/);
      }
    },
  );

  it.each([
    ['riba', /RiBa/, /RiBa/],
    ['sdd', /SEPA direct debit/, /addebito diretto SEPA/],
    ['card', /card/, /carta/],
  ] as const)('is not a bank transfer if the merchant collects it by %s', (collection, english, italian) => {
    const { instalment } = mailData();
    const collected = { ...instalment, collection };
    for (const template of asking)
      for (const daysLate of [0, 3])
        for (const [language, name, ask] of [
          ['en', english, /contact us to agree/],
          ['it', italian, /contattarci per concordare/],
        ] as const) {
          const data = mailData({ instalment: collected, instalments: [collected], daysLate });
          const { html, text } = renderer.render(template, language, data);
          for (const part of [shown(html), read(text)]) {
            expect(part).not.toMatch(/IBAN|IT60X0542811101000000123456|Payee|Beneficiario/);
            expect(part).toMatch(name);
            expect(ask.test(part)).toBe(daysLate > 0);
          }
        }
  });

  it('says so of each instalment that the merchant collects', () => {
    const data = instalmentData();
    const [first, second, third] = data.instalments;
    const instalments = [first!, second!, { ...third!, collection: 'riba' as const }];
    const text = read(renderer.render('confirmation', 'it', { ...data, instalments }).text);
    expect(text).toMatch(/Rata 3, scadenza 3 aprile 2027:? 760,00 € \(RiBa\)/);
    expect(text).toContain('IT60X0542811101000000123456');
  });

  it.each([
    ['en', 'fulfilled', /3 March 2027 \(provisional\)/, /counts from the delivery/],
    ['en', 'invoiced', /3 March 2027 \(provisional\)/, /counts from the invoice/],
    ['it', 'fulfilled', /3 marzo 2027 \(provvisoria\)/, /decorre dalla consegna/],
    ['it', 'invoiced', /3 marzo 2027 \(provvisoria\)/, /decorre dalla fattura/],
  ] as const)('says in %s that a due date waits until the order is %s', (language, waitsFor, due, why) => {
    const instalment = { ...mailData().instalment, waitsFor };
    const data = mailData({ instalment, instalments: [instalment] });
    const { html, text } = renderer.render('confirmation', language, data);
    for (const part of [shown(html), read(text)]) {
      expect(part).toMatch(due);
      expect(part).toMatch(why);
    }
    expect(renderer.render('confirmation', language, mailData()).text).not.toMatch(/provisional|provvisoria/);
  });

  it.each(['settled', 'cancelled'] as const)('is not in the mail %s', (template) => {
    for (const language of languages) {
      const { html, text } = renderer.render(template, language, mailData({ outstanding: nothing }));
      expect(shown(html) + text).not.toMatch(/IBAN|How to pay|Come pagare|Causale|3 March|3 marzo/);
    }
  });

  it('is not in a confirmation of an order that was paid in the meantime', () => {
    const { subject, html, text } = renderer.render('confirmation', 'en', mailData({ outstanding: nothing }));
    expect(subject).toBe('Order 1042 confirmed');
    expect(shown(html) + text).not.toMatch(/IBAN|How to pay|3 March 2027/);
  });
});

describe('the reader’s locale', () => {
  it.each([
    ['it', 'it', 'it-IT'],
    ['it-CH', 'it', 'it-CH'],
    ['IT_it', 'it', 'it-IT'],
    ['en', 'en', 'en-GB'],
    ['en-US', 'en', 'en-US'],
    ['de-DE', 'en', 'en-GB'],
    ['', 'en', 'en-GB'],
    ['not a locale', 'en', 'en-GB'],
    ['ita', 'it', 'it-IT'],
  ])('%s gets texts in %s, dates and amounts of %s', (given, language, locale) => {
    expect(localeFor(given)).toEqual({ language, locale });
  });

  it('decides how a date is written, whatever the machine’s time zone', () => {
    for (const zone of ['Pacific/Pago_Pago', 'Pacific/Kiritimati']) {
      vi.stubEnv('TZ', zone);
      expect(renderer.render('confirmation', 'en-US', mailData()).text).toContain('March 3, 2027');
      expect(renderer.render('confirmation', 'it', mailData()).text).toContain('3 marzo 2027');
    }
    vi.unstubAllEnvs();
  });
});

describe('malicious values', () => {
  const nasty =
    '<b>{x}</b> & "q" {{total}} {{#rows}} {daysLate, plural, other {#}} \'{\' $& <a href="http://e.example">';

  it.each(every)('stay text in %s (%s)', (template, language) => {
    const plain = renderer.render(template, language, dataFor(template));
    const { html, text } = renderer.render(template, language, {
      ...dataFor(template),
      company: nasty,
      customerName: nasty,
      orderNumber: nasty,
      termsLabel: nasty,
      iban: nasty,
      replyTo: nasty,
    });
    const tags = (markup: string) => markup.match(/<[a-z!/][^>]*>/gi)!.length;
    expect(tags(html)).toBe(tags(plain.html));
    expect(html).not.toMatch(/<a\b/);
    expect(html).toContain(
      '&lt;b&gt;{x}&lt;/b&gt; &amp; &quot;q&quot; {{total}} {{#rows}} {daysLate, plural, other {#}}',
    );
    expect(read(text)).toContain(
      '<b>{x}</b> & "q" {{total}} {{#rows}} {daysLate, plural, other {#}} \'{\' $&',
    );
  });

  it('neither add a header nor turn the direction of the text nor become a link', () => {
    const { subject, html, text } = renderer.render(
      'confirmation',
      'en',
      mailData({
        orderNumber: '1042\r\nBcc: all@evil.example\u2028\u202etxt',
        customerName: 'Win at https://evil.example or www.evil.example',
      }),
    );
    expect(subject.replaceAll('\u2060', '')).toBe(
      'Order 1042 Bcc: all@evil.example txt confirmed: payment due 3 March 2027',
    );
    expect(html + text).not.toContain('\u202e');
    for (const part of [subject, shown(html), text])
      expect(part).not.toMatch(/https:\/\/|www\.|evil\.example/);
  });

  it.each(every)('are not links in %s (%s), wherever they stand', (template, language) => {
    const link = 'evil.example/pay';
    const invoices = [{ number: link, issuedOn: '2027-02-01', shared: false }];
    const { subject, html, text } = renderer.render(template, language, {
      ...dataFor(template),
      ...{ company: link, customerName: link, orderNumber: link, termsLabel: link, iban: link, invoices },
    });
    for (const part of [subject, html, text]) expect(part).not.toContain('evil.example');
    for (const part of [shown(html), text])
      expect(part.replaceAll('\u2060', '').match(/evil\.example\/pay/g)!.length).toBeGreaterThan(3);
    // The address for replies is the merchant's, and stays one that can be clicked.
    for (const part of [html, text]) expect(part).toContain('amministrazione@bianchi.example');
  });

  it('that run from right to left do not turn what stands around them', () => {
    const order = { orderNumber: 'הזמנה 7', customerName: 'חברה בע״מ (אב)' };
    const { subject, html, text } = renderer.render('confirmation', 'en', mailData(order));
    expect(subject).toBe('Order \u2068הזמנה 7\u2069 confirmed: payment due 3 March 2027');
    for (const part of [html, text]) expect(part).toContain('Dear \u2068חברה בע״מ (אב)\u2069,');
    expect(renderer.render('confirmation', 'en', mailData()).text).not.toMatch(/\p{Bidi_Control}/u);
  });

  it('lose what is invisible, but not what joins letters', () => {
    const customerName = '\u200eRos\u00adsi\ufeff \u2067نمی\u200cخواهم\u2069 👩\u200d🔧 ❤\ufe0f';
    const { text } = renderer.render('confirmation', 'en', mailData({ customerName }));
    expect(text).toContain('Dear \u2068Rossi نمی\u200cخواهم 👩\u200d🔧 ❤\ufe0f\u2069,');
  });

  it('are still recognised as payment references, with what was inserted into them', () => {
    for (const orderNumber of ['ACME.IT-1042', 'הזמנה SO.AB-1042']) {
      const { text } = renderer.render('confirmation', 'en', mailData({ reference: orderNumber }));
      const [, reference] = /Payment reference: +(.*)/.exec(text)!;
      expect(numberKey(reference!)).toBe(numberKey(orderNumber));
      expect(placesIn(reference!).map(({ key }) => key)).toContain(numberKey(orderNumber));
    }
  });
});

it('the order is named by its id if the shop gave no number', () => {
  const { subject, text } = renderer.render('confirmation', 'en', mailData({ orderNumber: null }));
  expect(subject).toContain('shop-77');
  expect(text).toMatch(/Order: +shop-77/);
});

it('a mail asks for replies only if replies are read', () => {
  const { html, text } = renderer.render('confirmation', 'en', mailData({ replyTo: null }));
  expect(shown(html) + text).not.toMatch(/reply/i);
});

describe('an order that was invoiced', () => {
  const invoice = { number: '15', issuedOn: '2027-02-01', shared: false };
  const one = { invoices: [invoice] };
  const two = { invoices: [invoice, { ...invoice, number: '16', issuedOn: '2027-02-10' }] };

  it('lists its invoices', () => {
    const { text } = renderer.render('confirmation', 'it', mailData(two));
    expect(read(text)).toMatch(/Fattura:? 15 del 1 febbraio 2027 Fattura:? 16 del 10 febbraio 2027/);
    expect(text).toMatch(/Causale: +1042/);
  });

  it('is confirmed and cancelled as an order, and settled by its invoice if that covers no other order', () => {
    const subjectOf = (template: TemplateName, language: string, more: object) =>
      renderer.render(template, language, mailData({ outstanding: nothing, ...more })).subject;
    expect(subjectOf('confirmation', 'en', one)).toBe('Order 1042 confirmed');
    expect(subjectOf('cancelled', 'it', one)).toBe('Ordine 1042 annullato');
    expect(subjectOf('settled', 'en', one)).toBe('Invoice 15 of 1 February 2027 is settled: thank you');
    expect(subjectOf('settled', 'it', two)).toBe(
      'Fatture 15 del 1 febbraio 2027 e 16 del 10 febbraio 2027 saldate: grazie',
    );
    const shared = { invoices: [{ ...invoice, shared: true }] };
    expect(subjectOf('settled', 'it', shared)).toBe('Ordine 1042 saldato: grazie');
  });

  it('shows what the customer keeps back separately from what was paid', () => {
    const { text } = renderer.render('confirmation', 'en', mailData({ ...one, withheld: 22_000 }));
    expect(read(text)).toMatch(/Withheld by you:? €220\.00/);
    expect(read(text)).toMatch(/Paid so far:? €80\.00/);
    const all = mailData({ ...one, withheld: 30_000 });
    expect(renderer.render('confirmation', 'it', all).text).not.toContain('Già pagato');
  });

  it('has invoice numbers that stay text', () => {
    const nasty = { invoices: [{ ...invoice, number: '{order} <b>\r\nBcc: x {{total}}' }] };
    const { subject, html } = renderer.render('settled', 'en', mailData({ ...nasty, outstanding: nothing }));
    expect(subject).toContain('Invoice {order} <b> Bcc: x {{total}} of 1 February 2027');
    expect(html).toContain('{order} &lt;b&gt; Bcc: x {{total}}');
  });
});
