import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/emails/fill.ts';

describe('filling a template', () => {
  it('repeats a block per item, shows it for a value, and hides it for none', () => {
    const fill = compileTemplate(
      '{{#rows}}<i>{{label}} {{unit}}</i>{{/rows}}{{#note}}<b>{{note}}</b>{{/note}}',
    );
    const rows = [{ label: 'a' }, { label: 'b' }];
    expect(fill({ rows, unit: 'EUR', note: 'n' })).toBe('<i>a EUR</i><i>b EUR</i><b>n</b>');
    expect(fill({ rows: [], unit: 'EUR', note: null })).toBe('');
  });

  it('shows a block within a block', () => {
    const fill = compileTemplate('{{#box}}[{{title}}{{#lines}}-{{line}}{{/lines}}]{{/box}}');
    expect(fill({ box: { title: 'T', lines: [{ line: '1' }, { line: '2' }] } })).toBe('[T-1-2]');
    expect(fill({ box: null })).toBe('');
  });

  it('escapes every value and reads no placeholder in it', () => {
    const fill = compileTemplate('<p title="{{name}}">{{name}}</p>');
    const written = '&lt;b&gt;&quot;&#39;&amp;{{other}}{{#name}}$&amp;';
    expect(fill({ name: `<b>"'&{{other}}{{#name}}$&` })).toBe(`<p title="${written}">${written}</p>`);
  });

  it('refuses a template whose blocks do not match, and a view that lacks a name', () => {
    expect(() => compileTemplate('{{#rows}}')).toThrow('{{#rows}} is not closed');
    expect(() => compileTemplate('{{#a}}{{/b}}')).toThrow('{{/b}} closes no open block');
    expect(() => compileTemplate('{{/a}}')).toThrow('{{/a}} closes no open block');
    expect(() => compileTemplate('{{total}}')({})).toThrow('nothing is named {{total}}');
    expect(() => compileTemplate('{{toString}}')({})).toThrow('nothing is named {{toString}}');
  });
});
