import { describe, expect, it } from 'vitest';
import { askedIn, linesOf, read } from './reading.ts';
import { shapes } from './shapes.ts';

const bytesOf = (text: string, encoding: string): Buffer =>
  encoding === 'utf-16le'
    ? Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
    : encoding === 'utf-8-bom'
      ? Buffer.from(`\ufeff${text}`)
      : Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'latin1');

describe('a file of a bank', () => {
  it.each(shapes)('$bank: is read without being asked', async (shape) => {
    const found = await read(bytesOf(shape.text, shape.encoding ?? 'utf-8'));
    const { analysis, rows } = found;
    const booked = linesOf(found).filter(({ status }) => status === 'booked');
    const credits = booked.filter(({ direction }) => direction === 'credit');
    const said = JSON.stringify({
      ...analysis,
      reasons: 0,
      rows: rows.map((row) => ('line' in row ? row.line : row)),
    });
    expect(analysis.questions, said).toEqual([]);
    expect(analysis.counts.rejected, said).toEqual({});
    expect(
      credits.map(({ valueOn, amount }) => [valueOn, amount]),
      said,
    ).toEqual(shape.credits);
    expect(analysis.counts.debits, said).toBe(shape.debits ?? 0);
    expect(analysis.counts.pending, said).toBe(shape.pending ?? 0);
    expect(analysis.counts.reverted, said).toBe(shape.reverted ?? 0);
    const [first] = credits;
    expect(first!.currency, said).toBe(shape.currency ?? 'EUR');
    expect(`${first!.reference} ${first!.payer}`.replaceAll(' ', ''), said).toContain('FT-88572');
    if (shape.payer) expect(first!.payer, said).toBe(shape.payer);
    if (shape.payerIban) expect(first!.payerIban, said).toBe(shape.payerIban);
    if (shape.account) expect(first!.account, said).toBe(shape.account);
  });
});

const HEADER = 'Data valuta;Importo;Causale;Ordinante';

