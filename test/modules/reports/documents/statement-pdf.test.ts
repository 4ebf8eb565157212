import { inflateSync } from 'node:zlib';
import { SaxesParser } from 'saxes';
import { expect, it } from 'vitest';
import { entryKinds } from '../../../../src/modules/ledger/rules/entry.ts';
import { statementPdf } from '../../../../src/modules/reports/documents/statement-pdf.ts';
import { readerFor } from '../../../../src/modules/reports/documents/texts.ts';
import { type Statement, statementLines } from '../../../../src/modules/reports/rules/statement.ts';

const merchant = { company: 'Forniture Bianchi S.p.A.', iban: 'IT60X0542811101000000123456' };

const aStatement = (customer: Partial<Statement['customer']>, entries = 1): Statement => {
  const lines = statementLines(
    0,
    Array.from({ length: entries }, (_, n) => ({
      entryId: n,
      bookedAt: '2027-02-01T10:00:00.000Z',
      bookedOn: '2027-02-01',
      valueOn: '2027-03-01',
      document: `SO-${n}`,
      orderId: `${n}`,
      instalment: 1,
      account: 'receivable' as const,
      kind: 'charge' as const,
      amount: 122_000,
    })),
  );
  return {
    customer: { id: 'rossi', name: 'Officine Rossi S.r.l.', vatNumber: null, locale: 'it-IT', ...customer },
    currency: 'EUR',
    from: '2027-01-01',
    to: '2027-02-28',
    asOf: '2027-02-28',
    opening: 0,
    lines,
    closing: lines.at(-1)?.balance ?? 0,
    openItems: [],
    unapplied: 0,
    accruedInterest: 0,
  };
};

/** Its objects, and its streams unpacked. */
function readable(pdf: Buffer): string {
  const text = pdf.toString('latin1');
  return text.replace(
    /(\/FlateDecode[^>]*>>\s*)stream\r?\n([\s\S]*?)\r?\nendstream/g,
    (whole, head, data) => {
      try {
        return `${head}${inflateSync(Buffer.from(data, 'latin1')).toString('latin1')}`;
      } catch {
        return whole;
      }
    },
  );
}

const pagesOf = (text: string) => text.match(/\/Type \/Page\b/g)?.length;
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16().toString('latin1');

it('a statement is a tagged PDF with a language, a title and embedded fonts', async () => {
  const text = readable(await statementPdf(aStatement({ name: 'Caffè Żółć' }), merchant));
  expect(text).toMatch(/\/Marked true/);
  expect(text).toMatch(/\/Lang \(it-IT\)/);
  expect(text).toMatch(/\/DisplayDocTitle true/);
  expect(text).toContain(utf16('Estratto conto: Caffè Żółć'));
  for (const role of ['Document', 'H1', 'H2', 'P', 'Table', 'TR', 'TH', 'TD'])
    expect(text, role).toMatch(new RegExp(`/S /${role}\\b`));
  expect(text.match(/\/FontFile2/g)).toHaveLength(2);
  expect(text).not.toMatch(/\/BaseFont \/(Helvetica|Times)/);
});

it.each(['Torchio & Figli', '</rdf:li> <!-- ]]> "l\'Angolo" &amp;', 'Caffè \uffff Żółć 😀'])(
  'the metadata of %j are well-formed XML with its name',
  async (name) => {
    const pdf = await statementPdf(aStatement({ name }), { ...merchant, company: name });
    const xml = /<\?xpacket begin[\s\S]*<\?xpacket end="w"\?>/.exec(pdf.toString('utf8'))![0];
    const texts: string[] = [];
    const parser = new SaxesParser({ xmlns: true });
    parser.on('error', (error) => expect.fail(error.message));
    parser.on('text', (text) => texts.push(text));
    parser.write(xml).close();
    const shown = name.replace('\uffff', ' ');
    expect(texts).toContain(shown);
    expect(texts).toContain(`Estratto conto: ${shown}`);
  },
);

it('characters that turn the direction of text are left out of a statement', async () => {
  const name = 'Rossi \u202eegnahc\u202c \u2067S.r.l.\u2069';
  const text = readable(await statementPdf(aStatement({ name }), merchant));
  expect(text).toContain('(Estratto conto: Rossi egnahc S.r.l.)');
});

it('the information of the file has the names as they are', async () => {
  const text = readable(await statementPdf(aStatement({}), { ...merchant, company: 'Torchio & Figli' }));
  expect(text).toContain('(Torchio & Figli)');
});

it('a long statement has as many pages as it needs, and its header is announced once', async () => {
  const text = readable(await statementPdf(aStatement({}, 200), merchant));
  expect(pagesOf(text)).toBeGreaterThan(3);
  expect(text.match(/\/S \/TH\b/g)).toHaveLength(7);
  expect(text.match(/\/S \/TR\b/g)).toHaveLength(203);
});

it.each([
  'Ελληνικά Κρασιά',
  'Кириллица ООО',
  '😀👨‍👩‍👧‍👦🇮🇹',
  '株式会社',
  'שלום العربية',
  '\ud800 half, \u0000 nothing, \u202e turned',
  'x'.repeat(500),
  ' ',
])('any name can be printed: %j', async (name) => {
  const text = readable(await statementPdf(aStatement({ name }), { ...merchant, company: name }));
  expect(pagesOf(text)).toBe(1);
});

it.each(['en', 'it'])('every kind of entry has a name in %s', (locale) => {
  expect(Object.keys(readerFor(locale).texts.kinds).sort()).toEqual([...entryKinds].sort());
});

it('a reader without texts in their language gets English', () => {
  expect(readerFor('de-AT').texts.title).toBe('Statement of account');
  expect(readerFor('it-CH')).toMatchObject({ locale: 'it-CH', texts: { title: 'Estratto conto' } });
});
