import { isUtf8 } from 'node:buffer';
import { UnreadableFile } from './format.ts';

/** Windows-1252 from 0x80 to 0x9f. Node's own decoder reads these as control characters in some versions (#56542). */
const HIGH = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
/** How much of a file is looked at to recognise UTF-16 without a mark. */
const LOOKED_AT = 4_096;

export type Text = {
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | 'iso-8859-15';
  text: string;
};

/**
 * The text of a file, decoded by its mark, or else by its bytes: zeros are UTF-16, what is valid UTF-8 is UTF-8, and
 * everything else is Windows-1252, which includes ISO-8859-1; ISO-8859-15 if the euro sign is in its place.
 * @throws UnreadableFile if it is not a text
 */
export function textOf(file: Buffer): Text {
  const encoding = encodingOf(file);
  const decoded =
    encoding === 'windows-1252'
      ? file.toString('latin1').replace(/[\x80-\x9f]/g, (byte) => HIGH[byte.charCodeAt(0) - 0x80]!)
      : new TextDecoder(encoding).decode(file);
  if (decoded.includes('\0'))
    throw new UnreadableFile('The file is not a text: send the CSV, XLSX or CAMT.053 file of your bank.');
  return { encoding, text: decoded };
}

function encodingOf(file: Buffer): Text['encoding'] {
  if (file[0] === 0xff && file[1] === 0xfe) return 'utf-16le';
  if (file[0] === 0xfe && file[1] === 0xff) return 'utf-16be';
  const head = file.subarray(0, LOOKED_AT);
  const zeros = (from: 0 | 1) => head.filter((byte, at) => byte === 0 && at % 2 === from).length;
  const [even, odd] = [zeros(0), zeros(1)];
  if (odd > head.length / 10 && even < head.length / 40) return 'utf-16le';
  if (even > head.length / 10 && odd < head.length / 40) return 'utf-16be';
  if (isUtf8(file) || isMostlyUtf8(file)) return 'utf-8';
  const has = (from: number, to: number) => file.some((byte) => byte >= from && byte <= to);
  return has(0xa4, 0xa4) && !has(0x80, 0x9f) ? 'iso-8859-15' : 'windows-1252';
}

/** Whether a file is UTF-8 but for some damaged characters: most of what is not ASCII is in valid sequences. */
function isMostlyUtf8(file: Buffer): boolean {
  const high = file.reduce((count, byte) => count + (byte >= 0x80 ? 1 : 0), 0);
  const damaged = (new TextDecoder().decode(file).match(/\ufffd/g) ?? []).length;
  return damaged * 4 <= high;
}
