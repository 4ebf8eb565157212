import { beforeAll, describe, expect, it } from 'vitest';
import { type Language, languages } from '../../../../src/kernel/language.ts';
import type { LetterData } from '../../../../src/modules/dunning/letters/letter.ts';
import { createRenderer, type Renderer } from '../../../../src/modules/dunning/letters/render.ts';
import { type LetterTone, letterTones } from '../../../../src/modules/dunning/rules/dunning.ts';
import { read, shown } from './as-read.ts';
import { anItem, anOrderItem, eur, items, letterData } from './letter-data.ts';

let renderer: Renderer;
beforeAll(async () => {
  renderer = await createRenderer();
});

const chf = (amount: number) => ({ amount, currency: 'CHF' });
const every = languages.flatMap((language) => letterTones.map((tone) => [tone, language] as const));
const letterOf = (language: string, data: LetterData) => {
  const { subject, html, text } = renderer.renderLetter(language, data);
  return { subject: read(subject), html, text, parts: [shown(html), read(text)] };
};
/** All that a letter may say at once. */
const fullest = (tone: LetterTone): LetterData =>
  letterData(tone, {
    attention: 'Ufficio Amministrazione',
    items: [
      ...items(2, {
        tone,
        lines: [
          { kind: 'total', amount: eur(100_000) },
          { kind: 'interest', amount: eur(22_000) },
        ],
      }),
      anItem({ tone: tone === 'due' ? 'due-soon' : 'due', dueOn: letterData(tone).today, daysLate: 0 }),
    ],
    dueSoon: [anItem({ tone: 'due-soon', dueOn: '2027-01-08', daysLate: 0 })],
    fee: eur(450),
    creditHeld: [eur(66_456)],
    brokenPromise: { promisedOn: '2026-11-08', by: '2026-11-11', amount: eur(50_000) },
    termsBlocked: true,
    disputedPart: true,
  });
/** The words of a letter without its table and how to pay. */
function words({ text }: { text: string }): number {
  const body = text
    .slice(text.indexOf('===\n') + 4, text.indexOf('\n-- \n'))
    .split('\n\n')
    .filter((block) => !/: {2,}|^(?:.*\n)?-{3,}$/m.test(block));
  return read(body.join(' ')).trim().split(' ').length;
}

