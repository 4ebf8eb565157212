import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { csvOf, csvPages, withoutFormulas } from '../../../../src/modules/reports/documents/csv.ts';

it('what a spreadsheet would take for a formula is text, and an amount stays an amount', async () => {
  const cells = ['=1+1', '+39 02', '@sum', '-5 off', '-12.50', -7, 'a "b", c\nd', null, '\t=1', 'Żółć'];
  const [, row] = parse(await csvOf(['x'], [cells]), { relax_column_count: true }) as string[][];
  expect(row).toEqual([
    ...["'=1+1", "'+39 02", "'@sum", "'-5 off"],
    ...['-12.50', '-7', 'a "b", c\nd', '', "'\t'=1", 'Żółć'],
  ]);
});

it.each([
  ["Rossi;=1+1+cmd|' /C calc'!A0;x", "Rossi;'=1+1+cmd|' /C calc'!A0;x"],
  ['Rossi; =1', "Rossi; '=1"],
  ['Rossi;"=1', `Rossi;"'=1`],
  ['a\n@sum\r\n-1', "a\n'@sum\r\n'-1"],
  ['a\t+1', "a\t'+1"],
  ['＝1+1', "'＝1+1"],
  [' =1', " '=1"],
  ['Torchio & Figli - Bari, =1', 'Torchio & Figli - Bari, =1'],
])('%j is no formula for a spreadsheet whose separator is not ours: %j', async (name, expected) => {
  const file = await csvOf(['name', 'n'], [[name, 1]]);
  expect(parse(file)).toEqual([
    ['name', 'n'],
    [expected, '1'],
  ]);
  // As an Italian spreadsheet parts it: at semicolons and line breaks, if a field does not begin with a quote.
  for (const cell of file.split(/[;\t\r\n]/)) expect(cell).not.toMatch(/^[ "]*[=+\-@＝]/);
});

it('characters that turn the direction of text are left out, before a formula is looked for', async () => {
  const file = await csvOf(
    ['name'],
    [['1042\u202e\u2067 evil'], ['\u200e=1+1'], ['Rossi;\u200f=1'], ['חברה בע״מ']],
  );
  expect(parse(file)).toEqual([['name'], ['1042 evil'], ["'=1+1"], ["Rossi;'=1"], ['חברה בע״מ']]);
});

it('of any length takes a moment', () => {
  const text = ';"\t '.repeat(50_000);
  expect(withoutFormulas(text)).toBe(text);
});

it('pages form one table with one header', async () => {
  async function* pages() {
    yield [['a', 1]];
    yield [];
    yield [['b', 2]];
  }
  let text = '';
  for await (const piece of csvPages(['name', 'n'], pages())) text += piece;
  expect(text).toBe('name,n\na,1\nb,2\n');
});
