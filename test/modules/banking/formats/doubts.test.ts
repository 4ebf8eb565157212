import { describe, expect, it } from 'vitest';
import { askedIn, linesOf, read } from './reading.ts';

/*
 * What was found by trying to break the reader: files by which money would have been booked wrongly, or lost, without a
 * word. A file that is in doubt is asked about; a line that is in doubt is rejected; the others are read.
 */

const short = (found: Awaited<ReturnType<typeof read>>) =>
  linesOf(found).map(
    ({ amount, currency, direction, status }) => `${direction} ${amount} ${currency} ${status}`,
  );

describe('a column that would change what a line means', () => {
  it.each([
    [
      'a value that is no currency',
      ['USD', 'EUR', 'n/d'],
      ['credit 100 USD booked', 'credit 200 EUR booked'],
      { 'unknown-currency': 1 },
    ],
    [
      'signs',
      ['$', '€', '£'],
      ['credit 100 USD booked', 'credit 200 EUR booked', 'credit 300 GBP booked'],
      {},
    ],
    [
      'numbers',
      ['840', '978', '826'],
      ['credit 100 USD booked', 'credit 200 EUR booked', 'credit 300 GBP booked'],
      {},
    ],
    [
      'words beside the code',
      ['USD - Dollaro USA', 'EUR.', 'Euro'],
      ['credit 100 USD booked', 'credit 200 EUR booked', 'credit 300 EUR booked'],
      {},
    ],
  ])('is read with %s: currencies', async (_, codes, lines, rejected) => {
    const found = await read([
      'Data;Descrizione;Divisa;Importo',
      ...codes.map((code, n) => `20/11/2026;SO-${n};${code};${n + 1},00`),
    ]);
    expect(askedIn(found)).toEqual([]);
    expect(short(found)).toEqual(lines);
    expect(found.analysis.counts.rejected).toEqual(rejected);
  });

  it.each([
    ['D', 'C', 'RD', 'RC'],
    ['Negativo', 'Positivo', 'Positivo', 'Negativo'],
    ['D.', 'A.', 'A.', 'D.'],
    ['Soll (S)', 'Haben (H)', 'Haben (H)', 'Soll (S)'],
    ['Uscita ↗', 'Entrata ↘', 'Entrata ↘', 'Uscita ↗'],
    ['Pagamento inviato', 'Pagamento ricevuto', 'ricevuto', 'inviato'],
  ])('is read with %s and %s: directions', async (...words) => {
    const found = await read([
      'Data;Descrizione;D/C;Importo',
      ...words.map((word, n) => `20/11/2026;SO-${n};${word};${n + 1},00`),
    ]);
    expect(short(found).map((line) => line.split(' ')[0])).toEqual(['debit', 'credit', 'credit', 'debit']);
  });

  it('of a direction in words that nobody knows is asked about, or its line is rejected', async () => {
    const file = (...words: string[]) => [
      'Data;Descrizione;D/C;Importo',
      ...words.map((word) => `20/11/2026;SO-1;${word};1,00`),
    ];
    expect(askedIn(await read(file('Foo', 'Bar')))).toEqual(['direction']);
    expect((await read(file('D', 'C', 'Foo'))).analysis.counts).toMatchObject({
      credits: 1,
      debits: 1,
      rejected: { 'unknown-direction': 1 },
    });
  });

  it.each([
    ['Eseguito', 'In elaborazione', 'pending'],
    ['✅ Approvato', '⏳ In attesa', 'pending'],
    ['Erfolgreich', 'Fehlgeschlagen', 'reverted'],
    ['Erfolgreich', 'Erstattet', 'reverted'],
    ['Completed', 'Held', 'pending'],
    ['Completed', 'Unclaimed', 'pending'],
    ['booked', 'not yet booked', 'pending'],
    ['Contabilizzato', 'Non ancora contabilizzato', 'pending'],
  ])('is read with %s and %s: statuses', async (booked, other, status) => {
    const found = await read([
      'Data;Descrizione;Stato;Importo',
      `20/11/2026;a;${booked};1,00`,
      `20/11/2026;b;${other};2,00`,
    ]);
    expect(linesOf(found).map((line) => line.status)).toEqual(['booked', status]);
  });

  it('without a name is the direction only if it says both: a column of S (sì) is none', async () => {
    const flags = await read([
      'Data;Causale;Importo;Letto',
      '20/11/2026;SO-1;1,00;S',
      '20/11/2026;SO-2;2,00;S',
    ]);
    expect(short(flags)).toEqual(['credit 100 EUR booked', 'credit 200 EUR booked']);
    const channel = await read(['Data;Causale;Importo;Canale', '20/11/2026;SO-1;1,00;out']);
    expect(short(channel)).toEqual(['credit 100 EUR booked']);
  });
});