describe('a table', () => {
  it('has lines in their own currency; a column of currencies that is not read is asked about (B1)', async () => {
    const file = [
      'Data;Tipo;Stato;Divisa;Importo;Descrizione',
      '20/11/2026;"Zahlung";"Abgeschlossen";"USD";"1.220,00";SO-1',
      '20/11/2026;"Zahlung";"Abgeschlossen";"EUR";"5,00";SO-2',
    ];
    const found = await read(file);
    expect(linesOf(found).map(({ currency, amount }) => [currency, amount])).toEqual([
      ['USD', 122000],
      ['EUR', 500],
    ]);
    const mapping = { date: 'Data', amount: 'Importo', reference: ['Descrizione'] };
    expect(askedIn(await read(file, { mapping }))).toEqual(['currencyColumn']);
    expect(askedIn(await read(file, { mapping: { ...mapping, ignore: ['Divisa'] } }))).toEqual([]);
    const inEuro = file.filter((line) => !line.includes('USD'));
    expect(askedIn(await read(inEuro, { mapping }))).toEqual([]);
  });

  it.each([
    ['1.220,00 $', 'USD'],
    ['USD 1.220,00', 'USD'],
    ['£1.220,00', 'GBP'],
    ['1.220,00 €', 'EUR'],
    ['1.220,00EUR', 'EUR'],
    ['1.220,00 CHF', 'CHF'],
  ])('takes the currency that stands beside the amount: %s', async (amount, currency) => {
    const found = await read([HEADER, `20/11/2026;${amount};SO-1;ROSSI`]);
    expect(linesOf(found)).toMatchObject([{ currency, amount: 122000 }]);
  });

  it('takes the currency of the column’s name, and the one stated above the table', async () => {
    const named = await read([
      'Date;Amount (USD);Description',
      '20/11/2026;1,220.00;SO-1',
      '21/11/2026;3.00;x',
    ]);
    expect(linesOf(named)[0]).toMatchObject({ currency: 'USD', amount: 122000 });
    const stated = await read(['Divisa:;USD;', '', HEADER, '20/11/2026;1.220,00;SO-1;ROSSI']);
    expect(linesOf(stated)).toMatchObject([{ currency: 'USD' }]);
    const rejected = await read([`${HEADER};Divisa`, '20/11/2026;1.220,00 $;SO-1;ROSSI;EUR']);
    expect(rejected.analysis.counts.rejected).toEqual({ 'unknown-currency': 1 });
  });

  it.each([
    ['S', 'H'],
    ['D', 'C'],
    ['D', 'A'],
    ['Dare', 'Avere'],
    ['Soll', 'Haben'],
    ['Af', 'Bij'],
    ['-', '+'],
    ['Debit', 'Credit'],
    ['DBIT', 'CRDT'],
    ['Cargo', 'Abono'],
    ['Débit', 'Crédit'],
    ['Ausgang', 'Eingang'],
    ['Uscita', 'Entrata'],
  ])('tells outgoing money by a column of %s and %s (B2)', async (out, into) => {
    const file = [
      'Buchungstag;Verwendungszweck;Währung;Betrag;?',
      `"25.11.2026";SO-1;"EUR";"1.220,00";"${out}"`,
      `"25.11.2026";SO-2;"EUR";"300,00";"${into}"`,
    ];
    const found = await read(file);
    expect(linesOf(found).map(({ direction, amount }) => [direction, amount])).toEqual([
      ['debit', 122000],
      ['credit', 30000],
    ]);
    // A caller who leaves the column out is asked about it.
    const mapping = { date: 'Buchungstag', amount: 'Betrag', reference: ['Verwendungszweck'] };
    expect(askedIn(await read(file, { mapping }))).toEqual(['direction']);
    expect(linesOf(await read(file, { mapping: { ...mapping, direction: '?' } }))[0]!.direction).toBe(
      'debit',
    );
  });

  it('tells outgoing money by a sign or a side behind the amount', async () => {
    const amounts = [
      '1.220,00-',
      '-1.220,00',
      '(1.220,00)',
      '1.220,00 S',
      '1.220,00 DR',
      '- 1.220,00 €',
      '−1.220,00',
    ];
    const found = await read([HEADER, ...amounts.map((amount) => `20/11/2026;${amount};SO-1;x`)]);
    expect(found.analysis.counts).toMatchObject({ debits: amounts.length, credits: 0, rejected: {} });
    const incoming = await read([
      HEADER,
      ...['1.220,00+', '+1.220,00', '1.220,00 H', '1.220,00 CR'].map((a) => `20/11/2026;${a};SO-1;x`),
    ]);
    expect(incoming.analysis.counts).toMatchObject({ debits: 0, credits: 4 });
  });

  it('asks about amounts without a sign if the balances show that some of them went out', async () => {
    const file = [
      'Data;Importo;Descrizione;Saldo',
      '01/11/2026;100,00;a;1.100,00',
      '02/11/2026;50,00;b;1.050,00',
      '03/11/2026;20,00;c;1.070,00',
      '04/11/2026;70,00;d;1.000,00',
    ];
    expect(askedIn(await read(file))).toEqual(['direction']);
  });

  it('never takes a line as booked that is not: pending, reverted, or of a status that nobody knows (B3)', async () => {
    const states = ['Umsatz vorgemerkt', 'Umsatz gebucht', 'pending', 'Annullato', 'DECLINED', 'irgendwas'];
    const file = [
      'Buchungstag;Verwendungszweck;Betrag;Status',
      ...states.map((state) => `20.11.2026;SO-1;1,00;${state}`),
    ];
    const { analysis } = await read(file);
    expect(analysis.counts).toMatchObject({
      credits: 1,
      pending: 2,
      reverted: 2,
      rejected: { 'unknown-status': 1 },
    });
    const mapping = { date: 'Buchungstag', amount: 'Betrag', reference: ['Verwendungszweck'] };
    expect(askedIn(await read(file, { mapping }))).toEqual(['status']);
  });

  it.each([
    ['1.220,00 €', 122000],
    ["1'220,00", 122000],
    ['1’220,00', 122000],
    ['1\u00a0220,00', 122000],
    ['1 220,00', 122000],
    ['1220,00+', 122000],
    ['1220', 122000],
    ['1220,5', 122050],
    ['1.220', 122000],
    ['0,50', 50],
    [',50', 50],
    ['1220,0000', 122000],
    ['12.345.678,90', 1234567890],
  ])('reads the amount %s', async (amount, minor) => {
    const found = await read([HEADER, `20/11/2026;${amount};SO-1;x`, '20/11/2026;7,77;y;x']);
    expect(linesOf(found)[0]).toMatchObject({ amount: minor, direction: 'credit' });
  });

  it.each(['1.22,00', '1,2,3', '1.220,005', 'n.d.', '1220,00,', '--5,00x', '12.34.56', '1.2345,00'])(
    'does not guess the amount %s',
    async (amount) => {
      const found = await read([
        HEADER,
        `20/11/2026;${amount};SO-1;x`,
        '20/11/2026;7,77;y;x',
        '20/11/2026;8,77;y;x',
        '20/11/2026;9,77;y;x',
      ]);
      expect(found.analysis.counts).toMatchObject({ credits: 3, rejected: { 'not-an-amount': 1 } });
    },
  );

  it.each([
    ['20/11/2026', '2026-11-20'],
    ['20.11.26', '2026-11-20'],
    ['20-11-2026', '2026-11-20'],
    ['9.1.2026', '2026-01-09'],
    ['20261120', '2026-11-20'],
    ['2026-11-20', '2026-11-20'],
    ['20 novembre 2026', '2026-11-20'],
    ['20 nov 2026', '2026-11-20'],
    ['3 sett 2026', '2026-09-03'],
    ['1 dic 2025', '2025-12-01'],
    ['5 gennaio 2026', '2026-01-05'],
    ['20. November 2026', '2026-11-20'],
    ['15 Mär 2026', '2026-03-15'],
    ['20-Nov-2026', '2026-11-20'],
    ['Nov 20, 2026', '2026-11-20'],
    ['3 août 2026', '2026-08-03'],
    ['12 mrt 2026', '2026-03-12'],
    ['4 ene 2026', '2026-01-04'],
    // The day that the bank wrote, not the day before in UTC.
    ['2026-11-20T00:30:00+01:00', '2026-11-20'],
    ['2026-11-20T23:30:00-05:00', '2026-11-20'],
    ['2026-11-19T23:30:00Z', '2026-11-20'],
    ['20/11/2026 09:27:19', '2026-11-20'],
    ['ven 20/11/2026', '2026-11-20'],
  ])('reads the day %s', async (day, expected) => {
    const found = await read([HEADER, `${day};7,77;SO-1;x`]);
    expect(found.analysis.questions).toEqual([]);
    expect(linesOf(found)[0]?.valueOn).toBe(expected);
  });

  it('asks which of day and month comes first only where nothing in the file says it', async () => {
    const file = (...days: string[]) => [
      'Date,Amount,Description',
      ...days.map((day) => `${day},"7.77",SO-1`),
    ];
    expect(askedIn(await read(file('05/06/2026', '07/06/2026')))).toEqual(['dateFormat']);
    expect(linesOf(await read(file('05/06/2026', '13/06/2026')))[0]!.valueOn).toBe('2026-06-05');
    expect(linesOf(await read(file('05/06/2026', '06/13/2026')))[0]!.valueOn).toBe('2026-05-06');
    // The other reading would be in the future.
    expect(linesOf(await read(file('11/12/2026')))[0]!.valueOn).toBe('2026-11-12');
    expect(linesOf(await read(file('05/05/2026')))[0]!.valueOn).toBe('2026-05-05');
    const american = await read(file('05/06/2026'), { mapping: { dateFormat: 'MM/dd/yyyy' } });
    expect(linesOf(american)[0]!.valueOn).toBe('2026-05-06');
    expect(askedIn(await read([HEADER, '05/06/2026;7,77;a;b']))).toEqual([]);
  });

  it('asks for the decimal separator only where it is open, which in euro it never is', async () => {
    const file = ['Date;Amount;Description', '20/11/2026;1.220;SO-1'];
    expect(linesOf(await read(file))[0]!.amount).toBe(122000);
    expect(askedIn(await read(file, { currency: 'KWD' }))).toEqual(['decimal']);
    expect(linesOf(await read(file, { currency: 'KWD', mapping: { decimal: '.' } }))[0]!.amount).toBe(1220);
  });

  it('reads all lines but the one with a mistake, whatever the mistake is', async () => {
    const good = (n: number) => `20/11/2026;${n},00;SO-${n};ROSSI`;
    const found = await read([
      HEADER,
      good(1),
      '20/11/2026;2,00;Viti 3/4" zincate SO-2;ROSSI',
      '"20/11/2026";"3,00";"Viti 3/4" zincate SO-3";"ROSSI"',
      '20/11/2026;4,00;"aperto SO-4;ROSSI',
      good(5),
      '99/99/2026;6,00;x;y',
      '20/11/2026;sei;x;y',
      '20/11/2026;7,00;un testo; con il separatore; SO-7;ROSSI',
      good(8),
    ]);
    expect(linesOf(found).map(({ amount }) => amount)).toEqual([100, 200, 300, 400, 500, 800]);
    expect(linesOf(found)[1]!.reference).toBe('Viti 3/4" zincate SO-2');
    expect(linesOf(found)[2]!.reference).toBe('Viti 3/4" zincate SO-3');
    expect(found.analysis.counts.rejected).toEqual({
      'not-a-day': 1,
      'not-an-amount': 1,
      'too-many-fields': 1,
    });
    const rejected = found.rows.filter((row) => 'rejected' in row);
    expect(rejected.map(({ number }) => number)).toEqual([7, 8, 9]);
  });

  it('keeps a receipt that stands among balances and sums, and skips only those', async () => {
    const found = await read([
      HEADER,
      '20/11/2026;9.999,00;SALDO INIZIALE;',
      '20/11/2026;5,00;Saldo fattura 12;ROSSI',
      '20/11/2026;6,00;saldo;ROSSI',
      '20/11/2026;7,00;TOTALE ORDINE SO-7;ROSSI',
      'Totale;18,00;;',
      ';;Il presente documento non ha valore fiscale;',
    ]);
    expect(linesOf(found).map(({ amount }) => amount)).toEqual([500, 600, 700]);
    expect(found.analysis.counts).toMatchObject({ skipped: 3, rejected: {} });
  });

  it('without a header is read by its values, or asks', async () => {
    const plain = await read(['20/11/2026;1.220,00;Bonifico ROSSI SO-1', '21/11/2026;-3,00;Commissioni']);
    expect(plain.analysis).toMatchObject({ headerLine: null, questions: [] });
    expect(linesOf(plain)[0]).toMatchObject({
      amount: 122000,
      valueOn: '2026-11-20',
      reference: 'Bonifico ROSSI SO-1',
    });
    const two = await read(['20/11/2026;10,00;1,00;a', '21/11/2026;20,00;2,50;b']);
    expect(askedIn(two)).toEqual(['amount']);
    const said = await read(['20/11/2026;10,00;1,00;a', '21/11/2026;20,00;2,50;b'], {
      mapping: { amount: '3', headerLine: 0 },
    });
    expect(linesOf(said).map(({ amount }) => amount)).toEqual([100, 250]);
  });

  it('with names that nobody knows proposes what it can, and takes what the caller says', async () => {
    const file = ['Quando;Quanto;Cosa', '20/11/2026;1.220,00;SO-1', '21/11/2026;-3,00;x'];
    const found = await read(file);
    expect(found.analysis.mapping).toMatchObject({ date: 'Quando', amount: 'Quanto', headerLine: 1 });
    const mapping = {
      date: 'Quando',
      amount: 'Quanto',
      reference: ['Cosa'],
      dateFormat: 'dd/MM/yyyy',
      decimal: ',' as const,
    };
    expect(linesOf(await read(file, { mapping }))[0]).toMatchObject({ amount: 122000, reference: 'SO-1' });
    await expect(read(file, { mapping: { ...mapping, payer: 'Chi' } })).rejects.toThrow(
      '"Chi". It has: "Quando"',
    );
  });

  it('is read as the mapping of its account says', async () => {
    const file = [
      'IBAN;IT60X0542811101000000123456;;',
      'Quando;Lordo;Netto;Cosa',
      '20/11/2026;10,00;9,00;SO-1',
      '21/11/2026;20,00;18,00;SO-2',
    ];
    const account = {
      currency: 'USD',
      mapping: { date: 'Quando', amount: 'Netto', reference: ['Cosa'], decimal: ',' as const },
    };
    const found = await read(file, { accounts: { IT60X0542811101000000123456: account } });
    expect(linesOf(found)).toMatchObject([
      { amount: 900, currency: 'USD', account: 'IT60X0542811101000000123456' },
      { amount: 1800 },
    ]);
    expect(found.analysis.bookedThrough).toEqual({ IT60X0542811101000000123456: '2026-11-21' });
  });

  it('joins references that are spread over columns, without what says nothing', async () => {
    const found = await read([
      'Data;Importo;Causale;Descrizione 1;Descrizione 2;Descrizione 3;End to end id',
      '20/11/2026;5,00;48;Bonifico SO-1;Bonifico;ROSSI;NOTPROVIDED',
    ]);
    expect(linesOf(found)[0]!.reference).toBe('48 Bonifico SO-1 ROSSI');
  });

  it('is read whatever is in its cells: no cell is too long for it', async () => {
    const evil = ['1'.repeat(15_000), `${'1.'.repeat(7_000)}1`, 'a '.repeat(7_000), '0'.repeat(41)];
    const found = await read([
      HEADER,
      ...evil.map((cell) => `${cell};${cell};${cell};${cell}`),
      '20/11/2026;1,00;a;b',
    ]);
    expect(linesOf(found)).toMatchObject([{ amount: 100 }]);
    await expect(read([HEADER, 'x'.repeat(70_000)])).rejects.toThrow('Line 2 is longer than 64 KiB');
  });
});

it.each(['\n', '\r\n', '\r', ' \n', ';\n'])(
  'a file of sixty megabytes of %j is refused at once: it has more lines than one import takes',
  async (line) => {
    const bytes = Buffer.alloc(60 * 1024 * 1024, line);
    await expect(read(bytes)).rejects.toThrow('more than 200,000 lines');
  },
);
