import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { askedIn, linesOf, read } from './reading.ts';

type Cell = string | number | { day: number } | null;

/** A workbook as Excel writes one, with a sheet for each list of rows; `day` is a day's number in Excel. */
function workbook(sheets: Record<string, readonly (readonly Cell[])[]>, date1904 = false): Buffer {
  const names = Object.keys(sheets);
  const cell = (value: Cell, at: string): string => {
    if (value === null) return '';
    if (typeof value === 'string')
      return `<c r="${at}" t="inlineStr"><is><t>${value.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</t></is></c>`;
    return typeof value === 'number'
      ? `<c r="${at}"><v>${value}</v></c>`
      : `<c r="${at}" s="1"><v>${value.day}</v></c>`;
  };
  const sheet = (rows: readonly (readonly Cell[])[]) =>
    `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows
      .map(
        (row, r) =>
          `<row r="${r + 1}">${row.map((value, c) => cell(value, `${'ABCDEFGHIJKLMNOP'[c]}${r + 1}`)).join('')}</row>`,
      )
      .join('')}</sheetData></worksheet>`;
  const rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const files = {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${rel}"><workbookPr${date1904 ? ' date1904="1"' : ''}/><sheets>${names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="s${i}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${names.map((_, i) => `<Relationship Id="s${i}" Type="${rel}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join('')}<Relationship Id="st" Type="${rel}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    ...Object.fromEntries(names.map((name, i) => [`xl/worksheets/sheet${i + 1}.xml`, sheet(sheets[name]!)])),
  };
  return Buffer.from(
    zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))),
  );
}

/** 20 November 2026 as Excel counts days. */
const DAY = 46_346;

describe('a workbook', () => {
  it('is read from the sheet with the statement: days and amounts as they are shown', async () => {
    const file = workbook({
      Copertina: [['Lista movimenti'], ['Intestatario', 'Torchio & Figli']],
      Movimenti: [
        ['Conto', 'IT60X0542811101000000123456'],
        [],
        ['Data contabile', 'Data valuta', 'Descrizione', 'Importo', 'Divisa'],
        [{ day: DAY }, { day: DAY - 1 }, 'BONIFICO ALFA RICAMBI FT-88572', 1220.1, 'EUR'],
        [{ day: DAY }, { day: DAY }, 'COMMISSIONI', -0.30000000000000004, 'EUR'],
        ['Totale', null, null, 1219.8],
      ],
    });
    const found = await read(file);
    expect(found.analysis).toMatchObject({
      format: 'xlsx',
      sheet: 'Movimenti',
      headerLine: 3,
      questions: [],
    });
    expect(linesOf(found)).toMatchObject([
      {
        bookedOn: '2026-11-20',
        valueOn: '2026-11-19',
        amount: 122010,
        account: 'IT60X0542811101000000123456',
      },
      { direction: 'debit', amount: 30 },
    ]);
  });

  it('may count days from 1904, have texts for days and amounts, and whole lines in one cell', async () => {
    const header = ['Data', 'Descrizione', 'Importo'];
    const mac = await read(workbook({ A: [header, [{ day: DAY - 1462 }, 'SO-1', 5]] }, true));
    expect(linesOf(mac)).toMatchObject([{ valueOn: '2026-11-20', amount: 500 }]);
    const texts = await read(workbook({ A: [header, ['20/11/2026', 'SO-1', '1.220,00 €']] }));
    expect(linesOf(texts)).toMatchObject([{ valueOn: '2026-11-20', amount: 122000 }]);
    const pasted = await read(workbook({ A: [['Data;Descrizione;Importo'], ['20/11/2026;SO-1;1.220,00']] }));
    expect(linesOf(pasted)).toMatchObject([{ valueOn: '2026-11-20', amount: 122000 }]);
  });

  it('that says too little is asked about, like any table', async () => {
    const rows = [
      ['Data', 'Lordo', 'Importo', 'Causale'],
      [{ day: DAY }, 10, 9, 'a'],
      [{ day: DAY }, 20, 18, 'b'],
    ];
    expect(askedIn(await read(workbook({ A: rows })))).toEqual(['amount']);
  });

  it('that is damaged, or grows when it is unpacked, is refused', async () => {
    await expect(read(workbook({ A: [['x']] }).subarray(0, 700))).rejects.toThrow(/workbook|archive/);
    const big = zipSync({ 'xl/workbook.xml': new Uint8Array(300 * 1024 * 1024) }, { level: 1 });
    await expect(read(Buffer.from(big))).rejects.toThrow('larger than 256 MiB');
  });

  it('has no entities of its own: what a document type declares is neither loaded nor expanded', async () => {
    const rows = [
      ['Data', 'Importo', 'Causale'],
      ['20/11/2026', 10, 'before @file@ @lol@'],
    ];
    const files = unzipSync(workbook({ A: rows }));
    const name = 'xl/worksheets/sheet1.xml';
    const entities = '<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY l "ha"><!ENTITY lol "&l;&l;">';
    const sheet = strFromU8(files[name]!).replace('@file@', '&file;').replace('@lol@', '&lol;');
    files[name] = strToU8(`<?xml version="1.0"?><!DOCTYPE x [${entities}]>${sheet}`);
    expect(linesOf(await read(Buffer.from(zipSync(files))))).toMatchObject([
      { reference: 'before &file; &lol;' },
    ]);
  });
});
