import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { csvOf, csvPages } from '../../../../src/modules/reports/documents/csv.ts';

it('what a spreadsheet would take for a formula is text, and an amount stays an amount', () => {
  const cells = ['=1+1', '+39 02', '@sum', '-5 off', '-12.50', -7, 'a "b", c\nd', null, '\t=1', 'Żółć'];
  const [, row] = parse(csvOf(['x'], [cells]), { relax_column_count: true }) as string[][];
  expect(row).toEqual([
    ...["'=1+1", "'+39 02", "'@sum", "'-5 off"],
    ...['-12.50', '-7', 'a "b", c\nd', '', "'\t=1", 'Żółć'],
  ]);
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
