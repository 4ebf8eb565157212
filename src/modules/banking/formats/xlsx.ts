import { unzipSync } from 'fflate';
import readXlsx, { type CellValue } from 'read-excel-file/universal';
import { findHeader } from '../rules/table/header.ts';
import type { Row } from '../rules/table/table.ts';
import { tableOf } from './csv.ts';
import { type Format, type TableContent, UnreadableFile } from './format.ts';

const ZIP = Buffer.from('PK\x03\x04');
/** The most bytes that the parts of a workbook may have together when unpacked. */
const MAX_UNPACKED = 256 * 1024 * 1024;

/** A workbook; the sheet with the header of a statement is read. Of several, the caller says which. */
export const xlsx: Format = {
  name: 'xlsx',
  recognises: (file) => file.subarray(0, 4).equals(ZIP) && file.includes('xl/workbook.xml'),
  read: async (file, { sheet: wanted }) => {
    requireSmall(file);
    const sheets = (await sheetsOf(file)).map(({ sheet, data }) => ({ sheet, ...rowsOf(data) }));
    const filled = sheets.filter(({ rows }) => rows.length > 0);
    const tables = filled.filter(({ rows }) => findHeader(rows) !== null);
    const candidates = tables.length > 0 ? tables : filled;
    const chosen = wanted === null ? candidates[0] : sheets.find(({ sheet }) => sheet === wanted);
    if (wanted !== null && !chosen)
      throw new UnreadableFile(
        `The workbook has no sheet "${wanted}". It has: ${sheets.map(({ sheet }) => `"${sheet}"`).join(', ')}.`,
      );
    const { sheet = null, separator = null, rows = [] } = chosen ?? {};
    const others = wanted === null ? candidates.slice(1).map((one) => one.sheet) : [];
    return { kind: 'table', encoding: null, separator, sheet, rows, otherSheets: others };
  },
};

/** Reads only the directory of the archive: what is unpacked later is at most as long as it says there. */
function requireSmall(file: Buffer): void {
  let unpacked = 0;
  try {
    unzipSync(file, {
      filter: ({ originalSize }) => {
        unpacked += originalSize;
        return false;
      },
    });
  } catch {
    unreadable();
  }
  if (unpacked > MAX_UNPACKED)
    throw new UnreadableFile(
      `The workbook is larger than ${MAX_UNPACKED / 1024 / 1024} MiB when unpacked: divide it.`,
    );
}

async function sheetsOf(file: Buffer) {
  try {
    const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;
    return await readXlsx(bytes);
  } catch {
    return unreadable();
  }
}

function unreadable(): never {
  throw new UnreadableFile(
    'The workbook is damaged, or has a password: open it, save it as XLSX or CSV, and send that.',
  );
}

/** The rows that have cells. A row of which one cell holds separated values is read as such: pasted CSV. */
function rowsOf(data: readonly (readonly (CellValue | null)[])[]): Pick<TableContent, 'rows' | 'separator'> {
  const rows = data.flatMap((cells, at): Row[] => {
    const texts = cells.map(textOfCell);
    const last = texts.findLastIndex((text) => text !== '');
    const filled = texts.slice(0, last + 1);
    return last < 0 ? [] : [{ number: at + 1, raw: filled.join(';'), cells: filled }];
  });
  if (rows.length === 0 || !rows.every(({ cells }) => cells.length === 1)) return { rows, separator: null };
  return tableOf(rows.map(({ cells }) => cells[0]).join('\n'), null);
}

/** A cell as a text: days as 2026-11-20, and numbers as they are shown, with at most 15 digits: 0.30000000000000004 is 0.3. */
function textOfCell(cell: CellValue | null): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) {
    const moment = cell.toISOString().slice(0, 19);
    return moment.endsWith('T00:00:00') ? moment.slice(0, 10) : moment;
  }
  if (typeof cell !== 'number') return String(cell).trim();
  const shown = String(Number(cell.toPrecision(15)));
  // With three decimals it would look like thousands.
  return /\.\d{3}$/.test(shown) ? `${shown}0` : shown;
}