describe('an amount', () => {
  it('is never that of the other side: half of a pair is asked about', async () => {
    for (const header of [
      'Date;Description;Money in;Payments',
      'Data;Causale;Avere;Pagamenti',
      'Data;Causale;Accrediti;Importo addebitato',
    ])
      expect(askedIn(await read([header, '20/11/2026;SO-1;1.220,00;', '21/11/2026;SO-2;;30,00']))).toEqual([
        'debit',
      ]);
    expect(
      askedIn(await read(['Data;Causale;Importo;Uscite', '20/11/2026;a;30,00;30,00', '21/11/2026;b;5,00;'])),
    ).toEqual(['credit']);
    expect(askedIn(await read(['Data;Causale;Avere', '20/11/2026;a;30,00']))).toEqual([]);
  });

  it('with three decimals is not a thousand times as much', async () => {
    const mixed = await read(['Date,Description,Amount', '2026-11-20,SO-1,15.500', '2026-11-21,x,1220.000']);
    expect(short(mixed)).toEqual(['credit 1550 EUR booked', 'credit 122000 EUR booked']);
  });

  it('with two marks of the same meaning is negative once; with contradicting ones it is none', async () => {
    const found = await read([
      'Data;Importo;Causale',
      '20/11/2026;(-1.220,00);a',
      '20/11/2026;-5,00-;b',
      '20/11/2026;+5,00-;c',
      '20/11/2026;7,00;d',
    ]);
    expect(short(found)).toEqual([
      'debit 122000 EUR booked',
      'debit 500 EUR booked',
      'credit 700 EUR booked',
    ]);
    expect(found.analysis.counts.rejected).toEqual({ 'not-an-amount': 1 });
  });

  it('that a comma has cut is asked about', async () => {
    expect(
      askedIn(await read(['Data,Causale,Importo,Saldo', '20/11/2026,SO-1,1220,50', '21/11/2026,SO-2,30,00'])),
    ).toEqual(['amount']);
  });

  it('is not taken for a balance because another column is always the same', async () => {
    const found = await read([
      'Date,Currency,Amount,Description,Settlement amount',
      ...[1, 2, 3].map((n) => `2026-11-2${n},EUR,500.00,SO-${n},0.00`),
    ]);
    expect(linesOf(found).map(({ amount }) => amount)).toEqual([50000, 50000, 50000]);
  });
});

describe('a currency', () => {
  it.each([
    ['Importo ($)', 'USD'],
    ['Amount (£)', 'GBP'],
    ['Importo (PLN)', 'PLN'],
    ['Amount in SEK', 'SEK'],
    ['IMPORTO USD', 'USD'],
  ])('in the name of a column counts: %s', async (name, currency) => {
    expect(linesOf(await read([`Data;Descrizione;${name}`, '20/11/2026;SO-1;1.220,00']))[0]!.currency).toBe(
      currency,
    );
  });

  it.each([
    'Valuta conto:;USD',
    'Conto corrente in valuta USD',
    'Saldo disponibile;1.000,00 USD',
    'Compte tenu en ;USD',
  ])('above the table counts: %s', async (above) => {
    expect(
      linesOf(await read([above, '', 'Data;Descrizione;Importo', '20/11/2026;SO-1;1.220,00']))[0]!.currency,
    ).toBe('USD');
  });

  it('of another amount is not that of this one', async () => {
    const foreign = await read([
      'Currency;Date;Description;Amount;Foreign currency;Foreign amount',
      'EUR;2026-11-20;SO-1;1220.00;USD;1400.00',
    ]);
    expect(linesOf(foreign)[0]).toMatchObject({ currency: 'EUR', amount: 122000 });
    const named = await read([
      'Data;Descrizione;Importo (EUR);Valuta estera',
      '20/11/2026;SO-1;1.220,00;USD',
    ]);
    expect(linesOf(named)[0]?.currency ?? 'asked').toMatch(/EUR|asked/);
    const city = await read([
      'Data;Città;Importo;Divisa',
      '20/11/2026;ALL;1.220,00;EUR',
      '20/11/2026;TOP;1.220,00;EUR',
    ]);
    expect(linesOf(city).map(({ currency }) => currency)).toEqual(['EUR', 'EUR']);
  });
});