/** Subject, first sentence and what is asked, of a letter about one invoice. */
const golden: Record<LetterTone, Record<Language, readonly [string, string, string]>> = {
  'due-soon': {
    it: [
      'Promemoria: fattura 2026/15, 1.220,00 € in scadenza il 30 ottobre 2026',
      'vi ricordiamo che il 30 ottobre 2026 scade l’importo di 1.220,00 €, come da dettaglio qui sotto.',
      'Vi preghiamo di riportare la causale NT-4K7M-29QX: ci permette di registrare il pagamento senza doverlo cercare.',
    ],
    en: [
      'Payment reminder: invoice 2026/15, €1,220.00 due on 30 October 2026',
      'This is a reminder that €1,220.00 falls due on 30 October 2026, as listed below.',
      'Please quote the reference NT-4K7M-29QX, so that we can match your payment straight away.',
    ],
  },
  due: {
    it: [
      'In scadenza oggi: fattura 2026/15, 1.220,00 €',
      'oggi, venerdì 30 ottobre 2026, scade l’importo di 1.220,00 €, come da dettaglio qui sotto.',
      'In caso contrario vi saremmo grati se poteste provvedere in giornata, riportando la causale NT-4K7M-29QX.',
    ],
    en: [
      'Due today: invoice 2026/15, €1,220.00',
      '€1,220.00 falls due today, Friday 30 October 2026, as listed below.',
      'If not, we would be grateful if you could arrange it today, quoting the reference NT-4K7M-29QX.',
    ],
  },
  'overdue-1': {
    it: [
      'Pagamento non ancora pervenuto: fattura 2026/15, 1.220,00 €',
      'a oggi non ci risulta ancora pervenuto l’importo di 1.220,00 €, scaduto il 30 ottobre 2026, come da dettaglio qui sotto.',
      'Altrimenti vi chiediamo di provvedere entro venerdì 13 novembre 2026, riportando la causale NT-4K7M-29QX.',
    ],
    en: [
      'Payment not yet received: invoice 2026/15, €1,220.00',
      'We have not yet received €1,220.00, which fell due on 30 October 2026, as listed below.',
      'Otherwise, please arrange payment by Friday 13 November 2026, quoting the reference NT-4K7M-29QX.',
    ],
  },
  'overdue-2': {
    it: [
      'Secondo sollecito: fattura 2026/15, 1.220,00 € da saldare entro il 24 novembre',
      'facciamo seguito alla nostra comunicazione del 4 novembre 2026. L’importo di 1.220,00 € risulta ancora da saldare, con un ritardo che ha raggiunto 18 giorni, come da dettaglio qui sotto.',
      'Vi invitiamo a disporre il pagamento entro martedì 24 novembre 2026, riportando la causale NT-4K7M-29QX, oppure a comunicarci entro la stessa data quando potremo riceverlo.',
    ],
    en: [
      'Second reminder: invoice 2026/15, €1,220.00 to be paid by 24 November',
      'Further to our letter of 4 November 2026: €1,220.00 is still outstanding, as listed below. It is now 18 days overdue.',
      'Please arrange payment by Tuesday 24 November 2026, quoting the reference NT-4K7M-29QX, or tell us by the same date when we can expect it.',
    ],
  },
  final: {
    it: [
      'Ultimo avviso prima della messa in mora: fattura 2026/15, 1.220,00 €',
      'nonostante le nostre comunicazioni del 4 novembre e del 17 novembre 2026, l’importo di 1.220,00 € indicato qui sotto risulta ancora insoluto, con un ritardo che ha raggiunto 31 giorni.',
      'Vi invitiamo a saldarlo per intero entro e non oltre giovedì 10 dicembre 2026, riportando la causale NT-4K7M-29QX.',
    ],
    en: [
      'Final notice before a formal demand: invoice 2026/15, €1,220.00',
      'Despite our letters of 4 November and of 17 November 2026, €1,220.00 remains unpaid, as listed below. It is now 31 days overdue.',
      'We ask you to pay it in full by Thursday 10 December 2026 at the latest, quoting the reference NT-4K7M-29QX.',
    ],
  },
  returned: {
    it: [
      'RiBa insoluta: fattura 2026/15, 1.220,00 € da saldare',
      'la vostra banca ci ha restituito insoluta la ricevuta bancaria relativa alla fattura 2026/15, con scadenza il 30 ottobre 2026. L’importo di 1.220,00 € resta quindi da saldare.',
      'Vi preghiamo di provvedere con bonifico entro martedì 24 novembre 2026, riportando la causale NT-4K7M-29QX: l’incasso non sarà presentato di nuovo.',
    ],
    en: [
      'Returned collection (RiBa): invoice 2026/15, €1,220.00 outstanding',
      'Your bank has returned unpaid the RiBa collection for invoice 2026/15, due on 30 October 2026. €1,220.00 therefore remains outstanding.',
      'Please pay by bank transfer by Tuesday 24 November 2026, quoting the reference NT-4K7M-29QX: the collection will not be presented again.',
    ],
  },
};

