/** No call needs more: the deepest body has six levels, the largest some thousand ids. */
const MAX_DEPTH = 32;
const MAX_VALUES = 10_000;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPENING, CLOSING] = [new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];

/**
 * Why a text in JSON is larger than any call needs, or null. Asked before it is taken apart: making a hundred thousand
 * nested lists, and saying what a schema thinks of each, takes a hundred times as long.
 */
export function tooLargeBecause(json: Buffer): string | null {
  let [depth, deepest, values, quoted] = [0, 0, 1, false];
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (quoted) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (byte === COMMA) values += 1;
    else if (OPENING.has(byte)) {
      depth += 1;
      deepest = Math.max(deepest, depth);
      values += 1;
    } else if (CLOSING.has(byte)) depth -= 1;
  }
  // What is not closed is no JSON: whoever takes it apart says so.
  if (depth !== 0 || quoted) return null;
  if (deepest > MAX_DEPTH) return `This is nested deeper than ${MAX_DEPTH} levels.`;
  return values > MAX_VALUES ? `This has more than ${MAX_VALUES} values.` : null;
}