describe('a day', () => {
  it('is not swapped with the month because others of the file run ahead', async () => {
    const now = '2026-12-03T12:00:00.000Z';
    const file = [
      'Data contabile;Data valuta;Causale;Importo',
      '01/12/2026;01/12/2026;SO-1;1.220,00',
      '02/12/2026;04/12/2026;SO-2;50,00',
    ];
    expect(linesOf(await read(file, { now })).map(({ valueOn }) => valueOn)).toEqual([
      '2026-12-01',
      '2026-12-02',
    ]);
    const points = [
      'Date,Value date,Description,Amount',
      '20/11/2026,01/12/2026,SO-1,1220.00',
      '02/12/2026,04/12/2026,SO-2,50.00',
    ];
    expect(linesOf(await read(points, { now })).map(({ bookedOn }) => bookedOn)).toEqual([
      '2026-11-20',
      '2026-12-02',
    ]);
  });

  it('may be written otherwise in another column, or in one line, if it can be only one day', async () => {
    const two = await read([
      'Data contabile;Data valuta;Causale;Importo',
      '2026-11-20;19/11/2026;SO-1;1,00',
      '2026-11-21;;SO-2;2,00',
    ]);
    expect(linesOf(two).map(({ valueOn }) => valueOn)).toEqual(['2026-11-19', '2026-11-21']);
    const one = await read([
      'Data;Causale;Importo',
      ...[18, 19, 20].map((day) => `${day}/11/2026;x;1,00`),
      '2026-11-21;y;2,00',
      '11/22/2026;z;3,00',
    ]);
    expect(one.analysis.counts).toMatchObject({ credits: 4, rejected: { 'not-a-day': 1 } });
  });

  it('of booking that is missing says that the line is not booked, where others have one', async () => {
    const found = await read([
      'Abschlussdatum;Buchungsdatum;Valutadatum;Text;Betrag',
      '2026-11-20;2026-11-20;2026-11-20;a;1,00',
      '2026-11-20;2026-11-20;2026-11-20;b;1,00',
      '2026-11-20;;2026-11-20;c;2,00',
    ]);
    expect(linesOf(found).map(({ status }) => status)).toEqual(['booked', 'booked', 'pending']);
  });
});

describe('a file of several parts', () => {
  it('with another header below is asked about; with the caller’s header only that part is read', async () => {
    const file = [
      'Data;Dare;Avere;Causale',
      '20/11/2026;;1.220,00;SO-1',
      'Data;Avere;Dare;Causale',
      '20/11/2026;;1.220,00;SO-2',
    ];
    expect(askedIn(await read(file))).toEqual(['headerLine']);
    expect(short(await read(file, { mapping: { headerLine: 3 } }))).toEqual(['debit 122000 EUR booked']);
    expect(short(await read(file, { mapping: { headerLine: 1 } }))).toEqual(['credit 122000 EUR booked']);
  });

  it.each([
    'Movimenti in attesa;;',
    'Movimenti da contabilizzare;;',
    'Opérations à venir;;',
    'Operazioni non contabilizzate;EUR;',
  ])('has lines that are not booked below the title %s', async (title) => {
    const found = await read(['Data;Causale;Importo', '20/11/2026;SO-1;1,00', title, '25/11/2026;SO-2;2,00']);
    expect(found.analysis.counts).toMatchObject({ credits: 1, pending: 1 });
  });

  it('is booked again below the title of what is booked; a text in a line is no title', async () => {
    const found = await read([
      'Data;Causale;Importo',
      'Operazioni non contabilizzate;;',
      '25/11/2026;SO-2;2,00',
      'Operazioni contabilizzate;;',
      '20/11/2026;SO-1;1,00',
      ';rata non contabilizzata;',
      '21/11/2026;SO-3;3,00',
    ]);
    expect(found.analysis.counts).toMatchObject({ credits: 2, pending: 1 });
    expect(linesOf(found)[0]!.reference).toBe('SO-1 rata non contabilizzata');
  });
});