describe('a letter of each tone, in every language', () => {
  it.each(every)('%s (%s) says what the model letter says', (tone, language) => {
    const [subject, opening, request] = golden[tone][language];
    const letter = letterOf(language, letterData(tone));
    expect(letter.subject).toBe(subject);
    for (const part of letter.parts) {
      expect(part).toContain(opening);
      expect(part).toContain(request);
    }
  });

  it.each(every)('%s (%s) is complete, whatever it says and whatever it lacks', (tone, language) => {
    const least = letterData(tone, {
      accounts: [],
      replyTo: null,
      sender: { name: null, phone: null },
      lastLettersOn: [],
      items: [anOrderItem({ tone, daysLate: 0, orderNumber: null, lines: [] })],
    });
    for (const data of [letterData(tone), fullest(tone), least]) {
      const { subject, html, text, parts } = letterOf(language, data);
      for (const part of [subject, ...parts]) {
        expect(part).not.toMatch(/[{}*]|undefined|\bnull\b|NaN|\[object| ,| no giorni|0 giorni|0 days/);
        expect(part).not.toMatch(/!|\.\.|,,/);
      }
      expect(html).not.toMatch(/\{\{|\}\}(?!\s*<\/style>)/);
      expect(html).toMatch(new RegExp(`<html[^>]* lang="${language}"`));
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(78);
    }
    for (const part of letterOf(language, least).parts) {
      expect(part).not.toMatch(/IBAN|bonifico|bank transfer|bank details|coordinate|reply|\brispond|tel\./i);
      expect(part).toMatch(/shop-2001/);
    }
  });

  it.each(every)('%s (%s) loads nothing and links nowhere', (tone, language) => {
    const { html, text } = renderer.renderLetter(language, fullest(tone));
    expect(html).not.toMatch(/<a\b|<img|<link|@import|url\(/);
    const names = html.match(/https?:[^"'\s>]*/g)?.filter((address) => !address.includes('www.w3.org')) ?? [];
    expect(names.filter((address) => address !== 'http://schemas.microsoft.com/office/2004/12/omml')).toEqual(
      [],
    );
    expect(text).not.toMatch(/https?:|www\./);
  });

  it.each(every)('%s (%s) says the same in both parts, in the same order', (tone, language) => {
    const [html, text] = letterOf(language, fullest(tone)).parts as [string, string];
    const inWords = (part: string) =>
      part
        .replace(/[-=]{2,}/g, ' ')
        .replace(/[^\p{L}\p{N}€]+/gu, ' ')
        .split(' ');
    const inHtml = inWords(html);
    let place = 0;
    for (const word of inWords(text.slice(0, text.indexOf('2026')))) place = inHtml.indexOf(word, place);
    expect(place).toBeGreaterThan(0);
    const order = (part: string) =>
      ['2026/15', '2026/16', 'PO', 'NT-4K7M-29QX', 'IT60', 'BPMOIT22XXX', 'Carla Ferri'].map((word) =>
        part.indexOf(word),
      );
    const rank = (places: number[]) => places.map((at) => [...places].sort((a, b) => a - b).indexOf(at));
    expect(rank(order(html))).toEqual(rank(order(text)));
  });

  it.each(languages)('reads in at most 150 words up to overdue-2 (%s)', (language) => {
    for (const tone of ['due-soon', 'due', 'overdue-1', 'overdue-2'] as const) {
      expect(words(letterOf(language, letterData(tone)))).toBeGreaterThan(40);
      const usual = { termsBlocked: true, attention: 'Ufficio Amministrazione' };
      expect(words(letterOf(language, letterData(tone, usual)))).toBeLessThanOrEqual(150);
    }
  });

  it('does not speak of a "sollecito" before the second letter, nor of "insoluto" before the bank or the end', () => {
    for (const tone of ['due-soon', 'due', 'overdue-1', 'overdue-2'] as const)
      for (const part of letterOf('it', fullest(tone)).parts) {
        if (tone !== 'overdue-2') expect(part).not.toMatch(/sollecit/i);
        expect(part).not.toMatch(/insolut|avvocat|legale|messa in mora/i);
      }
    for (const part of letterOf('it', fullest('final')).parts) expect(part).not.toMatch(/automatic/i);
  });
});

describe('how many items a letter has', () => {
  it.each([
    [1, 'fattura 2026/15, 1.220,00 €', 'invoice 2026/15, €1,220.00'],
    [2, 'fatture 2026/15 e 2026/16, 2.440,00 €', 'invoices 2026/15 and 2026/16, €2,440.00'],
    [5, '5 fatture, 6.100,00 €', '5 invoices, €6,100.00'],
    [20, '20 fatture, 24.400,00 €', '20 invoices, €24,400.00'],
  ])('%i are named or counted, and each is listed', (count, italian, english) => {
    for (const tone of letterTones)
      for (const [language, name] of [
        ['it', italian],
        ['en', english],
      ] as const) {
        const letter = letterOf(language, letterData(tone, { items: items(count, { tone }) }));
        expect(letter.subject).toContain(name);
        for (const part of letter.parts) {
          for (let index = 0; index < count; index++) expect(part).toContain(`2026/${15 + index}`);
          expect(/Totale da saldare|Total outstanding/.test(part)).toBe(count > 1);
        }
      }
  });

  it('sixty fit into what mail programs show of a message', () => {
    const { html } = renderer.renderLetter(
      'it',
      letterData('final', { items: items(60, { tone: 'final' }) }),
    );
    expect(Buffer.byteLength(html)).toBeLessThan(102_000); // Gmail cuts it there
  });

  it('the days on which they were due are a range, within a year or not', () => {
    const data = letterData('overdue-1', { items: items(3, { tone: 'overdue-1' }) });
    expect(letterOf('it', data).parts[1]).toContain('scaduto tra il 10 ottobre e il 12 ottobre 2026');
    expect(letterOf('en', data).parts[1]).toContain('fell due between 10 October and 12 October 2026');
    const [first, second] = items(2, { tone: 'due-soon' });
    const across = letterData('due-soon', {
      items: [
        { ...first!, dueOn: '2026-12-08' },
        { ...second!, dueOn: '2027-01-11' },
      ],
    });
    expect(letterOf('it', across).subject).toContain('in scadenza tra l’8 dicembre 2026 e l’11 gennaio 2027');
    expect(letterOf('en-US', across).subject).toContain('between December 8, 2026 and January 11, 2027');
  });

  it.each([
    ['2026-12-01', 'il 1° dicembre 2026', 'on 1 December 2026'],
    ['2026-12-08', 'l’8 dicembre 2026', 'on 8 December 2026'],
    ['2026-12-11', 'l’11 dicembre 2026', 'on 11 December 2026'],
    ['2026-12-21', 'il 21 dicembre 2026', 'on 21 December 2026'],
  ])('a day has its article: %s', (dueOn, italian, english) => {
    const data = letterData('due-soon', { items: [anItem({ tone: 'due-soon', dueOn })] });
    expect(letterOf('it', data).subject).toContain(`in scadenza ${italian}`);
    expect(letterOf('en', data).subject).toContain(`due ${english}`);
  });

  it('orders without an invoice, and both together, are named as such', () => {
    const names = (given: LetterData['items'], language: string) =>
      letterOf(language, letterData('overdue-1', { items: given })).subject.replace(/^[^:]*: /, '');
    const one = { tone: 'overdue-1' } as const;
    expect(names([anOrderItem(one)], 'it')).toBe('ordine SO-2001, 1.220,00 €');
    expect(names([anItem(one), anOrderItem(one)], 'it')).toBe('fattura 2026/15 e ordine SO-2001, 2.440,00 €');
    expect(names([anItem(one), anOrderItem(one)], 'en')).toBe('invoice 2026/15 and order SO-2001, €2,440.00');
    expect(names([...items(4, one), anOrderItem(one)], 'it')).toBe('5 documenti, 6.100,00 €');
    const returned = letterData('returned', {
      items: [
        anItem({ tone: 'returned', collection: 'riba' }),
        anOrderItem({ tone: 'returned', collection: 'riba' }),
      ],
    });
    expect(letterOf('it', returned).parts[1]).toContain(
      'le ricevute bancarie relative alla fattura 2026/15 e all’ordine SO-2001, con scadenza il 30 ottobre 2026',
    );
  });

  it('instalments are named, one by its number and several by their count', () => {
    const part = (number: number) =>
      anItem({ tone: 'overdue-1', instalment: { number, of: 3 }, dueOn: `2026-1${number - 1}-30` });
    const one = letterOf('it', letterData('overdue-1', { items: [part(1)] }));
    expect(one.subject).toContain('fattura 2026/15, rata 1 di 3, 1.220,00 €');
    const two = letterOf('en', letterData('overdue-1', { items: [part(1), part(2)] }));
    expect(two.subject).toContain('invoice 2026/15, 2 instalments, €2,440.00');
    for (const shownPart of two.parts) expect(shownPart).toMatch(/instalment 1 of 3.*instalment 2 of 3/);
  });

  it('an invoice over several orders names the customer’s numbers, the first three', () => {
    const orders = ['A', 'B', 'C', 'D', 'E'].map((name, index) => ({
      orderId: name,
      orderNumber: `SO-${name}`,
      purchaseOrder: index === 1 ? null : `PO-${name}`,
    }));
    const { parts } = letterOf(
      'it',
      letterData('overdue-1', { items: [anItem({ tone: 'overdue-1', orders })] }),
    );
    expect(parts[1]).toContain('Vs. ordine: PO-A, SO-B, PO-C, e altri 2');
    expect(parts[0]).toContain('Vs. ordine PO-A SO-B PO-C e altri 2');
  });
});

describe('the amounts of a letter', () => {
  const bounced = anItem({
    tone: 'overdue-1',
    outstanding: eur(34_000),
    lines: [
      { kind: 'total', amount: eur(100_000) },
      { kind: 'credit-notes', amount: eur(-20_000) },
      { kind: 'costs', amount: eur(4_000) },
      { kind: 'interest', amount: eur(1_000) },
      { kind: 'discount', amount: eur(-500) },
      { kind: 'withheld', amount: eur(-500) },
      { kind: 'received', amount: eur(-50_000) },
    ],
  });

  it('are explained line by line, and the lines add up', () => {
    const { parts, text } = letterOf('it', letterData('overdue-1', { items: [bounced] }));
    for (const part of parts)
      expect(part.replaceAll(':', '')).toContain(
        'Note di credito -200,00 € Spese 40,00 € Interessi 10,00 € Sconto -5,00 € Trattenuto -5,00 € Ricevuto -500,00 € Da saldare 340,00 €',
      );
    const amounts = [...text.matchAll(/^ {2}[^:]+: +(-?[\d.]+,\d\d)\s€$/gm)].map(([, amount]) =>
      Number(amount!.replace('.', '').replace(',', '.')),
    );
    const [owed, ...rest] = amounts.reverse();
    expect(rest.reduce((sum, amount) => sum + amount, 0)).toBeCloseTo(owed!, 2);
  });

  it('have no lines if there is only the total', () => {
    for (const part of letterOf('en', letterData('overdue-1')).parts)
      expect(part).not.toMatch(/Outstanding|Received|Costs/);
  });

  it('are refused if the lines do not add up, in amount or currency', () => {
    const wrong = { ...bounced, outstanding: eur(34_001) };
    expect(() => letterOf('it', letterData('overdue-1', { items: [wrong] }))).toThrow(/do not add up/);
    const foreign = { ...bounced, outstanding: chf(34_000) };
    expect(() => letterOf('it', letterData('overdue-1', { items: [foreign] }))).toThrow(/do not add up/);
  });

  it('are summed per currency, in the sentences, the table and the payment', () => {
    const [first, second] = items(2, { tone: 'overdue-1' });
    const data = letterData('overdue-1', {
      items: [first!, { ...second!, outstanding: chf(30_000), lines: [] }],
    });
    const swiss = {
      currency: 'CHF',
      holder: 'Officine Bianchi S.p.A.',
      iban: 'CH9300762011623852957',
      bic: null,
    };
    const both = letterOf('it', { ...data, accounts: [...data.accounts, swiss] });
    expect(both.parts[1]).toMatch(
      /IBAN: IT60[ 0-9X]+BIC: BPMOIT22XXX Causale: NT-4K7M-29QX Importo: 1\.220,00 € .*IBAN: CH93 [ 0-9]+Causale: NT-4K7M-29QX Importo: 300,00 CHF/,
    );
    const italian = letterOf('it', data);
    expect(italian.subject).toContain('1.220,00 € e 300,00 CHF');
    for (const part of italian.parts)
      expect(part).toMatch(/Totale da saldare:? 1\.220,00 €\s+Totale da saldare:? 300,00 CHF/);
    expect(italian.parts[1]).toContain('Importo: 1.220,00 €');
    expect(italian.parts[1]).toMatch(/Importo da pagare con la\s+modalità concordata: 300,00 CHF/);
    expect(letterOf('en', { ...data, tone: 'due-soon', today: '2026-10-03' }).parts[1]).toContain(
      '€1,220.00 and CHF 300.00 fall due',
    );
  });

  it('sum up to the total of all items, of which the sentences name those of the letter’s tone', () => {
    const data = letterData('overdue-2', {
      items: [
        ...items(2),
        anItem({ tone: 'overdue-1', daysLate: 5, dueOn: '2026-11-12', outstanding: eur(10_000) }),
        anOrderItem({ tone: 'due', daysLate: 0, dueOn: '2026-11-17', outstanding: eur(5_000) }),
        anItem({ tone: 'returned', daysLate: 1, collection: 'riba', outstanding: eur(1_000) }),
      ],
      dueSoon: [anItem({ tone: 'due-soon', daysLate: 0, dueOn: '2026-12-01', outstanding: eur(777) })],
    });
    const { subject, parts } = letterOf('it', data);
    expect(subject).toContain('fatture 2026/15 e 2026/16, 2.440,00 € da saldare');
    for (const part of parts) {
      expect(part).toContain('L’importo di 2.440,00 € risulta ancora da saldare');
      expect(part).toContain('Con gli altri importi elencati, il totale da saldare è di 2.600,00 €.');
      expect(part).toMatch(
        /2026\/16.*Incassi non andati a buon fine.*10,00 €.*Altri importi scaduti.*100,00 €.*In scadenza oggi.*SO-2001.*Totale da saldare:? 2\.600,00 €.*Prossime scadenze, per vostra informazione.*7,77 €.*Come pagare.*Importo:? 2\.600,00 €/,
      );
    }
    for (const part of letterOf('it', { ...data, tone: 'final' }).parts)
      expect(part).not.toMatch(/Prossime scadenze|7,77/);
  });
});

describe('how a customer pays', () => {
  it.each(languages)(
    'is by one transfer, with holder, IBAN in groups of four, BIC and one reference (%s)',
    (language) => {
      const { parts } = letterOf(
        language,
        letterData('overdue-1', { items: items(5, { tone: 'overdue-1' }) }),
      );
      for (const part of parts) {
        expect(part).toMatch(/(Intestatario del conto|Account holder):? Officine Bianchi S\.p\.A\./);
        expect(part).toMatch(/IBAN:? IT60 X054 2811 1010 0000 0123 456/);
        expect(part).toMatch(/BIC:? BPMOIT22XXX/);
        expect(part).toMatch(/(Causale|Payment reference):? NT-4K7M-29QX/);
        expect(part).toMatch(/(Importo|Amount):? (6\.100,00 €|€6,100\.00)/);
      }
    },
  );

  it('says that what is coming due is collected', () => {
    const dueSoon = [anItem({ tone: 'due-soon', dueOn: '2026-12-01', daysLate: 0, collection: 'riba' })];
    for (const part of letterOf('it', letterData('overdue-1', { dueSoon })).parts)
      expect(part).toContain('incasso con RiBa');
  });

  it.each([
    ['riba', 'RiBa insoluta', 'Returned collection (RiBa)'],
    ['sdd', 'Addebito SEPA insoluto', 'Returned SEPA direct debit'],
    ['card', 'Addebito su carta non riuscito', 'Failed card payment'],
    ['transfer', 'Incasso non andato a buon fine', 'Failed collection'],
  ] as const)(
    'after a collection by %s failed is by transfer, with the fee',
    (collection, italian, english) => {
      const item = anItem({
        tone: 'returned',
        collection,
        outstanding: eur(122_450),
        lines: [
          { kind: 'total', amount: eur(122_000) },
          { kind: 'costs', amount: eur(450) },
        ],
      });
      const data = letterData('returned', { items: [item], fee: eur(450) });
      const letter = letterOf('it', data);
      expect(letter.subject).toBe(`${italian}: fattura 2026/15, 1.224,50 € da saldare`);
      for (const part of letter.parts) {
        expect(part).toContain('Comprende le spese che la banca ci ha addebitato (4,50 €).');
        expect(part).toMatch(/Spese:? 4,50 € Da saldare:? 1\.224,50 €/);
      }
      expect(letterOf('en', data).subject).toBe(`${english}: invoice 2026/15, €1,224.50 outstanding`);
    },
  );
});

describe('what a letter says only where it holds', () => {
  const says = (given: Partial<LetterData>, tone: LetterTone = 'overdue-2') =>
    letterOf('it', letterData(tone, given)).parts[1];

  it('names a broken promise, with or without its amount', () => {
    const promise = { promisedOn: '2026-11-08', by: '2026-11-11', amount: eur(50_000) };
    expect(says({ brokenPromise: promise })).toContain(
      'In data 8 novembre 2026 ci avevate indicato il pagamento di 500,00 € entro l’11 novembre 2026: l’accredito non ci è ancora pervenuto.',
    );
    expect(says({ brokenPromise: { ...promise, amount: null } })).toContain(
      'ci avevate indicato il pagamento entro l’11 novembre 2026',
    );
    expect(says({})).not.toContain('ci avevate indicato');
  });

  it('says what to do about a payment on its way, as long as one may be', () => {
    for (const tone of ['due-soon', 'due', 'overdue-1'] as const) {
      expect(says({}, tone)).toMatch(/vi ringraziamo/);
      expect(letterOf('en', letterData(tone)).parts[1]).toMatch(/thank you/);
    }
  });

  it('does not say that something falls due today, or at all, when it does not', () => {
    const on = (dueOn: string) => ({ items: [anItem({ tone: 'due', dueOn, daysLate: 0 })] });
    expect(says(on('2026-10-30'), 'due')).toContain('oggi, venerdì 30 ottobre 2026, scade l’importo');
    expect(says(on('2026-10-31'), 'due')).toContain('S.r.l., il 31 ottobre 2026 scade l’importo');
    expect(says(on('2026-10-29'), 'due')).toContain('S.r.l., il 29 ottobre 2026 scadeva l’importo');
    for (const dueOn of ['2026-10-29', '2026-10-31']) expect(says(on(dueOn), 'due')).not.toMatch(/oggi/);
    expect(letterOf('en', letterData('due', on('2026-10-29'))).parts[1]).toContain(
      'fell due on 29 October 2026',
    );
  });

  it('counts the days of the oldest item', () => {
    const late = (daysLate: number) => ({ items: [anItem({ daysLate }), anItem({ daysLate: 0 })] });
    expect(says(late(1))).toContain('risulta ancora da saldare, con un ritardo di 1 giorno, come');
    expect(says(late(0))).toContain('risulta ancora da saldare, come da dettaglio');
    expect(letterOf('en', letterData('overdue-2', late(1))).parts[1]).toContain(
      'The oldest item is now 1 day overdue.',
    );
  });

  it('names credit that is not allocated, per currency', () => {
    expect(says({ creditHeld: [eur(66_456), chf(100)] }, 'overdue-1')).toContain(
      'la somma di 664,56 € e 1,00 CHF, non ancora abbinata',
    );
  });

  it('names the last letter, or several, or none', () => {
    expect(says({ lastLettersOn: ['2026-11-11', '2026-11-04'] })).toContain(
      'alla nostra comunicazione dell’11 novembre 2026.',
    );
    expect(says({ lastLettersOn: ['2027-01-08', '2026-12-28'] }, 'final')).toContain(
      'nonostante le nostre comunicazioni del 28 dicembre 2026 e dell’8 gennaio 2027,',
    );
    expect(says({ lastLettersOn: ['2026-11-04'] }, 'final')).toContain(
      'nonostante la nostra comunicazione del 4 novembre 2026,',
    );
    expect(says({ lastLettersOn: [] })).toContain('S.r.l., l’importo di 1.220,00 € risulta');
  });

  it('says how to reach whom, a person in the final letter', () => {
    const nobody = { sender: { name: null, phone: null } };
    expect(says({}, 'final')).toContain('telefonate a Carla Ferri al 0422 123456 prima di quella data');
    expect(says({ sender: { name: null, phone: '0422 1' } }, 'final')).toContain(
      'telefonateci al 0422 1 prima',
    );
    expect(says({ sender: { name: 'Carla Ferri', phone: null } }, 'final')).toContain(
      'scrivete a Carla Ferri rispondendo a questa e-mail prima',
    );
    expect(says({ ...nobody, replyTo: null }, 'final')).toContain('contattateci prima');
    expect(says({}, 'final')).toContain(
      'Distinti saluti, Carla Ferri Officine Bianchi S.p.A. tel. 0422 123456',
    );
    expect(says(nobody)).toContain('rispondete a questa e-mail. Siamo disponibili');
    expect(says({})).toContain('rispondete a questa e-mail o telefonate al 0422 123456. Siamo disponibili');
  });

  it('threatens with the law, names blocked terms, interest and disputes only where they are', () => {
    expect(says({}, 'final')).toContain('artt. 4, 5 e 6 del D.Lgs. 231/2002');
    expect(says({ lateInterestLaw: false }, 'final')).not.toContain('231/2002');
    expect(says({ disputedPart: true }, 'final')).toContain('sono escluse le somme che avete contestato');
    expect(says({ termsBlocked: true })).toContain('il pagamento dilazionato non è disponibile');
    const interest = [
      { kind: 'total', amount: eur(120_000) },
      { kind: 'interest', amount: eur(2_000) },
    ] as const;
    expect(says({ items: [anItem({ lines: interest })] })).toContain(
      'comprende gli interessi di mora previsti dal',
    );
    expect(says({})).not.toMatch(/interessi|dilazionato/);
  });

  it('addresses the company, and a person or office where one is known', () => {
    expect(says({})).toContain('Spett.le Alfa Ricambi S.r.l., facciamo');
    expect(says({ attention: 'Ufficio Crediti' })).toContain(
      'Spett.le Alfa Ricambi S.r.l., c.a. Ufficio Crediti',
    );
    const english = (given: Partial<LetterData>) => letterOf('en', letterData('due', given)).parts[1];
    expect(english({})).toContain('Alfa Ricambi S.r.l. Dear Sir or Madam,');
    expect(english({ attention: 'Accounts Payable' })).toContain(
      'Alfa Ricambi S.r.l. Dear Accounts Payable,',
    );
  });

  it('is not sent without items or, once overdue, without a deadline', () => {
    expect(() => says({ items: [] })).toThrow('without items');
    expect(() => says({ deadline: null })).toThrow('without a deadline');
  });
});

describe('foreign texts', () => {
  const nasty =
    '<b>{x}</b> & "q" {{total}} {{#items}} **no** {count, plural, other {#}} \'{\' evil.example/pay <a href="http://e.example">\r\nBcc: all@x';

  it.each(every)('stay text in %s (%s), neither markup nor headers nor links', (tone, language) => {
    const hostile = (text: string): LetterData =>
      letterData(tone, {
        company: text,
        customerName: text,
        attention: text,
        items: [
          anItem({
            tone,
            invoices: [{ number: text, issuedOn: '2026-09-30' }],
            purchaseOrder: text,
          }),
          anOrderItem({ tone, orderNumber: text, purchaseOrder: text }),
        ],
        reference: text,
        accounts: [{ currency: 'EUR', holder: text, iban: 'IT60X0542811101000000123456', bic: text }],
        sender: { name: text, phone: text },
      });
    const { subject, html, text } = renderer.renderLetter(language, hostile(nasty));
    const harmless = renderer.renderLetter(language, hostile('Rossi'));
    const tags = (markup: string) => markup.match(/<[a-z!/][^>]*>/gi)!.length;
    expect(tags(html)).toBe(tags(harmless.html));
    expect(html).not.toMatch(/<a\b|<b>/);
    expect(subject).not.toMatch(/[\r\n]/);
    for (const part of [subject, html, text]) expect(part).not.toMatch(/evil\.example|http:\/\/e\./);
    expect(html).toContain('&lt;b&gt;{x}&lt;/b&gt; &amp; &quot;q&quot; {{total}} {{#items}} **no**');
  });

  it('that run from right to left do not turn what stands around them', () => {
    const { subject, text } = renderer.renderLetter(
      'en',
      letterData('due', {
        customerName: '\u202eחברה בע״מ',
        items: [anOrderItem({ tone: 'due', orderNumber: 'הזמנה 7' })],
      }),
    );
    expect(subject).toContain('order \u2068הזמנה 7\u2069, ');
    expect(text).toContain('\u2068חברה בע״מ\u2069');
    expect(text).not.toContain('\u202e');
  });
});
