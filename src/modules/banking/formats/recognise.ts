import { camt053 } from './camt053.ts';
import { csv } from './csv.ts';
import { type Format, UnreadableFile } from './format.ts';
import { xlsx } from './xlsx.ts';

/** The formats, the most particular first: any text may be CSV. */
const formats: readonly Format[] = [camt053, xlsx, csv];

/** Files that people also send, and what to send instead. */
const notSupported: readonly { is: (file: Buffer, start: string) => boolean; detail: string }[] = [
  {
    is: (_, start) => /^\s*(?:\{1:F01|:20:|:940:)/.test(start),
    detail: 'This is MT940, which is not supported: download the statement as CAMT.053 (XML) or CSV.',
  },
  {
    is: (_, start) => isXml(start) && /<(?:\w+:)?(?:BkToCstmrAcctRpt|BkToCstmrDbtCdtNtfctn)\b/.test(start),
    detail:
      'This is CAMT.052 or CAMT.054, a report during the day or a notification: download the statement, CAMT.053, which has what was booked.',
  },
  {
    is: (_, start) => /^\s*(?:OFXHEADER|<\?OFX|<OFX>)/.test(start) || (isXml(start) && /<OFX>/.test(start)),
    detail: 'This is OFX, which is not supported: download the statement as CAMT.053 (XML), XLSX or CSV.',
  },
  {
    is: (_, start) => /^!(?:Type|Account)/.test(start),
    detail: 'This is QIF, which is not supported: download the statement as CAMT.053 (XML), XLSX or CSV.',
  },
  {
    is: (file) => file.subarray(0, 4).toString('latin1') === '%PDF',
    detail: 'This is a PDF: download the statement as CAMT.053 (XML), XLSX or CSV.',
  },
  {
    is: (file) => file.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0])),
    detail: 'This is an old Excel file (XLS), or one with a password: open it, and save it as XLSX or CSV.',
  },
  {
    is: (_, start) => /^\s*<(?:!doctype html|html|table)/i.test(start),
    detail:
      'This is a web page, also if its name ends with .xls: open it in Excel, and save it as XLSX or CSV.',
  },
  {
    is: (_, start) => isXml(start),
    detail: 'This is XML, but not a CAMT.053 statement: download CAMT.053, or XLSX or CSV.',
  },
  {
    is: (file) => file.subarray(0, 2).toString('latin1') === 'PK',
    detail: 'This is an archive (ZIP), not a workbook: unpack it, and send each file.',
  },
];

/** Whether a file is XML from its beginning: a text in a table may look like XML. */
const isXml = (start: string): boolean => /^\s*<[?!A-Za-z]/.test(start);

/**
 * The format of a file, by its content.
 * @throws UnreadableFile for a file in a format that is not supported, with the one to use instead
 */
export function recognise(file: Buffer): Format {
  if (file.length === 0) throw new UnreadableFile('The file is empty.');
  const format = formats.find((one) => one.recognises(file))!;
  if (format !== csv) return format;
  const start = file
    .subarray(0, 8_192)
    .toString('latin1')
    .replaceAll('\0', '')
    .replace(/^(?:ï»¿|ÿþ|þÿ)/, '');
  const other = notSupported.find(({ is }) => is(file, start));
  if (other) throw new UnreadableFile(other.detail);
  return format;
}