describe('a receipt is not lost', () => {
  it.each([
    'Saldo finale lavori FT-88572',
    'Saldo precedente fattura 12',
    'Saldo contabile FT-88572',
    'Solde final facture 9',
    'Aktueller Saldo Rechnung 9',
    'Totale ordine SO-1',
    'Saldo',
  ])('because its text begins like a balance: %s', async (text) => {
    expect(
      (await read(['Data;Causale;Importo', `20/11/2026;${text};1.220,00`])).analysis.counts,
    ).toMatchObject({ credits: 1, skipped: 0 });
    expect(
      (await read(['Data;Causale;Importo', '20/11/2026;x;1,00', `ieri;${text};1.220,00`])).analysis.counts,
    ).toMatchObject({ rejected: { 'not-a-day': 1 } });
  });

  it.each([
    'Saldo al 26/11/2026',
    'Nuovo saldo',
    'Saldo di chiusura',
    'Solde au 01/11',
    'Riporto',
    'Totale entrate',
    'Saldo iniziale EUR',
    'Endsaldo am 30.11.2026',
  ])('but a balance is none: %s', async (text) => {
    expect(
      (await read(['Data;Causale;Importo', '20/11/2026;x;1,00', `20/11/2026;${text};1.220,00`])).analysis
        .counts,
    ).toMatchObject({ credits: 1, skipped: 1 });
  });

  it('between two lines with a stray quote each', async () => {
    const found = await read([
      'Data;Importo;Causale',
      '19/11/2026;5,00;"ALFA',
      '20/11/2026;1.220,00;SO-1',
      '21/11/2026;7,00;BETA"',
    ]);
    expect(linesOf(found).map(({ amount }) => amount)).toEqual([500, 122000, 700]);
  });

  it.each(['FT-1 <BkToCstmrStmt>', '<OFX>', '<BkToCstmrAcctRpt>', ':20:1', '%PDF', '!Type:Bank'])(
    'because of what a payer wrote: %s',
    async (text) => {
      expect((await read(['Data;Importo;Causale', `20/11/2026;1,00;${text}`])).analysis.counts).toMatchObject(
        { credits: 1 },
      );
    },
  );
});

describe('the payer', () => {
  it('does not have an IBAN of the merchant, nor an IBAN as a name', async () => {
    const own = 'IT60X0542811101000000123456';
    const file = ['Data;Causale;Importo;IBAN', `20/11/2026;SO-1;1,00;${own}`];
    const known = await read(file, { accounts: { [own]: { currency: 'EUR', mapping: null } } });
    expect(linesOf(known)[0]).toMatchObject({ payerIban: null, account: own });
    expect(linesOf(await read(file, { account: own }))[0]).toMatchObject({ payerIban: null });
    const named = await read([
      'Data;Causale;Importo;Controparte',
      '20/11/2026;SO-1;1,00;BE71 0961 2345 6769',
    ]);
    expect(linesOf(named)[0]).toMatchObject({ payer: '', payerIban: 'BE71096123456769' });
  });
});

describe('a text', () => {
  it('with a damaged character is still UTF-8', async () => {
    const text = Buffer.from(
      ['Data;Importo;Causale', '20/11/2026;1.220,00 €;società', '21/11/2026;5,00 €;x'].join('\n'),
    );
    const found = await read(Buffer.concat([text, Buffer.from([0xc3])]));
    expect(linesOf(found)[0]).toMatchObject({ amount: 122000, reference: 'società' });
  });
});
