import { describe, expect, it } from 'vitest';
import { read } from './reading.ts';

describe('a file in another format', () => {
  it.each([
    ['MT940', ':20:STARTUMSE\r\n:25:12345678/0001234567\r\n:28C:00001/001\r\n:60F:C261119EUR1000,00\r\n'],
    ['MT940', '{1:F01BANKITMMXXXX0000000000}{2:I940BANKXXXXN}{4:\r\n:20:1\r\n:25:IT60\r\n'],
    ['CAMT.052', '<Document><BkToCstmrAcctRpt/></Document>'],
    ['CAMT.054', '<Document><BkToCstmrDbtCdtNtfctn/></Document>'],
    ['OFX', 'OFXHEADER:100\nDATA:OFXSGML\n'],
    ['QIF', '!Type:Bank\nD20/11/2026\n'],
    ['PDF', '%PDF-1.7\n'],
    ['XLS', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])],
    ['web page', '<html><table><tr><td>Data</td></tr></table></html>'],
    ['XML', '<?xml version="1.0"?><Invoice/>'],
    ['archive', Buffer.from('PK\x03\x04 nothing')],
    ['empty', ''],
  ])('is named, with what to send instead: %s', async (name, content) => {
    await expect(read(Buffer.from(content as string))).rejects.toThrow(name);
  });

  it('is not taken for a table: bytes that are no text are refused', async () => {
    await expect(read(Buffer.from([1, 2, 0, 3, 0, 0, 9, 0, 0, 0, 200]))).rejects.toThrow('not a text');
  });
});
